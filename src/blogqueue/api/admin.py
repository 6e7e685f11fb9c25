"""The editor's verbs, for programs with an admin token."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.api.envelope import success
from blogqueue.db import pagination
from blogqueue.db.tables.orders import Order
from blogqueue.orders import lifecycle
from blogqueue.payments import disputes, held_payments, refunds
from blogqueue.reviews import approval
from blogqueue.states import HeldState, OrderStatus, RefundState


class ApproveRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The version that the editor saw; left out, it is the order's current one."""

    version_id: UUID | None = None


class RejectRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Why, in words that the customer reads; and the version that the editor saw."""

    reason: Annotated[str, msgspec.Meta(description="at most 500 characters")]
    version_id: UUID | None = None


@get("/orders")
async def list_orders(
    status: FromQuery[OrderStatus | None] = None,
    cursor: FromQuery[str] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """Orders, oldest first, by status if one is named."""
    query = Order.select()
    behind = pagination.read(cursor)
    if behind:
        at, row_id = behind
        query = query.where((Order.created_at > at) | ((Order.created_at == at) & (Order.id > row_id)))
    if status is not None:
        query = query.where(Order.status == status)
    rows = await query.order_by(Order.created_at).order_by(Order.id).limit(limit + 1).output(load_json=True)
    page = rows[:limit]
    next_cursor = pagination.after(page[-1]["created_at"], page[-1]["id"]) if len(rows) > limit else None
    return success({"items": [_listed(row) for row in page], "nextCursor": next_cursor})


@post("/orders/{order_id:uuid}/approve", status_code=200)
async def approve(
    request: Request[Any, Any, Any], order_id: FromPath[UUID], data: JSONBody[ApproveRequest | None] = None
) -> dict[str, Any]:
    """Publish an order's version; where its paragraph has changed since, the link is integrated again instead."""
    actor = request.user
    order, outbox = await approval.approve(order_id, actor=actor, version_id=data.version_id if data else None)
    await nudge(outbox)
    published = order.status == OrderStatus.COMPLETED
    return success(
        {"orderId": order.id, "status": order.status, "versionId": order.version_id},
        "Published" if published else "The article has changed; the link is being integrated again",
    )


@post("/orders/{order_id:uuid}/reject", status_code=200)
async def reject(
    request: Request[Any, Any, Any], order_id: FromPath[UUID], data: JSONBody[RejectRequest | None] = None
) -> dict[str, Any]:
    """Refuse an order's link for good: its payment goes back, and the customer reads the reason."""
    actor = request.user
    said = data or RejectRequest(reason="")  # without a body, it is the reason that is missing
    order, outbox = await approval.reject(order_id, actor=actor, reason=said.reason, version_id=said.version_id)
    await nudge(outbox)
    return success(
        {
            "orderId": order.id,
            "status": order.status,
            "failureReason": order.failure_reason,
            "refundState": order.refund_state,
        },
        "Rejected; the refund is on its way",
    )


@post("/orders/{order_id:uuid}/refund", status_code=202)
async def refund(request: Request[Any, Any, Any], order_id: FromPath[UUID]) -> dict[str, Any]:
    """Give a FAILED order's money back now, or once more where Stripe could not."""
    actor = request.user
    await nudge(await refunds.begin_or_repeat(order_id, actor=actor))
    return success({"orderId": order_id, "refundState": RefundState.INITIATED}, "The refund is on its way")


@post("/orders/{order_id:uuid}/retry", status_code=202)
async def retry(request: Request[Any, Any, Any], order_id: FromPath[UUID]) -> dict[str, Any]:
    """Give a FAILED order's job new attempts, as long as no refund has begun."""
    actor = request.user
    outbox = await lifecycle.retry(order_id, actor=actor)
    await nudge(outbox)
    return success({"orderId": order_id, "jobId": outbox.jobs[0].id}, "The order's job is waiting again")


@post("/orders/{order_id:uuid}/release", status_code=200)
async def release(request: Request[Any, Any, Any], order_id: FromPath[UUID]) -> dict[str, Any]:
    """Let an order whose payment was disputed go on where it stood."""
    actor = request.user
    await nudge(await disputes.release(order_id, actor=actor))
    order = await lifecycle.get(order_id)
    return success({"orderId": order_id, "status": order.status}, "The order goes on")


@post("/orders/{order_id:uuid}/end", status_code=200)
async def end(request: Request[Any, Any, Any], order_id: FromPath[UUID]) -> dict[str, Any]:
    """End an order whose payment was disputed: FAILED, its payment reversed; it is not refunded."""
    actor = request.user
    await nudge(await disputes.end(order_id, actor=actor))
    order = await lifecycle.get(order_id)
    data = {"orderId": order_id, "status": order.status, "failureReason": order.failure_reason}
    return success(data, "The order has ended")


@get("/payments/held")
async def list_held() -> dict[str, Any]:
    """Payments that made no order and wait for a word, oldest first."""
    return success({"items": await held_payments.undecided()})


@post("/payments/{session_id:str}/accept", status_code=200)
async def accept(request: Request[Any, Any, Any], session_id: FromPath[str]) -> dict[str, Any]:
    """Work on a held payment all the same: it becomes its order."""
    actor = request.user
    outbox, outcome = await held_payments.accept(session_id, actor=actor)
    await nudge(outbox)
    return success({"sessionId": session_id, "state": HeldState.ACCEPTED}, f"Accepted: {outcome}")


@post("/payments/{session_id:str}/return", status_code=200)
async def give_back(request: Request[Any, Any, Any], session_id: FromPath[str]) -> dict[str, Any]:
    """Have Stripe give a held payment back."""
    actor = request.user
    await nudge(await held_payments.give_back(session_id, actor=actor))
    return success({"sessionId": session_id, "state": HeldState.RETURNED}, "The payment was given back")


@post("/payments/{session_id:str}/dismiss", status_code=200)
async def dismiss(request: Request[Any, Any, Any], session_id: FromPath[str]) -> dict[str, Any]:
    """Note that a held payment was settled outside."""
    actor = request.user
    await held_payments.dismiss(session_id, actor=actor)
    return success({"sessionId": session_id, "state": HeldState.DISMISSED}, "Dismissed")


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "orderId": row["id"],
        "kind": row["kind"],
        "status": row["status"],
        "articleId": row["article_id"],
        "versionId": row["version_id"],
        "customerEmail": row["customer_email"],
        "backlinkData": row["backlink_data"],
        "price": row["price"],
        "currency": row["currency"],
        "failureReason": row["failure_reason"],
        "refundState": row["refund_state"],
        "onHold": row["on_hold"],
        "createdAt": row["created_at"],
        "completedAt": row["completed_at"],
    }


HANDLERS = [
    Router(
        path="/admin",
        guards=[auth.editors_only],
        route_handlers=[
            list_orders,
            approve,
            reject,
            refund,
            retry,
            release,
            end,
            list_held,
            accept,
            give_back,
            dismiss,
        ],
    )
]
"""No call gets past the guard, which asks before a body is read; `request.user` is the editor's name then."""

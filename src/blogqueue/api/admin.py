"""What an editor decides, for programs with an admin token."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.api.catalogue import Cursor, Limit
from blogqueue.api.envelope import Envelope, success
from blogqueue.api.orders import OrderId
from blogqueue.api.problems import refusals
from blogqueue.orders import lifecycle, listing
from blogqueue.orders.listing import OrderPage
from blogqueue.orders.status_view import View
from blogqueue.payments import disputes, held_payments, refunds
from blogqueue.payments.held_payments import HeldPaymentView
from blogqueue.reviews import approval
from blogqueue.states import FailureReason, HeldState, OrderStatus, RefundState

REVIEWS, PAYMENTS = ["Reviews"], ["Payments"]

SessionId = Annotated[
    str,
    PathParameter(
        min_length=1,
        max_length=255,
        pattern=r"^[A-Za-z0-9_]+$",
        description="Stripe's id of the Checkout Session.",
        examples=[Example(value="cs_test_a1b2c3")],
    ),
]
Status = Annotated[OrderStatus | None, QueryParameter(name="status", description="Only orders with this status.")]


class ApproveRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The version that the editor read; if left out, the order's current one."""

    version_id: UUID | None = None


class RejectRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The reason, which the customer reads, and the version that the editor read."""

    reason: Annotated[
        str,
        Meta(description="Plain text for the customer.", extra_json_schema={"minLength": 1, "maxLength": 500}),
    ]
    version_id: UUID | None = None


class DecisionView(View, frozen=True, kw_only=True):
    """An order after a decision about it."""

    order_id: UUID
    status: OrderStatus


class ApprovalView(DecisionView, frozen=True, kw_only=True):
    """An approved order: COMPLETED, or PROCESSING if its link is integrated again."""

    version_id: UUID | None


class EndView(DecisionView, frozen=True, kw_only=True):
    """An order that was ended."""

    failure_reason: FailureReason | None


class RejectionView(EndView, frozen=True, kw_only=True):
    """A rejected order."""

    refund_state: RefundState


class RefundView(View, frozen=True, kw_only=True):
    """A refund that has begun."""

    order_id: UUID
    refund_state: RefundState


class RetryView(View, frozen=True, kw_only=True):
    """The job that runs again."""

    order_id: UUID
    job_id: Annotated[str, Meta(max_length=120)]


class HeldPaymentList(View, frozen=True, kw_only=True):
    """The held payments, oldest first."""

    items: list[HeldPaymentView]


class HeldPaymentDecision(View, frozen=True, kw_only=True):
    """A held payment after a decision about it."""

    session_id: str
    state: HeldState


@get("/orders", operation_id="list_orders", summary="List orders", tags=REVIEWS, responses=refusals(422))
async def list_orders(status: Status = None, cursor: Cursor = "", limit: Limit = 50) -> Envelope[OrderPage]:
    """List all orders, oldest first, or only those with one status."""
    return success(await listing.list_orders(status, cursor=cursor, limit=limit))


@post(
    "/orders/{order_id:uuid}/approve",
    status_code=200,
    operation_id="approve_order",
    summary="Approve an order",
    tags=REVIEWS,
    responses=refusals(404, 409, 422),
)
async def approve_order(
    request: Request[Any, Any, Any], order_id: OrderId, data: JSONBody[ApproveRequest | None] = None
) -> Envelope[ApprovalView]:
    """Publish an order's version; if the version no longer fits the live text, the link is integrated again instead."""
    version_id = data.version_id if data else None
    decision = await approval.approve(order_id, actor=request.user, version_id=version_id)
    await nudge(decision.outbox)
    order = decision.order
    published = order.status == OrderStatus.COMPLETED
    return success(
        ApprovalView(order_id=order.id, status=OrderStatus(order.status), version_id=order.version_id),
        "Published" if published else "The version no longer fits the live text; the link is being integrated again",
    )


@post(
    "/orders/{order_id:uuid}/reject",
    status_code=200,
    operation_id="reject_order",
    summary="Reject an order",
    tags=REVIEWS,
    responses=refusals(404, 409, 422),
)
async def reject_order(
    request: Request[Any, Any, Any], order_id: OrderId, data: JSONBody[RejectRequest]
) -> Envelope[RejectionView]:
    """Reject an order for good: its payment is refunded, and the customer reads the reason."""
    decision = await approval.reject(order_id, actor=request.user, reason=data.reason, version_id=data.version_id)
    await nudge(decision.outbox)
    order = decision.order
    return success(
        RejectionView(
            order_id=order.id,
            status=OrderStatus(order.status),
            failure_reason=FailureReason(order.failure_reason) if order.failure_reason else None,
            refund_state=RefundState(order.refund_state),
        ),
        "Rejected; the refund is on its way" if order.purchase_id else "Rejected",
    )


@post(
    "/orders/{order_id:uuid}/refund",
    status_code=202,
    operation_id="refund_order",
    summary="Refund an order",
    tags=PAYMENTS,
    responses=refusals(404, 409),
)
async def refund_order(request: Request[Any, Any, Any], order_id: OrderId) -> Envelope[RefundView]:
    """Refund a FAILED order now, or try again if Stripe could not."""
    await nudge(await refunds.begin_or_repeat(order_id, actor=request.user))
    return success(RefundView(order_id=order_id, refund_state=RefundState.INITIATED), "The refund is on its way")


@post(
    "/orders/{order_id:uuid}/retry",
    status_code=202,
    operation_id="retry_order",
    summary="Retry an order's job",
    tags=REVIEWS,
    responses=refusals(404, 409),
)
async def retry_order(request: Request[Any, Any, Any], order_id: OrderId) -> Envelope[RetryView]:
    """Give the job of a FAILED order new attempts, as long as no refund has begun."""
    outbox = await lifecycle.retry(order_id, actor=request.user)
    await nudge(outbox)
    return success(RetryView(order_id=order_id, job_id=outbox.jobs[0].id), "The order's job is waiting again")


@post(
    "/orders/{order_id:uuid}/release",
    status_code=200,
    operation_id="release_order",
    summary="Release an order on hold",
    tags=PAYMENTS,
    responses=refusals(404, 409),
)
async def release_order(request: Request[Any, Any, Any], order_id: OrderId) -> Envelope[DecisionView]:
    """Let an order on hold continue where it was, as its dispute has ended."""
    await nudge(await disputes.release(order_id, actor=request.user))
    order = await lifecycle.get(order_id)
    return success(DecisionView(order_id=order_id, status=OrderStatus(order.status)), "The order continues")


@post(
    "/orders/{order_id:uuid}/end",
    status_code=200,
    operation_id="end_order",
    summary="End an order on hold",
    tags=PAYMENTS,
    responses=refusals(404, 409),
)
async def end_order(request: Request[Any, Any, Any], order_id: OrderId) -> Envelope[EndView]:
    """End an order on hold: it becomes FAILED because its payment was reversed, and is not refunded."""
    await nudge(await disputes.end(order_id, actor=request.user))
    order = await lifecycle.get(order_id)
    reason = FailureReason(order.failure_reason) if order.failure_reason else None
    return success(
        EndView(order_id=order_id, status=OrderStatus(order.status), failure_reason=reason), "The order has ended"
    )


@get("/payments/held", operation_id="list_held_payments", summary="List held payments", tags=PAYMENTS)
async def list_held_payments() -> Envelope[HeldPaymentList]:
    """List the payments that made no order and wait for a decision, oldest first."""
    return success(HeldPaymentList(items=await held_payments.list_undecided()))


@post(
    "/payments/{session_id:str}/accept",
    status_code=200,
    operation_id="accept_payment",
    summary="Accept a held payment",
    tags=PAYMENTS,
    responses=refusals(404, 409),
)
async def accept_payment(request: Request[Any, Any, Any], session_id: SessionId) -> Envelope[HeldPaymentDecision]:
    """Accept a held payment: it gets its order."""
    accepted = await held_payments.accept(session_id, actor=request.user)
    await nudge(accepted.outbox)
    return success(
        HeldPaymentDecision(session_id=session_id, state=HeldState.ACCEPTED), f"Accepted: {accepted.outcome}"
    )


@post(
    "/payments/{session_id:str}/return",
    status_code=200,
    operation_id="return_payment",
    summary="Refund a held payment",
    tags=PAYMENTS,
    responses=refusals(404, 409),
)
async def return_payment(request: Request[Any, Any, Any], session_id: SessionId) -> Envelope[HeldPaymentDecision]:
    """Refund a held payment in full, through Stripe."""
    await nudge(await held_payments.return_payment(session_id, actor=request.user))
    return success(HeldPaymentDecision(session_id=session_id, state=HeldState.RETURNED), "The payment was refunded")


@post(
    "/payments/{session_id:str}/dismiss",
    status_code=200,
    operation_id="dismiss_payment",
    summary="Dismiss a held payment",
    tags=PAYMENTS,
    responses=refusals(404, 409),
)
async def dismiss_payment(request: Request[Any, Any, Any], session_id: SessionId) -> Envelope[HeldPaymentDecision]:
    """Record that a held payment was dealt with elsewhere, in Stripe or by the bank."""
    await held_payments.dismiss(session_id, actor=request.user)
    return success(HeldPaymentDecision(session_id=session_id, state=HeldState.DISMISSED), "Dismissed")


HANDLERS = [
    Router(
        path="/admin",
        guards=[auth.editors_only],
        security=auth.EDITOR,
        route_handlers=[
            list_orders,
            approve_order,
            reject_order,
            refund_order,
            retry_order,
            release_order,
            end_order,
            list_held_payments,
            accept_payment,
            return_payment,
            dismiss_payment,
        ],
    )
]
"""The guard runs before a body is read; then `request.user` is the editor's name."""

"""A customer's order: its status, regeneration, and submitting it for review."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage
from msgspec import Meta

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.api.conditional import NOT_MODIFIED, answer_unless_known
from blogqueue.api.envelope import Envelope, success
from blogqueue.api.problems import refusals
from blogqueue.db.engine import UNAVAILABLE
from blogqueue.db.tables.orders import Order
from blogqueue.errors import ConflictError, FieldError, NotFoundError
from blogqueue.log import logger
from blogqueue.orders import changes, lifecycle, status_answers
from blogqueue.orders.status import estimate, get_status
from blogqueue.orders.status_view import OrderStatusView, View
from blogqueue.payments import cancellation
from blogqueue.reviews import submission
from blogqueue.states import OrderKind, OrderStatus

TAGS = ["Orders"]

RECONNECT_MS = 2_000
LOOK_AGAIN_SECONDS = {OrderStatus.PROCESSING: 5}
"""While an order waits, its place in the queue changes with other orders, whose changes it is not notified of."""
KEEP_ALIVE_SECONDS = 25
"""For the other statuses; proxies cut a connection that was silent for 30 s or more."""

STREAM_SECONDS = 3600
"""A stream ends after an hour, so that none is kept by a client that is long gone; browsers open it again."""

OrderId = Annotated[
    UUID,
    PathParameter(description="The order's id.", examples=[Example(value="7b1f0a8e-55f1-4d0e-9f6b-0f3c1f6f8a10")]),
]


class OrderRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """One of the customer's orders."""

    order_id: UUID


class SubmitRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The order, and the version that the customer read."""

    order_id: UUID
    version_id: UUID
    earlier: Annotated[bool, Meta(description="Whether it may be an earlier version, which is checked again.")] = False


class RegenerationView(View, frozen=True, kw_only=True):
    """A regeneration that was accepted."""

    job_id: Annotated[str, Meta(max_length=120)]
    estimated_time: Annotated[str, Meta(description="For example “2-4 minutes”.", max_length=60)]
    note: Annotated[str, Meta(description="What happens now, in a sentence for people.")]


@get(
    "/purchase/status/{order_id:uuid}",
    operation_id="get_order_status",
    summary="Read an order's status",
    tags=TAGS,
    security=auth.CUSTOMER,
    responses=refusals(404) | NOT_MODIFIED,
)
async def get_order_status(request: Request[Any, Any, Any], order_id: OrderId) -> Response[Envelope[OrderStatusView]]:
    """Return an order's status, its current version and its jobs.

    Send the answer's `ETag` as `If-None-Match` the next time: while nothing has changed, the answer is 304 and empty.
    """
    try:
        answer = await status_answers.read_with_token(order_id, auth.order_token(request, order_id))
    except NotFoundError:  # the browser of a customer who signed in has no token of the order
        await auth.customers_order(request, order_id)
        answer = await status_answers.read(order_id)
    return answer_unless_known(request, success(msgspec.Raw(answer.json)), etag=f'"{answer.stamp}"')


@get(
    "/purchase/status/{order_id:uuid}/events",
    media_type="text/event-stream",
    operation_id="watch_order_status",
    summary="Watch an order's status",
    tags=TAGS,
    security=auth.CUSTOMER,
    responses=refusals(404),
)
async def watch_order_status(request: Request[Any, Any, Any], order_id: OrderId) -> ServerSentEvent:
    """Send the order's status as server-sent events: at once, and again at every change.

    Each event's `data` is the status object (`OrderStatusView`) as JSON, and its `id` differs when the status does.
    The stream ends after an hour; open it again then.
    """
    order = await auth.customers_order(request, order_id)
    changes.check_capacity(order.id)
    return ServerSentEvent(_events(request, order.id))


async def _events(request: Request[Any, Any, Any], order_id: UUID) -> AsyncGenerator[ServerSentEventMessage]:
    """Send one event for each change, as long as the request may see it; no connection is held in between."""
    sent = ""
    end = asyncio.get_running_loop().time() + STREAM_SECONDS
    try:
        with changes.watching(order_id) as watcher:
            while not changes.is_stopping() and asyncio.get_running_loop().time() < end:
                answer = await status_answers.read(order_id)
                if answer.stamp == sent:
                    yield ServerSentEventMessage(data=None, comment="nothing new")
                else:
                    sent = answer.stamp
                    yield ServerSentEventMessage(data=answer.json, id=answer.stamp, retry=RECONNECT_MS)
                await watcher.wait(LOOK_AGAIN_SECONDS.get(answer.status.status, KEEP_ALIVE_SECONDS))
                await auth.customers_order(request, order_id)
    except NotFoundError:
        pass  # the link was revoked, or the customer has signed out
    except UNAVAILABLE as error:
        logger.warning("stream ended, database unavailable", order=str(order_id), error=str(error))


@post(
    "/purchase/regenerate-backlink",
    status_code=202,
    operation_id="regenerate_backlink",
    summary="Regenerate a link",
    tags=TAGS,
    security=auth.CUSTOMER,
    responses=refusals(403, 404, 409, 415, 429),
)
async def regenerate_backlink(
    request: Request[Any, Any, Any], data: JSONBody[OrderRequest]
) -> Envelope[RegenerationView]:
    """Integrate the link again, into the article as it is published now."""
    return await _regenerate(
        await auth.customers_order(request, data.order_id),
        OrderKind.BACKLINK,
        "The AI will re-integrate your backlink into the current published version.",
    )


@post(
    "/purchase/regenerate-article",
    status_code=202,
    operation_id="regenerate_article",
    summary="Regenerate an article",
    tags=TAGS,
    security=auth.CUSTOMER,
    responses=refusals(403, 404, 409, 415, 429),
)
async def regenerate_article(
    request: Request[Any, Any, Any], data: JSONBody[OrderRequest]
) -> Envelope[RegenerationView]:
    """Write the article again, from the order and not from an earlier version."""
    return await _regenerate(
        await auth.customers_order(request, data.order_id),
        OrderKind.ARTICLE,
        "The AI will write your article again from your order, not from this version.",
    )


async def _regenerate(order: Order, kind: OrderKind, note: str) -> Envelope[RegenerationView]:
    """Start a regeneration. Raises ConflictError for an order of the other kind."""
    if order.kind != kind:
        raise ConflictError(
            f"This order is for a {order.kind}: call regenerate-{order.kind}.",
            code="wrong_kind",
            details=[FieldError("orderId", "kind", f"The order's kind is {order.kind}.")],
        )
    outbox = await lifecycle.regenerate(order.id)
    await nudge(outbox)
    job = outbox.jobs[0]
    return success(
        RegenerationView(job_id=job.id, estimated_time=await estimate(job.queue, job.id), note=note),
        "Regeneration request submitted. You'll receive an email when ready.",
    )


@post(
    "/purchase/submit-for-review",
    status_code=200,
    operation_id="submit_for_review",
    summary="Submit a version for review",
    tags=TAGS,
    security=auth.CUSTOMER,
    responses=refusals(403, 404, 409, 415),
)
async def submit_for_review(
    request: Request[Any, Any, Any], data: JSONBody[SubmitRequest]
) -> Envelope[OrderStatusView]:
    """Submit the order's current version to an editor, who decides on it; with `earlier`, one of those before it."""
    order = await auth.customers_order(request, data.order_id)
    submit = submission.submit_earlier if data.earlier else lifecycle.submit
    await nudge(await submit(order.id, data.version_id))
    return success(await get_status(order.id), "Submitted, awaiting approval")


@post(
    "/purchase/cancel",
    status_code=200,
    operation_id="cancel_order",
    summary="Cancel an order",
    tags=TAGS,
    security=auth.CUSTOMER,
    responses=refusals(403, 404, 409, 415),
)
async def cancel_order(request: Request[Any, Any, Any], data: JSONBody[OrderRequest]) -> Envelope[OrderStatusView]:
    """Cancel an order before its review, where its domain allows that; the payment is refunded."""
    order = await auth.customers_order(request, data.order_id)
    await nudge(await cancellation.cancel(order.id))
    return success(await get_status(order.id), "Cancelled; the refund is on its way")


HANDLERS = [
    get_order_status,
    watch_order_status,
    regenerate_backlink,
    regenerate_article,
    submit_for_review,
    cancel_order,
]

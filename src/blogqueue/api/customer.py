"""A customer's order: its status, another integration, and submitting it for review."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import ServerSentEvent, ServerSentEventMessage

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.api.envelope import success
from blogqueue.db.engine import AWAY
from blogqueue.db.tables.orders import Order
from blogqueue.errors import ConflictError, FieldError
from blogqueue.log import logger
from blogqueue.orders import changes, lifecycle
from blogqueue.orders.status import estimate, get_status
from blogqueue.orders.status_view import stamp
from blogqueue.states import OrderKind, OrderStatus

RECONNECT_MS = 2_000
LOOK_AGAIN_SECONDS = {OrderStatus.PROCESSING: 5}
"""While an order waits its place changes with other orders, of which it is not told: the seed's 5 s."""
KEEP_ALIVE_SECONDS = 25
"""Otherwise; proxies cut a connection on which nothing was said for 30 s or more."""


class OrderRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """One order of the customer's."""

    order_id: UUID


class SubmitRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The version that the customer saw and is content with."""

    order_id: UUID
    version_id: UUID


@get("/purchase/status/{order_id:uuid}")
async def get_order_status(request: Request[Any, Any, Any], order_id: FromPath[UUID]) -> dict[str, Any]:
    """Where an order stands."""
    return success(await get_status(await auth.customers_order(request, order_id)))


@get("/purchase/status/{order_id:uuid}/events", media_type="text/event-stream")
async def status_events(request: Request[Any, Any, Any], order_id: FromPath[UUID]) -> ServerSentEvent:
    """The status object as server-sent events: at once, and again at every change."""
    order = await auth.customers_order(request, order_id)
    changes.check_room(order.id)
    return ServerSentEvent(_events(order.id))


async def _events(order_id: UUID) -> AsyncGenerator[ServerSentEventMessage]:
    """One event a change; no connection of the pool is held in between."""
    said = ""
    try:
        with changes.watching(order_id) as watcher:
            while not changes.stopping():
                status = await get_status(await lifecycle.get(order_id))
                now = stamp(status)
                if now == said:
                    yield ServerSentEventMessage(data=None, comment="nothing new")
                else:
                    said = now
                    yield ServerSentEventMessage(data=msgspec.json.encode(status), id=now, retry=RECONNECT_MS)
                await watcher.change(LOOK_AGAIN_SECONDS.get(status.status, KEEP_ALIVE_SECONDS))
    except AWAY as error:
        logger.warning("stream ended, database away", order=str(order_id), error=str(error))


@post("/purchase/regenerate-backlink", status_code=202)
async def regenerate_backlink(request: Request[Any, Any, Any], data: JSONBody[OrderRequest]) -> dict[str, Any]:
    """Integrate the link anew into the current published article."""
    return await _regenerated(
        await auth.customers_order(request, data.order_id),
        OrderKind.BACKLINK,
        "The AI will re-integrate your backlink into the current published version.",
    )


@post("/purchase/regenerate-article", status_code=202)
async def regenerate_article(request: Request[Any, Any, Any], data: JSONBody[OrderRequest]) -> dict[str, Any]:
    """Write the article anew, from the order and not from an earlier version."""
    return await _regenerated(
        await auth.customers_order(request, data.order_id),
        OrderKind.ARTICLE,
        "The AI will write your article anew, not on from this version.",
    )


async def _regenerated(order: Order, kind: OrderKind, note: str) -> dict[str, Any]:
    """The seed's answer to a regeneration. Raises ConflictError for an order of the other kind."""
    if order.kind != kind:
        raise ConflictError(
            f"This order is of a {order.kind}; ask for regenerate-{order.kind}.",
            code="wrong_kind",
            details=[FieldError("orderId", "kind", f"The order's kind is {order.kind}.")],
        )
    outbox = await lifecycle.regenerate(order.id)
    await nudge(outbox)
    job = outbox.jobs[0]
    return success(
        {"jobId": job.id, "estimatedTime": await estimate(job.queue, job.id), "note": note},
        "Regeneration request submitted. You'll receive an email when ready.",
    )


@post("/purchase/submit-for-review", status_code=200)
async def submit_for_review(request: Request[Any, Any, Any], data: JSONBody[SubmitRequest]) -> dict[str, Any]:
    """Hand the order's current version to an editor."""
    order = await auth.customers_order(request, data.order_id)
    await nudge(await lifecycle.submit(order.id, data.version_id))
    return success(await get_status(await lifecycle.get(order.id)), "Submitted, awaiting approval")


HANDLERS = [get_order_status, status_events, regenerate_backlink, regenerate_article, submit_for_review]

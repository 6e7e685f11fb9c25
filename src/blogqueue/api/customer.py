"""A customer's order: its status, another integration, and submitting it for review."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, JSONBody

from blogqueue import order_status, orders
from blogqueue.actors.messages import nudge
from blogqueue.api import access
from blogqueue.api.envelope import success
from blogqueue.jobs import BACKLINK_INTEGRATION
from blogqueue.promises import Promised


class OrderRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """One order of the customer's."""

    order_id: UUID


class SubmitRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The version that the customer saw and is content with."""

    order_id: UUID
    version_id: UUID


@get("/purchase/status/{order_id:uuid}")
async def get_status(request: Request[Any, Any, Any], order_id: FromPath[UUID]) -> dict[str, Any]:
    """Where an order stands."""
    return success(await order_status.status(await access.customers_order(request, order_id)))


@post("/purchase/regenerate-backlink", status_code=202)
async def regenerate_backlink(request: Request[Any, Any, Any], data: JSONBody[OrderRequest]) -> dict[str, Any]:
    """Integrate the link anew into the current published article."""
    order = await access.customers_order(request, data.order_id)
    job = await orders.regenerate(order.id)
    await nudge(Promised(jobs=(job,)))
    return success(
        {
            "jobId": job.id,
            "estimatedTime": await order_status.estimate(BACKLINK_INTEGRATION),
            "note": "The AI will re-integrate your backlink into the current published version.",
        },
        "Regeneration request submitted. You'll receive an email when ready.",
    )


@post("/purchase/submit-for-review", status_code=200)
async def submit_for_review(request: Request[Any, Any, Any], data: JSONBody[SubmitRequest]) -> dict[str, Any]:
    """Hand the order's current version to an editor."""
    order = await access.customers_order(request, data.order_id)
    await nudge(await orders.submit(order.id, data.version_id))
    return success(await order_status.status(await orders.get(order.id)), "Submitted, awaiting approval")


HANDLERS = [get_status, regenerate_backlink, submit_for_review]

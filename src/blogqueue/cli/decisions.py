"""What an operator decides about an order: approve, reject, send back, cancel, retry, refund.

As in `cli.commands`, each imports what it needs; one that fails prints a sentence and exits with 1.
"""
# ruff: noqa: PLC0415 - see above

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from uuid import UUID

import click

from blogqueue.cli import output
from blogqueue.cli.database import OPERATOR, with_database
from blogqueue.cli.orders import ORDER_ID, orders_group, show_status
from blogqueue.states import OPEN_JOBS, OrderStatus

if TYPE_CHECKING:
    from blogqueue.reviews.approval import Decision


def _decide(order_id: UUID, make: "Callable[[], Awaitable[Decision]]", *, as_json: bool) -> None:
    """Carry out an editor's decision, and show the order's new status."""
    from blogqueue.actors.messages import nudge

    async def decide() -> str:
        decision = await make()
        await nudge(decision.outbox)
        return decision.order.status

    show_status(order_id, with_database(decide()), as_json=as_json)


@orders_group.command("approve")
@ORDER_ID
@output.JSON
def approve_order(order_id: UUID, as_json: bool) -> None:
    """Publish the version of an order in review; if it no longer fits, the link is integrated again."""
    from blogqueue.reviews import approval

    _decide(order_id, lambda: approval.approve(order_id, actor=OPERATOR), as_json=as_json)


@orders_group.command("reject")
@ORDER_ID
@click.option("--reason", required=True, help="Why; the customer reads it.")
@output.JSON
def reject_order(order_id: UUID, reason: str, as_json: bool) -> None:
    """Reject an order in review for good; its payment is refunded."""
    from blogqueue.reviews import approval

    _decide(order_id, lambda: approval.reject(order_id, actor=OPERATOR, reason=reason), as_json=as_json)


@orders_group.command("send-back")
@ORDER_ID
@click.option("--reason", required=True, help="What should be different; the model and the customer read it.")
@output.JSON
def send_order_back(order_id: UUID, reason: str, as_json: bool) -> None:
    """Have another version made of an order in review, which its customer then submits again."""
    from blogqueue.reviews import sending_back

    _decide(order_id, lambda: sending_back.send_back(order_id, actor=OPERATOR, reason=reason), as_json=as_json)


@orders_group.command("cancel")
@ORDER_ID
@click.option("--reason", default="", help="Why, for the history; the customer does not read it.")
@output.JSON
def cancel_order(order_id: UUID, reason: str, as_json: bool) -> None:
    """Cancel an order before its review; it becomes FAILED.

    One that is worked on is then retried or refunded. One that waits for its customer is refunded at once, also where
    its domain lets no customer cancel.
    """
    from blogqueue.actors.messages import nudge
    from blogqueue.orders import job_actions
    from blogqueue.orders.status import get_status
    from blogqueue.payments import cancellation

    async def cancel() -> None:
        jobs = (await get_status(order_id)).queue.jobs
        open_jobs = [job.job_id for job in jobs if job.state in OPEN_JOBS]
        if open_jobs:
            await nudge(await job_actions.cancel(open_jobs[0], actor=OPERATOR, reason=reason))
        else:
            await nudge(await cancellation.cancel(order_id, actor=OPERATOR, detail=reason))

    with_database(cancel())
    show_status(order_id, OrderStatus.FAILED, as_json=as_json)


@orders_group.command("retry")
@ORDER_ID
@output.JSON
def retry_order(order_id: UUID, as_json: bool) -> None:
    """Give the job of a FAILED order new attempts, as long as no refund has begun."""
    from blogqueue.actors.messages import nudge
    from blogqueue.orders import lifecycle

    async def retry() -> None:
        await nudge(await lifecycle.retry(order_id, actor=OPERATOR))

    with_database(retry())
    show_status(order_id, OrderStatus.PROCESSING, as_json=as_json)


@orders_group.command("refund")
@ORDER_ID
@output.JSON
def refund_order(order_id: UUID, as_json: bool) -> None:
    """Refund a FAILED order now, or once more after its refund has failed."""
    from blogqueue.actors.messages import nudge
    from blogqueue.payments import refunds

    async def refund() -> None:
        await nudge(await refunds.begin_or_repeat(order_id, actor=OPERATOR))

    with_database(refund())
    result = {"orderId": order_id, "refundState": "INITIATED"}
    output.show_result(f"the refund of {order_id} is on its way", result, as_json=as_json)

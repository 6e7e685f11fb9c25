"""The work of every minute: nets under what could be lost, and what falls due. Safe to run twice, or late."""

import asyncio
from typing import TYPE_CHECKING, cast
from uuid import UUID

from blogqueue.actors.broker import broker
from blogqueue.emails import emails
from blogqueue.jobs import jobs, stats
from blogqueue.jobs.redis_broker import BellBroker
from blogqueue.log import logger
from blogqueue.orders import purchases
from blogqueue.outbox import Outbox
from blogqueue.payments import held_payments, reconciliation, refunds

if TYPE_CHECKING:
    from blogqueue.jobs.rabbitmq_broker import DrainingBroker

UNSEEN_SECONDS = 5
"""What is due and does not wait in the broker's queue is sent again, if the broker was not told of it just now."""


async def minute() -> Outbox:
    """Do what is due now; what is to be sent (again). A step that fails is logged and keeps none of the others back."""
    outbox = Outbox()
    # The nets first: what asks outside parties may take its time.
    for step in (_nets, _slots, refunds.begin_due, reconciliation.reconcile, held_payments.send_due, _records):
        try:
            outbox += await step()
        except Exception:  # noqa: BLE001 - a step that fails keeps none of the others back
            logger.exception("upkeep step failed", step=step.__name__)
    logger.info(
        "upkeep",
        jobs_sent=len(outbox.jobs),
        emails_sent=len(outbox.emails),
        refunds_sent=len(outbox.refunds),
    )
    return outbox


async def _nets() -> Outbox:
    """Due jobs, letters and refunds of which the broker knows nothing (any more).

    Of the jobs whose messages it holds that is noted, so that each due job's row says when the broker last knew of it.
    """
    due = await jobs.overdue(UNSEEN_SECONDS)
    by_queue = {queue: [job.id for job in due if job.queue == queue] for queue in {job.queue for job in due}}
    held = {job for queue, ids in by_queue.items() for job in await _held(queue, ids)}
    await jobs.mark_sent(list(held))
    unsent = [str(email) for email in await emails.overdue(UNSEEN_SECONDS)]
    told = await _held("mail", unsent)
    return Outbox(
        jobs=tuple(job for job in due if job.id not in held),
        emails=tuple(UUID(email) for email in unsent if email not in told),
        refunds=await refunds.list_due(),
    )


async def _held(queue: str, ids: list[str]) -> set[str]:
    """Those of these rows of whose messages the broker can be sure to hold one.

    RabbitMQ only tells how many messages wait: if they are fewer than the rows, all are sent again. One too many does
    no harm, and with them they are no longer fewer.
    """
    if isinstance(broker, BellBroker):
        return set(ids) & await asyncio.to_thread(broker.waiting, queue)
    ready = await asyncio.to_thread(cast("DrainingBroker", broker).ready, queue)
    return set(ids) if ready >= len(ids) else set()


async def _slots() -> Outbox:
    await purchases.expire()
    return Outbox()


async def _records() -> Outbox:
    await stats.record()
    await jobs.clean_up()
    return Outbox()

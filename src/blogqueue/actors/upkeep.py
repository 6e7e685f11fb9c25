"""The work of every minute: nets under what could be lost, and what falls due. Safe to run twice, or late."""

import asyncio

from blogqueue import jobs, letters, payments, purchases, queue_stats, refunds
from blogqueue.actors.broker import broker
from blogqueue.brokers import BellBroker
from blogqueue.log import logger
from blogqueue.promises import Promised, PromisedJob

UNSEEN_SECONDS = 60
"""A due job that the broker was told of this long ago, and does not hold, is sent again."""

UNKNOWN_SECONDS = 600
"""The same where the broker (RabbitMQ) cannot be asked what it holds; a reminder too many does no harm."""


async def minute() -> Promised:
    """Do what is due now; what is to be sent (again). A step that fails is logged and keeps none of the others back."""
    promised = Promised()
    # The nets first: what asks outside parties may take its time.
    for step in (_nets, _places, refunds.begin_due, payments.reconcile, _records):
        try:
            promised += await step()
        except Exception:  # noqa: BLE001 - a step that fails keeps none of the others back
            logger.exception("upkeep step failed", step=step.__name__)
    logger.info(
        "upkeep",
        jobs_sent=len(promised.jobs),
        letters_sent=len(promised.letters),
        refunds_sent=len(promised.refunds),
    )
    return promised


async def _nets() -> Promised:
    return Promised(jobs=await _lost(), letters=await letters.overdue(), refunds=await refunds.overdue())


async def _places() -> Promised:
    await purchases.expire()
    return Promised()


async def _records() -> Promised:
    await queue_stats.record()
    await jobs.clean_up()
    return Promised()


async def _lost() -> tuple[PromisedJob, ...]:
    """Due jobs of which the broker knows nothing (any more)."""
    if not isinstance(broker, BellBroker):
        return tuple(await jobs.overdue(UNKNOWN_SECONDS))
    due = await jobs.overdue(UNSEEN_SECONDS)
    held = {queue: await asyncio.to_thread(broker.waiting, queue) for queue in {job.queue for job in due}}
    return tuple(job for job in due if job.id not in held[job.queue])

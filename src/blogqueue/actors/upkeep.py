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
    """Do what is due now; what is to be sent (again)."""
    await queue_stats.record()
    expired = await purchases.expire()
    forgotten = await jobs.clean_up()
    promised = await payments.reconcile() + await refunds.begin_due()
    promised += Promised(jobs=await _lost(), letters=await letters.overdue(), refunds=await refunds.overdue())
    logger.info(
        "upkeep",
        purchases_expired=expired,
        jobs_forgotten=forgotten,
        jobs_sent=len(promised.jobs),
        letters_sent=len(promised.letters),
        refunds_sent=len(promised.refunds),
    )
    return promised


async def _lost() -> tuple[PromisedJob, ...]:
    """Due jobs of which the broker knows nothing (any more)."""
    if not isinstance(broker, BellBroker):
        return tuple(await jobs.overdue(UNKNOWN_SECONDS))
    due = await jobs.overdue(UNSEEN_SECONDS)
    held = {queue: await asyncio.to_thread(broker.waiting, queue) for queue in {job.queue for job in due}}
    return tuple(job for job in due if job.id not in held[job.queue])

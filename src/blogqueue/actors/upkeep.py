"""The work of every minute: nets under what could be lost, and what falls due. Safe to run twice, or late."""

import asyncio

from blogqueue import jobs, letters, payments, purchases, queue_stats, refunds
from blogqueue.actors.broker import broker
from blogqueue.brokers import BellBroker
from blogqueue.log import logger
from blogqueue.promises import Promised

UNSEEN_SECONDS = 5
"""What is due and does not wait in the broker's queue is sent again, if the broker was not told of it just now."""

UNKNOWN_SECONDS = 600
"""The same where the broker (RabbitMQ) cannot be asked what waits there; a reminder too many does no harm."""


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
    """Due jobs, letters and refunds of which the broker knows nothing (any more)."""
    seconds = UNSEEN_SECONDS if isinstance(broker, BellBroker) else UNKNOWN_SECONDS
    due = await jobs.overdue(seconds)
    waiting = {queue: await _waiting(queue) for queue in {job.queue for job in due} | {"mail"}}
    return Promised(
        jobs=tuple(job for job in due if job.id not in waiting[job.queue]),
        letters=tuple(letter for letter in await letters.overdue(UNSEEN_SECONDS) if str(letter) not in waiting["mail"]),
        refunds=await refunds.overdue(),
    )


async def _waiting(queue: str) -> set[str]:
    return await asyncio.to_thread(broker.waiting, queue) if isinstance(broker, BellBroker) else set()


async def _places() -> Promised:
    await purchases.expire()
    return Promised()


async def _records() -> Promised:
    await queue_stats.record()
    await jobs.clean_up()
    return Promised()

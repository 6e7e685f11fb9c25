"""The work of every minute: nets under what could be lost, and what falls due. Safe to run twice, or late."""

from blogqueue import jobs, letters, purchases, queue_stats, refunds
from blogqueue.log import logger
from blogqueue.promises import Promised


async def minute() -> Promised:
    """Do what is due now; what is to be sent (again)."""
    await queue_stats.record()
    expired = await purchases.expire()
    forgotten = await jobs.clean_up()
    promised = await refunds.begin_due()
    promised += Promised(
        jobs=tuple(await jobs.overdue()),
        letters=await letters.overdue(),
        refunds=await refunds.overdue(),
    )
    logger.info(
        "upkeep",
        purchases_expired=expired,
        jobs_forgotten=forgotten,
        jobs_resent=len(promised.jobs),
        letters_resent=len(promised.letters),
        refunds_sent=len(promised.refunds),
    )
    return promised

"""A line and a row a minute for each queue (the seed's "Queue stats logged every minute")."""

from blogqueue.db.tables.jobs import QueueStat
from blogqueue.jobs import jobs
from blogqueue.log import logger
from blogqueue.states import JobState


async def record() -> None:
    """Write this minute's row of each queue, once however often the minute strikes, and log it."""
    at = (await QueueStat.raw("SELECT date_trunc('minute', clock_timestamp()) AS at"))[0]["at"]
    for queue, states in (await jobs.counts()).items():
        stat = QueueStat(
            queue=queue,
            at=at,
            waiting=states[JobState.WAITING],
            active=states[JobState.ACTIVE],
            delayed=states[JobState.DELAYED],
            completed=states[JobState.COMPLETED],
            failed=states[JobState.FAILED],
        )
        fresh = await QueueStat.insert(stat).on_conflict(action="DO NOTHING").returning(QueueStat.id)
        if fresh:
            logger.info("queue stats", queue=queue, **states)

"""What people see of the queues: jobs, their numbers, position and duration, and a row of statistics per minute."""

from datetime import datetime
from typing import Any

from piccolo.query.functions.aggregate import Count

from blogqueue.db.tables.jobs import Job, QueueStat
from blogqueue.errors import NotFoundError
from blogqueue.jobs.queues import JOB_QUEUES
from blogqueue.log import logger
from blogqueue.states import JobState

_RUN_SECONDS = """
SELECT min(seconds) AS shortest, max(seconds) AS longest FROM (
    SELECT EXTRACT(EPOCH FROM finished_at - started_at) AS seconds FROM jobs
    WHERE queue = {} AND state = 'COMPLETED' ORDER BY finished_at DESC LIMIT 20) AS newest
"""
"""The shortest and longest run of a queue's last 20 completed jobs."""

_JOBS_AHEAD = """
SELECT count(*) FILTER (WHERE other.state = 'ACTIVE') AS running,
       count(*) FILTER (WHERE other.state <> 'ACTIVE' AND other.created_at < job.created_at) AS ahead
FROM jobs job JOIN jobs other ON other.queue = job.queue AND other.id <> job.id
    AND other.state IN ('WAITING', 'DELAYED', 'ACTIVE')
WHERE job.id = {} AND job.state = 'WAITING'
"""
"""How many jobs of a waiting job's queue are running, and how many wait longer than it does."""


async def list_newest(queue: str = "", state: JobState | None = None, *, limit: int = 50) -> list[dict[str, Any]]:
    """Return the newest jobs, of one queue and one state if they are given."""
    query = Job.select().order_by(Job.created_at, ascending=False).limit(limit)
    if queue:
        query = query.where(Job.queue == queue)
    if state is not None:
        query = query.where(Job.state == state)
    return await query.output(load_json=True)


async def get_job(job_id: str) -> dict[str, Any]:
    """Return a job with the errors of all its attempts. Raises NotFoundError."""
    row = await Job.select().where(Job.id == job_id).first().output(load_json=True)
    if row is None:
        raise NotFoundError(f"job: {job_id}")
    return row


async def count_jobs() -> dict[str, dict[str, int]]:
    """Return how many jobs each queue has in each state: {queue: {state: count}}."""
    rows = await Job.select(Job.queue, Job.state, Count()).group_by(Job.queue, Job.state)
    by_queue = {name: {state.value: 0 for state in JobState} for name in JOB_QUEUES}
    for row in rows:
        by_queue[row["queue"]][row["state"]] = row["count"]
    return by_queue


async def get_run_seconds(queue: str) -> tuple[float, float] | None:
    """Return the shortest and the longest of the queue's last 20 runs in s; None before the first job is completed."""
    row = (await Job.raw(_RUN_SECONDS, queue))[0]
    return None if row["shortest"] is None else (float(row["shortest"]), float(row["longest"]))


async def count_turns(job_id: str, *, slots: int) -> int:
    """Return how many jobs, one after another, it takes until a job has ended: 1 if it runs or can start at once.

    `slots` is how many jobs of its queue run at the same time; if more are running, their number counts.
    """
    row = (await Job.raw(_JOBS_AHEAD, job_id))[0]
    return (row["running"] + row["ahead"]) // max(slots, row["running"]) + 1


async def get_position(queue: str, created_at: datetime) -> int:
    """Return the position in its queue of a waiting job that was created at that time: 1 is next."""
    ahead = await Job.count().where(
        Job.queue == queue, Job.state.is_in([JobState.WAITING, JobState.DELAYED]), Job.created_at < created_at
    )
    return ahead + 1


async def record() -> None:
    """Store and log this minute's numbers of each queue, once however often it is called in that minute."""
    at = (await QueueStat.raw("SELECT date_trunc('minute', clock_timestamp()) AS at"))[0]["at"]
    for queue, states in (await count_jobs()).items():
        stat = QueueStat(
            queue=queue,
            at=at,
            waiting=states[JobState.WAITING],
            active=states[JobState.ACTIVE],
            delayed=states[JobState.DELAYED],
            completed=states[JobState.COMPLETED],
            failed=states[JobState.FAILED],
        )
        if await QueueStat.insert(stat).on_conflict(action="DO NOTHING").returning(QueueStat.id):
            logger.info("queue stats recorded", queue=queue, **{state.lower(): n for state, n in states.items()})

"""What people see of the queues: jobs, their numbers, position and duration, and a row of statistics per minute."""

from datetime import datetime
from typing import Any

import msgspec
from piccolo.querystring import QueryString

from blogqueue.db.tables.jobs import Job, QueueStat
from blogqueue.db.tables.observation import Tally
from blogqueue.errors import NotFoundError
from blogqueue.jobs.queues import JOB_QUEUES
from blogqueue.log import logger
from blogqueue.states import JobState

FORECAST = """
SELECT others.running, others.ahead, runs.shortest, runs.longest
FROM (SELECT count(*) FILTER (WHERE other.state = 'ACTIVE') AS running,
             count(*) FILTER (WHERE other.state <> 'ACTIVE' AND other.created_at < job.created_at) AS ahead
      FROM jobs other
      WHERE job.state = 'WAITING' AND other.queue = job.queue AND other.id <> job.id
        AND other.state IN ('WAITING', 'DELAYED', 'ACTIVE')) AS others,
     (SELECT min(seconds) AS shortest, max(seconds) AS longest
      FROM (SELECT EXTRACT(EPOCH FROM finished_at - claimed_at)::float AS seconds FROM jobs
            WHERE queue = job.queue AND state = 'COMPLETED' AND claimed_at IS NOT NULL AND errors = '[]'
            ORDER BY finished_at DESC LIMIT 20) AS newest) AS runs
"""
"""The `Forecast` of the row `job` of an outer query."""

_FORECAST_OF = f"SELECT forecast.* FROM jobs job, LATERAL ({FORECAST}) AS forecast WHERE job.id = {{}}"  # noqa: S608 - constants


class Forecast(msgspec.Struct, frozen=True):
    """What is known of how long a job will take.

    `running` and `ahead` say how many jobs of its queue run and how many wait longer than it does, both 0 for a job
    that does not wait. `shortest` and `longest` are of the last run of the queue's last 20 completed jobs, in s; None
    before there are any. Jobs that had a failed attempt are left out, as their last run may be a part of the work only.
    """

    running: int
    ahead: int
    shortest: float | None
    longest: float | None

    def count_turns(self, slots: int) -> int:
        """Return how many jobs, one after another, it takes until the job has ended: 1 if it runs or can start at once.

        `slots` is how many jobs of its queue run at the same time; if more are running, their number counts.
        """
        return (self.running + self.ahead) // max(slots, self.running) + 1


CLOCK_SECONDS = 150
"""The clock starts the work of each minute; after two that were missed and some delay, it does not run."""

KEEP_DAYS = 30

_OLDEST = QueryString("now() - {} * interval '1 day'", KEEP_DAYS)


_COUNTED = """
SELECT labels ->> 'queue' AS queue, labels ->> 'state' AS state, sum(value)::bigint AS number
FROM tallies WHERE name = 'jobs' GROUP BY labels
"""
"""The numbers of jobs as triggers keep them: `jobs` itself is not read, however many there are."""

_NEWEST = """
SELECT found.id FROM unnest({}::varchar[]) AS queues (queue), unnest({}::varchar[]) AS states (state),
LATERAL (SELECT j.id, j.created_at FROM jobs j WHERE j.queue = queues.queue AND j.state = states.state
    ORDER BY j.created_at DESC, j.id DESC LIMIT {}) AS found
ORDER BY found.created_at DESC, found.id DESC LIMIT {}
"""
"""Index `jobs_listed`, once for each queue and state."""

_TOKENS = """
SELECT labels ->> 'queue' AS queue, labels ->> 'direction' AS direction, sum(value)::bigint AS number
FROM tallies WHERE name = 'model_tokens' GROUP BY labels
"""

_RUNS = """
SELECT count(*) FILTER (WHERE state = 'COMPLETED') AS runs_completed,
    count(*) FILTER (WHERE state = 'FAILED') AS runs_failed,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY run_ms)::int AS run_ms_p50,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY run_ms)::int AS run_ms_p95,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY pickup_ms)::int AS pickup_ms_p50,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY pickup_ms)::int AS pickup_ms_p95,
    (1000 * EXTRACT(EPOCH FROM clock_timestamp() - LEAST(
        (SELECT min(created_at) FROM jobs WHERE queue = minute.queue AND state = 'WAITING'),
        (SELECT min(created_at) FROM jobs WHERE queue = minute.queue AND state = 'DELAYED'))))::bigint AS oldest_ms
FROM (SELECT {}::timestamptz AS at, GREATEST({}::timestamptz - interval '1 day', COALESCE(
          (SELECT max(at) FROM queue_stats WHERE queue = {} AND at < {}), '-infinity')) AS since, {} AS queue) AS minute
LEFT JOIN LATERAL (
    SELECT state, 1000 * EXTRACT(EPOCH FROM finished_at - claimed_at) AS run_ms,
        1000 * EXTRACT(EPOCH FROM started_at - created_at) AS pickup_ms
    FROM jobs WHERE jobs.queue = minute.queue AND state IN ('COMPLETED', 'FAILED')
        AND finished_at > minute.since AND finished_at <= minute.at) AS ended ON true
GROUP BY minute.queue
"""
"""The runs of a queue that ended since its row of the minute before, which may be longer ago: up to a day."""


async def list_newest(queue: str = "", state: JobState | None = None, *, limit: int = 50) -> list[dict[str, Any]]:
    """Return the newest jobs, of one queue and one state if they are given."""
    queues, states = [queue] if queue else list(JOB_QUEUES), [state] if state else list(JobState)
    rows = await Job.raw(_NEWEST, queues, [one.value for one in states], limit, limit)
    return await list_by_ids([row["id"] for row in rows])


async def list_by_ids(job_ids: list[str]) -> list[dict[str, Any]]:
    """Return the jobs with these ids, newest first."""
    if not job_ids:
        return []
    query = Job.select().where(Job.id.is_in(job_ids)).order_by(Job.created_at, ascending=False)
    return await query.order_by(Job.id, ascending=False).output(load_json=True)


async def get_job(job_id: str) -> dict[str, Any]:
    """Return a job with the errors of all its attempts. Raises NotFoundError."""
    row = await Job.select().where(Job.id == job_id).first().output(load_json=True)
    if row is None:
        raise NotFoundError("job", field="jobId", which=job_id)
    return row


async def count_jobs() -> dict[str, dict[str, int]]:
    """Return how many jobs each queue has in each state: {queue: {state: count}}."""
    by_queue = {name: {state.value: 0 for state in JobState} for name in JOB_QUEUES}
    for row in await Tally.raw(_COUNTED):
        by_queue[row["queue"]][row["state"]] = row["number"]
    return by_queue


async def count_tokens() -> dict[str, dict[str, int]]:
    """Return the tokens of each queue's calls of the model, all that there were: {queue: {direction: tokens}}.

    The directions are `input`, `cached`, which is a part of it, and `output`.
    """
    by_queue = {name: {"input": 0, "cached": 0, "output": 0} for name in JOB_QUEUES}
    for row in await Tally.raw(_TOKENS):
        by_queue[row["queue"]][row["direction"]] = row["number"]
    return by_queue


async def forecast(job_id: str) -> Forecast:
    """Return what is known of how long a job will take. Raises NotFoundError."""
    rows = await Job.raw(_FORECAST_OF, job_id)
    if not rows:
        raise NotFoundError("job", field="jobId", which=job_id)
    return Forecast(**rows[0])


async def get_age_seconds() -> float | None:
    """Return how many seconds ago a minute's numbers were last stored, None if they never were."""
    age = (await QueueStat.raw("SELECT EXTRACT(EPOCH FROM clock_timestamp() - max(at)) AS age FROM queue_stats"))[0]
    return None if age["age"] is None else float(age["age"])


async def _measure(queue: str, at: datetime) -> dict[str, Any]:
    """Return the numbers of the runs of a queue that ended between its row before `at` and `at`; see `QueueStat`."""
    return (await Job.raw(_RUNS, at, at, queue, at, queue))[0]


async def forget() -> None:
    """Delete numbers that are older than 30 days."""
    await QueueStat.delete().where(QueueStat.at < _OLDEST)


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
            **await _measure(queue, at),
        )
        if await QueueStat.insert(stat).on_conflict(action="DO NOTHING").returning(QueueStat.id):
            logger.info("queue stats recorded", queue=queue, **{state.lower(): n for state, n in states.items()})

"""The state of the whole engine, as an operator looks at it: queues, workers, breaker, and the clock's last minute."""

from dataclasses import dataclass
from datetime import datetime

from blogqueue.db.tables.jobs import Job, PausedQueue
from blogqueue.jobs import pausing, stats, workers
from blogqueue.jobs.queues import JOB_QUEUES
from blogqueue.jobs.sweep import KEEP_COMPLETED
from blogqueue.states import JobState

STATES = [state.value for state in JobState]

_TIMES = """
SELECT queues.queue, runs.p50, runs.p95,
    EXTRACT(EPOCH FROM clock_timestamp() - LEAST(
        (SELECT min(created_at) FROM jobs WHERE queue = queues.queue AND state = 'WAITING'),
        (SELECT min(created_at) FROM jobs WHERE queue = queues.queue AND state = 'DELAYED')))::int AS oldest,
    COALESCE(minutes.completed, 0) + (
        SELECT count(*) FROM jobs WHERE queue = queues.queue AND state = 'COMPLETED' AND finished_at > GREATEST(
            minutes.newest, now() - interval '1 hour')) AS last_hour
FROM unnest({}::varchar[]) AS queues (queue),
LATERAL (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS p50,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS p95
    FROM (SELECT EXTRACT(EPOCH FROM finished_at - claimed_at) AS seconds FROM jobs
        WHERE queue = queues.queue AND state = 'COMPLETED' ORDER BY finished_at DESC LIMIT {}) AS newest) AS runs,
LATERAL (SELECT sum(runs_completed) AS completed, max(at) AS newest FROM queue_stats
    WHERE queue = queues.queue AND at > now() - interval '1 hour') AS minutes
"""
"""The age of the oldest job that waits, the last hour's runs, and how long the last ones took, in s.

The runs of the last hour are in the rows of its minutes, and those since its last minute are in `jobs` (`jobs_done`).
"""


@dataclass(frozen=True, slots=True)
class QueueState:
    """A queue of jobs.

    `counts` is by state. `oldest_seconds` is the age of the oldest job that waits.
    `run_seconds_p50` and `…_p95` are over the last 100 completed jobs. `workers` are those alive that serve it, and
    `slots` how many jobs they can run at once.
    """

    name: str
    counts: dict[str, int]
    oldest_seconds: int | None
    completed_last_hour: int
    run_seconds_p50: float | None
    run_seconds_p95: float | None
    workers: int
    slots: int
    paused_at: datetime | None
    paused_by: str
    pause_reason: str


async def count_states(queue: str = "") -> dict[str, int]:
    """Return how many jobs are in each state, of one queue or of all."""
    by_queue = await stats.count_jobs()
    counted = [by_queue[queue]] if queue in JOB_QUEUES else list(by_queue.values())
    return {state: sum(counts[state] for counts in counted) for state in STATES}


async def list_queues() -> list[QueueState]:
    """Return the queues of jobs, each with its workers."""
    names = list(JOB_QUEUES)
    counts = await stats.count_jobs()
    rows = {row["queue"]: row for row in await Job.raw(_TIMES, names, KEEP_COMPLETED)}
    paused = await pausing.list_paused()
    alive = [worker for worker in await workers.list_workers() if worker.alive]
    return [_describe(name, counts[name], rows[name], paused.get(name), alive) for name in JOB_QUEUES]


def _describe(
    name: str,
    counts: dict[str, int],
    row: dict[str, int | float | None],
    pause: PausedQueue | None,
    alive: list[workers.WorkerState],
) -> QueueState:
    serving = [worker for worker in alive if name in worker.queues]
    oldest, p50, p95 = (row.get(key) for key in ("oldest", "p50", "p95"))
    return QueueState(
        name=name,
        counts=counts,
        oldest_seconds=None if oldest is None else int(oldest),
        completed_last_hour=int(row.get("last_hour") or 0),
        run_seconds_p50=None if p50 is None else round(float(p50), 1),
        run_seconds_p95=None if p95 is None else round(float(p95), 1),
        workers=len(serving),
        slots=sum(worker.concurrency for worker in serving),
        paused_at=pause.paused_at if pause else None,
        paused_by=pause.actor if pause else "",
        pause_reason=pause.reason if pause else "",
    )

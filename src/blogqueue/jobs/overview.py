"""The state of the whole engine, as an operator looks at it: queues, workers, breaker, and the clock's last minute."""

from dataclasses import dataclass
from datetime import datetime

from blogqueue.db.tables.jobs import Job, PausedQueue
from blogqueue.jobs import pausing, workers
from blogqueue.jobs.queues import JOB_QUEUES
from blogqueue.states import JobState

_QUEUES = """
SELECT queue, count(*) FILTER (WHERE state = 'WAITING') AS waiting, count(*) FILTER (WHERE state = 'ACTIVE') AS active,
    count(*) FILTER (WHERE state = 'DELAYED') AS delayed, count(*) FILTER (WHERE state = 'COMPLETED') AS completed,
    count(*) FILTER (WHERE state = 'FAILED') AS failed, count(*) FILTER (WHERE state = 'CANCELLED') AS cancelled,
    EXTRACT(EPOCH FROM clock_timestamp() - min(created_at)
        FILTER (WHERE state IN ('WAITING', 'DELAYED')))::int AS oldest,
    count(*) FILTER (WHERE state = 'COMPLETED' AND finished_at > clock_timestamp() - interval '1 hour') AS last_hour,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM finished_at - claimed_at))
        FILTER (WHERE state = 'COMPLETED') AS p50,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM finished_at - claimed_at))
        FILTER (WHERE state = 'COMPLETED') AS p95
FROM jobs GROUP BY queue
"""
"""Counts of each queue's jobs, the age of the oldest that waits, and how long its last runs took, in s."""


@dataclass(frozen=True, slots=True)
class QueueState:
    """A queue of jobs.

    `counts` is by state. `oldest_seconds` is the age of the oldest job that waits. `run_seconds_p50` and `…_p95` are
    over the completed jobs that are kept (the last 100). `workers` are those alive that serve it, and `slots` how many
    jobs they can run at once.
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


async def list_queues() -> list[QueueState]:
    """Return the queues of jobs, each with its workers."""
    rows = {row["queue"]: row for row in await Job.raw(_QUEUES)}
    paused = await pausing.list_paused()
    alive = [worker for worker in await workers.list_workers() if worker.alive]
    return [_describe(name, rows.get(name, {}), paused.get(name), alive) for name in JOB_QUEUES]


def _describe(
    name: str, row: dict[str, int | float | None], pause: PausedQueue | None, alive: list[workers.WorkerState]
) -> QueueState:
    serving = [worker for worker in alive if name in worker.queues]
    oldest, p50, p95 = (row.get(key) for key in ("oldest", "p50", "p95"))
    return QueueState(
        name=name,
        counts={state.value: int(row.get(state.lower()) or 0) for state in JobState},
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

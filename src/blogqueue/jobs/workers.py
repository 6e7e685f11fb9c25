"""Worker processes as rows, with a heartbeat: who works on which queue, and which queue nobody works on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from blogqueue import __version__
from blogqueue.db.engine import NOW
from blogqueue.db.tables.jobs import Worker
from blogqueue.jobs.queues import QUEUES

HEARTBEAT_SECONDS = 5

LOST_AFTER_SECONDS = 30
"""Six heartbeats: longer than a restart of a worker takes, so that one does not alert."""

KEEP_HOURS = 24
"""How long the row of a worker that has ended is kept."""

_BEAT = """
INSERT INTO workers (holder, queues, concurrency, version) VALUES ({}, {}, {}, {})
ON CONFLICT (holder) DO UPDATE SET seen_at = clock_timestamp(), stopped_at = NULL,
    queues = excluded.queues, concurrency = excluded.concurrency, version = excluded.version,
    started_at = CASE WHEN workers.stopped_at IS NULL AND workers.queues = excluded.queues THEN workers.started_at
                 ELSE clock_timestamp() END
"""
"""A holder is a host and a process id, which another worker may get after a restart: all that is known is replaced."""

_LIST = """
SELECT w.holder, w.queues, w.concurrency, w.version, w.started_at, w.seen_at, w.stopped_at,
    w.stopped_at IS NULL AND w.seen_at > clock_timestamp() - {} * interval '1 second' AS alive,
    COALESCE(jsonb_agg(jsonb_build_object('job_id', j.id, 'order_id', j.order_id, 'progress', j.progress,
        'seconds', EXTRACT(EPOCH FROM clock_timestamp() - j.claimed_at)::int) ORDER BY j.claimed_at)
        FILTER (WHERE j.id IS NOT NULL), '[]') AS jobs
FROM workers w LEFT JOIN jobs j ON j.state = 'ACTIVE' AND j.lease_holder = w.holder
GROUP BY w.holder ORDER BY alive DESC, w.holder
"""

_SERVED = """
SELECT DISTINCT jsonb_array_elements_text(queues) AS queue FROM workers
WHERE seen_at > clock_timestamp() - {} * interval '1 second'
"""
"""The queues with a worker that was seen lately: one that has just ended counts, as it may be restarting."""

_FORGET = """
DELETE FROM workers WHERE seen_at < clock_timestamp() - {} * interval '1 hour'
"""

HELD_UP = f"""
job.state IN ('WAITING', 'DELAYED') AND (
    EXISTS (SELECT FROM breakers WHERE opened_at IS NOT NULL)
    OR EXISTS (SELECT FROM paused_queues WHERE paused_queues.queue = job.queue)
    OR (job.run_at < clock_timestamp() - interval '{LOST_AFTER_SECONDS} seconds' AND NOT EXISTS (
        SELECT FROM workers WHERE workers.queues ? job.queue
            AND workers.seen_at > clock_timestamp() - interval '{LOST_AFTER_SECONDS} seconds')))
"""  # noqa: S608 - built from a constant
"""Whether the row `job` waits for something that its customer should know to take longer than usual."""


@dataclass(frozen=True, slots=True)
class WorkerState:
    """A worker process, and the jobs that it runs; `alive` unless its heartbeat has stopped.

    Each of `jobs` has `job_id`, `order_id`, `progress` and `seconds`, the time since it was claimed.
    """

    holder: str
    queues: list[str]
    concurrency: int
    version: str
    started_at: datetime
    seen_at: datetime
    alive: bool
    jobs: list[dict[str, Any]]


async def beat(holder: str, queues: list[str], concurrency: int) -> None:
    """Store that a worker process is alive."""
    await Worker.raw(_BEAT, holder, msgspec.json.encode(sorted(queues)).decode(), concurrency, __version__)


async def end(holder: str) -> None:
    """Store that a worker process has ended as it should."""
    await Worker.update({Worker.stopped_at: NOW}).where(Worker.holder == holder)


async def list_workers() -> list[WorkerState]:
    """Return the worker processes of the last day, those that are alive first."""
    return [
        WorkerState(
            holder=row["holder"],
            queues=msgspec.json.decode(row["queues"]),
            concurrency=row["concurrency"],
            version=row["version"],
            started_at=row["started_at"],
            seen_at=row["seen_at"],
            alive=row["alive"],
            jobs=msgspec.json.decode(row["jobs"]),
        )
        for row in await Worker.raw(_LIST, LOST_AFTER_SECONDS)
    ]


async def find_unserved() -> list[str]:
    """Return the queues that no worker has served for 30 s."""
    served = {row["queue"] for row in await Worker.raw(_SERVED, LOST_AFTER_SECONDS)}
    return [name for name in QUEUES if name not in served]


async def forget() -> None:
    """Delete the rows of workers that ended a day ago."""
    await Worker.raw(_FORGET, KEEP_HOURS)

"""Queues that stand still: their jobs are due and have workers, and nothing moves."""

from blogqueue.db.tables.jobs import Job
from blogqueue.jobs.queues import JOB_QUEUES
from blogqueue.jobs.workers import LOST_AFTER_SECONDS

MINUTES = 15
"""As long as a run may take (`queues.RUN_LIMIT_MS`). The sweep of each minute sends lost messages again before that."""

_FIND = """
SELECT queue, EXTRACT(EPOCH FROM clock_timestamp() - due.at)::int / 60 AS minutes FROM unnest({}::text[]) AS queue,
LATERAL (SELECT min(run_at) AS at FROM jobs j WHERE j.queue = queue.queue AND j.state IN ('WAITING', 'DELAYED')) AS due
WHERE due.at < clock_timestamp() - {} * interval '1 minute'
    AND NOT EXISTS (SELECT FROM paused_queues p WHERE p.queue = queue.queue)
    AND NOT EXISTS (SELECT FROM breakers WHERE opened_at IS NOT NULL)
    AND EXISTS (SELECT FROM workers w WHERE w.queues ? queue.queue AND w.stopped_at IS NULL
                AND w.seen_at > clock_timestamp() - {} * interval '1 second')
    AND NOT EXISTS (SELECT FROM jobs j WHERE j.queue = queue.queue AND j.state = 'ACTIVE'
                    AND j.lease_until > clock_timestamp())
    AND NOT EXISTS (SELECT FROM jobs j WHERE j.queue = queue.queue AND j.state IN ('COMPLETED', 'FAILED')
                    AND j.finished_at > clock_timestamp() - {} * interval '1 minute')
"""
"""Queues whose oldest due job is too old, though it could run: the other reasons have other alerts."""


async def find() -> dict[str, int]:
    """Return the queues that stand still, and for how many minutes their oldest job has been due."""
    rows = await Job.raw(_FIND, list(JOB_QUEUES), MINUTES, LOST_AFTER_SECONDS, MINUTES)
    return {row["queue"]: row["minutes"] for row in rows}

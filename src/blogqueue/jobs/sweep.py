"""Find due jobs whose message the broker may not have, and delete old jobs."""

from blogqueue.db.engine import fetch
from blogqueue.db.tables.jobs import Job
from blogqueue.outbox import OutboxJob

KEEP_COMPLETED, KEEP_CANCELLED, KEEP_FAILED = 100, 100, 500
"""How many finished jobs each queue keeps."""

SENT_AGAIN_AFTER_SECONDS = 5
"""A job sent to the broker less long ago than this may still be on its way, so the sweep leaves it alone."""

LOST_AFTER_SECONDS = 3
"""So long after a lease has run out, or a job was due, a free worker has got the message that the broker has.

If all are busy, it may wait there longer; a second message does no harm.
"""

SENT_ONCE_IN_SECONDS = 15
"""A job whose worker was lost is sent again at most once in this time, also while no worker is there."""

LOST_LIMIT, SWEEP_LIMIT = 1_000, 10_000

_OVERDUE = """
SELECT id, queue FROM jobs
WHERE ((state IN ('WAITING', 'DELAYED') AND run_at <= clock_timestamp()
       AND (sent_at IS NULL OR sent_at < clock_timestamp() - {} * interval '1 second'))
    OR (state = 'ACTIVE' AND lease_until < clock_timestamp()))
    AND NOT EXISTS (SELECT FROM paused_queues WHERE paused_queues.queue = jobs.queue)
    AND NOT EXISTS (SELECT FROM breakers WHERE opened_at IS NOT NULL AND probe_at > clock_timestamp())
ORDER BY sent_at NULLS FIRST, run_at LIMIT {}
"""
"""Jobs that are due and were not sent lately, or whose lease has run out; those sent longest ago come first.

Nothing of a paused queue, and nothing while the model's provider is out and no probe is due: it could not be claimed.
"""

_LOST = """
WITH lost AS (
    SELECT id, queue FROM jobs
    WHERE state = 'ACTIVE' AND lease_until < now() - {} * interval '1 second'
        AND (sent_at IS NULL OR sent_at < now() - {} * interval '1 second')
        AND NOT EXISTS (SELECT FROM paused_queues WHERE paused_queues.queue = jobs.queue)
    ORDER BY lease_until LIMIT {}),
unsent AS (
    SELECT id, queue FROM jobs
    WHERE state IN ('WAITING', 'DELAYED') AND sent_at IS NULL AND run_at < now() - {} * interval '1 second'
        AND NOT EXISTS (SELECT FROM paused_queues WHERE paused_queues.queue = jobs.queue)
    ORDER BY run_at LIMIT {})
SELECT * FROM lost UNION ALL SELECT * FROM unsent
"""
"""Jobs whose worker was lost, and due jobs that the broker never got. There are few, and an index has each of them.

It compares with now(): clock_timestamp() may change from row to row, so that no index serves it.
"""

_CLEAN_UP = """
WITH ranked AS MATERIALIZED (
    SELECT id, order_id, state, row_number() OVER newest AS n FROM jobs
    WHERE state IN ('COMPLETED', 'FAILED', 'CANCELLED')
    WINDOW newest AS (PARTITION BY queue, state ORDER BY finished_at DESC)),
old AS MATERIALIZED (
    SELECT ranked.id FROM ranked JOIN orders ON orders.id = ranked.order_id
    WHERE (ranked.state = 'COMPLETED' AND n > {})
        OR (ranked.state = 'FAILED' AND n > {} AND (orders.status <> 'FAILED' OR orders.refund_state <> 'NONE'))
        OR (ranked.state = 'CANCELLED' AND n > {} AND NOT orders.on_hold AND (orders.status = 'COMPLETED'
            OR (orders.status = 'FAILED' AND orders.refund_state <> 'NONE')))
    LIMIT {})
DELETE FROM jobs USING old WHERE jobs.id = old.id RETURNING jobs.id
"""
"""Delete finished jobs beyond the newest of each queue; of very many some, so that the statement ends in time.

A failed job stays as long as its order may be retried, a cancelled one as long as its order may go on. MATERIALIZED:
PostgreSQL would otherwise rank all jobs again for each one that it may delete.
"""


async def mark_sent(job_ids: list[str]) -> None:
    """Store that the broker has these jobs' messages: they were sent just now, or were seen waiting there."""
    if job_ids:
        await fetch("UPDATE jobs SET sent_at = clock_timestamp() WHERE id = ANY({})", job_ids)


async def find_overdue(older_than_seconds: int = SENT_AGAIN_AFTER_SECONDS) -> list[OutboxJob]:
    """Return the jobs that are due and were not sent within that time, or whose lease has run out."""
    rows = await Job.raw(_OVERDUE, older_than_seconds, SWEEP_LIMIT)
    return [OutboxJob(row["id"], row["queue"]) for row in rows]


async def find_lost() -> list[OutboxJob]:
    """Return the jobs whose worker was lost, or that the broker never got, some seconds ago.

    The broker delivers a lost worker's message again by itself, but only if it has not lost it too.
    """
    rows = await fetch(_LOST, LOST_AFTER_SECONDS, SENT_ONCE_IN_SECONDS, LOST_LIMIT, LOST_AFTER_SECONDS, LOST_LIMIT)
    return [OutboxJob(row["id"], row["queue"]) for row in rows]


async def clean_up() -> int:
    """Delete finished jobs beyond the newest of each queue, up to SWEEP_LIMIT of them; return how many.

    Versions, emails and history keep their ids.
    """
    return len(await Job.raw(_CLEAN_UP, KEEP_COMPLETED, KEEP_FAILED, KEEP_CANCELLED, SWEEP_LIMIT))

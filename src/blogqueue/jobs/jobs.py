"""Job rows: promised, claimed under a lease, kept alive, and ended; each write of a run checks its fencing token.

A claim gives a fencing token, a number that only grows. A worker that was stopped past its lease and then goes on
finds that its token is no longer the row's, and changes nothing.
Leases and due times are set and judged by PostgreSQL's clock.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from blogqueue.db.tables.jobs import Job
from blogqueue.errors import ConflictError, NotFoundError
from blogqueue.outbox import Outbox, OutboxJob
from blogqueue.states import JOB_MOVES, JobState

ARTICLE_GENERATION = "article-generation"
BACKLINK_INTEGRATION = "backlink-integration"
QUEUES = (ARTICLE_GENERATION, BACKLINK_INTEGRATION)

LEASE_SECONDS = 8
"""Shorter than the broker's 10 s heartbeat timeout, so that a killed worker's message finds the lease run out."""

BACKOFF_MS = 2_000
"""Before attempt n+1 a job waits BACKOFF_MS * 2^(n-1): 2 s, then 4 s; 8 s before a fourth (DESIGN.md §6)."""

KEEP_COMPLETED, KEEP_FAILED = 100, 500
"""How many done jobs each queue keeps (the seed's "Job retention")."""


class LostLeaseError(Exception):
    """Another worker holds the job now; this run changes nothing any more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in the hands of this run; `exhausted` when its last allowed attempt killed its worker."""

    job_id: str
    queue: str
    order_id: UUID
    payload: dict[str, Any]
    fencing_token: int
    attempt: int
    exhausted: bool
    model_answers: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@dataclass(frozen=True, slots=True)
class NotYet:
    """The job is due, or its lease runs out, in `milliseconds`; ask again then."""

    queue: str
    milliseconds: int


async def create(job: Job) -> Outbox:
    """Store a new job, in the caller's transaction. The database allows one open job for an order."""
    await Job.insert(job)
    return Outbox(jobs=(OutboxJob(job.id, job.queue),))


_CLAIM = """
WITH due AS (
    SELECT id, state, attempts >= max_attempts AS exhausted FROM jobs
    WHERE id = {} AND ((state IN ('WAITING', 'DELAYED') AND run_at <= clock_timestamp())
                    OR (state = 'ACTIVE' AND lease_until < clock_timestamp()))
    FOR UPDATE)
UPDATE jobs SET
    state = 'ACTIVE', fencing_token = fencing_token + 1, lease_holder = {},
    lease_until = clock_timestamp() + {} * interval '1 second',
    attempts = attempts + CASE WHEN due.exhausted THEN 0 ELSE 1 END,
    started_at = COALESCE(started_at, clock_timestamp()), progress = '',
    errors = CASE WHEN due.state <> 'ACTIVE' THEN errors ELSE errors || jsonb_build_object(
        'attempt', attempts, 'at', clock_timestamp(), 'error', 'WorkerLost', 'traceback', '',
        'message', 'the worker ' || lease_holder || ' stopped without a word') END
FROM due WHERE jobs.id = due.id
RETURNING jobs.id, queue, order_id, payload, fencing_token, attempts, model_answers, due.exhausted
"""

_WAIT = """
SELECT queue, GREATEST(1, CEIL(1000 * EXTRACT(EPOCH FROM
    (CASE state WHEN 'ACTIVE' THEN lease_until ELSE run_at END) - clock_timestamp()))) AS wait
FROM jobs WHERE id = {} AND state IN ('WAITING', 'DELAYED', 'ACTIVE')
"""


async def claim(job_id: str, holder: str) -> Claim | NotYet | None:
    """Take a due job for this run; NotYet if it is due later or leased, None if there is nothing (more) to do."""
    rows = await Job.raw(_CLAIM, job_id, holder, LEASE_SECONDS)
    if rows:
        row = rows[0]
        return Claim(
            job_id=row["id"],
            queue=row["queue"],
            order_id=row["order_id"],
            payload=msgspec.json.decode(row["payload"]),
            fencing_token=row["fencing_token"],
            attempt=row["attempts"],
            exhausted=row["exhausted"],
            model_answers=msgspec.json.decode(row["model_answers"]),
        )
    waits = await Job.raw(_WAIT, job_id)
    return NotYet(waits[0]["queue"], int(waits[0]["wait"])) if waits else None


async def renew(claim: Claim) -> None:
    """Keep the lease; also one that has run out, as long as nobody else has claimed. Raises LostLeaseError."""
    await _write(claim, "lease_until = clock_timestamp() + {} * interval '1 second'", LEASE_SECONDS)


async def taken_over(claim: Claim) -> bool:
    """Whether another run has the job; False if this very run has ended it."""
    return not await Job.exists().where(Job.id == claim.job_id, Job.fencing_token == claim.fencing_token)


async def store_answers(claim: Claim, model_answers: list[dict[str, Any]]) -> None:
    """Keep the answers that a run goes by, the last of them just paid for (`usage` in tokens): no rerun pays again."""
    draft = model_answers[-1]
    usage = draft["usage"]
    await _write(
        claim,
        "model_answers = {}::jsonb, model_calls = model_calls + 1, progress = {}, "
        "tokens_in = tokens_in + {}, tokens_cached = tokens_cached + {}, tokens_out = tokens_out + {}",
        msgspec.json.encode(model_answers).decode(),
        draft["name"],
        usage["input"],
        usage["cached"],
        usage["output"],
    )


async def complete(claim: Claim) -> None:
    """End the job as done, in the transaction that stores its version. Raises LostLeaseError."""
    await _write(
        claim,
        "state = 'COMPLETED', finished_at = clock_timestamp(), lease_holder = NULL, lease_until = NULL, "
        "model_answers = '[]'",
    )


async def fail_attempt(
    claim: Claim, error: dict[str, Any] | None, *, permanent: bool, wait_ms: int = 0, afresh: bool = False
) -> int | None:
    """Note an attempt's error; the delay in ms until the next one, or None if the job is FAILED now.

    `permanent` errors are not tried again; `wait_ms` is a party's own wish (Retry-After) where it is longer than ours.
    `afresh`: the answers were to blame, so the next attempt asks anew; else it goes on from what was paid for.
    """
    noted = msgspec.json.encode([error] if error else []).decode()
    rows = await _write(
        claim,
        "state = CASE WHEN {} OR attempts >= max_attempts THEN 'FAILED' ELSE 'DELAYED' END, "
        "finished_at = CASE WHEN {} OR attempts >= max_attempts THEN clock_timestamp() END, "
        "errors = errors || {}::jsonb, model_answers = CASE WHEN {} THEN '[]' ELSE model_answers END, "
        "lease_holder = NULL, lease_until = NULL, sent_at = NULL, "
        "run_at = clock_timestamp() + {} * interval '1 millisecond'",
        permanent,
        permanent,
        noted,
        afresh,
        (delay := max(backoff_ms(claim.attempt), wait_ms)),
    )
    return delay if rows[0]["state"] == JobState.DELAYED else None


async def hand_back(claim: Claim) -> None:
    """Give a job back because this worker stops: due at once, the attempt not counted, its stored answers kept."""
    await _write(
        claim,
        "state = 'WAITING', attempts = attempts - 1, run_at = clock_timestamp(), sent_at = NULL, "
        "lease_holder = NULL, lease_until = NULL",
    )


def backoff_ms(attempt: int) -> int:
    """The wait in ms after failed attempt number `attempt` (1, 2, ...): 2,000, 4,000, 8,000."""
    return BACKOFF_MS * 2 ** (attempt - 1)


async def retry(job_id: str) -> Outbox:
    """Make a FAILED job WAITING again with a fresh set of attempts, in the caller's transaction."""
    rows = await Job.raw(
        "UPDATE jobs SET state = 'WAITING', attempts = 0, run_at = clock_timestamp(), sent_at = NULL, "
        "finished_at = NULL, progress = '' WHERE id = {} AND state = 'FAILED' RETURNING queue",
        job_id,
    )
    if not rows:
        raise await _refusal(job_id, JobState.WAITING)
    return Outbox(jobs=(OutboxJob(job_id, rows[0]["queue"]),))


async def cancel(order_id: UUID) -> bool:
    """End an order's open job, in the caller's transaction; a worker that has it changes nothing any more."""
    rows = await Job.raw(
        "UPDATE jobs SET state = 'CANCELLED', fencing_token = fencing_token + 1, finished_at = clock_timestamp(), "
        "lease_holder = NULL, "
        "lease_until = NULL WHERE order_id = {} AND state IN ('WAITING', 'DELAYED', 'ACTIVE') RETURNING id",
        order_id,
    )
    return bool(rows)


async def resume(order_id: UUID) -> Outbox:
    """Make an order's newest job WAITING again if it was cancelled, in the caller's transaction."""
    rows = await Job.raw(
        "UPDATE jobs SET state = 'WAITING', attempts = 0, run_at = clock_timestamp(), sent_at = NULL, "
        "finished_at = NULL, progress = '' WHERE state = 'CANCELLED' AND id = "
        "(SELECT id FROM jobs WHERE order_id = {} ORDER BY created_at DESC LIMIT 1) RETURNING id, queue",
        order_id,
    )
    return Outbox(jobs=tuple(OutboxJob(row["id"], row["queue"]) for row in rows))


async def mark_sent(job_ids: list[str]) -> None:
    """Note that the broker knows of these jobs just now: it was told, or was seen to hold their messages."""
    await Job.raw("UPDATE jobs SET sent_at = clock_timestamp() WHERE id = ANY({})", job_ids)


async def overdue(older_than_seconds: int = 5) -> list[OutboxJob]:
    """Jobs that are due and of which the broker was not told lately, or whose lease has run out.

    Those of which it was told least lately come first.
    """
    rows = await Job.raw(
        "SELECT id, queue FROM jobs WHERE "
        "(state IN ('WAITING', 'DELAYED') AND run_at <= clock_timestamp() AND "
        " (sent_at IS NULL OR sent_at < clock_timestamp() - {} * interval '1 second')) OR "
        "(state = 'ACTIVE' AND lease_until < clock_timestamp()) ORDER BY sent_at NULLS FIRST, run_at LIMIT 10000",
        older_than_seconds,
    )
    return [OutboxJob(row["id"], row["queue"]) for row in rows]


async def clean_up() -> int:
    """Forget done jobs beyond the newest of each queue; versions, letters and history keep their ids. How many."""
    rows = await Job.raw(
        "WITH ranked AS (SELECT id, state, row_number() OVER newest AS n FROM jobs "
        "  WHERE state IN ('COMPLETED', 'FAILED') "
        "  WINDOW newest AS (PARTITION BY queue, state ORDER BY finished_at DESC)) "
        "DELETE FROM jobs USING ranked, orders WHERE jobs.id = ranked.id AND orders.id = jobs.order_id AND "
        "((ranked.state = 'COMPLETED' AND n > {}) OR "
        # A failed job is what an operator retries: it stays as long as its order may still be retried.
        " (ranked.state = 'FAILED' AND n > {} AND (orders.status <> 'FAILED' OR orders.refund_state <> 'NONE'))) "
        "RETURNING jobs.id",
        KEEP_COMPLETED,
        KEEP_FAILED,
    )
    return len(rows)


async def counts() -> dict[str, dict[str, int]]:
    """How many jobs each queue has in each state: {queue: {state: count}}."""
    rows = await Job.raw("SELECT queue, state, count(*) AS n FROM jobs GROUP BY queue, state")
    by_queue = {queue: dict.fromkeys(JobState, 0) for queue in QUEUES}
    for row in rows:
        by_queue[row["queue"]][JobState(row["state"])] = row["n"]
    return {queue: {state.value: n for state, n in states.items()} for queue, states in by_queue.items()}


async def seconds_to_run(queue: str) -> tuple[float, float] | None:
    """The quickest and the slowest of the queue's last 20 jobs, in s from start to end; None if none has ended."""
    rows = await Job.raw(
        "SELECT min(s) AS low, max(s) AS high FROM (SELECT EXTRACT(EPOCH FROM finished_at - started_at) AS s FROM jobs "
        "WHERE queue = {} AND state = 'COMPLETED' ORDER BY finished_at DESC LIMIT 20) AS latest",
        queue,
    )
    return (float(rows[0]["low"]), float(rows[0]["high"])) if rows[0]["low"] is not None else None


async def turns(job_id: str, *, slots: int) -> int:
    """How many jobs, one after another, it takes until a job has ended: 1 for one that is at work or can be at once.

    `slots` is how many jobs of its queue are worked on at a time; more, where more are.
    """
    rows = await Job.raw(
        "SELECT count(*) FILTER (WHERE other.state = 'ACTIVE') AS at_work, "
        "  count(*) FILTER (WHERE other.state <> 'ACTIVE' AND other.created_at < job.created_at) AS before "
        "FROM jobs job JOIN jobs other ON other.queue = job.queue AND other.id <> job.id "
        "  AND other.state IN ('WAITING', 'DELAYED', 'ACTIVE') WHERE job.id = {} AND job.state = 'WAITING'",
        job_id,
    )
    at_work, before = int(rows[0]["at_work"]), int(rows[0]["before"])
    return (at_work + before) // max(slots, at_work) + 1


async def position(queue: str, created_at: datetime) -> int:
    """The place in the queue of a waiting job created then: 1 is next."""
    rows = await Job.raw(
        "SELECT count(*) AS n FROM jobs WHERE queue = {} AND state IN ('WAITING', 'DELAYED') AND created_at < {}",
        queue,
        created_at,
    )
    return int(rows[0]["n"]) + 1


async def _write(claim: Claim, changes: str, *values: object) -> list[dict[str, Any]]:
    """One fenced write of a run; no row means that the lease is lost."""
    rows = await Job.raw(
        f"UPDATE jobs SET {changes} WHERE id = {{}} AND fencing_token = {{}} AND state = 'ACTIVE' RETURNING state",  # noqa: S608 - the text is ours, every value is a parameter
        *values,
        claim.job_id,
        claim.fencing_token,
    )
    if not rows:
        raise LostLeaseError(claim.job_id)
    return rows


async def _refusal(job_id: str, target: JobState) -> Exception:
    states = await Job.select(Job.state).where(Job.id == job_id)
    if not states:
        return NotFoundError("job", field="jobId")
    allowed = [state.value for state, targets in JOB_MOVES.items() if target in targets]
    return ConflictError(f"The job is {states[0]['state']}; only {' or '.join(allowed)} can become {target}.")

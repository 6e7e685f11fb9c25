"""Job rows: created, claimed under a lease, renewed, and ended; each write of a run compares its fencing token.

A claim returns a fencing token, a number that only grows. A worker that was suspended past its lease and then goes on
finds that the row has a newer token, and changes nothing. Leases and due times are set and compared by PostgreSQL's
clock alone.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from blogqueue.db.engine import NOW, fetch
from blogqueue.db.rows import insert_row, update_row
from blogqueue.db.tables.jobs import Job
from blogqueue.errors import ConflictError, NotFoundError
from blogqueue.jobs import backoff
from blogqueue.jobs.breaker import PROBE_LEASE_SECONDS
from blogqueue.outbox import Outbox, OutboxJob
from blogqueue.states import OPEN_JOBS, JobState

LEASE_SECONDS = 8
"""Shorter than the broker's heartbeat timeout of 10 s, so that a killed worker's message finds the lease run out."""

_CLAIM = """
WITH due AS (
    SELECT id, state, attempts >= max_attempts AS exhausted,
        NOT {} AND EXISTS (SELECT FROM breakers WHERE opened_at IS NOT NULL) AS must_probe
    FROM jobs
    WHERE id = {} AND ((state IN ('WAITING', 'DELAYED') AND run_at <= clock_timestamp())
                    OR (state = 'ACTIVE' AND lease_until < clock_timestamp()))
        AND NOT EXISTS (SELECT FROM paused_queues WHERE paused_queues.queue = jobs.queue)
    FOR UPDATE),
probe AS (
    UPDATE breakers SET probing = true, probe_at = clock_timestamp() + {} * interval '1 second'
    WHERE opened_at IS NOT NULL AND probe_at <= clock_timestamp() AND EXISTS (SELECT FROM due WHERE must_probe)
    RETURNING name)
UPDATE jobs SET
    state = 'ACTIVE', fencing_token = fencing_token + 1, lease_holder = {},
    lease_until = clock_timestamp() + {} * interval '1 second',
    attempts = attempts + CASE WHEN due.exhausted THEN 0 ELSE 1 END,
    started_at = COALESCE(started_at, clock_timestamp()), claimed_at = clock_timestamp(), progress = '',
    waits_for_provider = false,
    errors = CASE WHEN due.state <> 'ACTIVE' THEN errors ELSE errors || jsonb_build_object(
        'attempt', attempts, 'at', clock_timestamp(), 'error', 'WorkerLost', 'traceback', '',
        'message', 'the worker ' || lease_holder || ' stopped before the job had ended') END
FROM due WHERE jobs.id = due.id AND (NOT due.must_probe OR EXISTS (SELECT FROM probe))
RETURNING jobs.id, queue, order_id, payload, fencing_token, attempts, max_attempts, errors, model_answers,
    due.exhausted, due.must_probe
"""
"""Take one job that is due, or whose lease has run out; the latter counts as an attempt that lost its worker.

Nothing is taken from a paused queue. While the breaker is open, only the job that gets the next probe is taken.
"""

_WAIT_UNTIL_DUE = """
SELECT GREATEST(1, CEIL(1000 * EXTRACT(EPOCH FROM GREATEST(
    (CASE state WHEN 'ACTIVE' THEN lease_until ELSE run_at END),
    (SELECT max(probe_at) FROM breakers WHERE opened_at IS NOT NULL)) - clock_timestamp()))) AS milliseconds
FROM jobs WHERE id = {} AND state IN ('WAITING', 'DELAYED', 'ACTIVE')
    AND NOT EXISTS (SELECT FROM paused_queues WHERE paused_queues.queue = jobs.queue)
"""
"""In how many ms an open job may be claimed: when it is due or its lease runs out, and at the breaker's next probe.

Nothing for a paused queue: resuming it sends its jobs.
"""

_RESUME_NEWEST = """
UPDATE jobs SET state = 'WAITING', attempts = 0, run_at = clock_timestamp(), sent_at = NULL, finished_at = NULL,
    progress = ''
WHERE state = 'CANCELLED' AND id = (SELECT id FROM jobs WHERE order_id = {} ORDER BY created_at DESC LIMIT 1)
RETURNING id, queue
"""
"""Make an order's newest job WAITING again if it was cancelled."""


class LostLeaseError(Exception):
    """Another worker has claimed the job, or it was cancelled: this run must not change anything any more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this run holds; `exhausted` if its last allowed attempt killed its worker.

    `errors` are those of its earlier attempts. A `probing` run tests whether the model's provider answers again.
    """

    job_id: str
    queue: str
    order_id: UUID
    payload: dict[str, Any]
    fencing_token: int
    attempt: int
    max_attempts: int
    exhausted: bool
    probing: bool = False
    errors: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    model_answers: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@dataclass(frozen=True, slots=True)
class NotYet:
    """The job is due, or its lease runs out, in this many `milliseconds`."""

    milliseconds: int


async def create(job: Job) -> Outbox:
    """Insert a job in the caller's transaction.

    The database allows one open job per order, and each id once (asyncpg.UniqueViolationError).
    """
    await insert_row(job)
    return Outbox(jobs=(OutboxJob(job.id, job.queue),))


async def claim(job_id: str, holder: str, *, ignore_breaker: bool = False) -> Claim | NotYet | None:
    """Claim a due job for this run.

    Return NotYet if it is due later, another run holds its lease or the model's provider is out, and None if there is
    nothing (more) to do or its queue is paused.
    """
    rows = await fetch(_CLAIM, ignore_breaker, job_id, PROBE_LEASE_SECONDS, holder, LEASE_SECONDS)
    if rows:
        row = rows[0]
        return Claim(
            job_id=row["id"],
            queue=row["queue"],
            order_id=row["order_id"],
            payload=msgspec.json.decode(row["payload"]),
            fencing_token=row["fencing_token"],
            attempt=row["attempts"],
            max_attempts=row["max_attempts"],
            exhausted=row["exhausted"],
            probing=row["must_probe"],
            errors=msgspec.json.decode(row["errors"]),
            model_answers=msgspec.json.decode(row["model_answers"]),
        )
    waits = await Job.raw(_WAIT_UNTIL_DUE, job_id)
    return NotYet(int(waits[0]["milliseconds"])) if waits else None


async def renew(claim: Claim) -> None:
    """Extend the lease, even one that has run out, unless another run has claimed the job. Raises LostLeaseError."""
    await _write(claim, {Job.lease_until: QueryString("clock_timestamp() + {} * interval '1 second'", LEASE_SECONDS)})


async def is_taken_over(claim: Claim) -> bool:
    """Return whether another run has claimed the job since; False if this very run has ended it."""
    return not await Job.exists().where(Job.id == claim.job_id, Job.fencing_token == claim.fencing_token)


async def count_call(claim: Claim, usage: dict[str, int]) -> None:
    """Count a call of the model that gave no usable answer. Raises LostLeaseError."""
    await _write(claim, _count_tokens(usage))


async def complete(claim: Claim) -> None:
    """Complete the job, in the transaction that stores its version. Raises LostLeaseError."""
    await _write(
        claim, {Job.state: JobState.COMPLETED, Job.finished_at: NOW, Job.model_answers: [], **_without_lease()}
    )


async def fail_attempt(
    claim: Claim, error: dict[str, Any] | None, *, permanent: bool, wait_ms: int = 0, afresh: bool = False
) -> int | None:
    """Store an attempt's error; return the wait in ms until the next attempt, or None if the job has FAILED.

    A `permanent` error, and the last allowed attempt, fail the job. `wait_ms` is the wait that the other party asked
    for (Retry-After); it counts where it is longer than ours. With `afresh` the next attempt asks the model all
    questions again, because its answers were the reason; without, it goes on from the stored answers.
    Raises LostLeaseError.
    """
    changes: dict[Any, Any] = _without_lease()
    if error is not None:
        changes[Job.errors] = msgspec.json.encode([*claim.errors, error]).decode()
    if afresh:
        changes[Job.model_answers] = []
    if permanent or claim.attempt >= claim.max_attempts:
        await _write(claim, changes | {Job.state: JobState.FAILED, Job.finished_at: NOW})
        return None
    delay = max(backoff.JOBS.get_wait_ms(claim.attempt), wait_ms)
    due = QueryString("clock_timestamp() + {} * interval '1 millisecond'", delay)
    await _write(claim, changes | {Job.state: JobState.DELAYED, Job.run_at: due, Job.sent_at: None})
    return delay


async def wait_for_provider(claim: Claim) -> None:
    """Let a job wait for the model's provider: its attempt is not counted, its stored answers are kept.

    Raises LostLeaseError.
    """
    waiting = {Job.state: JobState.DELAYED, Job.run_at: NOW, Job.sent_at: NOW, Job.waits_for_provider: True}
    await _write(claim, waiting | _without_lease() | {Job.attempts: Job.attempts - 1})


async def hand_back(claim: Claim) -> None:
    """Return a job because this worker stops: due at once, its attempt not counted, its stored answers kept."""
    await _write(claim, _again() | _without_lease() | {Job.attempts: Job.attempts - 1})


async def retry(job_id: str) -> Outbox:
    """Make a FAILED or CANCELLED job WAITING again, with all its attempts, in the caller's transaction.

    Raises NotFoundError, and ConflictError for a job in another state.
    """
    rows = (
        await Job.update(_again() | _from_start())
        .where(Job.id == job_id, Job.state.is_in([JobState.FAILED, JobState.CANCELLED]))
        .returning(Job.queue)
    )
    if not rows:
        raise await _refuse(job_id)
    return Outbox(jobs=(OutboxJob(job_id, rows[0]["queue"]),))


async def cancel(order_id: UUID) -> bool:
    """Cancel an order's open job, in the caller's transaction; return whether there was one.

    The fencing token grows, so that a worker that holds the job changes nothing any more.
    """
    rows = (
        await Job.update(
            {
                Job.state: JobState.CANCELLED,
                Job.fencing_token: Job.fencing_token + 1,
                Job.finished_at: NOW,
                **_without_lease(),
            }
        )
        .where(Job.order_id == order_id, Job.state.is_in(list(OPEN_JOBS)))
        .returning(Job.id)
    )
    return bool(rows)


async def resume(order_id: UUID) -> Outbox:
    """Make an order's newest job WAITING again if it was cancelled, in the caller's transaction."""
    rows = await Job.raw(_RESUME_NEWEST, order_id)
    return Outbox(jobs=tuple(OutboxJob(row["id"], row["queue"]) for row in rows))


async def _write(claim: Claim, changes: dict[Any, Any]) -> None:
    """Change a claimed job. Raises LostLeaseError if the row no longer has the claim's fencing token."""
    held = {Job.id: claim.job_id, Job.fencing_token: claim.fencing_token, Job.state: JobState.ACTIVE}
    if not await update_row(Job, changes, held):
        raise LostLeaseError(claim.job_id)


def _count_tokens(usage: dict[str, int]) -> dict[Any, Any]:
    return {
        Job.model_calls: Job.model_calls + 1,
        Job.tokens_in: Job.tokens_in + usage["input"],
        Job.tokens_cached: Job.tokens_cached + usage["cached"],
        Job.tokens_out: Job.tokens_out + usage["output"],
    }


def _without_lease() -> dict[Any, Any]:
    return {Job.lease_holder: None, Job.lease_until: None}


def _again() -> dict[Any, Any]:
    return {Job.state: JobState.WAITING, Job.run_at: NOW, Job.sent_at: None}


def _from_start() -> dict[Any, Any]:
    return {Job.attempts: 0, Job.finished_at: None, Job.progress: ""}


async def _refuse(job_id: str) -> Exception:
    """Return the error that says why a job cannot be retried."""
    states = await Job.select(Job.state).where(Job.id == job_id)
    if not states:
        return NotFoundError("job", field="jobId")
    return ConflictError(f"The job is {states[0]['state']}; only a FAILED or CANCELLED job can be retried.")

"""The circuit breaker of the model's provider: an outage of the provider is not a failure of the jobs that meet it.

After a few calls in a row that the provider did not answer, whichever jobs they were for, the breaker opens. From then
on no job is claimed (`jobs.claim`), except one at a time that probes whether the provider answers again. The first
answer closes the breaker.
"""

from dataclasses import dataclass

from blogqueue.db.tables.jobs import Breaker, Job
from blogqueue.outbox import Outbox, OutboxJob
from blogqueue.settings import settings

MODEL = "model"
"""The name of the only breaker."""

FAILURES_TO_OPEN = 3
"""As many as a job has attempts: a job alone on its queue never fails because of an outage."""

FIRST_PROBE_SECONDS, LONGEST_PROBE_SECONDS = 5, 60
"""The wait before a probe doubles from the first figure to the second."""

PROBE_LEASE_SECONDS = 30 + 2 * settings.openai_timeout_seconds
"""Longer than the longest model call, of an article: after it a probe counts as lost with its worker."""

RESUMED_AT_ONCE = 10_000
"""How many jobs are sent when the breaker closes; the sweep sends the others."""

_RECORD_FAILURE = """
INSERT INTO breakers AS b (name, failures, reason) VALUES ({}, 1, {})
ON CONFLICT (name) DO UPDATE SET failures = b.failures + 1, reason = excluded.reason, probing = false,
    opened_at = CASE WHEN b.failures + 1 >= {} THEN COALESCE(b.opened_at, clock_timestamp()) END,
    probes = CASE WHEN b.opened_at IS NULL THEN 0 WHEN b.probing THEN b.probes + 1 ELSE b.probes END,
    probe_at = CASE WHEN b.failures + 1 < {} THEN NULL
        WHEN b.opened_at IS NULL OR b.probing THEN clock_timestamp() + interval '1 millisecond' * GREATEST({},
            1000 * LEAST({}, {} * 2 ^ LEAST(CASE WHEN b.opened_at IS NULL THEN 0 ELSE b.probes + 1 END, 16)))
        ELSE b.probe_at END
RETURNING failures, opened_at, CEIL(1000 * EXTRACT(EPOCH FROM probe_at - clock_timestamp())) AS wait_ms
"""
"""Count a failure; open the breaker at the third in a row, and plan the next probe when it opens or a probe failed."""

HAS_FAILED = "EXISTS (SELECT FROM breakers WHERE failures > 0)"
"""Whether the last call, for whichever job, was one that the provider did not answer, as an SQL expression."""

_CLOSE = """
UPDATE breakers SET failures = 0, probes = 0, probing = false, opened_at = NULL, probe_at = NULL
WHERE name = {} AND failures > 0 RETURNING name
"""

_RESUME = """
UPDATE jobs SET run_at = LEAST(run_at, clock_timestamp()), sent_at = NULL, waits_for_provider = false
WHERE id IN (SELECT id FROM jobs WHERE state = 'WAITING' OR (state = 'DELAYED' AND waits_for_provider)
             ORDER BY created_at LIMIT {})
RETURNING id, queue
"""
"""Make the jobs due that waited for the provider, oldest first."""

_END_PROBE = "UPDATE breakers SET probing = false, probe_at = clock_timestamp() WHERE name = {} AND probing"

_WAITING_TOO_LONG = """
SELECT j.id FROM jobs j JOIN breakers b ON b.name = {} AND b.opened_at < clock_timestamp() - {} * interval '1 hour'
WHERE j.state IN ('WAITING', 'DELAYED') AND j.created_at < clock_timestamp() - {} * interval '1 hour'
"""


@dataclass(frozen=True, slots=True)
class Outage:
    """What follows from a failed call: whether it opened the breaker, and the wait in ms until the next probe."""

    opened: bool
    wait_ms: int


async def record_failure(reason: str, *, wait_ms: int = 0) -> Outage | None:
    """Count a call that the provider did not answer, in the caller's transaction; return None while it is closed.

    `wait_ms` is the wait that the provider asked for (Retry-After); no probe comes earlier.
    """
    row = (
        await Breaker.raw(
            _RECORD_FAILURE,
            MODEL,
            reason[:500],
            FAILURES_TO_OPEN,
            FAILURES_TO_OPEN,
            wait_ms,
            LONGEST_PROBE_SECONDS,
            FIRST_PROBE_SECONDS,
        )
    )[0]
    if row["opened_at"] is None:
        return None
    return Outage(opened=row["failures"] == FAILURES_TO_OPEN, wait_ms=max(1, int(row["wait_ms"])))


async def record_answer() -> Outbox:
    """Close the breaker, because the provider answered; return the jobs that waited for it."""
    if not await Breaker.raw(_CLOSE, MODEL):
        return Outbox()
    rows = await Job.raw(_RESUME, RESUMED_AT_ONCE)
    return Outbox(jobs=tuple(OutboxJob(row["id"], row["queue"]) for row in rows))


async def end_probe() -> None:
    """Let another job probe at once, because one that was to probe ended without asking the model."""
    await Breaker.raw(_END_PROBE, MODEL)


async def get_open() -> Breaker | None:
    """Return the breaker if it is open."""
    return await Breaker.objects().where(Breaker.name == MODEL, Breaker.opened_at.is_not_null()).first()


async def find_given_up(hours: int) -> list[str]:
    """Return the ids of jobs that are older than `hours` while the breaker has been open for as long."""
    return [row["id"] for row in await Job.raw(_WAITING_TOO_LONG, MODEL, hours, hours)]

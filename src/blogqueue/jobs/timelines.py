"""The minutes of a queue over the last hour or day, from the rows of `queue_stats`."""

from dataclasses import dataclass
from enum import StrEnum

from blogqueue.db.tables.jobs import QueueStat

_TIMELINE = """
SELECT ({} - 1 - trunc(EXTRACT(EPOCH FROM now() - at) / {}))::int AS slot,
    sum(runs_completed)::int AS completed, sum(runs_failed)::int AS failed,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY run_ms_p50) AS run_ms_p50, max(run_ms_p95) AS run_ms_p95,
    max(pickup_ms_p95) AS pickup_ms_p95, max(oldest_ms) AS oldest_ms
FROM queue_stats WHERE queue = {} AND at > now() - {} * interval '1 second'
GROUP BY slot ORDER BY slot
"""
"""The rows of a queue (index `queue_stats_queue_at_unique`) in slots of equal length, 0 being the oldest.

With `clock_timestamp()`, which may change from row to row, PostgreSQL would read all 30 days.
"""

Values = tuple[float | None, ...]


class Span(StrEnum):
    """How far back a timeline goes."""

    HOUR = "hour"
    DAY = "day"


SLOTS = {Span.HOUR: (60, 60), Span.DAY: (96, 900)}
"""The number of slots, and the length of one in s."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened to the jobs of a queue, a value for each slot, oldest first; None where nothing is known.

    `completed` and `failed` count runs. The others are in ms: of runs the median of the minutes' p50 and the largest
    p95, the largest p95 of the wait from a job's creation to its first claim, and the largest age of a waiting job.
    """

    span: Span
    completed: Values
    failed: Values
    run_ms_p50: Values
    run_ms_p95: Values
    pickup_ms_p95: Values
    oldest_ms: Values


async def read(queue: str, span: Span) -> Timeline:
    """Return the timeline of a queue over the last hour (slots of a minute) or day (slots of 15 minutes)."""
    number, seconds = SLOTS[span]
    rows = await QueueStat.raw(_TIMELINE, number, seconds, queue, number * seconds)
    by_slot = {row["slot"]: row for row in rows}

    def values(name: str) -> Values:
        found = (by_slot.get(slot, {}).get(name) for slot in range(number))
        return tuple(None if value is None else float(value) for value in found)

    return Timeline(
        span=span,
        completed=values("completed"),
        failed=values("failed"),
        run_ms_p50=values("run_ms_p50"),
        run_ms_p95=values("run_ms_p95"),
        pickup_ms_p95=values("pickup_ms_p95"),
        oldest_ms=values("oldest_ms"),
    )

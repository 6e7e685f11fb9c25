"""Failed jobs, grouped by their error, so that one cause is read once and mended once."""

from dataclasses import dataclass
from datetime import datetime

from blogqueue.db.tables.jobs import Job
from blogqueue.jobs.queues import JOB_QUEUES

RETRIED_AT_ONCE = 500
"""How many jobs of a group one action retries; the next action takes the next ones."""

LISTED = 1_000
"""So many failed jobs of each queue are grouped, the newest, so that the dashboard stays fast when many have failed."""

_FAILED = """
SELECT j.id, j.order_id, j.queue, j.finished_at, COALESCE(j.errors -> -1 ->> 'error', 'WorkerLost') AS error,
    COALESCE(j.errors -> -1 ->> 'message', '') AS message,
    md5(j.queue || COALESCE(j.errors -> -1 ->> 'error', '')
        || regexp_replace(left(COALESCE(j.errors -> -1 ->> 'message', ''), 120), '[0-9a-f-]*[0-9][0-9a-f-]*', '#', 'g')
    ) AS cause
FROM {} j JOIN orders o ON o.id = j.order_id
WHERE j.state = 'FAILED' AND o.status = 'FAILED' AND o.refund_state = 'NONE' AND NOT o.on_hold
"""
"""Failed jobs whose orders can still be retried. Two are of one cause if their errors differ in numbers or ids only."""

_SELECT = "SELECT id, order_id, queue, state, finished_at, errors"
_NEWEST = " UNION ALL ".join(
    f"({_SELECT} FROM jobs WHERE queue = '{queue}' AND state = 'FAILED' ORDER BY finished_at DESC LIMIT {LISTED})"
    for queue in JOB_QUEUES
)

_GROUPS = f"""
SELECT cause, min(queue) AS queue, min(error) AS error, min(message) AS message, count(*) AS number,
    min(finished_at) AS first_at, max(finished_at) AS last_at FROM ({_FAILED.replace("{}", f"({_NEWEST})")}) AS failed
GROUP BY cause ORDER BY max(finished_at) DESC LIMIT 50
"""  # noqa: S608 - no input: two constants
_OF_GROUP = (
    f"SELECT id FROM ({_FAILED.replace('{}', 'jobs')}) AS failed WHERE cause = {{}} ORDER BY finished_at LIMIT {{}}"  # noqa: S608 - the same
)


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failed jobs of one queue with the same cause; `message` is that of one of them."""

    cause: str
    queue: str
    error: str
    message: str
    number: int
    first_at: datetime
    last_at: datetime


async def list_groups() -> list[FailureGroup]:
    """Return the groups of the LISTED newest failed jobs whose orders can still be retried, newest first."""
    return [FailureGroup(**row) for row in await Job.raw(_GROUPS)]


async def find_jobs(cause: str) -> list[str]:
    """Return the jobs of a group, oldest failure first."""
    return [row["id"] for row in await Job.raw(_OF_GROUP, cause, RETRIED_AT_ONCE)]

"""Find jobs by queue, state, order, error and time, newest first. Each search reads one index, and a few rows of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from blogqueue.db import pagination
from blogqueue.db.tables.jobs import Job
from blogqueue.jobs.queues import JOB_QUEUES
from blogqueue.states import JobState

SEARCHED = 5_000
"""An error's text is looked for in so many of the newest jobs of each queue and state."""

_COLUMNS = """
    id, jobs.queue, order_id, jobs.state, attempts, max_attempts, progress, waits_for_provider, lease_holder,
    created_at, run_at, claimed_at, finished_at,
    COALESCE((errors -> -1 ->> 'error') || ': ' || (errors -> -1 ->> 'message'), '') AS last_error
"""

_WITHIN = """
    jobs.state = states.state AND jobs.queue = queues.queue AND (created_at, id) < ({}::text::timestamptz, {}::text)
    AND created_at >= {}::text::timestamptz AND created_at < {}::text::timestamptz
"""

_SEARCH = f"""
SELECT jobs.*, o.number, o.customer_email, o.price, o.currency
FROM (SELECT jobs.* FROM unnest({{}}::varchar[]) AS queues (queue), unnest({{}}::varchar[]) AS states (state),
    LATERAL (SELECT {_COLUMNS} FROM jobs WHERE {_WITHIN} ORDER BY created_at DESC, id DESC LIMIT {{}}) AS jobs
    WHERE {{}}::text = '' OR strpos(lower(last_error), lower({{}}::text)) > 0
    ORDER BY created_at DESC, id DESC LIMIT {{}}) AS jobs JOIN orders o ON o.id = jobs.order_id
ORDER BY jobs.created_at DESC, jobs.id DESC
"""  # noqa: S608 - no input: constants
"""Index `jobs_listed`, once for each queue and state."""

_SEARCH_ORDER = f"""
SELECT jobs.*, o.number, o.customer_email, o.price, o.currency
FROM (SELECT jobs.* FROM (SELECT {_COLUMNS} FROM jobs, unnest({{}}::varchar[]) AS queues (queue),
        unnest({{}}::varchar[]) AS states (state) WHERE {_WITHIN} AND order_id = {{}}) AS jobs
    WHERE {{}}::text = '' OR strpos(lower(last_error), lower({{}}::text)) > 0
    ORDER BY created_at DESC, id DESC LIMIT {{}}) AS jobs JOIN orders o ON o.id = jobs.order_id
ORDER BY jobs.created_at DESC, jobs.id DESC
"""  # noqa: S608 - the same
"""Index `jobs_of_order`."""


_SEARCH_IDS = f"""
SELECT jobs.*, o.number, o.customer_email, o.price, o.currency
FROM (SELECT {_COLUMNS} FROM jobs WHERE id = ANY ({{}}::varchar[])) AS jobs JOIN orders o ON o.id = jobs.order_id
ORDER BY jobs.created_at DESC, jobs.id DESC
"""  # noqa: S608 - the same
"""Index `jobs_pkey`."""


@dataclass(frozen=True, slots=True)
class JobFilter:
    """What jobs are searched for; an empty part does not narrow the search.

    `error` is a part of the last error's type and message, in any case. `after` and `before` are times of creation.
    """

    queue: str = ""
    state: JobState | None = None
    order_id: UUID | None = None
    error: str = ""
    after: datetime | None = None
    before: datetime | None = None

    def describe(self) -> str:
        """Return the filter as a phrase for people and for the history."""
        parts = [
            self.queue and f"queue {self.queue}",
            self.state and f"state {self.state.value}",
            self.order_id and f"order {self.order_id}",
            self.error and f"error contains “{self.error}”",
            self.after and f"created since {self.after:%F %H:%M} UTC",
            self.before and f"created before {self.before:%F %H:%M} UTC",
        ]
        return ", ".join(part for part in parts if part) or "all jobs"


async def find(wanted: JobFilter, *, cursor: str = "", limit: int = 50) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the jobs that a filter lets through, newest first, and the cursor of the next page.

    Each has its order's `number`, `customer_email`, `price` and `currency`, and `last_error`. Raises InvalidError for a
    bad cursor.
    """
    behind = pagination.decode(cursor, parse_id=str)
    within = (
        behind[0].isoformat() if behind else "infinity",
        behind[1] if behind else "",
        wanted.after.isoformat() if wanted.after else "-infinity",
        wanted.before.isoformat() if wanted.before else "infinity",
    )
    queues = [wanted.queue] if wanted.queue else list(JOB_QUEUES)
    states = [wanted.state.value] if wanted.state else [state.value for state in JobState]
    error = wanted.error
    if wanted.order_id:
        rows = await Job.raw(_SEARCH_ORDER, queues, states, *within, wanted.order_id, error, error, limit + 1)
    else:
        searched = SEARCHED if error else limit + 1
        rows = await Job.raw(_SEARCH, queues, states, *within, searched, error, error, limit + 1)
    shown = rows[:limit]
    following = pagination.encode(shown[-1]["created_at"], shown[-1]["id"]) if len(rows) > limit else None
    return shown, following


async def find_by_ids(job_ids: list[str]) -> list[dict[str, Any]]:
    """Return the jobs with these ids that exist, as `find` does."""
    return await Job.raw(_SEARCH_IDS, job_ids)

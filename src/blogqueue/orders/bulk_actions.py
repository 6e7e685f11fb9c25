"""What an operator does to many jobs at once: a preview freezes which ones, and confirming it changes just these.

A preview is a row, so that a second confirmation, or one by another operator, is refused.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from blogqueue.db.engine import transaction
from blogqueue.db.tables.jobs import BulkAction
from blogqueue.errors import ConflictError, FieldError, InvalidError, NotFoundError
from blogqueue.jobs import failures, pausing, search
from blogqueue.jobs.interventions import CANCELLABLE
from blogqueue.jobs.search import JobFilter
from blogqueue.orders import job_actions
from blogqueue.outbox import Outbox
from blogqueue.states import JobState

AT_ONCE = failures.RETRIED_AT_ONCE
"""The most jobs of one action; the next action takes the next ones. A group of failed jobs must fit."""

CONFIRM_ABOVE = 10
"""More jobs than this are changed only after their number was typed."""

SAMPLE = 10

_TAKE = """
UPDATE bulk_actions SET done_at = clock_timestamp()
WHERE id = {} AND done_at IS NULL AND created_at > clock_timestamp() - interval '1 hour'
RETURNING action, job_ids, criteria
"""
"""Only the first confirmation of a preview gets its jobs; after an hour nobody does."""

_FORGET = "DELETE FROM bulk_actions WHERE created_at < clock_timestamp() - interval '1 day'"


class Action(StrEnum):
    """What is done to each job."""

    RETRY = "retry"
    CANCEL = "cancel"


POSSIBLE = {Action.RETRY: frozenset({JobState.FAILED, JobState.CANCELLED}), Action.CANCEL: CANCELLABLE}
"""The states of the jobs that an action can change."""

DONE = {Action.RETRY: "retried", Action.CANCEL: "cancelled"}


@dataclass(frozen=True, slots=True)
class Preview:
    """A bulk action that waits to be confirmed.

    `sums` are what the jobs' orders cost, in minor units by currency; `sample` are the newest of the jobs. `more` jobs
    match than one action changes. `left_out` is how many of the chosen jobs are in a state in which it is not possible.
    """

    id: UUID
    action: Action
    number: int
    criteria: str
    more: bool
    left_out: int
    sums: dict[str, int]
    sample: list[dict[str, Any]]
    created_at: datetime
    done_at: datetime | None

    @property
    def must_be_typed(self) -> bool:
        """Return whether the number of jobs has to be typed to confirm it."""
        return self.number > CONFIRM_ABOVE


@dataclass(frozen=True, slots=True)
class Result:
    """How many jobs were changed, how many were not because somebody else had changed them, and what to send."""

    action: Action
    done: int
    skipped: int
    outbox: Outbox = field(default_factory=Outbox)


async def preview_matching(action: Action, *wanted: JobFilter, actor: str) -> Preview:
    """Freeze the newest AT_ONCE jobs that a filter, or one of several, lets through now.

    Raises InvalidError unless each filter names a state in which the action is possible: never are all jobs meant.
    """
    if not wanted or any(one.state not in POSSIBLE[action] for one in wanted):
        message = f"To {action} jobs by a filter, choose the state {' or '.join(sorted(POSSIBLE[action]))}."
        raise InvalidError([FieldError("state", "required", message)])
    pages = [await search.find(one, limit=AT_ONCE) for one in wanted]
    rows = sorted((row for found, _ in pages for row in found), key=lambda row: row["created_at"], reverse=True)
    more = len(rows) > AT_ONCE or any(following for _, following in pages)
    criteria = " or ".join(one.describe() for one in wanted)
    return await _freeze(action, rows[:AT_ONCE], criteria=criteria, actor=actor, more=more)


async def preview_chosen(action: Action, job_ids: list[str], *, actor: str, criteria: str = "") -> Preview:
    """Freeze those of the chosen jobs that the action is possible for.

    Raises InvalidError if none or too many are chosen, or one does not exist.
    """
    chosen = list(dict.fromkeys(job_ids))
    if not 0 < len(chosen) <= AT_ONCE:
        raise InvalidError([FieldError("jobIds", "number", f"Choose between 1 and {AT_ONCE} jobs.")])
    rows = await search.find_by_ids(chosen)
    if unknown := [job_id for job_id in chosen if job_id not in {row["id"] for row in rows}]:
        raise InvalidError([FieldError("jobIds", "exists", f"There is no job {unknown[0][:120]}.")])
    possible = [row for row in rows if row["state"] in POSSIBLE[action]]
    criteria = criteria or f"{len(chosen)} chosen by hand"
    return await _freeze(action, possible, criteria=criteria, actor=actor, left_out=len(rows) - len(possible))


async def get_preview(bulk_id: UUID) -> Preview:
    """Return a preview as it was kept. Raises NotFoundError."""
    row = await BulkAction.select().where(BulkAction.id == bulk_id).first().output(load_json=True)
    if row is None:
        raise NotFoundError("bulk action", field="bulkId")
    return _view(row, await search.find_by_ids(row["job_ids"]))


async def carry_out(bulk_id: UUID, *, actor: str, number: int | None = None, reason: str = "") -> Result:
    """Change the jobs of a preview, each in its own transaction; those that were changed meanwhile are left out.

    `number` confirms how many they are. Raises NotFoundError, InvalidError if the number is missing or wrong, or the
    reason of a cancel is, and ConflictError if the preview was confirmed before or is older than an hour.
    """
    preview = await get_preview(bulk_id)
    _check(preview, number=number, reason=reason.strip())
    async with transaction():
        rows = await BulkAction.raw(_TAKE, bulk_id)
        if not rows:
            state = "was confirmed already" if preview.done_at else "is older than an hour; make a new one"
            raise ConflictError(f"This bulk action {state}.", code="wrong_state")
        detail = f"{preview.criteria}{f': {reason.strip()}' if reason.strip() else ''}"
        await pausing.record_action(actor, f"{DONE[preview.action]} {preview.number} jobs", detail=detail)
    kept = (await BulkAction.select(BulkAction.job_ids).where(BulkAction.id == bulk_id).output(load_json=True))[0]
    outbox, done = Outbox(), 0
    for job_id in kept["job_ids"]:
        try:
            if preview.action is Action.RETRY:
                outbox += await job_actions.retry(job_id, actor=actor)
            else:
                outbox += await job_actions.cancel(job_id, actor=actor, reason=reason.strip())
        except (ConflictError, NotFoundError):
            continue
        done += 1
    return Result(preview.action, done, preview.number - done, outbox)


async def forget() -> None:
    """Delete the previews of a day ago; the operators' history keeps what was done."""
    await BulkAction.raw(_FORGET)


def _check(preview: Preview, *, number: int | None, reason: str) -> None:
    """Raise InvalidError unless a preview is confirmed as it must be."""
    problems: list[FieldError] = []
    if number != preview.number and (number is not None or preview.must_be_typed):
        problems.append(FieldError("number", "confirm", f"Type {preview.number} to confirm how many jobs these are."))
    if preview.action is Action.CANCEL and not reason:
        problems.append(FieldError("reason", "required", "Give a reason, for the other operators."))
    if len(reason) > job_actions.REASON_LENGTH or "\0" in reason:
        message = f"Give a reason of at most {job_actions.REASON_LENGTH} characters."
        problems.append(FieldError("reason", "length", message))
    if problems:
        raise InvalidError(problems)


async def _freeze(
    action: Action, rows: list[dict[str, Any]], *, criteria: str, actor: str, more: bool = False, left_out: int = 0
) -> Preview:
    if not rows:
        raise ConflictError(f"There is no job to {action}: {criteria}.", code="nothing_to_do")
    kept = BulkAction(
        id=uuid4(), action=action, job_ids=[row["id"] for row in rows], criteria=criteria, created_by=actor
    )
    await BulkAction.insert(kept)
    row = await BulkAction.select().where(BulkAction.id == kept.id).first().output(load_json=True)
    return _view(row or {}, rows, more=more, left_out=left_out)


def _view(row: dict[str, Any], jobs: list[dict[str, Any]], *, more: bool = False, left_out: int = 0) -> Preview:
    sums: dict[str, int] = {}
    for order in {job["order_id"]: job for job in jobs}.values():
        sums[order["currency"]] = sums.get(order["currency"], 0) + order["price"]
    return Preview(
        id=row["id"],
        action=Action(row["action"]),
        number=len(row["job_ids"]),
        criteria=row["criteria"],
        more=more,
        left_out=left_out,
        sums=sums,
        sample=jobs[:SAMPLE],
        created_at=row["created_at"],
        done_at=row["done_at"],
    )

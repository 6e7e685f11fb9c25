"""Pause a queue and resume it: a row that every worker on every host obeys when it claims a job.

What operators do to queues is kept in `operator_actions`.
"""

from typing import Any

from blogqueue.db.engine import transaction
from blogqueue.db.tables.jobs import Job, OperatorAction, PausedQueue
from blogqueue.errors import ConflictError, FieldError, InvalidError, NotFoundError
from blogqueue.jobs.queues import JOB_QUEUES
from blogqueue.outbox import Outbox, OutboxJob

OPERATOR = "operator"
"""Who acts on the command line, where nobody signs in."""

REASON_LENGTH = 500

RESUMED_AT_ONCE = 10_000
"""How many due jobs are sent when a queue is resumed; the sweep sends the others."""

_DUE = """
SELECT id FROM jobs WHERE queue = {} AND state IN ('WAITING', 'DELAYED') AND run_at <= clock_timestamp()
ORDER BY run_at LIMIT {}
"""


async def pause(queue: str, *, actor: str, reason: str = "") -> None:
    """Keep workers from claiming jobs of a queue; running jobs end as usual.

    Raises NotFoundError for a queue that carries no jobs, ConflictError if it is paused already, and InvalidError for
    a reason that is too long.
    """
    _check_name(queue)
    if len(reason) > REASON_LENGTH:
        message = f"The reason may have at most {REASON_LENGTH} characters."
        raise InvalidError([FieldError("reason", "length", message)])
    row = PausedQueue(queue=queue, actor=actor, reason=reason)
    async with transaction():
        if not await PausedQueue.insert(row).on_conflict(action="DO NOTHING").returning(PausedQueue.queue):
            raise ConflictError(f"The queue {queue} is paused already.")
        await record_action(actor, "paused", queue=queue, detail=reason)


async def resume(queue: str, *, actor: str = OPERATOR) -> Outbox:
    """Let workers claim jobs of a queue again; return the jobs that are due.

    Raises NotFoundError for a queue that carries no jobs, and ConflictError if it is not paused.
    """
    _check_name(queue)
    async with transaction():
        if not await PausedQueue.delete().where(PausedQueue.queue == queue).returning(PausedQueue.queue):
            raise ConflictError(f"The queue {queue} is not paused.")
        await record_action(actor, "resumed", queue=queue)
    rows = await Job.raw(_DUE, queue, RESUMED_AT_ONCE)
    return Outbox(jobs=tuple(OutboxJob(row["id"], queue) for row in rows))


async def list_paused() -> dict[str, PausedQueue]:
    """Return the paused queues by name."""
    return {row.queue: row for row in await PausedQueue.objects()}


async def record_action(actor: str, action: str, *, queue: str = "", detail: str = "") -> None:
    """Write a line of the operators' history, in the caller's transaction."""
    await OperatorAction.insert(OperatorAction(actor=actor, action=action, queue=queue, detail=detail))


async def list_actions(limit: int = 10) -> list[dict[str, Any]]:
    """Return the newest lines of the operators' history."""
    return await OperatorAction.select().order_by(OperatorAction.id, ascending=False).limit(limit)


def _check_name(queue: str) -> None:
    if queue not in JOB_QUEUES:
        raise NotFoundError("queue", field="queue")

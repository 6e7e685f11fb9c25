"""What an operator does to one job by hand: run a delayed one now, or cancel one that waits or runs."""

from typing import Any
from uuid import UUID

from blogqueue.db.engine import NOW
from blogqueue.db.tables.jobs import Job
from blogqueue.errors import ConflictError, NotFoundError
from blogqueue.jobs import breaker, jobs, pausing
from blogqueue.outbox import Outbox, OutboxJob
from blogqueue.states import JOB_MOVES, JobState

CANCELLABLE = frozenset(state for state, targets in JOB_MOVES.items() if JobState.CANCELLED in targets)


async def get_order_id(job_id: str) -> UUID:
    """Return the order that a job is for. Raises NotFoundError."""
    return (await _get_state(job_id))["order_id"]


async def run_now(job_id: str) -> Outbox:
    """Make a DELAYED job due at once, in the caller's transaction.

    Raises NotFoundError, and ConflictError for a job in another state, and where no worker would take it: its queue is
    paused, or the model's provider is out.
    """
    job = await _get_state(job_id)
    if job["queue"] in await pausing.list_paused():
        raise ConflictError(f"The queue {job['queue']} is paused; resume it first.", code="paused")
    if await breaker.get_open():
        raise ConflictError("The model's provider is out; the job runs as soon as it answers.", code="provider_out")
    due: dict[Any, Any] = {Job.run_at: NOW, Job.sent_at: None, Job.waits_for_provider: False}
    if not await Job.update(due).where(Job.id == job_id, Job.state == JobState.DELAYED).returning(Job.id):
        job = await _get_state(job_id)
        raise ConflictError(f"The job is {job['state']}; only a DELAYED job can be run now.", code="wrong_state")
    return Outbox(jobs=(OutboxJob(job_id, job["queue"]),))


async def cancel(job_id: str) -> int:
    """Cancel a job that waits or runs, in the caller's transaction, which locks its order; return its fencing token.

    A worker that runs it finds out when it renews its lease, and stops. Raises NotFoundError, and ConflictError for a
    job that has ended.
    """
    job = await _get_state(job_id)
    if JobState(job["state"]) not in CANCELLABLE or not await jobs.cancel(job["order_id"]):
        raise ConflictError(
            f"The job is {job['state']}; only a job that waits or runs can be cancelled.", code="wrong_state"
        )
    return (await _get_state(job_id))["fencing_token"]


async def _get_state(job_id: str) -> dict[str, Any]:
    row = await Job.select(Job.state, Job.queue, Job.order_id, Job.fencing_token).where(Job.id == job_id).first()
    if row is None:
        raise NotFoundError("job", field="jobId")
    return row

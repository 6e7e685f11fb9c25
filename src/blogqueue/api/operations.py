"""What an operator sees and does, for programs with an admin token: queues and workers; jobs as they are sent."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from blogqueue import model_cost
from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.api.envelope import Envelope, success
from blogqueue.api.problems import refusals
from blogqueue.jobs import overview, pausing, workers
from blogqueue.jobs.queues import BACKLINK_INTEGRATION, JOB_QUEUES
from blogqueue.orders.status_view import Count, Moment, View
from blogqueue.settings import settings
from blogqueue.states import JobState

TAGS = ["Operations"]

QueueName = Annotated[
    str,
    PathParameter(
        max_length=40,
        pattern="^(" + "|".join(JOB_QUEUES) + ")$",
        description="The name of a queue of jobs.",
        examples=[Example(value=BACKLINK_INTEGRATION.name)],
    ),
]
Seconds = Annotated[float, Meta(ge=0)] | None


class PauseRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Why the queue is paused, for the other operators."""

    reason: Annotated[str, Meta(max_length=500, description="Plain text.")] = ""


class QueueItem(View, frozen=True, kw_only=True):
    """A queue of jobs: its jobs by state, how long they take, and who works on it."""

    name: Annotated[str, Meta(max_length=40)]
    waiting: Count
    active: Count
    delayed: Count
    completed: Annotated[int, Meta(ge=0, description="Of those that are kept: the last 100.")]
    failed: Count
    cancelled: Count
    oldest_waiting_seconds: Annotated[int | None, Meta(description="The age of the oldest job that waits.")]
    completed_last_hour: Count
    run_seconds_p50: Seconds
    run_seconds_p95: Seconds
    workers: Annotated[int, Meta(ge=0, description="Worker processes that are alive and serve this queue.")]
    slots: Annotated[int, Meta(ge=0, description="How many jobs they can run at once.")]
    paused_at: Moment | None
    paused_by: Annotated[str, Meta(max_length=100)]
    pause_reason: Annotated[str, Meta(max_length=500)]


class QueueList(View, frozen=True, kw_only=True):
    """The queues of jobs."""

    items: list[QueueItem]


class QueueDecision(View, frozen=True, kw_only=True):
    """A queue after it was paused or resumed."""

    name: Annotated[str, Meta(max_length=40)]
    paused: bool


class WorkerJob(View, frozen=True, kw_only=True):
    """A job that a worker runs, and for how long it has done so."""

    job_id: Annotated[str, Meta(max_length=120)]
    order_id: UUID
    progress: Annotated[str, Meta(max_length=100, description="The last question that the model answered.")]
    seconds: Count


class WorkerItem(View, frozen=True, kw_only=True):
    """A worker process of the last day."""

    holder: Annotated[str, Meta(max_length=100, description="Its host and process id.")]
    queues: list[str]
    concurrency: Annotated[int, Meta(ge=1)]
    version: Annotated[str, Meta(max_length=40)]
    started_at: Moment
    seen_at: Moment
    alive: Annotated[bool, Meta(description="Whether its heartbeat was seen in the last 30 s.")]
    jobs: list[WorkerJob]


class WorkerList(View, frozen=True, kw_only=True):
    """The worker processes of the last day, those that are alive first."""

    items: list[WorkerItem]


class AttemptError(View, frozen=True, kw_only=True):
    """The error of one attempt."""

    attempt: Count
    at: Annotated[str, Meta(description="The time, as ISO 8601.")]
    error: Annotated[str, Meta(description="The type of the error.")]
    message: str
    traceback: str


class ModelCost(View, frozen=True, kw_only=True):
    """What the model's tokens cost."""

    amount: Annotated[str, Meta(description="A decimal number of units of the currency, such as 0.012345.")]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]


class JobItem(View, frozen=True, kw_only=True):
    """A job as an operator sees it."""

    job_id: Annotated[str, Meta(max_length=120)]
    queue: Annotated[str, Meta(max_length=40)]
    order_id: UUID
    state: JobState
    attempts: Count
    max_attempts: Count
    progress: Annotated[str, Meta(max_length=100)]
    model_calls: Count
    tokens_in: Count
    tokens_out: Count
    model_cost: Annotated[ModelCost | None, Meta(description="At the prices in the settings; null without any.")] = None
    worker: Annotated[str | None, Meta(description="The worker that runs it.")]
    waits_for_provider: bool
    run_at: Moment
    created_at: Moment
    claimed_at: Moment | None
    finished_at: Moment | None
    errors: Annotated[list[AttemptError], Meta(description="One for each attempt that failed.")]


class JobList(View, frozen=True, kw_only=True):
    """A page of the list of jobs, newest first."""

    items: Annotated[list[JobItem], Meta(max_length=100)]
    next_cursor: Annotated[str | None, Meta(description="The cursor of the next page; null on the last one.")] = None


@get("/queues", operation_id="list_queues", summary="List queues", tags=TAGS)
async def list_queues() -> Envelope[QueueList]:
    """List the queues of jobs, with their jobs by state and their workers."""
    return success(QueueList(items=[view_queue(queue) for queue in await overview.list_queues()]))


@post(
    "/queues/{name:str}/pause",
    status_code=200,
    operation_id="pause_queue",
    summary="Pause a queue",
    tags=TAGS,
    responses=refusals(409),
)
async def pause_queue(
    request: Request[Any, Any, Any], name: QueueName, data: JSONBody[PauseRequest | None] = None
) -> Envelope[QueueDecision]:
    """Keep all workers on all hosts from starting jobs of a queue; those that run end as usual."""
    await pausing.pause(name, actor=request.user, reason=data.reason if data else "")
    return success(QueueDecision(name=name, paused=True), "Paused")


@post(
    "/queues/{name:str}/resume",
    status_code=200,
    operation_id="resume_queue",
    summary="Resume a queue",
    tags=TAGS,
    responses=refusals(409),
)
async def resume_queue(request: Request[Any, Any, Any], name: QueueName) -> Envelope[QueueDecision]:
    """Let workers start jobs of a paused queue again; those that are due start at once."""
    await nudge(await pausing.resume(name, actor=request.user))
    return success(QueueDecision(name=name, paused=False), "Resumed")


@get("/workers", operation_id="list_workers", summary="List workers", tags=TAGS)
async def list_workers() -> Envelope[WorkerList]:
    """List the worker processes of the last day, and what each is doing."""
    return success(WorkerList(items=[view_worker(worker) for worker in await workers.list_workers()]))


def view_queue(queue: overview.QueueState) -> QueueItem:
    """Return a queue as it is sent."""
    return QueueItem(
        name=queue.name,
        **{state.lower(): number for state, number in queue.counts.items()},
        oldest_waiting_seconds=queue.oldest_seconds,
        completed_last_hour=queue.completed_last_hour,
        run_seconds_p50=queue.run_seconds_p50,
        run_seconds_p95=queue.run_seconds_p95,
        workers=queue.workers,
        slots=queue.slots,
        paused_at=queue.paused_at,
        paused_by=queue.paused_by,
        pause_reason=queue.pause_reason,
    )


def view_worker(worker: workers.WorkerState) -> WorkerItem:
    """Return a worker process as it is sent."""
    return WorkerItem(
        holder=worker.holder,
        queues=worker.queues,
        concurrency=worker.concurrency,
        version=worker.version,
        started_at=worker.started_at,
        seen_at=worker.seen_at,
        alive=worker.alive,
        jobs=[WorkerJob(**job) for job in worker.jobs],
    )


def view_job(row: dict[str, Any]) -> JobItem:
    """Return a job's row as it is sent."""
    return JobItem(
        job_id=row["id"],
        queue=row["queue"],
        order_id=row["order_id"],
        state=JobState(row["state"]),
        attempts=row["attempts"],
        max_attempts=row["max_attempts"],
        progress=row["progress"],
        model_calls=row["model_calls"],
        tokens_in=row["tokens_in"],
        tokens_out=row["tokens_out"],
        model_cost=_view_cost(row),
        worker=row["lease_holder"],
        waits_for_provider=row["waits_for_provider"],
        run_at=row["run_at"],
        created_at=row["created_at"],
        claimed_at=row["claimed_at"],
        finished_at=row["finished_at"],
        errors=[AttemptError(**error) for error in row["errors"]],
    )


def _view_cost(row: dict[str, Any]) -> ModelCost | None:
    if not model_cost.is_known():
        return None
    amount = model_cost.count(row["tokens_in"], row["tokens_cached"], row["tokens_out"])
    return ModelCost(amount=f"{amount:f}", currency=settings.model_price_currency)


HANDLERS = [
    Router(
        path="/admin",
        guards=[auth.editors_only],
        security=auth.EDITOR,
        route_handlers=[list_queues, pause_queue, resume_queue, list_workers],
    )
]
"""The guard runs before a body is read; then `request.user` is the editor's name."""

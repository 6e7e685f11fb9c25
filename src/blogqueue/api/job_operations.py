"""What an operator sees of jobs and does to them, for programs with an admin token."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Router, get, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.api.catalogue import Cursor
from blogqueue.api.envelope import Envelope, success
from blogqueue.api.operations import TAGS, JobItem, JobList, view_job
from blogqueue.api.problems import refusals
from blogqueue.jobs import search, stats
from blogqueue.orders import job_actions, job_filters
from blogqueue.orders.status_view import View
from blogqueue.states import JobState, OrderStatus

JobId = Annotated[
    str,
    PathParameter(
        min_length=1,
        max_length=120,
        pattern="^[a-z0-9-]+$",
        description="The id of a job.",
        examples=[Example(value="backlink-int-7b1f0a8e-55f1-4d0e-9f6b-0f3c1f6f8a10")],
    ),
]


class CancelRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Why the job is cancelled, for the other operators; the customer does not read it."""

    reason: Annotated[str, Meta(max_length=500, description="Plain text.")] = ""


class RetriedJob(View, frozen=True, kw_only=True):
    """A job that runs again."""

    job_id: Annotated[str, Meta(max_length=120)]


class CancelledJob(View, frozen=True, kw_only=True):
    """A job that was cancelled, and the status of its order, which an editor now retries or refunds."""

    job_id: Annotated[str, Meta(max_length=120)]
    order_status: OrderStatus


TIME = "this time (ISO 8601, in UTC unless it names a zone)"


@get("/jobs", operation_id="list_jobs", summary="List jobs", tags=TAGS, responses=refusals(400, 422))
async def list_jobs(
    *,
    queue: Annotated[str, QueryParameter(max_length=40, description="Only jobs of this queue.")] = "",
    job_state: Annotated[JobState | None, QueryParameter(name="state", description="Only jobs in this state.")] = None,
    order: Annotated[str, QueryParameter(max_length=40, description="Only jobs of this order: its id or number.")] = "",
    error: Annotated[
        str, QueryParameter(max_length=200, description="Only jobs whose last error contains this, in any case.")
    ] = "",
    after: Annotated[str, QueryParameter(max_length=40, description=f"Only jobs created at or after {TIME}.")] = "",
    before: Annotated[str, QueryParameter(max_length=40, description=f"Only jobs created before {TIME}.")] = "",
    cursor: Cursor = "",
    limit: Annotated[int, QueryParameter(ge=1, le=100, description="Show at most this many.")] = 50,
) -> Envelope[JobList]:
    """List jobs, newest first; of those with an error, the newest 5,000 of a queue and state are searched."""
    wanted = await job_filters.make_filter(
        queue=queue,
        state=job_state or "",
        order=order,
        error=error,
        after=after,
        before=before,
    )
    found, next_cursor = await search.find(wanted, cursor=cursor, limit=limit)
    rows = await stats.list_by_ids([row["id"] for row in found])
    return success(JobList(items=[view_job(row) for row in rows], next_cursor=next_cursor))


@get("/jobs/{job_id:str}", operation_id="get_job", summary="Read a job", tags=TAGS, responses=refusals(404))
async def get_job(job_id: JobId) -> Envelope[JobItem]:
    """Return a job with the error of each attempt."""
    return success(view_job(await stats.get_job(job_id)))


@post(
    "/jobs/{job_id:str}/retry",
    status_code=202,
    operation_id="retry_job",
    summary="Retry a job",
    tags=TAGS,
    responses=refusals(404, 409),
)
async def retry_job(request: Request[Any, Any, Any], job_id: JobId) -> Envelope[RetriedJob]:
    """Give a FAILED or CANCELLED job new attempts, as long as its order's refund has not begun."""
    await nudge(await job_actions.retry(job_id, actor=request.user))
    return success(RetriedJob(job_id=job_id), "The job is waiting again")


@post(
    "/jobs/{job_id:str}/run-now",
    status_code=202,
    operation_id="run_job_now",
    summary="Run a delayed job now",
    tags=TAGS,
    responses=refusals(404, 409),
)
async def run_job_now(request: Request[Any, Any, Any], job_id: JobId) -> Envelope[RetriedJob]:
    """Run a DELAYED job without waiting for its time; refused while its queue is paused or the provider is out."""
    await nudge(await job_actions.run_now(job_id, actor=request.user))
    return success(RetriedJob(job_id=job_id), "The job is due now")


@post(
    "/jobs/{job_id:str}/cancel",
    status_code=200,
    operation_id="cancel_job",
    summary="Cancel a job",
    tags=TAGS,
    responses=refusals(404, 409),
)
async def cancel_job(
    request: Request[Any, Any, Any], job_id: JobId, data: JSONBody[CancelRequest | None] = None
) -> Envelope[CancelledJob]:
    """Cancel a job that waits or runs; a running one stops within 2 s. Its order fails, to be retried or refunded."""
    await nudge(await job_actions.cancel(job_id, actor=request.user, reason=data.reason if data else ""))
    return success(CancelledJob(job_id=job_id, order_status=OrderStatus.FAILED), "The job is cancelled")


HANDLERS = [
    Router(
        path="/admin",
        guards=[auth.editors_only],
        security=auth.EDITOR,
        route_handlers=[list_jobs, get_job, retry_job, run_job_now, cancel_job],
    )
]
"""The guard runs before a body is read; then `request.user` is the editor's name."""

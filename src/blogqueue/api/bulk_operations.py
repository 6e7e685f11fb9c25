"""Change many jobs at once, for programs with an admin token: a preview freezes which ones, a second call confirms."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.api.envelope import Envelope, success
from blogqueue.api.operations import TAGS
from blogqueue.api.problems import refusals
from blogqueue.errors import FieldError, InvalidError
from blogqueue.orders import bulk_actions, job_filters
from blogqueue.orders.bulk_actions import AT_ONCE, Action
from blogqueue.orders.status_view import Count, View
from blogqueue.states import JobState

BulkId = Annotated[
    UUID,
    PathParameter(
        description="The id of the preview.", examples=[Example(value="0e5a2f6c-3b1d-4b8f-9a37-5d3c5a1c7f10")]
    ),
]
JobId = Annotated[str, Meta(max_length=120)]


class FilterRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Which jobs are meant; the state must be one in which the action is possible."""

    state: JobState
    queue: Annotated[str, Meta(max_length=40)] = ""
    order: Annotated[str, Meta(max_length=40, description="An order's id or number.")] = ""
    error: Annotated[str, Meta(max_length=200, description="A part of the last error.")] = ""
    after: Annotated[str, Meta(max_length=40, description="A time in ISO 8601, in UTC unless it names a zone.")] = ""
    before: Annotated[str, Meta(max_length=40, description="A time in ISO 8601, in UTC unless it names a zone.")] = ""


class BulkRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """What to do to which jobs: either those that are named, or those that a filter lets through now."""

    action: Action
    job_ids: Annotated[list[JobId], Meta(description="Their ids.", max_length=AT_ONCE)] | None = None
    filter: FilterRequest | None = None


class ConfirmRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The number of jobs, needed above 10, and the reason, needed to cancel jobs."""

    number: Annotated[int, Meta(ge=1)] | None = None
    reason: Annotated[str, Meta(max_length=500, description="For the other operators.")] = ""


class BulkPreview(View, frozen=True, kw_only=True):
    """The jobs that confirming this preview changes."""

    bulk_id: UUID
    action: Action
    number: Count
    has_more: Annotated[bool, Meta(description="Whether more jobs match than one action changes.")]
    left_out: Annotated[int, Meta(ge=0, description="Chosen jobs in a state in which the action is not possible.")]
    criteria: Annotated[str, Meta(description="Which jobs they are, in words.")]
    sums: Annotated[dict[str, int], Meta(description="What their orders cost, in minor units by currency.")]
    sample: Annotated[list[JobId], Meta(description="The newest of them.", max_length=bulk_actions.SAMPLE)]


class BulkResult(View, frozen=True, kw_only=True):
    """What was done."""

    bulk_id: UUID
    action: Action
    done: Count
    skipped: Annotated[int, Meta(ge=0, description="Jobs that somebody else had changed since the preview.")]


@post(
    "/bulk-actions",
    status_code=201,
    operation_id="preview_bulk_action",
    summary="Preview a bulk action",
    tags=TAGS,
    responses=refusals(409, 422),
)
async def preview_bulk_action(request: Request[Any, Any, Any], data: JSONBody[BulkRequest]) -> Envelope[BulkPreview]:
    """Freeze the jobs to retry or cancel; nothing is changed before the preview is confirmed."""
    if (data.job_ids is None) == (data.filter is None):
        raise InvalidError([FieldError("jobIds", "one_of", "Give either jobIds or a filter.")])
    if data.filter is None:
        preview = await bulk_actions.preview_chosen(data.action, data.job_ids or [], actor=request.user)
    else:
        asked = data.filter
        wanted = await job_filters.make_filter(
            queue=asked.queue,
            state=asked.state,
            order=asked.order,
            error=asked.error,
            after=asked.after,
            before=asked.before,
        )
        preview = await bulk_actions.preview_matching(data.action, wanted, actor=request.user)
    return success(
        BulkPreview(
            bulk_id=preview.id,
            action=preview.action,
            number=preview.number,
            has_more=preview.more,
            left_out=preview.left_out,
            criteria=preview.criteria,
            sums=preview.sums,
            sample=[job["id"] for job in preview.sample],
        )
    )


@post(
    "/bulk-actions/{bulk_id:uuid}/confirm",
    status_code=200,
    operation_id="confirm_bulk_action",
    summary="Confirm a bulk action",
    tags=TAGS,
    responses=refusals(404, 409, 422),
)
async def confirm_bulk_action(
    request: Request[Any, Any, Any], bulk_id: BulkId, data: JSONBody[ConfirmRequest | None] = None
) -> Envelope[BulkResult]:
    """Change the jobs of a preview, once; those that somebody else has changed since are left out."""
    asked = data or ConfirmRequest()
    result = await bulk_actions.carry_out(bulk_id, actor=request.user, number=asked.number, reason=asked.reason)
    await nudge(result.outbox)
    return success(
        BulkResult(bulk_id=bulk_id, action=result.action, done=result.done, skipped=result.skipped),
        f"{result.done} jobs {bulk_actions.DONE[result.action]}",
    )


HANDLERS = [
    Router(
        path="/admin",
        guards=[auth.editors_only],
        security=auth.EDITOR,
        route_handlers=[preview_bulk_action, confirm_bulk_action],
    )
]
"""The guard runs before a body is read; then `request.user` is the editor's name."""

"""The jobs of the queues: search them, change many at once, and one job with all that is known of it."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue import model_cost, tokens
from blogqueue.actors.messages import nudge
from blogqueue.admin import charts
from blogqueue.api import auth
from blogqueue.errors import FieldError, InvalidError, NotFoundError, ProblemError
from blogqueue.jobs import failures, overview, search
from blogqueue.jobs.queues import JOB_QUEUES
from blogqueue.orders import bulk_actions, job_actions, job_details, job_filters
from blogqueue.orders.bulk_actions import Action
from blogqueue.outbox import Outbox
from blogqueue.pages.forms import Form
from blogqueue.pages.responses import page, see_other

SHOWN = 50
"""How many jobs a page of the list shows."""

FILTERS = ("queue", "state", "order", "error", "after", "before")

MOST_DIGITS = 9

NOTICES = {
    "retry": "The job runs again.",
    "run-now": "The job is due now.",
    "cancel": "The job is cancelled. Its order waits for your decision: retry or refund it.",
}
"""What the page of a job says after an action, by the code in its address."""


@get("/admin/jobs", include_in_schema=False)
async def list_jobs(request: Request[Any, Any, Any], notice: FromQuery[str] = "") -> Template:
    """List jobs by queue, state, order, error and time, newest first; a filter that is not understood lists nothing."""
    typed = {name: request.query_params.get(name, "").strip()[:300] for name in FILTERS}
    jobs: list[dict[str, Any]] = []
    following, problem = None, None
    try:
        wanted = await job_filters.make_filter(**typed)
        jobs, following = await search.find(wanted, cursor=request.query_params.get("cursor", ""), limit=SHOWN)
    except ProblemError as error:
        problem = error
    return page(
        "jobs.html",
        status_code=problem.status if problem else 200,
        jobs=jobs,
        typed=typed,
        kept={name: value for name, value in typed.items() if value},
        following=following,
        is_first="cursor" not in request.query_params,
        refusal=_explain(problem) if problem else "",
        notice=notice[:200],
        queues=list(JOB_QUEUES),
        counts=await overview.count_states(typed["queue"]),
        bulk={state: action for action, states in bulk_actions.POSSIBLE.items() for state in states},
        at_once=bulk_actions.AT_ONCE,
        form=tokens.derive_form_token(auth.session(request)),
    )


@get("/admin/jobs/{job_id:str}", include_in_schema=False)
async def show_job(
    request: Request[Any, Any, Any], job_id: FromPath[str], notice: FromQuery[str] = ""
) -> Template | Redirect:
    """Show a job: its order, every attempt that failed, and what it cost."""
    return await _show(request, job_id, notice=NOTICES.get(notice, ""))


@post("/admin/jobs/{job_id:str}/retry", include_in_schema=False)
async def retry(request: Request[Any, Any, Any], job_id: FromPath[str], data: Form) -> Template | Redirect:
    """Retry one failed or cancelled job."""
    actor = await auth.form_sender(request, data.get("form", ""))
    return await _act(request, job_id, "retry", job_actions.retry(job_id, actor=actor))


@post("/admin/jobs/{job_id:str}/run-now", include_in_schema=False)
async def run_now(request: Request[Any, Any, Any], job_id: FromPath[str], data: Form) -> Template | Redirect:
    """Run a delayed job without waiting for its time."""
    actor = await auth.form_sender(request, data.get("form", ""))
    return await _act(request, job_id, "run-now", job_actions.run_now(job_id, actor=actor))


@post("/admin/jobs/{job_id:str}/cancel", include_in_schema=False)
async def cancel(request: Request[Any, Any, Any], job_id: FromPath[str], data: Form) -> Template | Redirect:
    """Cancel a job that waits or runs."""
    actor = await auth.form_sender(request, data.get("form", ""))
    return await _act(
        request, job_id, "cancel", job_actions.cancel(job_id, actor=actor, reason=data.get("reason", "").strip())
    )


@post("/admin/bulk-actions", include_in_schema=False)
async def preview_bulk(request: Request[Any, Any, Any]) -> Template | Redirect:
    """Freeze the jobs that were selected, or that match the filter, or that failed for one cause; never all of them.

    Few jobs are retried at once. Many, and those to cancel, are shown first.
    """
    data = await request.form()
    actor = await auth.form_sender(request, str(data.get("form", "")))
    action, scope = (str(data.get(name, "")) for name in ("action", "scope"))
    try:
        if action not in set(Action):
            raise InvalidError([FieldError("action", "exists", "Choose what to do: retry or cancel.")])
        if scope == "selected":
            chosen = [str(job_id) for job_id in data.getall("job", [])]
            preview = await bulk_actions.preview_chosen(Action(action), chosen, actor=actor)
        elif scope == "cause":
            cause = str(data.get("cause", ""))
            chosen = await failures.find_jobs(cause)
            criteria = f"failed for one cause ({cause[:8]})"
            preview = await bulk_actions.preview_chosen(Action(action), chosen, actor=actor, criteria=criteria)
        elif scope == "matching":
            wanted = await job_filters.make_filter(**{name: str(data.get(name, "")) for name in FILTERS})
            preview = await bulk_actions.preview_matching(Action(action), wanted, actor=actor)
        else:
            raise InvalidError([FieldError("scope", "exists", "Choose the selected jobs, or those that match.")])
        if preview.action is Action.RETRY and not preview.must_be_typed:
            return await _carry_out(preview.id, actor=actor)
    except ProblemError as error:
        return page("bulk_refused.html", status_code=error.status, refusal=_explain(error))
    return see_other(f"/admin/bulk-actions/{preview.id}")


@get("/admin/bulk-actions/{bulk_id:uuid}", include_in_schema=False)
async def show_bulk(request: Request[Any, Any, Any], bulk_id: FromPath[UUID]) -> Template | Redirect:
    """Show which jobs a bulk action changes, how many they are, and what their orders cost, to be confirmed."""
    return await _show_bulk(request, bulk_id)


@post("/admin/bulk-actions/{bulk_id:uuid}", include_in_schema=False)
async def confirm_bulk(request: Request[Any, Any, Any], bulk_id: FromPath[UUID], data: Form) -> Template | Redirect:
    """Carry out a bulk action whose number of jobs was typed, where there are many."""
    actor = await auth.form_sender(request, data.get("form", ""))
    typed = data.get("number", "").strip()
    try:
        number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < MOST_DIGITS else None
        return await _carry_out(
            bulk_id, actor=actor, number=0 if typed and number is None else number, reason=data.get("reason", "")
        )
    except NotFoundError:
        raise
    except ProblemError as error:
        template = await _show_bulk(request, bulk_id, refusal=_explain(error), typed=data)
        template.status_code = error.status
        return template


async def _carry_out(bulk_id: UUID, *, actor: str, number: int | None = None, reason: str = "") -> Redirect:
    result = await bulk_actions.carry_out(bulk_id, actor=actor, number=number, reason=reason)
    await nudge(result.outbox)
    did = "run again" if result.action is Action.RETRY else "are cancelled; their orders wait for a retry or a refund"
    skipped = f" {result.skipped} had been changed meanwhile and were left out." if result.skipped else ""
    return see_other("/admin/queues", notice=f"{result.done} jobs {did}.{skipped}")


async def _show_bulk(
    request: Request[Any, Any, Any], bulk_id: UUID, *, refusal: str = "", typed: dict[str, str] | None = None
) -> Template:
    return page(
        "bulk_action.html",
        preview=await bulk_actions.get_preview(bulk_id),
        refusal=refusal,
        typed=typed or {},
        form=tokens.derive_form_token(auth.session(request)),
    )


def _explain(error: ProblemError) -> str:
    """Return a refusal as one text: what is wrong with each field, or the error's own sentence."""
    return " ".join(detail.message for detail in error.details) or error.message


async def _act(
    request: Request[Any, Any, Any], job_id: str, code: str, action: Awaitable[Outbox]
) -> Template | Redirect:
    """Await the action on a job, and show the result on the job's page; an unknown job has none."""
    try:
        outbox = await action
    except NotFoundError:
        raise
    except ProblemError as error:
        template = await _show(request, job_id, refusal=error.message)
        template.status_code = error.status
        return template
    await nudge(outbox)
    return see_other(f"/admin/jobs/{job_id}", notice=code)


async def _show(request: Request[Any, Any, Any], job_id: str, *, notice: str = "", refusal: str = "") -> Template:
    details = await job_details.read(job_id)
    return page(
        "job.html",
        details=details,
        cost=model_cost.describe(details.job["tokens_in"], details.job["tokens_cached"], details.job["tokens_out"]),
        job=details.job,
        order=details.order,
        format_ms=charts.format_ms,
        form=tokens.derive_form_token(auth.session(request)),
        notice=notice,
        refusal=refusal,
    )


HANDLERS = [list_jobs, show_job, retry, run_now, cancel, preview_bulk, show_bulk, confirm_bulk]

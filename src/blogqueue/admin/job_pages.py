"""The jobs of the queues, and one job with all that is known of it: retry it, run it now, or cancel it."""

from collections.abc import Awaitable
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect, Template

from blogqueue import editors, tokens
from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.errors import NotFoundError, ProblemError
from blogqueue.jobs import stats
from blogqueue.jobs.queues import JOB_QUEUES
from blogqueue.orders import job_actions
from blogqueue.outbox import Outbox
from blogqueue.pages.forms import Form
from blogqueue.pages.responses import page, see_other
from blogqueue.states import JobState

SHOWN = 50
"""How many jobs the list shows."""

NOTICES = {
    "retry": "The job runs again.",
    "run-now": "The job is due now.",
    "cancel": "The job is cancelled. Its order waits for your decision: retry or refund it.",
}
"""What the page of a job says after an action, by the code in its address."""


@get("/admin/jobs", include_in_schema=False)
async def list_jobs(
    request: Request[Any, Any, Any],
    queue: FromQuery[str] = "",
    job_state: Annotated[str, QueryParameter(name="state")] = "",
) -> Template | Redirect:
    """List the newest jobs of a queue and a state; an unknown name is ignored."""
    if await editors.get_by_session(auth.session(request)) is None:
        return Redirect("/admin/", status_code=303)
    known = JobState(job_state) if job_state in set(JobState) else None
    named = queue if queue in JOB_QUEUES else ""
    jobs = await stats.list_newest(named, known, limit=SHOWN)
    return page(
        "jobs.html",
        jobs=jobs,
        queue=named,
        state=known or "",
        queues=list(JOB_QUEUES),
        states=list(JobState),
        shown=SHOWN,
    )


@get("/admin/jobs/{job_id:str}", include_in_schema=False)
async def show_job(
    request: Request[Any, Any, Any], job_id: FromPath[str], notice: FromQuery[str] = ""
) -> Template | Redirect:
    """Show a job: its order, every attempt that failed, and what it cost."""
    if await editors.get_by_session(auth.session(request)) is None:
        return Redirect("/admin/", status_code=303)
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
    return page(
        "job.html",
        job=await stats.get_job(job_id),
        form=tokens.derive_form_token(auth.session(request)),
        notice=notice,
        refusal=refusal,
    )


HANDLERS = [list_jobs, show_job, retry, run_now, cancel]

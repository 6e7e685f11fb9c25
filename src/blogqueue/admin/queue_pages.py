"""The operator's dashboard: queues, workers, what failed and why. The login is Piccolo Admin's."""

from typing import Any

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue import editors, tokens
from blogqueue.actors.messages import nudge
from blogqueue.api import auth, health
from blogqueue.errors import ConflictError, ProblemError
from blogqueue.jobs import breaker, failures, overview, pausing, workers
from blogqueue.orders import lifecycle
from blogqueue.outbox import Outbox
from blogqueue.pages.forms import Form
from blogqueue.pages.responses import page, see_other


@get("/admin/queues", include_in_schema=False)
async def queues(request: Request[Any, Any, Any], notice: FromQuery[str] = "") -> Template | Redirect:
    """Show queues, workers, and failed jobs by cause."""
    if await editors.get_by_session(auth.session(request)) is None:
        return Redirect("/admin/", status_code=303)
    return await _show(request, notice=notice[:200])


@post("/admin/queues/{name:str}/pause", include_in_schema=False)
async def pause(request: Request[Any, Any, Any], name: FromPath[str], data: Form) -> Template | Redirect:
    """Pause a queue."""
    actor = await auth.form_sender(request, data.get("form", ""))
    try:
        await pausing.pause(name, actor=actor, reason=data.get("reason", "")[:500])
    except ProblemError as error:
        return await _refuse(request, error)
    return see_other("/admin/queues", notice=f"{name} is paused.")


@post("/admin/queues/{name:str}/resume", include_in_schema=False)
async def resume(request: Request[Any, Any, Any], name: FromPath[str], data: Form) -> Template | Redirect:
    """Resume a paused queue."""
    actor = await auth.form_sender(request, data.get("form", ""))
    try:
        await nudge(await pausing.resume(name, actor=actor))
    except ProblemError as error:
        return await _refuse(request, error)
    return see_other("/admin/queues", notice=f"{name} is resumed.")


@post("/admin/queues/retry", include_in_schema=False)
async def retry_group(request: Request[Any, Any, Any], data: Form) -> Redirect:
    """Retry all failed jobs of one cause; those that somebody else has decided on meanwhile are left out."""
    actor = await auth.form_sender(request, data.get("form", ""))
    outbox = Outbox()
    for order_id in await failures.find_orders(data.get("cause", "")):
        try:
            outbox += await lifecycle.retry(order_id, actor=actor)
        except ConflictError:
            continue
    await nudge(outbox)
    return see_other("/admin/queues", notice=f"{len(outbox.jobs)} jobs run again.")


async def _refuse(request: Request[Any, Any, Any], error: ProblemError) -> Template:
    template = await _show(request, refusal=error.message)
    template.status_code = error.status
    return template


async def _show(request: Request[Any, Any, Any], *, notice: str = "", refusal: str = "") -> Template:
    found = await workers.list_workers()
    return page(
        "queues.html",
        queues=await overview.list_queues(),
        workers=found,
        unserved=await workers.find_unserved(),
        outage=await breaker.get_open(),
        clock=await health.check_clock(),
        broker=await health.check_broker(),
        groups=await failures.list_groups(),
        form=_form(request),
        notice=notice,
        refusal=refusal,
    )


def _form(request: Request[Any, Any, Any]) -> str:
    return tokens.derive_form_token(auth.session(request))


HANDLERS = [queues, pause, resume, retry_group]

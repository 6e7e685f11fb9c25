"""The operator's dashboard: queues, workers, what failed and why. The login is Piccolo Admin's."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, ServerSentEvent, ServerSentEventMessage, Template

from blogqueue import editors, model_cost, tokens
from blogqueue.actors import depth
from blogqueue.actors.messages import nudge
from blogqueue.admin import charts
from blogqueue.api import auth, health
from blogqueue.api.orders import RECONNECT_MS, STREAM_SECONDS
from blogqueue.db.engine import UNAVAILABLE
from blogqueue.errors import ProblemError
from blogqueue.jobs import breaker, failures, overview, pausing, stats, timelines, workers
from blogqueue.jobs.timelines import Span
from blogqueue.log import logger
from blogqueue.orders import changes, unfinished
from blogqueue.pages.forms import Form
from blogqueue.pages.responses import page, see_other
from blogqueue.reviews import work

DASHBOARD = UUID(int=0)
"""What the streams of the dashboard watch; no order has this id, so nothing but the end of the process wakes them."""

LOOK_AGAIN_SECONDS = 2


def _say_down(_: Request[Any, Any, Any], error: Exception) -> Template:
    """Answer that PostgreSQL does not answer, with a page that looks again; no login can be checked meanwhile."""
    logger.warning("database unavailable", path="/admin/queues", error=str(error))
    return page("queues_down.html", status_code=503)


@get("/admin/queues", include_in_schema=False, exception_handlers=dict.fromkeys(UNAVAILABLE, _say_down))
async def queues(request: Request[Any, Any, Any], notice: FromQuery[str] = "", span: FromQuery[str] = "") -> Template:
    """Show queues, workers, and failed jobs by cause; without PostgreSQL, that it does not answer."""
    return await _show(request, notice=notice[:200], span=_parse_span(span))


@get("/admin/queues/events", media_type="text/event-stream", include_in_schema=False)
async def watch_queues(request: Request[Any, Any, Any], span: FromQuery[str] = "") -> ServerSentEvent:
    """Send the live part of the dashboard as server-sent events, every 2 s if it has changed.

    An event `same` says that nothing has changed, and `down` why nothing can be read.
    """
    changes.check_capacity(DASHBOARD)
    return ServerSentEvent(_events(request, _parse_span(span)))


async def _events(request: Request[Any, Any, Any], span: Span) -> AsyncGenerator[ServerSentEventMessage]:
    template = request.app.template_engine.get_template("queues_live.html")  # pyright: ignore[reportOptionalMemberAccess] - the app has one
    sent = ""
    end = asyncio.get_running_loop().time() + STREAM_SECONDS
    with changes.watching(DASHBOARD) as watcher:
        while not changes.is_stopping() and asyncio.get_running_loop().time() < end:
            try:
                if await editors.get_by_session(auth.session(request)) is None:
                    return  # signed out meanwhile
                live = template.render(**await _read(request, span))
            except UNAVAILABLE:
                yield ServerSentEventMessage(event="down", data="PostgreSQL does not answer.", retry=RECONNECT_MS)
            else:
                same, sent = live == sent, live
                yield ServerSentEventMessage(
                    event="same" if same else "live", data="." if same else live, retry=RECONNECT_MS
                )
            await watcher.wait(LOOK_AGAIN_SECONDS)


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


async def _refuse(request: Request[Any, Any, Any], error: ProblemError) -> Template:
    template = await _show(request, refusal=error.message)
    template.status_code = error.status
    return template


def _parse_span(text: str) -> Span:
    return Span(text) if text in set(Span) else Span.HOUR


async def _show(
    request: Request[Any, Any, Any], *, notice: str = "", refusal: str = "", span: Span = Span.HOUR
) -> Template:
    return page("queues.html", notice=notice, refusal=refusal, span=span, **await _read(request, span))


async def _read(request: Request[Any, Any, Any], span: Span) -> dict[str, Any]:
    """Return what the live part of the dashboard shows. Raises UNAVAILABLE."""
    broker, messages = await asyncio.gather(health.check_broker(), depth.count_messages())
    found, states = await workers.list_workers(), await overview.list_queues()
    alive = [worker for worker in found if worker.alive]
    clock, mail, webhooks = await health.check_clock(), await health.check_mail(), await health.check_webhooks()
    return {
        "problems": await _list_problems(Clock=clock, Broker=broker, Mail=mail, Webhooks=webhooks),
        "work": await work.count(),
        "unfinished": await unfinished.list_unfinished(),
        "most": unfinished.COUNTED,
        "queues": states,
        "charts": {one.name: charts.draw_all(one.name, await timelines.read(one.name, span)) for one in states},
        "workers": found,
        "alive": len(alive),
        "running": sum(len(worker.jobs) for worker in alive),
        "slots": sum(worker.concurrency for worker in alive),
        "clock": clock,
        "clock_seconds": await stats.get_age_seconds(),
        "broker": broker,
        "messages": messages,
        "model": {name: _describe_model(**tokens) for name, tokens in (await stats.count_tokens()).items()},
        "groups": await failures.list_groups(),
        "listed": failures.LISTED,
        "at_once": failures.RETRIED_AT_ONCE,
        "actions": await pausing.list_actions(),
        "format_ms": charts.format_ms,
        "form": tokens.derive_form_token(auth.session(request)),
    }


def _describe_model(*, input: int, cached: int, output: int) -> str:  # noqa: A002 - the directions' own names
    """Return the tokens of a queue's calls of the model, and what they cost if the settings have prices."""
    cost = model_cost.describe(input, cached, output)
    return f"{input + output:,} tokens" + (f", {cost}" if cost else "")


async def _list_problems(**parts: str) -> list[str]:
    """Return what is wrong, in sentences, the worst first; `parts` are what is wrong with the others, or ""."""
    unserved, outage = await workers.find_unserved(), await breaker.get_open()
    problems: list[str] = []
    if unserved:
        problems.append(f"Nobody works on {', '.join(unserved)}. Start their workers, or see their logs.")
    if outage:
        problems.append(
            f"The model's provider has not answered since {outage.opened_at:%F %H:%M} UTC: {outage.reason} "
            "Jobs wait, and one at a time tries again."
        )
    return problems + [f"{name}: {text}." for name, text in parts.items() if text]


HANDLERS = [queues, watch_queues, pause, resume]

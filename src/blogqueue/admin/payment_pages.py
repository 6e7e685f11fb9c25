"""Payments that need a decision: those held because they do not match or are duplicates, and those disputed."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.errors import ProblemError
from blogqueue.orders import search
from blogqueue.outbox import Outbox
from blogqueue.pages.forms import Form
from blogqueue.pages.responses import page, see_other
from blogqueue.payments import disputes, held_payments

HELD, DISPUTES = "/admin/held-payments", "/admin/disputes"


@get(HELD, include_in_schema=False)
async def list_held(notice: FromQuery[str] = "") -> Template:
    """List the payments that wait for a decision, or whose refund is on its way."""
    return await _show_held(notice=notice[:200])


@post("/admin/held-payments/{session_id:str}/accept", include_in_schema=False)
async def accept(request: Request[Any, Any, Any], session_id: FromPath[str], data: Form) -> Redirect | Template:
    """Turn a held payment into its order."""
    actor = await auth.form_sender(request, data.get("form", ""))
    try:
        accepted = await held_payments.accept(session_id, actor=actor)
    except ProblemError as error:
        return await _refuse_held(error)
    await nudge(accepted.outbox)
    return see_other(HELD, notice="The payment was accepted.")


@post("/admin/held-payments/{session_id:str}/return", include_in_schema=False)
async def return_payment(request: Request[Any, Any, Any], session_id: FromPath[str], data: Form) -> Redirect | Template:
    """Have a held payment refunded. Stripe is asked within the next minute, so that no page waits for it."""
    actor = await auth.form_sender(request, data.get("form", ""))
    try:
        await held_payments.request_return(session_id, actor=actor)
    except ProblemError as error:
        return await _refuse_held(error)
    return see_other(HELD, notice="The payment will be refunded within two minutes.")


@post("/admin/held-payments/{session_id:str}/dismiss", include_in_schema=False)
async def dismiss(request: Request[Any, Any, Any], session_id: FromPath[str], data: Form) -> Redirect | Template:
    """Note that a held payment was dealt with elsewhere."""
    actor = await auth.form_sender(request, data.get("form", ""))
    try:
        await held_payments.dismiss(session_id, actor=actor)
    except ProblemError as error:
        return await _refuse_held(error)
    return see_other(HELD, notice="The payment was dismissed.")


@get(DISPUTES, include_in_schema=False)
async def list_disputes(notice: FromQuery[str] = "") -> Template:
    """List the orders on hold."""
    return await _show_disputes(notice=notice[:200])


@post("/admin/disputes/{order_id:uuid}/release", include_in_schema=False)
async def release(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Redirect | Template:
    """Let an order on hold continue."""
    actor = await auth.form_sender(request, data.get("form", ""))
    return await _decide(disputes.release(order_id, actor=actor), "The order continues.")


@post("/admin/disputes/{order_id:uuid}/end", include_in_schema=False)
async def end(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Redirect | Template:
    """End an order on hold whose payment is lost."""
    actor = await auth.form_sender(request, data.get("form", ""))
    return await _decide(disputes.end(order_id, actor=actor), "The order has ended.")


async def _decide(decision: Awaitable[Outbox], notice: str) -> Redirect | Template:
    try:
        await nudge(await decision)
    except ProblemError as error:
        template = await _show_disputes(refusal=error.message)
        template.status_code = error.status
        return template
    return see_other(DISPUTES, notice=notice)


async def _refuse_held(error: ProblemError) -> Template:
    template = await _show_held(refusal=error.message)
    template.status_code = error.status
    return template


async def _show_held(*, notice: str = "", refusal: str = "") -> Template:
    held = await held_payments.list_undecided()
    return page("held_payments.html", held=held, notice=notice, refusal=refusal)


async def _show_disputes(*, notice: str = "", refusal: str = "") -> Template:
    return page("disputes.html", orders=await search.list_on_hold(), notice=notice, refusal=refusal)


HANDLERS = [list_held, accept, return_payment, dismiss, list_disputes, release, end]

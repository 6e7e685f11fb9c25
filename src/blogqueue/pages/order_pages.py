"""The page of an order with its buttons, and the form that emails a customer the link to their orders."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect, Template

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.catalogue import link_rules
from blogqueue.catalogue.link_rules import RuleError
from blogqueue.db.engine import UNAVAILABLE
from blogqueue.errors import NotFoundError, ProblemError
from blogqueue.jobs.queues import ARTICLE_GENERATION
from blogqueue.log import logger
from blogqueue.orders import lifecycle, sign_ins, status_answers
from blogqueue.outbox import Outbox
from blogqueue.pages import forms, order_texts
from blogqueue.pages.forms import Form, parse_uuid
from blogqueue.pages.responses import headers, page, see_other
from blogqueue.payments import cancellation
from blogqueue.reviews import submission


@get("/order-status/{order_id:uuid}", include_in_schema=False)
async def order_page(
    request: Request[Any, Any, Any],
    order_id: FromPath[UUID],
    access_token: Annotated[str, QueryParameter(name="access")] = "",
    notice: FromQuery[str] = "",
) -> Template | Redirect:
    """Show an order. The token of the emailed link becomes a cookie and disappears from the address."""
    try:
        if access_token:
            await lifecycle.get_with_token(order_id, access_token)
            return see_other(f"/order-status/{order_id}", forms.make_order_cookie(order_id, access_token))
        order = await auth.customers_order(request, order_id)
    except NotFoundError:
        return ask_for_address(order_id, status_code=404)
    answer = await status_answers.read(order.id)
    return page(
        "order.html",
        images_of=answer.status.article.host,
        status=answer.status,
        stamp=answer.stamp,
        notice=order_texts.get_notice(notice, answer.status),
    )


@post("/order-status/{order_id:uuid}/regenerate", include_in_schema=False)
async def regenerate(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Redirect | Template:
    """Regenerate the order, unless the page was outdated."""
    return await _act(request, order_id, data, _regenerate)


@post("/order-status/{order_id:uuid}/submit", include_in_schema=False)
async def submit(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Redirect | Template:
    """Submit the version on the page for review, unless the page was outdated."""
    return await _act(request, order_id, data, _submit)


@post("/order-status/{order_id:uuid}/submit-earlier", include_in_schema=False)
async def submit_earlier(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Redirect | Template:
    """Submit an earlier version of the order, which is checked again."""
    return await _act(request, order_id, data, _submit_earlier)


@post("/order-status/{order_id:uuid}/cancel", include_in_schema=False)
async def cancel(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Redirect | Template:
    """Cancel the order, where its domain allows that."""
    return await _act(request, order_id, data | {"version": str(order_id)}, _cancel)


@get("/order-link", include_in_schema=False)
async def order_link() -> Template:
    """Show the form for customers who lost the link to their order."""
    return ask_for_address(None)


@post("/order-link", include_in_schema=False, guards=[auth.limited(auth.ORDER_LINKS)])
async def email_order_link(data: Form) -> Response[Any] | Template:
    """Email the link to an address's orders. The response and its timing do not reveal whether there are any."""
    typed = data.get("email", "").strip()
    order_id = parse_uuid(data.get("order", ""))
    try:
        email = link_rules.validate_email(typed)
    except RuleError as error:
        return ask_for_address(order_id, status_code=422, typed=typed, error=error.message)
    return Template(
        "message.html",
        context={
            "title": "Check your email",
            "text": "If there are orders for this address, we are emailing you one link to all of them. "
            "This may take a minute. Please check your spam folder too.",
        },
        headers=headers(),
        background=BackgroundTask(_email_link, email),
    )


def ask_for_address(order_id: UUID | None, *, status_code: int = 200, typed: str = "", error: str = "") -> Template:
    """Show the form for customers who lost the link to their order, or opened one without its token."""
    return page("order_link.html", status_code=status_code, order_id=order_id, typed=typed, error=error)


async def _email_link(email: str) -> None:
    try:
        await nudge(await sign_ins.email_link(email))
    except UNAVAILABLE as error:
        logger.warning("link to orders not emailed, database unavailable", error=str(error))


async def _act(
    request: Request[Any, Any, Any],
    order_id: UUID,
    data: dict[str, str],
    act: Callable[[UUID, UUID], Awaitable[tuple[str, Outbox]]],
) -> Redirect | Template:
    """Do what a button says, and go back to the page, which shows a notice about the result."""
    try:
        await auth.customers_order(request, order_id)
    except NotFoundError:
        return ask_for_address(order_id, status_code=404)
    notice, outbox = "stale_version", Outbox()
    # SameSite=Lax keeps the cookie out of forms on other websites; this refuses those on other hosts of our domain.
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        notice = "cross_site"
    elif version_id := parse_uuid(data.get("version", "")):
        try:
            notice, outbox = await act(order_id, version_id)
        except ProblemError as problem:
            notice = problem.code if problem.code in order_texts.NOTICES else "wrong_state"
    await nudge(outbox)
    return see_other(f"/order-status/{order_id}", notice=notice)


async def _regenerate(order_id: UUID, version_id: UUID) -> tuple[str, Outbox]:
    outbox = await lifecycle.regenerate(order_id, version_id)
    return "rewriting" if outbox.jobs[0].queue == ARTICLE_GENERATION.name else "regenerating", outbox


async def _submit(order_id: UUID, version_id: UUID) -> tuple[str, Outbox]:
    return "submitted", await lifecycle.submit(order_id, version_id)


async def _submit_earlier(order_id: UUID, version_id: UUID) -> tuple[str, Outbox]:
    return "submitted", await submission.submit_earlier(order_id, version_id)


async def _cancel(order_id: UUID, _: UUID) -> tuple[str, Outbox]:
    return "cancelled", await cancellation.cancel(order_id)


HANDLERS = [order_page, regenerate, submit, submit_earlier, cancel, order_link, email_order_link]

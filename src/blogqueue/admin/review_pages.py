"""The review queue, and one order under review: approve, reject, send back, retry and refund."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue import tokens
from blogqueue.actors.messages import nudge
from blogqueue.admin import desk, diff, opinions
from blogqueue.api import auth
from blogqueue.catalogue import link_rules
from blogqueue.db import history
from blogqueue.errors import ProblemError
from blogqueue.orders import lifecycle
from blogqueue.outbox import Outbox
from blogqueue.pages.forms import Form, parse_uuid
from blogqueue.pages.responses import page, see_other
from blogqueue.payments import refunds
from blogqueue.reviews import approval, queue, sending_back, work
from blogqueue.writing.markdown.rendering import render

PACKAGE = Path(__file__).parent
"""Where the templates and static files of these pages are."""

NO_VERSION = UUID(int=0)
"""The placeholder for a form that names no version; no order has a version with this id."""

NOTICES = {
    "retry": "The job is in the queue again. The customer gets an email when the new version is ready.",
    "refund": "The refund is on its way.",
}
"""What the page of an order says after an action, by the code in its address."""


@get("/admin/reviews", include_in_schema=False)
async def review_queue(
    done: FromQuery[UUID | None] = None,
    notice: FromQuery[str] = "",
    q: FromQuery[str] = "",
    host: FromQuery[str] = "",
    checks: FromQuery[str] = "",
) -> Template:
    """Show the orders that wait for review, and those that failed and are not refunded, oldest first."""
    return page(
        "review_queue.html",
        waiting=await queue.list_waiting(q, host=host[:253], checks=checks if checks in queue.CHECKS else ""),
        work=await work.count(),
        failed=await queue.list_failed(),
        shown=queue.SHOWN,
        q=q,
        host=host,
        hosts=await queue.list_hosts(),
        checks=checks,
        check_names=queue.CHECKS,
        notice=NOTICES.get(notice) or await _describe(done),
        refusal="",
        explain_host=link_rules.explain_host,
    )


@get("/admin/reviews/{order_id:uuid}", include_in_schema=False)
async def review(
    request: Request[Any, Any, Any],
    order_id: FromPath[UUID],
    done: FromQuery[UUID | None] = None,
    notice: FromQuery[str] = "",
) -> Template:
    """Show one order with its change, its checks and its history."""
    return await _show(request, order_id, notice=NOTICES.get(notice) or await _describe(done))


@post("/admin/reviews/{order_id:uuid}/approve", include_in_schema=False)
async def approve(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Template | Redirect:
    """Approve the version that the editor saw, and go on to the next order."""
    actor = await auth.form_sender(request, data.get("form", ""))
    try:
        following = await queue.find_next(order_id)
        decision = await approval.approve(order_id, actor=actor, version_id=_parse_version(data))
    except ProblemError as error:
        return await _refused(request, order_id, error)
    await nudge(decision.outbox)
    return _go_on(order_id, following)


@post("/admin/reviews/{order_id:uuid}/reject", include_in_schema=False)
async def reject(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Template | Redirect:
    """Reject the version that the editor saw, with a reason, and go on to the next order."""
    actor = await auth.form_sender(request, data.get("form", ""))
    reason = " ".join(filter(None, [data.get("reason", ""), data.get("explanation", "")]))
    try:
        following = await queue.find_next(order_id)
        decision = await approval.reject(order_id, actor=actor, reason=reason, version_id=_parse_version(data))
    except ProblemError as error:
        return await _refused(request, order_id, error, typed=data)
    await nudge(decision.outbox)
    return _go_on(order_id, following)


@post("/admin/reviews/{order_id:uuid}/send-back", include_in_schema=False)
async def send_back(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Template | Redirect:
    """Have another version made of the order, with a reason, and go on to the next order."""
    actor = await auth.form_sender(request, data.get("form", ""))
    try:
        following = await queue.find_next(order_id)
        decision = await sending_back.send_back(
            order_id, actor=actor, reason=data.get("reason", ""), version_id=_parse_version(data)
        )
    except ProblemError as error:
        return await _refused(request, order_id, error, typed=data)
    await nudge(decision.outbox)
    return _go_on(order_id, following)


@post("/admin/reviews/{order_id:uuid}/retry", include_in_schema=False)
async def retry(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Template | Redirect:
    """Run the job of a failed order again."""
    actor = await auth.form_sender(request, data.get("form", ""))
    return await _act(request, order_id, "retry", lifecycle.retry(order_id, actor=actor), data)


@post("/admin/reviews/{order_id:uuid}/refund", include_in_schema=False)
async def refund(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Template | Redirect:
    """Refund a failed order now, or try again after a refund failed."""
    actor = await auth.form_sender(request, data.get("form", ""))
    return await _act(request, order_id, "refund", refunds.begin_or_repeat(order_id, actor=actor), data)


def _parse_version(data: dict[str, str]) -> UUID:
    """Return the id of the version that the editor saw."""
    return parse_uuid(data.get("version", "")) or NO_VERSION


async def _describe(order_id: UUID | None) -> str:
    """Describe the last action on an order; "" if there is none to describe."""
    return f"Done: {await history.describe_latest(order_id)}." if order_id else ""


def _go_on(order_id: UUID, following: UUID | None) -> Redirect:
    to = f"/admin/reviews/{following}" if following else "/admin/reviews"
    return Redirect(f"{to}?done={order_id}", status_code=303)


async def _act(
    request: Request[Any, Any, Any], order_id: UUID, code: str, action: Awaitable[Outbox], data: dict[str, str]
) -> Template | Redirect:
    """Await the action on a failed order, and show the result on the order's page, or in the queue it was sent from."""
    try:
        outbox = await action
    except ProblemError as error:
        return await _refused(request, order_id, error)
    await nudge(outbox)
    return see_other(desk.HOME if data.get("back") == "queue" else f"{desk.HOME}/{order_id}", notice=code)


async def _refused(
    request: Request[Any, Any, Any], order_id: UUID, error: ProblemError, typed: dict[str, str] | None = None
) -> Template:
    """Show the order's page as it is now, with the reason for the refusal and what the editor typed."""
    refusal = " ".join([error.message, *(detail.message for detail in error.details)])
    template = await _show(request, order_id, refusal=refusal, typed=typed)
    template.status_code = error.status
    return template


async def _show(
    request: Request[Any, Any, Any],
    order_id: UUID,
    *,
    notice: str = "",
    refusal: str = "",
    typed: dict[str, str] | None = None,
) -> Template:
    review = await queue.get_details(order_id)
    return page(
        "review.html",
        images_of=review.host,
        review=review,
        order=review.order,
        # In a thread, because a long text takes a while and others wait for the event loop.
        change=await asyncio.to_thread(
            diff.show_change, review.base.content_md, review.version.content_md, review.edit, review.paid_links
        )
        if review.version and review.base and review.edit
        else None,
        whole=await asyncio.to_thread(render, review.version.content_md, review.paid_links, images_of=review.host)
        if review.version and not review.edit
        else "",
        shown_host=link_rules.explain_host(review.order.backlink_data["target_url"]),
        reasons=approval.REASONS,
        most_sent_back=sending_back.MOST,
        opinions=opinions,
        following=await queue.find_next(order_id),
        form=tokens.derive_form_token(auth.session(request)),
        notice=notice,
        refusal=refusal,
        typed=typed,
    )


HANDLERS = [review_queue, review, approve, reject, send_back, retry, refund]

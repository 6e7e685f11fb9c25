"""The editor's pages: what waits, what failed, one order's file, and the verbs. The login is Piccolo Admin's."""

from collections.abc import Awaitable
from pathlib import Path
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue import editors, tokens
from blogqueue.actors.messages import nudge
from blogqueue.admin import diff
from blogqueue.api import auth
from blogqueue.db import history
from blogqueue.errors import ProblemError
from blogqueue.orders import lifecycle
from blogqueue.outbox import Outbox
from blogqueue.pages.forms import Form, as_uuid
from blogqueue.pages.responses import page
from blogqueue.payments import refunds
from blogqueue.reviews import approval, queue
from blogqueue.writing.markdown.rendering import render

PACKAGE = Path(__file__).parent

NO_VERSION = UUID(int=0)
"""What a form without a version's id was filled with: none that an order has."""

SAID = {
    "retry": "Its job waits again; the customer gets a letter when it is done.",
    "refund": "The money is on its way back.",
}
"""What an order's page says after an action, by the code in its address."""


@get("/admin/reviews", include_in_schema=False)
async def review_queue(request: Request[Any, Any, Any], done: FromQuery[UUID | None] = None) -> Template | Redirect:
    """What waits, oldest first."""
    actor = await editors.signed_in(auth.session(request))
    if actor is None:
        return Redirect("/admin/", status_code=303)
    return page(
        "review_queue.html",
        actor=actor,
        waiting=await queue.waiting(),
        number=await queue.number_waiting(),
        failed=await queue.failed(),
        shown=queue.SHOWN,
        done=await _done(done),
    )


@get("/admin/reviews/{order_id:uuid}", include_in_schema=False)
async def order(
    request: Request[Any, Any, Any],
    order_id: FromPath[UUID],
    done: FromQuery[UUID | None] = None,
    said: FromQuery[str] = "",
) -> Template | Redirect:
    """One order's file."""
    if await editors.signed_in(auth.session(request)) is None:
        return Redirect("/admin/", status_code=303)
    return await _file(request, order_id, done=SAID.get(said) or await _done(done))


@post("/admin/reviews/{order_id:uuid}/approve", include_in_schema=False)
async def approve(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Template | Redirect:
    """Publish it, and go on to the next."""
    actor = await auth.form_sender(request, data.get("form", ""))
    try:
        following = await queue.after(order_id)
        _, outbox = await approval.approve(order_id, actor=actor, version_id=_version(data))
    except ProblemError as error:
        return await _refused(request, order_id, error)
    await nudge(outbox)
    return _on(order_id, following)


@post("/admin/reviews/{order_id:uuid}/reject", include_in_schema=False)
async def reject(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Template | Redirect:
    """Refuse it with a reason, and go on to the next."""
    actor = await auth.form_sender(request, data.get("form", ""))
    reason = " ".join(filter(None, [data.get("reason", ""), data.get("words", "")]))
    try:
        following = await queue.after(order_id)
        _, outbox = await approval.reject(order_id, actor=actor, reason=reason, version_id=_version(data))
    except ProblemError as error:
        return await _refused(request, order_id, error, typed=data)
    await nudge(outbox)
    return _on(order_id, following)


@post("/admin/reviews/{order_id:uuid}/retry", include_in_schema=False)
async def retry(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Template | Redirect:
    """Give a failed order's job new attempts."""
    actor = await auth.form_sender(request, data.get("form", ""))
    return await _mend(request, order_id, "retry", lifecycle.retry(order_id, actor=actor))


@post("/admin/reviews/{order_id:uuid}/refund", include_in_schema=False)
async def refund(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Template | Redirect:
    """Give a failed order's money back now, or once more after Stripe could not."""
    actor = await auth.form_sender(request, data.get("form", ""))
    return await _mend(request, order_id, "refund", refunds.begin_or_repeat(order_id, actor=actor))


def _version(data: dict[str, str]) -> UUID:
    """The version that the editor saw."""
    return as_uuid(data.get("version", "")) or NO_VERSION


async def _done(order_id: UUID | None) -> str:
    """What was done last, in words."""
    return f"Done: {await history.latest(order_id)}." if order_id else ""


def _on(order_id: UUID, following: UUID | None) -> Redirect:
    to = f"/admin/reviews/{following}" if following else "/admin/reviews"
    return Redirect(f"{to}?done={order_id}", status_code=303)


async def _mend(
    request: Request[Any, Any, Any], order_id: UUID, code: str, verb: Awaitable[Outbox]
) -> Template | Redirect:
    """Do what a failed order needs, and show what became of it."""
    try:
        outbox = await verb
    except ProblemError as error:
        return await _refused(request, order_id, error)
    await nudge(outbox)
    return Redirect(f"/admin/reviews/{order_id}?said={code}", status_code=303)


async def _refused(
    request: Request[Any, Any, Any], order_id: UUID, error: ProblemError, typed: dict[str, str] | None = None
) -> Template:
    """The same page again, as things are now, with what happened and what was typed."""
    words = " ".join([error.message, *(detail.message for detail in error.details)])
    template = await _file(request, order_id, refused=words, typed=typed)
    template.status_code = error.status
    return template


async def _file(
    request: Request[Any, Any, Any],
    order_id: UUID,
    *,
    done: str = "",
    refused: str = "",
    typed: dict[str, str] | None = None,
) -> Template:
    file = await queue.file(order_id)
    return page(
        "review.html",
        images_of=file.host,
        file=file,
        order=file.order,
        change=diff.show_change(file.base.content_md, file.version.content_md, file.edit, file.paid)
        if file.version and file.base and file.edit
        else None,
        whole=render(file.version.content_md, file.paid, images_of=file.host) if file.version and not file.edit else "",
        reasons=approval.REASONS,
        following=await queue.after(order_id),
        form=tokens.form(auth.session(request)),
        done=done,
        refused=refused,
        typed=typed,
    )


HANDLERS = [review_queue, order, approve, reject, retry, refund]

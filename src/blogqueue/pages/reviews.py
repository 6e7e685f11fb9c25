"""The editor's pages: what waits, one order's file, and the two verbs. The login is Piccolo Admin's."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue import admins, history, review_desk, reviews, tokens
from blogqueue.actors.messages import nudge
from blogqueue.api import access
from blogqueue.errors import NotFoundError, ProblemError
from blogqueue.money import amount
from blogqueue.pages import changes
from blogqueue.pages.rendering import page
from blogqueue.writing.rendering import render

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]

HOUR, DAY = 3600, 86400


@get("/admin/reviews", include_in_schema=False)
async def queue(request: Request[Any, Any, Any], done: FromQuery[UUID | None] = None) -> Template | Redirect:
    """What waits, oldest first."""
    who = await admins.signed_in(access.session(request))
    if who is None:
        return Redirect("/admin/", status_code=303)
    return page(
        "reviews/queue.html",
        who=who,
        waiting=await review_desk.waiting(),
        done=await _done(done),
        age=age,
        price=amount,
    )


@get("/admin/reviews/{order_id:uuid}", include_in_schema=False)
async def order(
    request: Request[Any, Any, Any], order_id: FromPath[UUID], done: FromQuery[UUID | None] = None
) -> Template | Redirect:
    """One order's file."""
    if await admins.signed_in(access.session(request)) is None:
        return Redirect("/admin/", status_code=303)
    return await _file(request, order_id, done=await _done(done))


@post("/admin/reviews/{order_id:uuid}/approve", include_in_schema=False)
async def approve(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Template | Redirect:
    """Publish it, and go on to the next."""
    who = await access.form_sender(request, data.get("form", ""))
    try:
        following = await review_desk.after(order_id)
        _, promised = await reviews.approve(order_id, who=who, version_id=_version(data))
    except ProblemError as error:
        return await _refused(request, order_id, error)
    await nudge(promised)
    return _on(order_id, following)


@post("/admin/reviews/{order_id:uuid}/reject", include_in_schema=False)
async def reject(request: Request[Any, Any, Any], order_id: FromPath[UUID], data: Form) -> Template | Redirect:
    """Refuse it with a reason, and go on to the next."""
    who = await access.form_sender(request, data.get("form", ""))
    reason = " ".join(filter(None, [data.get("reason", ""), data.get("words", "")]))
    try:
        following = await review_desk.after(order_id)
        _, promised = await reviews.reject(order_id, who=who, reason=reason, version_id=_version(data))
    except ProblemError as error:
        return await _refused(request, order_id, error)
    await nudge(promised)
    return _on(order_id, following)


def age(seconds: int) -> str:
    """How long something waits, in words."""
    if seconds < HOUR:
        return f"{seconds // 60} min"
    return f"{seconds // HOUR} h" if seconds < 2 * DAY else f"{seconds // DAY} days"


def _version(data: dict[str, str]) -> UUID:
    """The version that the editor saw. Raises NotFoundError for what is no id."""
    try:
        return UUID(data.get("version", ""))
    except ValueError as error:
        raise NotFoundError("version") from error


async def _done(order_id: UUID | None) -> str:
    """What was done last, in words."""
    return await history.latest(order_id) if order_id else ""


def _on(order_id: UUID, following: UUID | None) -> Redirect:
    to = f"/admin/reviews/{following}" if following else "/admin/reviews"
    return Redirect(f"{to}?done={order_id}", status_code=303)


async def _refused(request: Request[Any, Any, Any], order_id: UUID, error: ProblemError) -> Template:
    """The same page again, as things are now, with what happened."""
    words = " ".join([error.message, *(detail.message for detail in error.details)])
    template = await _file(request, order_id, refused=words)
    template.status_code = error.status
    return template


async def _file(request: Request[Any, Any, Any], order_id: UUID, *, done: str = "", refused: str = "") -> Template:
    file = await review_desk.file(order_id)
    return page(
        "reviews/order.html",
        file=file,
        order=file.order,
        change=changes.shown(file.base.content_md, file.version.content_md, file.edit, file.paid)
        if file.base and file.edit
        else None,
        whole="" if file.edit else render(file.version.content_md, file.paid),
        reasons=reviews.REASONS,
        following=await review_desk.after(order_id),
        form=tokens.form(access.session(request)),
        done=done,
        refused=refused,
        price=amount,
    )


HANDLERS = [queue, order, approve, reject]

"""Edit the live text of an article in a form, see what changes, publish it; take an article down or put it back."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue.admin import diff
from blogqueue.api import auth
from blogqueue.catalogue import addresses, articles, paid_links, slots, text_limits, versions
from blogqueue.catalogue.losses import LossError
from blogqueue.errors import NotFoundError, ProblemError
from blogqueue.pages.forms import Form, parse_uuid
from blogqueue.pages.responses import page, see_other
from blogqueue.states import ArticleStatus
from blogqueue.writing.markdown.line_ends import restore_line_ends
from blogqueue.writing.markdown.rendering import render

BODY_BYTES = 6 * text_limits.MAX_CHARACTERS
"""Percent-encoding makes a text in a form longer: by a factor of 3 for bytes that are not ASCII letters or digits."""

NOTICES = {"down": "The article was taken down.", "back": "The article is published again."}
"""What an article's page says after an action, by the code in its address."""

SHOWN = 100
"""How many articles the list shows."""


@get("/admin/articles", include_in_schema=False)
async def list_articles(q: FromQuery[str] = "") -> Template:
    """List articles of every status, newest first; `q` searches title and slug."""
    return page("articles.html", articles=await articles.search(q, limit=SHOWN), q=q)


@get("/admin/articles/{article_id:uuid}", include_in_schema=False)
async def article_text(article_id: FromPath[UUID], notice: FromQuery[str] = "") -> Template:
    """Show a form with the live text of an article."""
    return await _show(article_id, notice=NOTICES.get(notice, ""))


@post("/admin/articles/{article_id:uuid}", include_in_schema=False, request_max_body_size=BODY_BYTES)
async def publish_text(request: Request[Any, Any, Any], article_id: FromPath[UUID], data: Form) -> Template:
    """Show what the text in the form changes, or publish it; or show the form again with why it was refused."""
    actor = await auth.form_sender(request, data.get("form", ""))
    base = await _get_base(data.get("base", ""))
    # Browsers send every line end of a form as CRLF (HTML §4.10.22.7).
    new_text = restore_line_ends(data.get("text", ""), base[1])
    if data.get("action") == "preview":
        return await _show(article_id, text=new_text, base=data.get("base", ""), preview=True)
    try:
        await articles.publish_text(
            article_id,
            new_text,
            actor=actor,
            override=data.get("override", ""),
            overridden=[known for one in data.get("overridden", "").split() if (known := parse_uuid(one))],
            based_on=base[0],
        )
    except ProblemError as error:
        refusal = " ".join([error.message, *(detail.message for detail in error.details)])
        to_override = error.order_ids if isinstance(error, LossError) else []
        template = await _show(
            article_id, text=new_text, base=data.get("base", ""), refusal=refusal, to_override=to_override
        )
        template.status_code = error.status
        return template
    return await _show(article_id, notice="Published.")


async def _get_base(version_id: str) -> tuple[UUID | None, str]:
    """Return the id and text of the version that the form was filled with; None and "" for a first text.

    Raises NotFoundError.
    """
    if not version_id:
        return None, ""
    known = parse_uuid(version_id)
    if known is None:
        raise NotFoundError("version")
    version = await versions.get(known)
    return version.id, version.content_md


async def _show(
    article_id: UUID,
    *,
    text: str | None = None,
    base: str = "",
    refusal: str = "",
    to_override: Sequence[UUID] = (),
    notice: str = "",
    preview: bool = False,
) -> Template:
    """Show the form with the live text, or with a `text` that was written from version `base`.

    With `preview` the page shows what the text changes in the live one, and how it will look. If the text was refused
    for the sake of the orders `to_override`, the form asks for a reason, and sends on which orders it is for.
    """
    article = await articles.get(article_id)
    live = await versions.get(article.selected_version_id) if article.selected_version_id else None
    if text is None:
        text, base = (live.content_md, str(live.id)) if live else ("", "")
    paid = await paid_links.find(article_id)
    pairs = [(one.link, one.rel) for one in paid]
    return page(
        "article_text.html",
        images_of=article.domain_id.host,
        article=article,
        live_path=await addresses.get_path(article.id) if article.status == ArticleStatus.PUBLISHED else "",
        # In threads, because a long text takes a while and others wait for the event loop.
        changes=await asyncio.to_thread(diff.list_changes, live.content_md if live else "", text) if preview else None,
        rendered=await asyncio.to_thread(render, text, pairs, images_of=article.domain_id.host) if preview else "",
        text=text,
        base=base,
        paid=paid,
        waiting=await slots.find_open(article_id),
        refusal=refusal,
        to_override=to_override,
        notice=notice,
    )


@post("/admin/articles/{article_id:uuid}/take-down", include_in_schema=False)
async def take_down(request: Request[Any, Any, Any], article_id: FromPath[UUID], data: Form) -> Redirect | Template:
    """Take an article down, and off sale."""
    actor = await auth.form_sender(request, data.get("form", ""))
    taking = articles.take_down(article_id, actor=actor, override=data.get("reason", ""))
    return await _act(article_id, taking, "down")


@post("/admin/articles/{article_id:uuid}/put-back", include_in_schema=False)
async def put_back(request: Request[Any, Any, Any], article_id: FromPath[UUID], data: Form) -> Redirect | Template:
    """Put an article that was taken down back."""
    actor = await auth.form_sender(request, data.get("form", ""))
    return await _act(article_id, articles.put_back(article_id, actor=actor), "back")


async def _act(article_id: UUID, action: Awaitable[None], code: str) -> Redirect | Template:
    try:
        await action
    except ProblemError as error:
        template = await _show(article_id, refusal=error.message)
        template.status_code = error.status
        return template
    return see_other(f"/admin/articles/{article_id}", notice=code)


HANDLERS = [list_articles, article_text, publish_text, take_down, put_back]

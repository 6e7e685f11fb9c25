"""Edit the live text of an article in a form, and publish it as the next version."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue import editors, tokens
from blogqueue.api import auth
from blogqueue.catalogue import articles, paid_links, slots, text_limits, versions
from blogqueue.errors import NotFoundError, ProblemError
from blogqueue.pages.forms import Form, parse_uuid
from blogqueue.pages.responses import page
from blogqueue.writing.markdown.line_ends import restore_line_ends

BODY_BYTES = 6 * text_limits.MAX_CHARACTERS
"""Percent-encoding makes a text in a form longer: by a factor of 3 for bytes that are not ASCII letters or digits."""

SHOWN = 100
"""How many articles the list shows."""


@get("/admin/articles", include_in_schema=False)
async def list_articles(request: Request[Any, Any, Any], q: FromQuery[str] = "") -> Template | Redirect:
    """List articles of every status, newest first; `q` searches title and slug."""
    if await editors.get_by_session(auth.session(request)) is None:
        return Redirect("/admin/", status_code=303)
    return page("articles.html", articles=await articles.search(q, limit=SHOWN), q=q)


@get("/admin/articles/{article_id:uuid}", include_in_schema=False)
async def article_text(request: Request[Any, Any, Any], article_id: FromPath[UUID]) -> Template | Redirect:
    """Show a form with the live text of an article."""
    if await editors.get_by_session(auth.session(request)) is None:
        return Redirect("/admin/", status_code=303)
    return await _show(request, article_id)


@post("/admin/articles/{article_id:uuid}", include_in_schema=False, request_max_body_size=BODY_BYTES)
async def publish_text(request: Request[Any, Any, Any], article_id: FromPath[UUID], data: Form) -> Template:
    """Publish the text in the form, or show the form again with the reason why it was refused."""
    actor = await auth.form_sender(request, data.get("form", ""))
    base = await _get_base(data.get("base", ""))
    # Browsers send every line end of a form as CRLF (HTML §4.10.22.7).
    new_text = restore_line_ends(data.get("text", ""), base[1])
    try:
        await articles.publish_text(
            article_id, new_text, actor=actor, override=data.get("override", ""), based_on=base[0]
        )
    except ProblemError as error:
        refusal = " ".join([error.message, *(detail.message for detail in error.details)])
        template = await _show(request, article_id, text=new_text, base=data.get("base", ""), refusal=refusal)
        template.status_code = error.status
        return template
    return await _show(request, article_id, notice="Published.")


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
    request: Request[Any, Any, Any],
    article_id: UUID,
    *,
    text: str | None = None,
    base: str = "",
    refusal: str = "",
    notice: str = "",
) -> Template:
    """Show the form with the live text, or with a refused `text` that was written from version `base`."""
    article = await articles.get(article_id)
    live = await versions.get(article.selected_version_id) if article.selected_version_id else None
    if text is None:
        text, base = (live.content_md, str(live.id)) if live else ("", "")
    return page(
        "article_text.html",
        article=article,
        text=text,
        base=base,
        paid=await paid_links.find(article_id),
        waiting=await slots.find_open(article_id),
        form=tokens.derive_form_token(auth.session(request)),
        refusal=refusal,
        notice=notice,
    )


HANDLERS = [list_articles, article_text, publish_text]

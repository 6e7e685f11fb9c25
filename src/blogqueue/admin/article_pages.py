"""Where an owner writes: an article's live text in a form, published as its next version."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue import editors, tokens
from blogqueue.api import auth
from blogqueue.catalogue import articles, offers, versions
from blogqueue.db.tables.catalogue import Article
from blogqueue.errors import NotFoundError, ProblemError
from blogqueue.pages.forms import Form, as_uuid
from blogqueue.pages.responses import page
from blogqueue.writing.markdown.line_ends import restore_line_ends

BODY_BYTES = 4 * articles.MAX_CHARACTERS
"""A form's text is percent-encoded."""

SHOWN = 100


@get("/admin/articles", include_in_schema=False)
async def index(request: Request[Any, Any, Any], q: FromQuery[str] = "") -> Template | Redirect:
    """The articles, newest first, in whatever status."""
    if await editors.signed_in(auth.session(request)) is None:
        return Redirect("/admin/", status_code=303)
    query = Article.select(
        Article.id, Article.title, Article.slug, Article.status, Article.domain_id.host.as_alias("host")
    )
    if q:
        query = query.where(Article.title.ilike(f"%{q}%") | Article.slug.ilike(f"%{q}%"))
    rows = await query.order_by(Article.created_at, ascending=False).limit(SHOWN)
    return page("articles.html", articles=rows, q=q)


@get("/admin/articles/{article_id:uuid}", include_in_schema=False)
async def text(request: Request[Any, Any, Any], article_id: FromPath[UUID]) -> Template | Redirect:
    """One article's live text, to be changed."""
    if await editors.signed_in(auth.session(request)) is None:
        return Redirect("/admin/", status_code=303)
    return await _shown(request, article_id)


@post("/admin/articles/{article_id:uuid}", include_in_schema=False, request_max_body_size=BODY_BYTES)
async def publish(request: Request[Any, Any, Any], article_id: FromPath[UUID], data: Form) -> Template:
    """Publish what was written."""
    actor = await auth.form_sender(request, data.get("form", ""))
    base = await _version(data.get("base", ""))
    # A form is sent with CRLF everywhere (HTML §4.10.22.7).
    written = restore_line_ends(data.get("text", ""), base[1])
    try:
        await articles.publish_text(
            article_id, written, actor=actor, override=data.get("override", ""), based_on=base[0]
        )
    except ProblemError as error:
        words = " ".join([error.message, *(detail.message for detail in error.details)])
        template = await _shown(request, article_id, written=written, base=data.get("base", ""), refused=words)
        template.status_code = error.status
        return template
    return await _shown(request, article_id, done="Published.")


async def _version(version_id: str) -> tuple[UUID | None, str]:
    """The version that the form was filled with, and its text; none where there was no text yet.

    Raises NotFoundError.
    """
    if not version_id:
        return None, ""
    known = as_uuid(version_id)
    if known is None:
        raise NotFoundError("version")
    version = await versions.get(known)
    return version.id, version.content_md


async def _shown(
    request: Request[Any, Any, Any],
    article_id: UUID,
    *,
    written: str | None = None,
    base: str = "",
    refused: str = "",
    done: str = "",
) -> Template:
    """The form, filled with the live text, or again with what was `written` from version `base`."""
    article = await Article.objects().get(Article.id == article_id)
    if article is None:
        raise NotFoundError("article")
    live = await versions.get(article.selected_version_id) if article.selected_version_id else None
    if written is None:
        written, base = (live.content_md, str(live.id)) if live else ("", "")
    return page(
        "article_text.html",
        article=article,
        text=written,
        base=base,
        paid=await offers.paid_orders(article_id),
        form=tokens.form(auth.session(request)),
        refused=refused,
        done=done,
    )


HANDLERS = [index, text, publish]

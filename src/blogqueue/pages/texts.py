"""Where an owner writes: an article's live text in a form, published as its next version."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue import admins, articles, catalogue, tokens, versions
from blogqueue.api import access
from blogqueue.errors import NotFoundError, ProblemError
from blogqueue.pages.rendering import page
from blogqueue.tables import Article

BODY_BYTES = 4 * articles.MAX_CHARACTERS
"""A form's text is percent-encoded."""

SHOWN = 100


@get("/admin/texts", include_in_schema=False)
async def index(request: Request[Any, Any, Any], q: FromQuery[str] = "") -> Template | Redirect:
    """The articles, newest first, in whatever status."""
    if await admins.signed_in(access.session(request)) is None:
        return Redirect("/admin/", status_code=303)
    query = Article.select(
        Article.id, Article.title, Article.slug, Article.status, Article.domain_id.host.as_alias("host")
    )
    if q:
        query = query.where(Article.title.ilike(f"%{q}%") | Article.slug.ilike(f"%{q}%"))
    rows = await query.order_by(Article.created_at, ascending=False).limit(SHOWN)
    return page("reviews/texts.html", articles=rows, q=q)


@get("/admin/texts/{article_id:uuid}", include_in_schema=False)
async def text(request: Request[Any, Any, Any], article_id: FromPath[UUID]) -> Template | Redirect:
    """One article's live text, to be changed."""
    if await admins.signed_in(access.session(request)) is None:
        return Redirect("/admin/", status_code=303)
    return await _shown(request, article_id)


@post("/admin/texts/{article_id:uuid}", include_in_schema=False, request_max_body_size=BODY_BYTES)
async def publish(
    request: Request[Any, Any, Any],
    article_id: FromPath[UUID],
    data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Template:
    """Publish what was written."""
    who = await access.form_sender(request, data.get("form", ""))
    base = await _version(data.get("base", ""))
    written = _line_ends_of(base[1], data.get("text", ""))
    try:
        await articles.publish_text(article_id, written, who=who, override=data.get("override", ""), based_on=base[0])
    except ProblemError as error:
        words = " ".join([error.message, *(detail.message for detail in error.details)])
        template = await _shown(request, article_id, written=written, base=base[0], refused=words)
        template.status_code = error.status
        return template
    return await _shown(request, article_id, done="Published.")


def _line_ends_of(base: str, written: str) -> str:
    """What was written, with the article's own line ends: a form is sent with CRLF everywhere (HTML §4.10.22.7)."""
    return written if "\r\n" in base else written.replace("\r\n", "\n")


async def _version(version_id: str) -> tuple[UUID | None, str]:
    """The version that the form was filled with, and its text; none for a draft. Raises NotFoundError."""
    if not version_id:
        return None, ""
    try:
        version = await versions.get(UUID(version_id))
    except ValueError as error:
        raise NotFoundError("version") from error
    return version.id, version.content_md


async def _shown(
    request: Request[Any, Any, Any],
    article_id: UUID,
    *,
    written: str | None = None,
    base: UUID | None = None,
    refused: str = "",
    done: str = "",
) -> Template:
    article = await Article.objects().get(Article.id == article_id)
    if article is None:
        raise NotFoundError("article")
    live = await versions.get(article.selected_version_id) if article.selected_version_id else None
    return page(
        "reviews/text.html",
        article=article,
        text=written if written is not None else live.content_md if live else "",
        base=base or (live.id if live else ""),
        paid=await catalogue.paid_orders(article_id),
        form=tokens.form(access.session(request)),
        refused=refused,
        done=done,
    )


HANDLERS = [index, text, publish]

"""The catalogue, each published article, the terms and the privacy notice."""

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import Any

from litestar import Request, get
from litestar.params import FromPath
from litestar.response import Redirect, Template

from blogqueue.catalogue import listing, offers, paid_links
from blogqueue.pages import catalogue_filters
from blogqueue.pages.responses import headers, moved_to, page
from blogqueue.pages.templates import PACKAGE
from blogqueue.settings import settings
from blogqueue.writing.markdown.article_page import is_right_to_left, render_page
from blogqueue.writing.markdown.links import Link
from blogqueue.writing.markdown.rendering import render

RENDERED = 64
"""How many articles a process keeps rendered: those that are read most, some MB in all."""


@get("/", include_in_schema=False)
async def catalogue(request: Request[Any, Any, Any]) -> Template | Redirect:
    """Show the articles on sale. A filter that cannot be parsed is ignored, and named on the page."""
    query = dict(request.query_params)
    if not catalogue_filters.is_clean(query):
        page_number = _parse_page(query.get("page", ""))
        return Redirect(catalogue_filters.to_address(query, page_number), status_code=302, headers=headers())
    filters = await offers.list_filters()
    typed, wanted, unread = catalogue_filters.choose(query, filters)
    number = _parse_page(query.get("page", ""))
    found = await listing.read_page(wanted, number)
    return page(
        "catalogue.html",
        status_code=422 if unread else 200,
        found=found,
        number=number,
        numbers=catalogue_filters.list_pages(number, found.pages),
        filters=filters,
        typed=typed,
        chips=catalogue_filters.list_chips(typed, filters),
        unread=unread,
        address=catalogue_filters.to_address,
        most=listing.MOST_COUNTED,
    )


def _parse_page(typed: str) -> int:
    """Return the number of a page of the catalogue; the first for anything else."""
    return int(typed) if typed.isascii() and typed.isdecimal() and 1 <= int(typed[:6]) <= listing.MOST_PAGES else 1


@get(["/articles/{slug:str}", "/articles/{host:str}/{slug:str}"], include_in_schema=False)
async def article(slug: FromPath[str], host: FromPath[str] = "") -> Template | Redirect:
    """Show a published article; the address without its host leads to the one with it where two domains use a slug."""
    offer = await offers.get_by_slug(slug, host)
    if not host and offer.path != f"/articles/{slug}":
        return moved_to(offer.path)
    paid = tuple(await paid_links.find_pairs(offer.id))
    html = await asyncio.to_thread(_render_article, offer.content_md, paid, offer.title, offer.host, offer.source_path)
    return page(
        "article.html",
        images_of=offer.host,
        offer=offer,
        html=html,
        right_to_left=is_right_to_left(html),
        paid_count=len(paid),
    )


@lru_cache(maxsize=RENDERED)
def _render_article(text: str, paid: tuple[tuple[Link, str], ...], title: str, host: str, source: str | None) -> str:
    """Render an article, in a thread: a long text takes a while, and others wait for the event loop."""
    return render_page(text, paid, title=title, host=host, source=source)


@get("/terms", include_in_schema=False)
async def terms() -> Template:
    """Show the operator's terms, or those that come with the product."""
    return _show_document("Terms", settings.terms_file, "terms.md")


@get("/privacy", include_in_schema=False)
async def privacy() -> Template:
    """Show the operator's privacy notice, or the one that comes with the product."""
    return _show_document("Privacy", settings.privacy_file, "privacy.md")


def _show_document(title: str, file: str, ours: str) -> Template:
    path = Path(file) if file else PACKAGE / "templates" / ours
    return page("document.html", title=title, html=render(path.read_text(encoding="utf-8"), images_of=""))


HANDLERS = [catalogue, article, terms, privacy]

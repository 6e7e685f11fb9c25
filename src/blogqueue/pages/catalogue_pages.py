"""The catalogue, each published article, the terms and the privacy notice."""

import asyncio
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Redirect, Template

from blogqueue.catalogue import listing, offers, paid_links, searches
from blogqueue.pages import catalogue_filters
from blogqueue.pages.responses import headers, moved_to, page, public_page
from blogqueue.pages.structured_data import describe, structure
from blogqueue.pages.templates import PACKAGE
from blogqueue.settings import settings
from blogqueue.writing.markdown.article_page import is_right_to_left, render_page
from blogqueue.writing.markdown.links import Link
from blogqueue.writing.markdown.rendering import render

MOST_PAGES = searches.MOST_COUNTED // listing.PAGE_SIZE

RENDERED = 64
"""How many articles a process keeps rendered: those that are read most, some MB in all."""


@get("/", include_in_schema=False)
async def catalogue(request: Request[Any, Any, Any]) -> Response[Any] | Template | Redirect:
    """Show the articles on sale. A filter that cannot be parsed is ignored, and named on the page."""
    query = dict(request.query_params)
    if not catalogue_filters.is_clean(query):
        page_number = _parse_page(query.get("page", ""))
        return Redirect(catalogue_filters.to_address(query, page_number), status_code=302, headers=headers())
    filters = await offers.list_filters()
    typed, wanted, unreadable = catalogue_filters.choose(query, filters)
    number = _parse_page(query.get("page", ""))
    found = await listing.read_page(wanted, number)
    context: dict[str, Any] = {
        "found": found,
        "number": number,
        "numbers": catalogue_filters.list_pages(number, found.pages),
        "filters": filters,
        "typed": typed,
        "chips": catalogue_filters.list_chips(typed, filters),
        "sorts": catalogue_filters.list_sorts(typed),
        "currencies": catalogue_filters.list_currencies(typed, filters),
        "unreadable": unreadable,
        "address": catalogue_filters.to_address,
    }
    if unreadable:
        return page("catalogue.html", status_code=422, **context)
    return public_page(request, "catalogue.html", **context)


def _parse_page(typed: str) -> int:
    """Return the number of a page of the catalogue; the first for anything else."""
    return int(typed) if re.fullmatch("[0-9]{1,6}", typed) and 1 <= int(typed) <= MOST_PAGES else 1


@get(["/articles/{slug:str}", "/articles/{host:str}/{slug:str}"], include_in_schema=False)
async def article(
    request: Request[Any, Any, Any], slug: FromPath[str], host: FromPath[str] = ""
) -> Response[Any] | Redirect:
    """Show a published article; the address without its host leads to the one with it where two domains use a slug."""
    offer = await offers.get_by_slug(slug, host)
    if not host and offer.path != f"/articles/{slug}":
        return moved_to(offer.path)
    paid = tuple(await paid_links.find_pairs(offer.id))
    html = await asyncio.to_thread(_render_article, offer.content_md, paid, offer.title, offer.host, offer.source_path)
    return public_page(
        request,
        "article.html",
        description=describe(html),
        structured_data=structure(offer, describe(html)),
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
async def terms(request: Request[Any, Any, Any]) -> Response[Any]:
    """Show the operator's terms, or those that come with the product."""
    return _show_document(request, "Terms", settings.terms_file, "terms.md")


@get("/privacy", include_in_schema=False)
async def privacy(request: Request[Any, Any, Any]) -> Response[Any]:
    """Show the operator's privacy notice, or the one that comes with the product."""
    return _show_document(request, "Privacy", settings.privacy_file, "privacy.md")


@get("/imprint", include_in_schema=False)
async def imprint(request: Request[Any, Any, Any]) -> Response[Any]:
    """Show who operates the shop, or that this is not published yet."""
    return _show_document(request, "Imprint", settings.imprint_file, "imprint.md")


def _show_document(request: Request[Any, Any, Any], title: str, file: str, ours: str) -> Response[Any]:
    path = Path(file) if file else PACKAGE / "templates" / ours
    html = render(path.read_text(encoding="utf-8"), images_of="")
    return public_page(request, "document.html", title=title, html=html)


HANDLERS = [catalogue, article, terms, privacy, imprint]

"""The catalogue, each published article, the terms and the privacy notice."""

import asyncio
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from litestar import Request, get
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue.catalogue import offers, paid_links
from blogqueue.pages.responses import moved_to, page
from blogqueue.pages.templates import PACKAGE
from blogqueue.settings import settings
from blogqueue.writing.markdown.article_page import is_right_to_left, render_page
from blogqueue.writing.markdown.links import Link
from blogqueue.writing.markdown.rendering import render

RENDERED = 64
"""How many articles a process keeps rendered: those that are read most, some MB in all."""


def _parse_number(typed: str) -> int:
    """Parse a whole number as people type it: 1,200. Raises ValueError, also for one that is out of range."""
    number = int(typed.replace(",", ""))
    if not 0 <= number <= offers.MOST // 100:
        raise ValueError(typed)
    return number


FILTERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "q": ("q", str),
    "domain": ("domain", str),
    "niche": ("niche", str),
    "free": ("only_free", bool),
    "sort": ("sort", offers.Sort),
    "maxPrice": ("max_price", lambda typed: 100 * _parse_number(typed)),
    "minWords": ("min_words", _parse_number),
    "publishedSince": ("published_since", date.fromisoformat),
}
"""The catalogue's filters by their names in its address, and how each is parsed; prices are in whole units."""


@get("/", include_in_schema=False)
async def catalogue(request: Request[Any, Any, Any], cursor: FromQuery[str] = "") -> Template:
    """Show the articles on sale. A filter that cannot be parsed is ignored, and named on the page."""
    typed = {name: value for name in FILTERS if (value := request.query_params.get(name, "").strip())}
    wanted, unread = _parse_filters(typed)
    page_offers, next_cursor = await offers.search(wanted, cursor=cursor)
    domains, niches, currencies = await offers.list_filters()
    return page(
        "catalogue.html",
        status_code=422 if unread else 200,
        offers=page_offers,
        domains=domains,
        niches=niches,
        currencies=currencies,
        typed={name: value for name, value in typed.items() if name not in unread},
        unread=unread,
        cursor=cursor,
        next_cursor=next_cursor,
    )


def _parse_filters(typed: dict[str, str]) -> tuple[offers.Search, list[str]]:
    """Return the search, and the names of the filters that cannot be parsed."""
    parsed: dict[str, Any] = {}
    unread: list[str] = []
    for name, (key, reader) in FILTERS.items():
        if name in typed:
            try:
                parsed[key] = reader(typed[name])
            except ValueError:
                unread.append(name)
    return offers.Search(**parsed), unread


@get(["/articles/{slug:str}", "/articles/{host:str}/{slug:str}"], include_in_schema=False)
async def article(slug: FromPath[str], host: FromPath[str] = "") -> Template | Redirect:
    """Show a published article; the address without its host leads to the one with it where two domains use a slug."""
    offer = await offers.get_by_slug(slug, host)
    if not host and offer.path != f"/articles/{slug}":
        return moved_to(offer.path)
    paid = tuple(await paid_links.find_pairs(offer.id))
    html = await asyncio.to_thread(_render_article, offer.content_md, paid, offer.title, offer.host, offer.source_path)
    return page("article.html", images_of=offer.host, offer=offer, html=html, right_to_left=is_right_to_left(html))


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

"""What is on sale, each article as it is published, and the small print."""

from pathlib import Path

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from blogqueue import catalogue
from blogqueue.pages.rendering import HERE, page
from blogqueue.settings import settings
from blogqueue.writing.rendering import render


@get("/", include_in_schema=False)
async def front(
    domain: FromQuery[str] = "",
    niche: FromQuery[str] = "",
    q: FromQuery[str] = "",
    free: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Template:
    """What is on sale."""
    wanted = {"q": q.strip(), "domain": domain, "niche": niche, "free": "1" if free else ""}
    offers, next_cursor = await catalogue.offers(
        domain=domain, niche=niche, q=q.strip(), only_free=bool(free), cursor=cursor
    )
    domains, niches = await catalogue.choices()
    return page(
        "front.html",
        offers=offers,
        domains=domains,
        niches=niches,
        wanted={name: value for name, value in wanted.items() if value},
        cursor=cursor,
        next_cursor=next_cursor,
    )


@get("/articles/{slug:str}", include_in_schema=False)
async def article(slug: FromPath[str]) -> Template:
    """An article as published."""
    offer = await catalogue.offer_by_slug(slug)
    html = render(offer.content_md, await catalogue.paid_links(offer.id))
    return page("article.html", offer=offer, html=html)


@get("/terms", include_in_schema=False)
async def terms() -> Template:
    """The operator's terms, or the few that the product itself makes."""
    return _text("Terms", settings.terms_file, "terms.md")


@get("/privacy", include_in_schema=False)
async def privacy() -> Template:
    """What is kept about a customer: in the operator's words, or in the product's own."""
    return _text("Privacy", settings.privacy_file, "privacy.md")


def _text(title: str, file: str, ours: str) -> Template:
    path = Path(file) if file else HERE / "templates" / ours
    return page("text.html", title=title, html=render(path.read_text(encoding="utf-8")))


HANDLERS = [front, article, terms, privacy]

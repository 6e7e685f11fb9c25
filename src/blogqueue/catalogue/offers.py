"""What is on sale: a published article with its terms and its free link slots, and what all can be filtered by."""

import asyncio
from datetime import date, datetime
from operator import itemgetter
from textwrap import shorten
from uuid import UUID

import msgspec

from blogqueue.catalogue import addresses, paid_links, slots
from blogqueue.db.engine import fetch
from blogqueue.db.tables.catalogue import Article
from blogqueue.errors import GoneError, NotFoundError
from blogqueue.states import ArticleStatus
from blogqueue.writing.link_edit.room import find_blocks_leaving
from blogqueue.writing.markdown.blocks import find_prose_blocks

_OFFER = f"""
SELECT a.id, a.slug, {addresses.PATH} AS path, a.title, a.topic, a.niche, a.keyword, a.published_at, a.source_path,
       a.selected_version_id, d.id AS domain_id, d.host, d.name AS domain_name,
       d.language, d.currency, d.backlink_price, d.rel,
       d.country, d.domain_rating, d.rating_source, d.rating_date, d.monthly_visits, d.visits_source, d.visits_date,
       d.note, d.guaranteed_months, d.max_paid_links, d.forbidden_niches, d.forbidden_words, v.content_md, v.word_count,
       {slots.FREE} AS slots_free
FROM articles a JOIN domains d ON d.id = a.domain_id JOIN article_versions v ON v.id = a.selected_version_id
WHERE a.status = 'PUBLISHED' AND a.id = {{}}
"""  # noqa: S608 - constants, no input

_FIND_FIRST = """
SELECT a.id, a.status FROM articles a JOIN domains d ON d.id = a.domain_id
WHERE a.slug = {} AND a.status <> 'DRAFT' AND {} IN ('', d.host)
ORDER BY (SELECT min(e.id) FROM order_events e WHERE e.article_id = a.id AND e.action IN ('publish', 'publish text')),
    a.created_at, a.id LIMIT 1
"""
"""The article that was published first with a slug, of one host if one is given. A draft may be older: its address was
not given away (index `order_events_of_article`)."""

_DOMAINS_ON_SALE = """
SELECT d.host, d.name, d.currency, d.language, d.country, d.rel
FROM domains d WHERE EXISTS (SELECT FROM articles a WHERE a.domain_id = d.id AND a.status = 'PUBLISHED')
"""

_NICHES_ON_SALE = """
WITH RECURSIVE niches AS (
    SELECT min(niche) AS niche FROM articles WHERE status = 'PUBLISHED'
    UNION ALL
    SELECT (SELECT min(niche) FROM articles WHERE status = 'PUBLISHED' AND niche > niches.niche)
    FROM niches WHERE niche IS NOT NULL)
SELECT niche FROM niches WHERE niche IS NOT NULL
"""
"""The niches of articles on sale: an index is asked for the next one, which does not read all articles."""


class Offer(msgspec.Struct, frozen=True):
    """An article on sale: its live text, its domain's conditions and its free link slots. Prices in minor units.

    `path` is the address of its page.
    """

    id: UUID
    slug: str
    path: str
    title: str
    topic: str
    niche: str
    keyword: str
    published_at: datetime
    source_path: str | None
    selected_version_id: UUID
    domain_id: UUID
    host: str
    domain_name: str
    language: str
    currency: str
    backlink_price: int
    rel: str
    country: str
    domain_rating: int | None
    rating_source: str
    rating_date: date | None
    monthly_visits: int | None
    visits_source: str
    visits_date: date | None
    note: str
    guaranteed_months: int | None
    max_paid_links: int
    forbidden_niches: list[str]
    forbidden_words: list[str]
    content_md: str
    word_count: int
    slots_free: int


async def get(article_id: UUID) -> Offer:
    """Return one article on sale. Raises NotFoundError, also for an article that is not published."""
    rows = await Article.raw(_OFFER, article_id)
    if not rows:
        raise NotFoundError("article", field="articleId")
    return msgspec.convert(rows[0], Offer)


async def get_by_slug(slug: str, host: str = "") -> Offer:
    """Return one article on sale by its slug; without a host, of the domain that published the slug first.

    Raises NotFoundError, or GoneError for an article that was taken down.
    """
    found = await Article.raw(_FIND_FIRST, slug, host)
    if not found:
        raise NotFoundError("article")
    if found[0]["status"] == ArticleStatus.UNPUBLISHED:
        raise GoneError("This article was taken down and is no longer on sale.")
    return await get(found[0]["id"])


class Filters(msgspec.Struct, frozen=True):
    """The values that articles on sale have, in alphabetical order: domains as host and name, languages as tags."""

    domains: list[tuple[str, str]]
    niches: list[str]
    languages: list[str]
    countries: list[str]
    rels: list[str]
    currencies: list[str]


async def list_filters() -> Filters:
    """Return the values that the catalogue can be filtered by."""
    rows = await fetch(_DOMAINS_ON_SALE)
    names: dict[str, str] = {row["host"]: row["name"] for row in rows}
    return Filters(
        domains=sorted(names.items(), key=itemgetter(1)),
        niches=sorted(row["niche"] for row in await fetch(_NICHES_ON_SALE)),
        languages=sorted({row["language"].partition("-")[0].lower() for row in rows}),
        countries=sorted({row["country"] for row in rows if row["country"]}),
        rels=sorted({row["rel"] for row in rows}),
        currencies=sorted({row["currency"] for row in rows}),
    )


async def find_offered_paragraphs(offer: Offer) -> tuple[list[str], int]:
    """Return the first words of each paragraph that the next link may go into, and how many the article has in all."""
    paid = [link for link, _ in await paid_links.find_pairs(offer.id)]
    leave = await slots.count_to_leave(offer.id)
    # In a thread, because a long text takes a while and others wait for the event loop.
    offered = await asyncio.to_thread(find_blocks_leaving, offer.content_md, paid, leave=leave)
    return [shorten(block.text, 90, placeholder=" …") for block in offered], len(find_prose_blocks(offer.content_md))

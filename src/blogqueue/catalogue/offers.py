"""What is on sale: published articles, searched and sorted, with their price and their free link slots."""

import asyncio
from datetime import UTC, date, datetime, time
from enum import StrEnum
from operator import itemgetter
from textwrap import shorten
from typing import Any
from uuid import UUID

import msgspec

from blogqueue.catalogue import addresses, paid_links, slots, words
from blogqueue.db import pagination
from blogqueue.db.tables.catalogue import Article
from blogqueue.errors import GoneError, NotFoundError
from blogqueue.money import THREE_DECIMAL, ZERO_DECIMAL
from blogqueue.states import ArticleStatus
from blogqueue.writing.link_edit.room import find_blocks_leaving
from blogqueue.writing.markdown.blocks import find_prose_blocks

PAGE_SIZE = 20
MOST = 10**12
"""Above any price or length that anybody searches for."""

# Currencies are not converted: prices compare as numbers, in hundredths even where a currency has none.
_HUNDREDTHS = (
    f"(CASE WHEN d.currency IN ({', '.join(map(repr, sorted(ZERO_DECIMAL)))}) THEN d.backlink_price * 100 "
    f"WHEN d.currency IN ({', '.join(map(repr, sorted(THREE_DECIMAL)))}) THEN d.backlink_price / 10 "
    "ELSE d.backlink_price END)"
)


_WORDS = "v.word_count::bigint"
"""A bigint, because a search may name a number that is larger than any integer column holds."""


class Sort(StrEnum):
    """The orders in which offers can be listed."""

    NEWEST = "newest"
    CHEAPEST = "cheapest"
    LONGEST = "longest"
    SHORTEST = "shortest"


ORDERS: dict[Sort, tuple[str, str, type]] = {
    Sort.NEWEST: ("a.published_at", "DESC", datetime),
    Sort.CHEAPEST: (_HUNDREDTHS, "ASC", int),
    Sort.LONGEST: (_WORDS, "DESC", int),
    Sort.SHORTEST: (_WORDS, "ASC", int),
}
"""The column that each sorts by, the direction, and the column's type in a cursor."""


class Search(msgspec.Struct, frozen=True):
    """What to search for: each word of `q` is in title, topic, keyword, host or domain's name, or much like one there.

    The other texts are exact; `language` is the first part of a tag. `max_price` is in hundredths of a unit.
    `only_free` leaves out articles without a free link slot.
    """

    domain: str = ""
    niche: str = ""
    q: str = ""
    only_free: bool = False
    max_price: int | None = None
    min_words: int = 0
    published_since: date | None = None
    sort: Sort = Sort.NEWEST
    language: str = ""
    country: str = ""
    rel: str = ""
    currency: str = ""


_OFFERS = f"""
SELECT a.id, a.slug, {addresses.PATH} AS path, a.title, a.topic, a.niche, a.keyword, a.published_at, a.source_path,
       a.selected_version_id, d.id AS domain_id, d.host, d.name AS domain_name,
       d.language, d.currency, d.backlink_price, d.rel,
       d.country, d.domain_rating, d.rating_source, d.rating_date, d.monthly_visits, d.visits_source, d.visits_date,
       d.note, d.guaranteed_months, d.max_paid_links, d.forbidden_niches, d.forbidden_words, v.content_md, v.word_count,
       {_HUNDREDTHS} AS hundredths,
       {slots.FREE} AS slots_free
FROM articles a JOIN domains d ON d.id = a.domain_id JOIN article_versions v ON v.id = a.selected_version_id
WHERE a.status = 'PUBLISHED'
"""  # noqa: S608 - constants, no input
"""Every article on sale; conditions are appended."""

_FILTERS = """
WITH RECURSIVE niches AS (
    SELECT d.id, (SELECT min(niche) FROM articles WHERE domain_id = d.id AND status = 'PUBLISHED') AS niche
    FROM domains d
    UNION ALL
    SELECT id, (SELECT min(niche) FROM articles WHERE domain_id = niches.id AND status = 'PUBLISHED'
                AND niche > niches.niche) FROM niches WHERE niche IS NOT NULL)
SELECT d.host, d.name, d.currency, d.language, d.country, d.rel, niches.niche
FROM niches JOIN domains d ON d.id = niches.id WHERE niches.niche IS NOT NULL
"""
"""The values that the catalogue can be filtered by.

The index `articles_by_domain` is asked for each domain's next niche, which does not read all articles.
"""


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
    hundredths: int
    slots_free: int


async def search(wanted: Search, *, cursor: str = "", size: int = PAGE_SIZE) -> tuple[list[Offer], str | None]:
    """Return a page of offers and the cursor of the next page. Raises InvalidError for a bad cursor."""
    column, direction, key = ORDERS[wanted.sort]
    conditions = [
        *await find_conditions(wanted),
        (
            f"({column}, a.id) {'<' if direction == 'DESC' else '>'} ({{}}, {{}})",
            pagination.decode(cursor, wanted.sort, key),
        ),
    ]
    given = [(condition, values) for condition, values in conditions if values]
    rows = await Article.raw(
        _OFFERS + "".join(f" AND {condition}" for condition, _ in given)
        + f" ORDER BY {column} {direction}, a.id {direction} LIMIT {{}}",
        *(value for _, values in given for value in values),
        size + 1,
    )  # fmt: skip
    page = msgspec.convert(rows[:size], list[Offer])
    if len(rows) <= size:
        return page, None
    last = page[-1]
    behind = {Sort.NEWEST: last.published_at, Sort.CHEAPEST: last.hundredths}.get(wanted.sort, last.word_count)
    return page, pagination.encode(behind, last.id, wanted.sort)


async def find_conditions(wanted: Search) -> list[tuple[str, list[Any]]]:
    """Return each condition that a search can have, with its values; none means that it does not apply.

    They are about an article `a`, its domain `d` and its live version `v`.
    """
    since = wanted.published_since
    return [
        *await words.find_conditions(wanted.q),
        ("d.host = {}", [wanted.domain] if wanted.domain else []),
        ("a.niche = {}", [wanted.niche] if wanted.niche else []),
        ("split_part(lower(d.language), '-', 1) = {}", [wanted.language.lower()] if wanted.language else []),
        ("d.country = {}", [wanted.country] if wanted.country else []),
        ("d.rel = {}", [wanted.rel] if wanted.rel else []),
        ("d.currency = {}", [wanted.currency] if wanted.currency else []),
        (f"{_HUNDREDTHS} <= {{}}", [] if wanted.max_price is None else [wanted.max_price]),
        (f"{_WORDS} >= {{}}", [wanted.min_words] if wanted.min_words else []),
        ("a.published_at >= {}", [datetime.combine(since, time.min, UTC)] if since else []),
        (f"{slots.FREE} > {{}}", [0] if wanted.only_free else []),
    ]


async def get(article_id: UUID) -> Offer:
    """Return one article on sale. Raises NotFoundError, also for an article that is not published."""
    rows = await Article.raw(_OFFERS + " AND a.id = {}", article_id)
    if not rows:
        raise NotFoundError("article", field="articleId")
    return msgspec.convert(rows[0], Offer)


async def get_by_slug(slug: str, host: str = "") -> Offer:
    """Return one article on sale by its slug; without a host, of the domain that used the slug first.

    Raises NotFoundError, or GoneError for an article that was taken down.
    """
    first = (
        await Article.select(Article.id, Article.status)
        .where(
            Article.slug == slug,
            Article.status != ArticleStatus.DRAFT,
            *([Article.domain_id.host == host] if host else []),
        )
        .order_by(Article.created_at, Article.id)
        .first()
    )
    if first is None:
        raise NotFoundError("article")
    if first["status"] == ArticleStatus.UNPUBLISHED:
        raise GoneError("This article was taken down and is no longer on sale.")
    return await get(first["id"])


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
    rows = await Article.raw(_FILTERS)
    names: dict[str, str] = {row["host"]: row["name"] for row in rows}
    return Filters(
        domains=sorted(names.items(), key=itemgetter(1)),
        niches=sorted({row["niche"] for row in rows}),
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

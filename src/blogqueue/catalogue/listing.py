"""The catalogue as people read it: numbered pages, with the number of articles found; programs use cursors."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from blogqueue.catalogue import addresses, offers, slots
from blogqueue.catalogue.offers import Search
from blogqueue.db.tables.catalogue import Article
from blogqueue.states import ArticleStatus

PAGE_SIZE = 20

MOST_COUNTED = 10_000
"""Articles are counted up to here, and pages end here: nobody turns 500 pages, and counting takes time."""

MOST_PAGES = MOST_COUNTED // PAGE_SIZE

_FROM = """
FROM articles a JOIN domains d ON d.id = a.domain_id JOIN article_versions v ON v.id = a.selected_version_id
WHERE a.status = 'PUBLISHED'
"""

_READ = f"""
SELECT a.id, {addresses.PATH} AS path, a.title, a.niche, a.published_at, d.host, d.name AS domain_name, d.language,
       d.country, d.rel, d.currency, d.backlink_price, d.domain_rating, d.rating_source, d.rating_date,
       d.monthly_visits, d.visits_source, d.visits_date, d.guaranteed_months, v.word_count, {slots.FREE} AS slots_free
FROM unnest({{}}::uuid[]) WITH ORDINALITY AS found (id, number)
JOIN articles a ON a.id = found.id JOIN domains d ON d.id = a.domain_id
JOIN article_versions v ON v.id = a.selected_version_id ORDER BY found.number
"""  # noqa: S608 - constants, no input
"""The articles of one page. Their addresses and free slots are found for them only, not for all that match."""


SITEMAP_SIZE = 20_000
"""Addresses in a part of the sitemap; the protocol allows 50,000."""

_ADDRESSES = f"""
SELECT {addresses.PATH} AS path, a.updated_at
FROM (SELECT id FROM articles WHERE status = 'PUBLISHED' ORDER BY id LIMIT {SITEMAP_SIZE} OFFSET {{}}) found
JOIN articles a ON a.id = found.id JOIN domains d ON d.id = a.domain_id ORDER BY a.id
"""  # noqa: S608 - constants, no input


class ListedArticle(msgspec.Struct, frozen=True):
    """An article as a line of the catalogue; the price is in minor units."""

    id: UUID
    path: str
    title: str
    niche: str
    published_at: datetime
    host: str
    domain_name: str
    language: str
    country: str
    rel: str
    currency: str
    backlink_price: int
    domain_rating: int | None
    rating_source: str
    rating_date: date | None
    monthly_visits: int | None
    visits_source: str
    visits_date: date | None
    guaranteed_months: int | None
    word_count: int
    slots_free: int


class CataloguePage(msgspec.Struct, frozen=True):
    """A page of the catalogue. `total` is MOST_COUNTED where there are as many or more."""

    items: list[ListedArticle]
    total: int
    pages: int


async def read_page(wanted: Search, number: int) -> CataloguePage:
    """Return a page of the articles that match, by its number from 1; it is empty beyond the last page."""
    column, direction, _ = offers.ORDERS[wanted.sort]
    given = [one for one in await offers.find_conditions(wanted) if one[1]]
    where = _FROM + "".join(f" AND {condition}" for condition, _ in given)
    values: list[Any] = [value for _, found in given for value in found]
    counted = await Article.raw(f"SELECT count(*) AS total FROM (SELECT 1 {where} LIMIT {MOST_COUNTED}) found", *values)  # noqa: S608 - conditions are constants
    total = int(counted[0]["total"])
    if (number - 1) * PAGE_SIZE >= total:
        return CataloguePage([], total, -(-total // PAGE_SIZE))
    rows = await Article.raw(
        f"SELECT a.id {where} ORDER BY {column} {direction}, a.id {direction} LIMIT {PAGE_SIZE} OFFSET {{}}",
        *values,
        (number - 1) * PAGE_SIZE,
    )
    page = await Article.raw(_READ, [row["id"] for row in rows])
    return CataloguePage(msgspec.convert(page, list[ListedArticle]), total, -(-total // PAGE_SIZE))


async def count_sitemaps() -> int:
    """Return how many parts the sitemap has, at least one."""
    published = await Article.count().where(Article.status == ArticleStatus.PUBLISHED)
    return max(1, -(-published // SITEMAP_SIZE))


async def list_addresses(part: int) -> list[tuple[str, datetime]]:
    """Return the paths of a part of the articles on sale, from 1, and when each was last changed."""
    rows = await Article.raw(_ADDRESSES, (part - 1) * SITEMAP_SIZE)
    return [(row["path"], row["updated_at"]) for row in rows]

"""The catalogue as people read it: numbered pages, with the number of articles found; programs use cursors."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from blogqueue.catalogue import addresses, searches, slots
from blogqueue.catalogue.searches import Found, Search, Sort
from blogqueue.db.engine import fetch
from blogqueue.db.tables.catalogue import Article
from blogqueue.states import ArticleStatus

PAGE_SIZE = 20

_READ = f"""
SELECT a.id, a.slug, {addresses.PATH} AS path, a.title, a.topic, a.niche, a.keyword, a.published_at, d.host,
       d.name AS domain_name, d.language, d.country, d.rel, d.currency, d.backlink_price, d.domain_rating,
       d.rating_source, d.rating_date, d.monthly_visits, d.visits_source, d.visits_date, d.guaranteed_months, d.note,
       v.word_count, {slots.FREE} AS slots_free
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
    """An article as a line of the catalogue, with its terms; the price is in minor units."""

    id: UUID
    slug: str
    path: str
    title: str
    topic: str
    niche: str
    keyword: str
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
    note: str
    word_count: int
    slots_free: int


class CataloguePage(msgspec.Struct, frozen=True):
    """A page of the catalogue. There may be more articles than the `total` if counting them `is_cut_off`."""

    items: list[ListedArticle]
    total: int
    pages: int
    is_cut_off: bool


async def read_page(wanted: Search, number: int) -> CataloguePage:
    """Return a page of the articles that match, by its number from 1; it is empty beyond the last page."""
    query = await searches.prepare(wanted)
    behind = (number - 1) * PAGE_SIZE
    if query.sort == Sort.BEST:  # these are compared with each other in any case
        ranked = await searches.find(query, size=query.most)
        total, found = len(ranked), ranked[behind : behind + PAGE_SIZE]
    else:
        total = await searches.count(query)
        size = min(PAGE_SIZE, total - behind)
        found = await searches.find(query, size=size, offset=behind) if size > 0 else []
    return CataloguePage(await _read(found), total, -(-total // PAGE_SIZE), is_cut_off=total == query.most)


async def read_next(
    wanted: Search, *, cursor: str = "", size: int = PAGE_SIZE
) -> tuple[list[ListedArticle], str | None]:
    """Return a page of the articles that match, and the next one's cursor. Raises InvalidError for a bad cursor."""
    found = await searches.find(await searches.prepare(wanted), size=size + 1, cursor=cursor)
    return await _read(found[:size]), found[size - 1].cursor if len(found) > size else None


async def _read(found: Sequence[Found]) -> list[ListedArticle]:
    if not found:
        return []
    rows = await fetch(_READ, [one.id for one in found])
    return msgspec.convert([dict(row) for row in rows], list[ListedArticle])


async def count_sitemaps() -> int:
    """Return how many parts the sitemap has, at least one."""
    published = await Article.count().where(Article.status == ArticleStatus.PUBLISHED)
    return max(1, -(-published // SITEMAP_SIZE))


async def list_addresses(part: int) -> list[tuple[str, datetime]]:
    """Return the paths of a part of the articles on sale, from 1, and when each was last changed."""
    rows = await Article.raw(_ADDRESSES, (part - 1) * SITEMAP_SIZE)
    return [(row["path"], row["updated_at"]) for row in rows]

"""The sites that sell: what each asks for a new article, what it takes no links about, and what may be linked there."""

from typing import Any
from uuid import UUID

import msgspec

from blogqueue.db.tables.catalogue import Domain
from blogqueue.errors import NotFoundError

_SITE = """
SELECT id, host, name, niche, language, currency, article_price, rel, max_paid_links, forbidden_niches, forbidden_words
FROM domains WHERE max_paid_links > 0 AND split_part(lower(language), '-', 1) NOT IN ('th', 'lo', 'km', 'my')
"""
"""A new article carries its customer's link: a site that takes no paid links sells none. Nor does one in a language
that puts no spaces between words, and of whose words `writing.words` knows nothing: no article would be long enough."""

MAX_CANDIDATES = 8
"""How many articles a writer is told of as fit to link to; three at most are used, and each costs tokens."""


class Site(msgspec.Struct, frozen=True):
    """A domain that sells new articles, with its terms; the price in minor units."""

    id: UUID
    host: str
    name: str
    niche: str
    language: str
    currency: str
    article_price: int
    rel: str
    max_paid_links: int
    forbidden_niches: list[str]
    forbidden_words: list[str]


async def all_selling() -> list[Site]:
    """Every site that sells new articles, by name."""
    return msgspec.convert(await Domain.raw(f"{_SITE} ORDER BY name, host"), list[Site])


async def get(domain_id: UUID) -> Site:
    """One site. Raises NotFoundError, also for one that sells no articles."""
    return _only(await Domain.raw(f"{_SITE} AND id = {{}}", domain_id))


async def by_host(host: str) -> Site:
    """One site by its host. Raises NotFoundError as `get` does."""
    return _only(await Domain.raw(f"{_SITE} AND host = {{}}", host))


async def lock(domain_id: UUID) -> None:
    """Lock a domain for the rest of the transaction: purchases of new articles there take turns."""
    await Domain.raw("SELECT FROM domains WHERE id = {} FOR UPDATE", domain_id)


async def related(domain_id: UUID, words: str) -> list[tuple[str, str]]:
    """Title and slug of the domain's published articles most like some words; then the newest."""
    rows = await Domain.raw(
        "SELECT title, slug FROM articles WHERE domain_id = {} AND status = 'PUBLISHED' "
        # Any of the words counts, and rarer ones no more than others: a site has some hundred articles.
        "ORDER BY ts_rank(to_tsvector('simple', title || ' ' || topic || ' ' || keyword), "
        "  replace(plainto_tsquery('simple', {})::text, '&', '|')::tsquery) DESC, published_at DESC, id LIMIT {}",
        domain_id,
        words,
        MAX_CANDIDATES,
    )
    return [(row["title"], row["slug"]) for row in rows]


def _only(rows: list[dict[str, Any]]) -> Site:
    if not rows:
        raise NotFoundError("domain", field="domainId")
    return msgspec.convert(rows[0], Site)

"""The domains that sell new articles: their conditions, and their published articles that a new one may link to."""

from typing import Any
from uuid import UUID

import msgspec

from blogqueue.catalogue import addresses
from blogqueue.db.tables.catalogue import Domain
from blogqueue.errors import NotFoundError

_SELLING = """
SELECT id, host, name, niche, language, currency, article_price, exclusive_price, rel, max_paid_links, forbidden_niches,
       forbidden_words
FROM domains WHERE max_paid_links > 0 AND split_part(lower(language), '-', 1) NOT IN ('th', 'lo', 'km', 'my')
"""
"""The domains that sell new articles.

A new article carries its customer's link, so a domain that takes no paid links sells none. Nor does one in a language
without spaces between words: the checks count words, and find too few in such a text.
"""

_RELATED = f"""
SELECT a.title, {addresses.PATH} AS path FROM articles a JOIN domains d ON d.id = a.domain_id
WHERE a.domain_id = {{}} AND a.status = 'PUBLISHED'
ORDER BY ts_rank(to_tsvector('simple', a.title || ' ' || a.topic || ' ' || a.keyword),
    replace(plainto_tsquery('simple', {{}})::text, '&', '|')::tsquery) DESC, a.published_at DESC, a.id LIMIT {{}}
"""  # noqa: S608 - constants, no input
"""A domain's published articles by likeness to some words: any of the words counts, and each as much as another."""

MAX_CANDIDATES = 8
"""How many articles the model may choose from to link to. It uses at most three, and each costs tokens."""


class SellingDomain(msgspec.Struct, frozen=True):
    """A domain that sells new articles, with its conditions; prices in minor units.

    `exclusive_price` is added for an article in which no other links are sold; None if that is not offered.
    """

    id: UUID
    host: str
    name: str
    niche: str
    language: str
    currency: str
    article_price: int
    exclusive_price: int | None
    rel: str
    max_paid_links: int
    forbidden_niches: list[str]
    forbidden_words: list[str]


async def list_selling() -> list[SellingDomain]:
    """Return every domain that sells new articles, by name."""
    return msgspec.convert(await Domain.raw(f"{_SELLING} ORDER BY name, host"), list[SellingDomain])


async def get(domain_id: UUID) -> SellingDomain:
    """Return one domain that sells new articles. Raises NotFoundError."""
    return _get_only(await Domain.raw(f"{_SELLING} AND id = {{}}", domain_id))


async def get_by_host(host: str) -> SellingDomain:
    """Return one domain that sells new articles by its host. Raises NotFoundError."""
    return _get_only(await Domain.raw(f"{_SELLING} AND host = {{}}", host))


async def lock(domain_id: UUID) -> None:
    """Lock a domain until the caller's transaction ends: purchases of its new articles take turns."""
    await Domain.select(Domain.id).where(Domain.id == domain_id).lock_rows("UPDATE")


async def find_related(domain_id: UUID, words: str) -> list[tuple[str, str]]:
    """Return title and path of the domain's published articles that are most like some words, newest first if equal."""
    rows = await Domain.raw(_RELATED, domain_id, words, MAX_CANDIDATES)
    return [(row["title"], row["path"]) for row in rows]


def _get_only(rows: list[dict[str, Any]]) -> SellingDomain:
    if not rows:
        raise NotFoundError("domain", field="domainId")
    return msgspec.convert(rows[0], SellingDomain)

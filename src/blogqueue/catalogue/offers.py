"""What is on sale: published articles with a link place left, and how articles come in from Markdown files."""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from operator import itemgetter
from textwrap import shorten
from uuid import UUID

import msgspec

from blogqueue.db import pagination
from blogqueue.db.tables.catalogue import Article
from blogqueue.errors import GoneError, NotFoundError
from blogqueue.money import ZERO_DECIMAL
from blogqueue.states import ArticleStatus
from blogqueue.writing.markdown.blocks import find_eligible_blocks, find_prose_blocks
from blogqueue.writing.markdown.links import Link

PAGE_SIZE = 20
MOST = 10**12
"""More than any price or length that is asked for."""

# Currencies are not converted: amounts compare by their numbers, in hundredths, also where a currency has none.
_HUNDREDTHS = (
    f"d.backlink_price * CASE WHEN d.currency IN ({', '.join(map(repr, sorted(ZERO_DECIMAL)))}) THEN 100 ELSE 1 END"
)


_WORDS = "v.word_count::bigint"
"""A number that is asked for may be larger than any article is long."""


class Sort(StrEnum):
    """In which order a list of what is on sale comes."""

    NEWEST = "newest"
    CHEAPEST = "cheapest"
    LONGEST = "longest"
    SHORTEST = "shortest"


_ORDERS: dict[Sort, tuple[str, str, type]] = {
    Sort.NEWEST: ("a.published_at", "DESC", datetime),
    Sort.CHEAPEST: (_HUNDREDTHS, "ASC", int),
    Sort.LONGEST: (_WORDS, "DESC", int),
    Sort.SHORTEST: (_WORDS, "ASC", int),
}
"""What each sorts by, in which direction, and the type of that in a cursor."""


class Search(msgspec.Struct, frozen=True):
    """What a list of offers is to show: `domain` and `niche` exact, `q` somewhere in title, topic or keyword.

    `max_price` in hundredths of the currency's unit; `only_free` leaves out what has no link place left.
    """

    domain: str = ""
    niche: str = ""
    q: str = ""
    only_free: bool = False
    max_price: int | None = None
    min_words: int = 0
    published_since: date | None = None
    sort: Sort = Sort.NEWEST


_FREE = """
GREATEST(0, d.max_paid_links
    - (SELECT count(*) FROM orders o
       WHERE o.article_id = a.id AND o.status <> 'FAILED' AND o.link_dropped_at IS NULL)
    - (SELECT count(*) FROM purchases p WHERE p.article_id = a.id AND p.state = 'OPEN'
                                          AND p.slot_held_until > clock_timestamp()))
"""

_ITEM = f"""
SELECT a.id, a.slug, a.title, a.topic, a.niche, a.keyword, a.published_at, a.selected_version_id,
       d.id AS domain_id, d.host, d.name AS domain_name, d.language, d.currency, d.backlink_price, d.rel,
       d.max_paid_links, d.forbidden_niches, d.forbidden_words, v.content_md, v.word_count, {_HUNDREDTHS} AS hundredths,
       {_FREE} AS slots_free
FROM articles a JOIN domains d ON d.id = a.domain_id JOIN article_versions v ON v.id = a.selected_version_id
WHERE a.status = 'PUBLISHED'
"""  # noqa: S608 - both texts are ours


class Offer(msgspec.Struct, frozen=True):
    """An article on sale with its live text, its domain's terms and the link places that are left."""

    id: UUID
    slug: str
    title: str
    topic: str
    niche: str
    keyword: str
    published_at: datetime
    selected_version_id: UUID
    domain_id: UUID
    host: str
    domain_name: str
    language: str
    currency: str
    backlink_price: int
    rel: str
    max_paid_links: int
    forbidden_niches: list[str]
    forbidden_words: list[str]
    content_md: str
    word_count: int
    hundredths: int
    slots_free: int


async def offers(wanted: Search, *, cursor: str = "", size: int = PAGE_SIZE) -> tuple[list[Offer], str | None]:
    """A page of what is on sale, and the cursor of the next page. Raises InvalidError for a bad cursor."""
    column, direction, key = _ORDERS[wanted.sort]
    asked = [
        ("d.host = {}", [wanted.domain] if wanted.domain else []),
        ("a.niche = {}", [wanted.niche] if wanted.niche else []),
        ("(a.title ILIKE {} OR a.topic ILIKE {} OR a.keyword ILIKE {})", [_pattern(wanted.q)] * 3 if wanted.q else []),
        (f"{_HUNDREDTHS} <= {{}}", [] if wanted.max_price is None else [wanted.max_price]),
        (f"{_WORDS} >= {{}}", [wanted.min_words] if wanted.min_words else []),
        ("a.published_at >= {}", [datetime.combine(since, time.min, UTC)] if (since := wanted.published_since) else []),
        (f"{_FREE} > {{}}", [0] if wanted.only_free else []),
        (
            f"({column}, a.id) {'<' if direction == 'DESC' else '>'} ({{}}, {{}})",
            pagination.read(cursor, wanted.sort, key),
        ),
    ]
    given = [(condition, values) for condition, values in asked if values]
    rows = await Article.raw(
        _ITEM + "".join(f" AND {condition}" for condition, _ in given)
        + f" ORDER BY {column} {direction}, a.id {direction} LIMIT {{}}",
        *(value for _, values in given for value in values),
        size + 1,
    )  # fmt: skip
    page = msgspec.convert(rows[:size], list[Offer])
    if len(rows) <= size:
        return page, None
    last = page[-1]
    behind = {Sort.NEWEST: last.published_at, Sort.CHEAPEST: last.hundredths}.get(wanted.sort, last.word_count)
    return page, pagination.after(behind, last.id, wanted.sort)


def _pattern(words: str) -> str:
    return "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


async def offer(article_id: UUID) -> Offer:
    """One article on sale. Raises NotFoundError, also for one that is not published."""
    rows = await Article.raw(_ITEM + " AND a.id = {}", article_id)
    if not rows:
        raise NotFoundError("article", field="articleId")
    return msgspec.convert(rows[0], Offer)


async def offer_by_slug(slug: str) -> Offer:
    """One article on sale, by its slug. Raises NotFoundError, or GoneError for one that was on sale before."""
    rows = await Article.raw(_ITEM + " AND a.slug = {}", slug)
    if rows:
        return msgspec.convert(rows[0], Offer)
    if await Article.exists().where(Article.slug == slug, Article.status == ArticleStatus.UNPUBLISHED):
        raise GoneError("This article was taken off the site, so it is no longer on sale.")
    raise NotFoundError("article")


async def choices() -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """The domains (host and name), niches and currencies that articles on sale are of, in alphabetical order."""
    rows = await Article.raw(
        "SELECT DISTINCT d.host, d.name, d.currency, a.niche FROM articles a JOIN domains d ON d.id = a.domain_id "
        "WHERE a.status = 'PUBLISHED'"
    )
    names: dict[str, str] = {row["host"]: row["name"] for row in rows}
    domains = sorted(names.items(), key=itemgetter(1))
    return domains, sorted({str(row["niche"]) for row in rows}), sorted({str(row["currency"]) for row in rows})


async def eligible_paragraphs(offer: Offer) -> tuple[list[str], int]:
    """The first words of each paragraph of an article that may take a link, and how many paragraphs it has in all."""
    paid = [link for link, _ in await paid_links(offer.id)]
    starts = [shorten(block.text, 90, placeholder=" …") for block in find_eligible_blocks(offer.content_md, paid)]
    return starts, len(find_prose_blocks(offer.content_md))


async def slots_free(article_id: UUID) -> int:
    """How many link places of an article are neither sold nor held, whether or not it is on sale."""
    rows = await Article.raw(
        f"SELECT {_FREE} AS slots_free FROM articles a JOIN domains d ON d.id = a.domain_id WHERE a.id = {{}}",  # noqa: S608 - ours
        article_id,
    )
    return int(rows[0]["slots_free"])


async def sold(article_id: UUID) -> int:
    """How many link places of an article belong to orders, whose links stand in it or will."""
    rows = await Article.raw(
        "SELECT count(*) AS n FROM orders WHERE article_id = {} AND status <> 'FAILED' AND link_dropped_at IS NULL",
        article_id,
    )
    return int(rows[0]["n"])


async def has_free_slot(purchase_id: UUID) -> bool:
    """Whether a purchase may (still) have one of its article's link places, with the article locked.

    Before it stand what is sold and the earlier purchases that hold a place; all that do, where its own hold is over.
    """
    rows = await Article.raw(
        "SELECT d.max_paid_links > (SELECT count(*) FROM orders o "
        "    WHERE o.article_id = p.article_id AND o.status <> 'FAILED' AND o.link_dropped_at IS NULL) "
        "  + (SELECT count(*) FROM purchases other WHERE other.article_id = p.article_id AND other.id <> p.id "
        "       AND other.state = 'OPEN' AND other.slot_held_until > clock_timestamp() "
        "       AND (p.slot_held_until <= clock_timestamp() "
        "            OR (other.created_at, other.id) < (p.created_at, p.id))) AS has_slot "
        "FROM purchases p JOIN articles a ON a.id = p.article_id JOIN domains d ON d.id = a.domain_id WHERE p.id = {}",
        purchase_id,
    )
    return bool(rows[0]["has_slot"])


async def is_sold(article_id: UUID, link: Link) -> bool:
    """Whether an order has this very link in an article, or will: it could stand there only once."""
    rows = await Article.raw(
        "SELECT EXISTS (SELECT FROM orders WHERE article_id = {} AND status <> 'FAILED' AND link_dropped_at IS NULL "
        "  AND backlink_data->>'target_url' = {} AND backlink_data->>'keyword' = {}) AS sold",
        article_id,
        link.target_url,
        link.anchor_text,
    )
    return bool(rows[0]["sold"])


class PaidLink(msgspec.Struct, frozen=True):
    """The link that a COMPLETED order has in an article, with its `rel` ("" for none)."""

    order_id: UUID
    link: Link
    rel: str


async def paid_orders(article_id: UUID) -> list[PaidLink]:
    """The links of an article's COMPLETED orders, oldest first; not those that an editor has recorded as dropped."""
    return await _paid(article_id, "link_dropped_at IS NULL")


async def dropped_orders(article_id: UUID) -> list[PaidLink]:
    """The links of an article's COMPLETED orders that an editor has recorded as dropped, oldest first."""
    return await _paid(article_id, "link_dropped_at IS NOT NULL")


async def _paid(article_id: UUID, which: str) -> list[PaidLink]:
    rows = await Article.raw(
        "SELECT id, backlink_data->>'target_url' AS url, backlink_data->>'keyword' AS anchor, rel FROM orders "  # noqa: S608 - ours
        f"WHERE article_id = {{}} AND status = 'COMPLETED' AND {which} ORDER BY completed_at",
        article_id,
    )
    return [
        PaidLink(row["id"], Link(row["url"], row["anchor"]), "" if row["rel"] == "none" else row["rel"]) for row in rows
    ]


async def paid_links(article_id: UUID) -> list[tuple[Link, str]]:
    """`paid_orders` without the orders: each link with its `rel`."""
    return [(paid.link, paid.rel) for paid in await paid_orders(article_id)]

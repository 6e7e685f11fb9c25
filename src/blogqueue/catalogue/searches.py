"""Which articles on sale match a search, and in which order: the ids of a page, found through indexes.

A search reads no more rows than it shows wherever an index has its order. What has no such order is cut off: a search
for words ranks the newest articles that have them, and nobody counts beyond what can be paged through.
"""

from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from blogqueue.catalogue import slots, words
from blogqueue.catalogue.words import Condition
from blogqueue.db import fuzzy_search, pagination
from blogqueue.db.engine import fetch
from blogqueue.money import THREE_DECIMAL, ZERO_DECIMAL

MOST = 10**12
"""Above any price or length that anybody searches for."""

MOST_COUNTED = 1_000
"""Articles are counted up to here, and pages end here: nobody turns 50 pages, and counting takes time."""

MOST_RANKED = 200
"""The newest articles with the words of a search that are compared for the best match; its pages end here."""

_LARGEST_INTEGER = 2**31 - 1
_NO_ID = UUID(int=0)

# Currencies are not converted: a maximum price is in hundredths even where a currency has none.
_HUNDREDTHS = (
    f"(CASE WHEN d.currency IN ({', '.join(map(repr, sorted(ZERO_DECIMAL)))}) THEN d.backlink_price * 100 "
    f"WHEN d.currency IN ({', '.join(map(repr, sorted(THREE_DECIMAL)))}) THEN d.backlink_price / 10 "
    "ELSE d.backlink_price END)"
)

_PRICE = """((d.currency || lpad(d.backlink_price::text, 12, '0')) COLLATE "C")"""
"""A domain's place by its price, within its currency: amounts of different currencies do not compare."""


class Sort(StrEnum):
    """The orders in which articles on sale can be listed."""

    BEST = "best"
    NEWEST = "newest"
    CHEAPEST = "cheapest"
    LONGEST = "longest"
    SHORTEST = "shortest"


class Search(msgspec.Struct, frozen=True):
    """What to search for: each word of `q` is in title, topic, keyword, host or domain's name, or much like one there.

    The other texts are exact; `language` is the first part of a tag. `max_price` is in hundredths of a unit.
    `only_free` leaves out articles without a free link slot. Without a `sort`, the best match is first where there are
    words to match, and the newest article otherwise.
    """

    domain: str = ""
    niche: str = ""
    q: str = ""
    only_free: bool = False
    max_price: int | None = None
    min_words: int = 0
    published_since: date | None = None
    sort: Sort | None = None
    language: str = ""
    country: str = ""
    rel: str = ""
    currency: str = ""


class Found(msgspec.Struct, frozen=True):
    """An article of a page, and its cursor: the page that begins after it."""

    id: UUID
    cursor: str


class Query(msgspec.Struct, frozen=True):
    """A search made ready: conditions on an article `a`, and the tables that they need beside it.

    `domain_ids` are the only domains whose articles match; None for any.
    """

    wanted: Search
    sort: Sort
    conditions: list[Condition]
    joins: str
    domain_ids: list[UUID] | None

    @property
    def where(self) -> str:
        """Return all conditions as SQL."""
        return " AND ".join(["a.status = 'PUBLISHED'", *(sql for sql, _ in self.conditions)])

    @property
    def values(self) -> list[Any]:
        """Return the values of all conditions."""
        return [value for _, values in self.conditions for value in values]

    @property
    def most(self) -> int:
        """Return how many results are counted, and can be paged through."""
        return MOST_RANKED if self.sort == Sort.BEST else MOST_COUNTED


_JOIN_VERSION = " JOIN article_versions v ON v.id = a.selected_version_id"
_JOIN_DOMAIN = " JOIN domains d ON d.id = a.domain_id"


async def prepare(wanted: Search) -> Query:
    """Make a search ready to be counted and found."""
    domain_ids = await _find_domains(wanted)
    since = wanted.published_since
    given: list[Condition] = [
        *await words.find_conditions(wanted.q),
        *([] if domain_ids is None else [_be_in(domain_ids)]),
        ("a.niche = {}", [wanted.niche] if wanted.niche else []),
        ("v.word_count >= {}", [min(wanted.min_words, _LARGEST_INTEGER)] if wanted.min_words else []),
        ("a.published_at >= {}", [datetime.combine(since, time.min, UTC)] if since else []),
        (f"{slots.FREE} > {{}}", [0] if wanted.only_free else []),
    ]
    return Query(
        wanted=wanted,
        sort=choose_sort(wanted),
        conditions=[one for one in given if one[1]],
        joins=(_JOIN_VERSION if wanted.min_words else "") + (_JOIN_DOMAIN if wanted.only_free else ""),
        domain_ids=domain_ids,
    )


def choose_sort(wanted: Search) -> Sort:
    """Return the order of a search's results: a best match needs words."""
    sort = wanted.sort or Sort.BEST
    return Sort.NEWEST if sort == Sort.BEST and not words.split(wanted.q) else sort


async def find(query: Query, *, size: int, cursor: str = "", offset: int = 0) -> list[Found]:
    """Return up to `size` articles that match, after a cursor, or after `offset` others.

    Raises InvalidError for a bad cursor.
    """
    find_page = {Sort.BEST: _find_best, Sort.CHEAPEST: _find_cheapest}.get(query.sort, _find_ordered)
    async with _planned(query):
        return await find_page(query, size, cursor, offset)


async def count(query: Query) -> int:
    """Return how many articles match, up to `query.most`."""
    async with _planned(query):
        rows = await fetch(
            f"SELECT count(*) AS total FROM (SELECT FROM articles a{query.joins} WHERE {query.where} "  # noqa: S608 - conditions are constants
            f"LIMIT {query.most}) found",
            *query.values,
        )
    return int(rows[0]["total"])


def _planned(query: Query) -> AbstractAsyncContextManager[None]:
    """Have statements with words among their values planned for these."""
    return fuzzy_search.planned_anew() if query.wanted.q else nullcontext()


async def _find_ordered(query: Query, size: int, cursor: str, offset: int) -> list[Found]:
    """Find a page in the order of an index: by age or by length."""
    sort = query.sort
    by_age = sort == Sort.NEWEST
    key, row_id = ("a.published_at", "a.id") if by_age else ("v.word_count", "v.article_id")
    direction, sign = ("ASC", ">") if sort == Sort.SHORTEST else ("DESC", "<")
    behind = pagination.decode(cursor, sort, datetime if by_age else int)
    after = f" AND ({key}, {row_id}) {sign} ({{}}, {{}})" if behind else ""
    joins = query.joins if by_age or _JOIN_VERSION in query.joins else query.joins + _JOIN_VERSION
    rows = await fetch(
        f"SELECT a.id, {key} AS key FROM articles a{joins} WHERE {query.where}{after} "  # noqa: S608 - conditions are constants
        f"ORDER BY {key} {direction}, {row_id} {direction} {_limit(size, offset)}",
        *query.values, *(min(one, _LARGEST_INTEGER) if isinstance(one, int) else one for one in behind),
        *([offset] if offset else []),
    )  # fmt: skip
    return [Found(row["id"], pagination.encode(row["key"], row["id"], sort)) for row in rows]


async def _find_cheapest(query: Query, size: int, cursor: str, offset: int) -> list[Found]:
    """Find a page by currency and price, newest first where both are the same.

    A price is the domain's: an index gives the newest articles of each domain, and only these are sorted.
    """
    behind = pagination.decode(cursor, Sort.CHEAPEST, str)
    price, published_at = _read_key(behind[0]) if behind else ("", None)
    joins = query.joins.replace(_JOIN_DOMAIN, "")  # `d` is there already
    only = "" if query.domain_ids is None else " AND d.id = ANY ({}::uuid[])"
    rows = await fetch(
        f"SELECT a.id, a.published_at, d.price FROM (SELECT d.*, {_PRICE} AS price FROM domains d) d "  # noqa: S608 - conditions are constants
        f"CROSS JOIN LATERAL (SELECT a.id, a.published_at FROM articles a{joins} WHERE a.domain_id = d.id "
        f"AND {query.where} AND (a.published_at, a.id) < "
        "(CASE WHEN d.price = {} THEN {}::timestamptz ELSE 'infinity' END, {}::uuid) "
        f"ORDER BY a.published_at DESC, a.id DESC LIMIT {size + offset:d}) a WHERE d.price >= {{}}{only} "
        f"ORDER BY d.price, a.published_at DESC, a.id DESC {_limit(size, offset)}",
        *query.values, price, published_at, behind[1] if behind else _NO_ID, price,
        *([] if query.domain_ids is None else [query.domain_ids]), *([offset] if offset else []),
    )  # fmt: skip
    return [
        Found(row["id"], pagination.encode(f"{row['price']}.{row['published_at'].isoformat()}", row["id"], "cheapest"))
        for row in rows
    ]


def _limit(size: int, offset: int) -> str:
    """Return the end of a statement. With a limit that it knows, PostgreSQL need not plan it for each page."""
    return f"LIMIT {size:d}" + (" OFFSET {}" if offset else "")


def _read_key(key: str) -> tuple[str, datetime]:
    """Return price and time of a cursor. Raises InvalidError."""
    price, _, at = key.partition(".")
    try:
        return price, datetime.fromisoformat(at).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise pagination.invalid_cursor() from error


async def _find_best(query: Query, size: int, cursor: str, offset: int) -> list[Found]:
    """Find a page by likeness, newest first among equals, of the newest articles that have the words."""
    behind = pagination.decode(cursor, Sort.BEST, int)
    after = "WHERE (key, id) < ({}, {})" if behind else ""
    score, values = words.score(query.wanted.q)
    rows = await fetch(
        f"SELECT id, key FROM (SELECT a.id, (({score})::bigint << 34) "  # noqa: S608 - conditions are constants
        "+ EXTRACT(EPOCH FROM a.published_at)::bigint AS key "
        f"FROM (SELECT a.* FROM articles a{query.joins} WHERE {query.where} "
        f"ORDER BY a.published_at DESC, a.id DESC LIMIT {MOST_RANKED}) a) found {after} "
        "ORDER BY key DESC, id DESC LIMIT {} OFFSET {}",
        *values, *query.values, *behind, size, offset,
    )  # fmt: skip
    return [Found(row["id"], pagination.encode(row["key"], row["id"], Sort.BEST)) for row in rows]


def _be_in(domain_ids: list[UUID]) -> Condition:
    """Return the condition to be of one of these domains; of a single one an index has the newest articles."""
    if len(domain_ids) == 1:
        return "a.domain_id = {}", domain_ids
    return "a.domain_id = ANY ({}::uuid[])", [domain_ids]


async def _find_domains(wanted: Search) -> list[UUID] | None:
    """Return the domains that a search names by their terms; None if it names none."""
    given: list[tuple[str, Any]] = [
        ("d.host = {}", wanted.domain),
        ("split_part(lower(d.language), '-', 1) = {}", wanted.language.lower()),
        ("d.country = {}", wanted.country),
        ("d.rel = {}", wanted.rel),
        ("d.currency = {}", wanted.currency),
    ]
    conditions = [one for one in given if one[1]]
    if wanted.max_price is not None:
        conditions.append((f"{_HUNDREDTHS} <= {{}}", wanted.max_price))
    if not conditions:
        return None
    where = " AND ".join(sql for sql, _ in conditions)
    rows = await fetch(f"SELECT d.id FROM domains d WHERE {where}", *(value for _, value in conditions))  # noqa: S608 - conditions are constants
    return [row["id"] for row in rows]

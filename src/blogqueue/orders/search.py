"""Find orders for an editor: by number, customer, article or link, by status and by domain, newest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from blogqueue.db import fuzzy_search, pagination
from blogqueue.db.engine import fetch
from blogqueue.db.fuzzy_search import ORDER_WORDS, WORDS
from blogqueue.db.tables.orders import Order
from blogqueue.errors import NotFoundError
from blogqueue.orders.numbers import parse_number
from blogqueue.settings import settings
from blogqueue.states import OrderKind, OrderStatus

FOUND = f"""
({{q}} = '' OR position(lower({{q}}) IN lower(concat_ws(' ', '{settings.order_number_prefix}-' || o.number, o.id,
    o.customer_email, a.title, d.host,
    o.backlink_data->>'keyword', o.backlink_data->>'target_url'))) > 0)
"""
"""A condition on `o`, `a` and `d`, an order, its article and its domain: it has these words somewhere."""

LONGEST = 200
"""The most characters of a search: more than any email address that people type."""

_COLUMNS = """
       o.id, o.number, o.created_at, o.kind, o.status, o.customer_email, o.price, o.currency, o.failure_reason,
       o.refund_state, o.on_hold, o.backlink_data->>'target_url' AS target_url,
       o.backlink_data->>'keyword' AS anchor_text, a.title, d.host
FROM orders o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id
"""

_NEWEST = "ORDER BY o.created_at DESC, o.id DESC"

SCANNED = 1_000
"""The orders that are read for words of one or two characters, by which no index finds anything."""

SHORTEST_ID = 8

_NEWEST_ORDERS = f"(SELECT * FROM orders ORDER BY created_at DESC, id DESC LIMIT {SCANNED})"  # noqa: S608 - a constant

_OF_ADDRESS = "lower(o.customer_email) = lower({})"
"""Index `orders_by_email`, in the list's own order."""

_ON_HOLD = f"""
SELECT {_COLUMNS} WHERE o.on_hold ORDER BY o.created_at, o.id
"""


class FoundOrder(msgspec.Struct, frozen=True):
    """An order in the list that a search returns."""

    id: UUID
    number: int
    created_at: datetime
    kind: OrderKind
    status: OrderStatus
    customer_email: str
    price: int
    currency: str
    failure_reason: str | None
    refund_state: str
    on_hold: bool
    target_url: str
    anchor_text: str
    title: str
    host: str


class FoundOrders(msgspec.Struct, frozen=True):
    """A page of found orders; `next_cursor` is "" on the last one."""

    items: list[FoundOrder]
    next_cursor: str


async def find_id(name: str) -> UUID:
    """Return the id of the order with a number, written as people write it. Raises NotFoundError."""
    number = parse_number(name)
    rows = await Order.select(Order.id).where(Order.number == number) if number is not None else []
    if not rows:
        raise NotFoundError("order")
    return rows[0]["id"]


async def search(
    words: str = "", *, status: OrderStatus | None = None, host: str = "", cursor: str = "", limit: int = 50
) -> FoundOrders:
    """Return a page of the orders with these words, newest first. Raises InvalidError for a bad cursor.

    Words are part of the customer's address, the link, the article's title, topic and keyword, or the host; or they are
    the order's number, or its id or at least the first SHORTEST_ID digits of it. The whole address of a customer finds
    their orders only. Words of one or two characters are looked for among the newest SCANNED orders.
    """
    wanted = clean(words)
    common = await _find_common(status, host, pagination.decode(cursor))
    if not wanted:
        rows = await fetch(*_select(common, limit))
    else:
        async with fuzzy_search.planned_anew():
            rows = await fetch(*await _select_found(wanted, common, limit))
    page = msgspec.convert([dict(row) for row in rows[:limit]], list[FoundOrder])
    last = page[-1] if len(rows) > limit else None
    return FoundOrders(page, pagination.encode(last.created_at, last.id) if last else "")


_Condition = tuple[str, list[Any]]
"""SQL with a `{}` for each value, and the values."""


async def _find_common(status: OrderStatus | None, host: str, behind: list[Any]) -> list[_Condition]:
    """Return the conditions on an order `o` and its article `a` that hold whatever the words are."""
    conditions: list[_Condition] = []
    if status:
        conditions.append(("o.status = {}", [status.value]))
    if host:
        conditions.append(("a.domain_id = ANY ({}::uuid[])", [await _find_domains("host = {}", host)]))
    if behind:
        conditions.append(("(o.created_at, o.id) < ({}, {})", behind))
    return conditions


async def _find_domains(condition: str, value: str) -> list[UUID]:
    return [row["id"] for row in await fetch(f"SELECT id FROM domains WHERE {condition}", value)]  # noqa: S608 - conditions are constants


def _select(conditions: Sequence[_Condition], limit: int) -> tuple[Any, ...]:
    """Return the statement for a page of orders under some conditions, and its values.

    With a limit that it knows, PostgreSQL need not plan the statement for each page.
    """
    where = " AND ".join(["true", *(sql for sql, _ in conditions)])
    values = [value for _, values in conditions for value in values]
    return f"SELECT {_COLUMNS} WHERE {where} {_NEWEST} LIMIT {limit + 1:d}", *values


async def _select_found(wanted: str, common: Sequence[_Condition], limit: int) -> tuple[Any, ...]:
    """Return the statement for the newest orders with some words, and its values.

    Each place that they may be in has its index, which gives a page; the pages are then merged.
    """
    places = await _list_places(wanted)
    orders = "orders" if len(wanted) >= fuzzy_search.SHORTEST else _NEWEST_ORDERS
    parts: list[_Condition] = []
    for place, values in places:
        where = " AND ".join([place, *(sql for sql, _ in common)])
        given = [*values, *(value for _, values in common for value in values), limit + 1]
        found = f"SELECT o.id FROM {orders} o JOIN articles a ON a.id = o.article_id WHERE {where} {_NEWEST} LIMIT {{}}"  # noqa: S608 - constants, no input
        parts.append((f"({found})", given))
    return (
        f"SELECT {_COLUMNS} WHERE o.id IN ({' UNION '.join(sql for sql, _ in parts)}) {_NEWEST} LIMIT {{}}",
        *(value for _, values in parts for value in values),
        limit + 1,
    )


async def _list_places(wanted: str) -> list[_Condition]:
    """Return where some words may be: a condition on an order `o` and its article `a` for each place."""
    if "@" in wanted and await fetch(f"SELECT FROM orders o WHERE {_OF_ADDRESS} {_NEWEST} LIMIT 1", wanted):
        return [(_OF_ADDRESS, [wanted])]
    pattern = fuzzy_search.contain(wanted)
    domain_ids = await _find_domains("host ILIKE {}", pattern)
    places: list[_Condition] = [
        (f"{ORDER_WORDS} ILIKE {{}}", [pattern]),
        (f"({WORDS} ILIKE {{}}" + (" OR a.domain_id = ANY ({}::uuid[])" if domain_ids else "") + ")",
         [pattern, *([domain_ids] if domain_ids else [])]),
    ]  # fmt: skip
    if (number := parse_number(wanted)) is not None:
        is_number = ("o.number = {}", [number])
        places = [*places, is_number] if wanted.isdigit() else [is_number]  # BQ-1042 means nothing else
    if between := _find_ids(wanted):
        places.append(("o.id BETWEEN {} AND {}", between))
    return places


def _find_ids(wanted: str) -> list[UUID] | None:
    """Return the first and last id that begin with some digits; None for anything else."""
    digits = wanted.replace("-", "").lower()
    if not SHORTEST_ID <= len(digits) <= 32 or not set(digits) <= set("0123456789abcdef"):  # noqa: PLR2004 - an id's digits
        return None
    return [UUID(digits.ljust(32, fill)) for fill in "0f"]


async def list_on_hold() -> list[FoundOrder]:
    """Return the orders whose payment is disputed, oldest first."""
    return msgspec.convert(await Order.raw(_ON_HOLD), list[FoundOrder])


def clean(words: str) -> str:
    """Return a search as it is compared: without blanks around it, and without what no row can contain."""
    return "".join(character for character in words if character.isprintable()).strip()[:LONGEST]

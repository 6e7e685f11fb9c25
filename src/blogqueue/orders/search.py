"""Find orders for an editor: by number, customer, article or link, by status and by domain, newest first."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from blogqueue.db import pagination
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

_SEARCH = f"""
SELECT {_COLUMNS} WHERE {FOUND.format(q="{}")} AND ({{}} = '' OR o.status = {{}}) AND ({{}} = '' OR d.host = {{}})
AND ({{}}::timestamptz IS NULL OR (o.created_at, o.id) < ({{}}::timestamptz, {{}}::uuid))
ORDER BY o.created_at DESC, o.id DESC LIMIT {{}}
"""


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
    """Return a page of the orders with these words, newest first. Raises InvalidError for a bad cursor."""
    at, row_id = pagination.decode(cursor) or (None, None)
    wanted, named = clean(words), status.value if status else ""
    rows: list[dict[str, Any]] = await Order.raw(
        _SEARCH, wanted, wanted, named, named, host, host, at, at, row_id, limit + 1
    )
    page = msgspec.convert(rows[:limit], list[FoundOrder])
    last = page[-1] if len(rows) > limit else None
    return FoundOrders(page, pagination.encode(last.created_at, last.id) if last else "")


async def list_on_hold() -> list[FoundOrder]:
    """Return the orders whose payment is disputed, oldest first."""
    return msgspec.convert(await Order.raw(_ON_HOLD), list[FoundOrder])


def clean(words: str) -> str:
    """Return a search as it is compared: without blanks around it, and without what no row can contain."""
    return "".join(character for character in words if character.isprintable()).strip()[:LONGEST]

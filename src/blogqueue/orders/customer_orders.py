"""The orders of one customer: of the address that is signed in, or those that a browser holds the tokens of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from blogqueue import tokens
from blogqueue.db.engine import fetch
from blogqueue.db.fuzzy_search import contain
from blogqueue.db.tables.orders import Order
from blogqueue.orders.numbers import parse_number
from blogqueue.settings import settings
from blogqueue.states import FailureReason, OrderKind, OrderStatus, RefundState

PAGE_SIZE = 20

_COLUMNS = """
o.id, o.number, o.kind, o.status, o.failure_reason, o.refund_state, o.on_hold, o.price, o.currency, o.created_at,
o.session_id IS NOT NULL AS has_receipt, coalesce((o.payment_data->>'invoiced')::boolean, false) AS has_invoice,
o.backlink_data->>'keyword' AS anchor_text, o.backlink_data->>'target_url' AS target_url, a.title, d.name AS domain_name
FROM orders o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id
"""

MOST_COUNTED = 500
"""An address's orders are counted up to here, and its pages end here; older ones are found by searching."""

_OF_ADDRESS = f"""
WITH found AS MATERIALIZED (
    SELECT o.id FROM orders o {{joins}}WHERE lower(o.customer_email) = lower({{{{}}}}) {{conditions}}
    ORDER BY o.created_at DESC, o.id DESC LIMIT {MOST_COUNTED})
SELECT (SELECT count(*) FROM found) AS total, {_COLUMNS}
WHERE o.id IN (SELECT id FROM found LIMIT {PAGE_SIZE} OFFSET {{{{}}}}) ORDER BY o.created_at DESC, o.id DESC
"""  # noqa: S608 - constants, no input
"""A page of an address's orders, newest first; only its own rows are read (index on lower(customer_email))."""

_JOINS = "JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id "

_HAS_WORDS = """
AND (o.number = {}::bigint OR o.id::text = lower({})
     OR concat_ws(' ', a.title, d.name, d.host, o.backlink_data->>'keyword', o.backlink_data->>'target_url') ILIKE {})
"""

_BY_TOKENS = f"""
SELECT {_COLUMNS} JOIN unnest({{}}::uuid[], {{}}::text[]) AS held (id, token_hash)
    ON held.id = o.id AND held.token_hash = o.access_token_hash
WHERE o.completed_at IS NULL
    OR GREATEST(o.completed_at, o.access_given_at) > clock_timestamp() - {{}} * interval '1 day'
ORDER BY o.created_at DESC, o.id LIMIT {PAGE_SIZE}
"""


class CustomerOrder(msgspec.Struct, frozen=True):
    """An order as a line of its customer's list. The price is in minor units."""

    id: UUID
    number: int
    kind: OrderKind
    status: OrderStatus
    failure_reason: FailureReason | None
    refund_state: RefundState
    on_hold: bool
    price: int
    currency: str
    has_receipt: bool
    has_invoice: bool
    created_at: datetime
    anchor_text: str
    target_url: str
    title: str
    domain_name: str


async def search(email: str, *, q: str = "", status: str = "", page: int = 1) -> tuple[list[CustomerOrder], int]:
    """Return a page of an address's orders, newest first, and how many match, up to MOST_COUNTED.

    `q` is an order number, an order's id, or words of the title, the domain, the anchor text or the target URL.
    """
    conditions: str = "AND o.status = {} " if status else ""
    values: list[Any] = [status] if status else []
    if q:
        conditions += _HAS_WORDS
        values += [parse_number(q), q, contain(q)]
    statement = _OF_ADDRESS.format(joins=_JOINS if q else "", conditions=conditions)
    rows = await fetch(statement, email, *values, (page - 1) * PAGE_SIZE)
    total = rows[0]["total"] if rows else 0
    return [_convert(row) for row in rows], total


async def find_opened(held: Mapping[UUID, str]) -> list[CustomerOrder]:
    """Return the newest orders among those whose access tokens are given, by their ids; wrong tokens open nothing."""
    if not held:
        return []
    hashes = [tokens.hash_token(token) for token in held.values()]
    return [_convert(row) for row in await Order.raw(_BY_TOKENS, list(held), hashes, settings.access_days)]


def _convert(row: asyncpg.Record | dict[str, Any]) -> CustomerOrder:
    return msgspec.convert({name: row[name] for name in CustomerOrder.__struct_fields__}, CustomerOrder)

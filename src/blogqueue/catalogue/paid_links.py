"""The links in an article that customers paid for: no text may lose them without a record."""

from uuid import UUID

import msgspec
from piccolo.columns.combination import And, Where

from blogqueue.db.tables.orders import Order
from blogqueue.states import OrderStatus
from blogqueue.writing.markdown.links import Link


class PaidLink(msgspec.Struct, frozen=True):
    """The link of a COMPLETED order, with its `rel` ("" for none)."""

    order_id: UUID
    link: Link
    rel: str


async def find(article_id: UUID) -> list[PaidLink]:
    """Return the links of an article's COMPLETED orders, oldest first, without those that were dropped."""
    return await _find(article_id, Order.link_dropped_at.is_null())


async def find_dropped(article_id: UUID) -> list[PaidLink]:
    """Return the links of an article's COMPLETED orders that an editor dropped, oldest first."""
    return await _find(article_id, Order.link_dropped_at.is_not_null())


async def find_pairs(article_id: UUID) -> list[tuple[Link, str]]:
    """Return what `find` does as pairs of link and `rel`."""
    return [(paid.link, paid.rel) for paid in await find(article_id)]


async def _find(article_id: UUID, condition: Where | And) -> list[PaidLink]:
    rows = (
        await Order.select(Order.id, Order.backlink_data, Order.rel)
        .where(Order.article_id == article_id, Order.status == OrderStatus.COMPLETED, condition)
        .order_by(Order.completed_at)
        .output(load_json=True)
    )
    return [
        PaidLink(
            row["id"],
            Link(row["backlink_data"]["target_url"], row["backlink_data"]["keyword"]),
            "" if row["rel"] == "none" else row["rel"],
        )
        for row in rows
    ]

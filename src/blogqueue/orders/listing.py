"""The list of all orders, for editors and their programs."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from piccolo.columns.combination import WhereRaw

from blogqueue.db import pagination
from blogqueue.db.tables.orders import Order
from blogqueue.orders.numbers import format_number
from blogqueue.orders.status_view import Moment, View
from blogqueue.states import FailureReason, OrderKind, OrderStatus, RefundState


class BacklinkData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The link that was ordered."""

    target_url: Annotated[str, Meta(max_length=2048)]
    keyword: Annotated[str, Meta(max_length=80, description="The anchor text.")]
    notes: Annotated[str, Meta(max_length=1000)] = ""


class OrderItem(View, frozen=True, kw_only=True):
    """An order in the list of orders."""

    order_id: UUID
    order_number: Annotated[str, Meta(max_length=30, description="The number for people, such as BQ-1042.")]
    kind: OrderKind
    status: OrderStatus
    article_id: UUID
    version_id: UUID | None
    customer_email: Annotated[str, Meta(max_length=254)]
    backlink_data: BacklinkData
    price: Annotated[int, Meta(ge=0, description="What was paid, in minor units of the currency.")]
    currency: Annotated[str, Meta(min_length=3, max_length=3, description="ISO 4217.")]
    failure_reason: FailureReason | None
    refund_state: RefundState
    on_hold: Annotated[bool, Meta(description="Whether the order waits for a dispute about its payment to end.")]
    created_at: Moment
    completed_at: Moment | None


class OrderPage(View, frozen=True, kw_only=True):
    """A page of the list of orders."""

    items: Annotated[list[OrderItem], Meta(max_length=100)]
    next_cursor: Annotated[str | None, Meta(description="The cursor of the next page; null on the last one.")]


async def list_orders(status: OrderStatus | None, *, cursor: str, limit: int) -> OrderPage:
    """Return a page of the orders, oldest first, by status if one is given. Raises InvalidError for a bad cursor."""
    query = Order.select()
    behind = pagination.decode(cursor)
    if behind:
        query = query.where(WhereRaw("(created_at, id) > ({}, {})", *behind))
    if status is not None:
        query = query.where(Order.status == status)
    rows = await query.order_by(Order.created_at).order_by(Order.id).limit(limit + 1).output(load_json=True)
    page = rows[:limit]
    next_cursor = pagination.encode(page[-1]["created_at"], page[-1]["id"]) if len(rows) > limit else None
    return OrderPage(items=[_view(row) for row in page], next_cursor=next_cursor)


async def list_on_hold() -> list[OrderItem]:
    """Return the orders on hold, oldest first."""
    rows = await Order.select().where(Order.on_hold.eq(value=True)).order_by(Order.created_at).output(load_json=True)
    return [_view(row) for row in rows]


def _view(row: dict[str, Any]) -> OrderItem:
    return OrderItem(
        order_id=row["id"],
        order_number=format_number(row["number"]),
        kind=OrderKind(row["kind"]),
        status=OrderStatus(row["status"]),
        article_id=row["article_id"],
        version_id=row["version_id"],
        customer_email=row["customer_email"],
        backlink_data=BacklinkData(**row["backlink_data"]),
        price=row["price"],
        currency=row["currency"],
        failure_reason=FailureReason(row["failure_reason"]) if row["failure_reason"] else None,
        refund_state=RefundState(row["refund_state"]),
        on_hold=row["on_hold"],
        created_at=row["created_at"],
        completed_at=row["completed_at"],
    )

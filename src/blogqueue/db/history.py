"""The history of orders and articles: a line for every change, written in the transaction that makes it."""

from uuid import UUID

from blogqueue.db.tables.orders import OrderEvent

WORKER = "worker"
CUSTOMER = "customer"
STRIPE = "stripe"

TAKEN_DOWN, PUT_BACK = "article taken down", "article put back"
"""What an order's lines say when the article with its link leaves the site, and when it is there again."""


async def record(
    actor: str,
    action: str,
    *,
    order_id: UUID | None = None,
    article_id: UUID | None = None,
    from_status: str = "",
    to_status: str = "",
    detail: str = "",
) -> None:
    """Write one line: who did what, from which status to which."""
    await OrderEvent.insert(
        OrderEvent(
            order_id=order_id,
            article_id=article_id,
            actor=actor,
            action=action,
            from_status=from_status,
            to_status=to_status,
            detail=detail,
        ),
    )


async def latest(order_id: UUID) -> str:
    """What last moved an order to another status, in words, for who comes too late."""
    row = (
        await OrderEvent.select()
        .where(OrderEvent.order_id == order_id, OrderEvent.to_status != "")
        .order_by(OrderEvent.id, ascending=False)
        .first()
    )
    if row is None:
        return "it has no history"
    why = f": “{row['detail'].removesuffix('.')}”" if row["detail"] else ""
    return f"{row['action']}, by {row['actor']} at {row['created_at']:%H:%M:%S} UTC{why}"

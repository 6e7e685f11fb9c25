"""The history of orders and articles: a line for every change, written in the transaction that makes it."""

from uuid import UUID

from blogqueue.db.engine import after_commit
from blogqueue.db.tables.orders import OrderEvent
from blogqueue.log import logger

WORKER = "worker"
CUSTOMER = "customer"
STRIPE = "stripe"

TAKEN_DOWN, PUT_BACK = "article taken down", "article put back"
"""The actions in an order's history when the article with its link leaves the site, and when it is back.

The audit reads them, in lines of older versions too: they must not be renamed.
"""

ROOM_TAKEN = "room taken"
"""The action in an open order's history when an editor published a text without room for it. The audit reads it."""


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
    """Write one line, in the caller's transaction: who did what, and from which status to which.

    A log line says the same after the commit, without the detail, which may be private.
    """
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
    about = {"by": actor, "action": action, "order": order_id, "article": article_id}
    about |= {"from_status": from_status, "to_status": to_status}
    line = {name: str(value) for name, value in about.items() if value}
    after_commit(lambda: logger.info("history recorded", **line))


async def describe_latest(order_id: UUID) -> str:
    """Return a phrase about an order's latest move: what, by whom, when and why."""
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

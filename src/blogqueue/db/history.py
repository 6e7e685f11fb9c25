"""The history of orders and articles: a line for every change, written in the transaction that makes it."""

from uuid import UUID

from blogqueue.db.tables import OrderEvent

WORKER = "worker"
CUSTOMER = "customer"
STRIPE = "stripe"

TAKEN_DOWN, PUT_BACK = "article taken down", "article put back"
"""What an order's lines say when the article with its link leaves the site, and when it is there again."""


async def note(
    who: str,
    what: str,
    *,
    order_id: UUID | None = None,
    article_id: UUID | None = None,
    frm: str = "",
    to: str = "",
    text: str = "",
) -> None:
    """Write one line: who did what, from which status to which."""
    await OrderEvent.insert(
        OrderEvent(
            order_id=order_id,
            article_id=article_id,
            who=who,
            what=what,
            from_status=frm,
            to_status=to,
            note=text,
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
    why = f": “{row['note'].removesuffix('.')}”" if row["note"] else ""
    return f"{row['what']}, by {row['who']} at {row['at']:%H:%M:%S} UTC{why}"

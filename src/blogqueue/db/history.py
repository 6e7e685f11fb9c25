"""The history of orders and articles: a line for every change, written in the transaction that makes it."""

import re
from typing import Any
from uuid import UUID

from blogqueue.db.engine import after_commit
from blogqueue.db.rows import insert_row
from blogqueue.db.tables.orders import OrderEvent
from blogqueue.log import logger

WORKER = "worker"
CUSTOMER = "customer"
STRIPE = "stripe"

TAKEN_DOWN, PUT_BACK = "article taken down", "article put back"
"""The actions in an order's history when the article with its link is taken down, and when it is put back.

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
    await insert_row(
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


async def search(words: str = "", *, cursor: str = "", limit: int = 100) -> tuple[list[dict[str, Any]], str]:
    """Return the newest lines with these words in actor, action or detail, or of an order or article with this id.

    The second is the cursor of the lines before them, "" on the last page; a cursor that is not a number is ignored.
    """
    query = OrderEvent.select().order_by(OrderEvent.id, ascending=False).limit(limit + 1)
    if cursor.isascii() and cursor.isdigit() and len(cursor) <= 18:  # noqa: PLR2004 - digits of a bigint
        query = query.where(OrderEvent.id < int(cursor))
    wanted = "".join(filter(str.isprintable, words)).strip()[:200]
    try:
        named = UUID(wanted)
        query = query.where((OrderEvent.order_id == named) | (OrderEvent.article_id == named))
    except ValueError:
        if wanted:
            pattern = "%" + re.sub(r"([\\\\%_])", r"\\\1", wanted) + "%"
            has = OrderEvent.actor.ilike(pattern) | OrderEvent.action.ilike(pattern) | OrderEvent.detail.ilike(pattern)
            query = query.where(has)
    rows = await query
    return rows[:limit], str(rows[limit - 1]["id"]) if len(rows) > limit else ""


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

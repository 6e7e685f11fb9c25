"""Customers who do not answer: they are reminded twice, and then their domain's policy says what happens."""

from typing import Any
from uuid import UUID

from blogqueue.db.engine import transaction
from blogqueue.db.tables.orders import Order
from blogqueue.errors import ConflictError
from blogqueue.orders import customer_emails, lifecycle
from blogqueue.orders.policies import REMINDER_DAYS, SILENT_DAYS
from blogqueue.outbox import Outbox

CLOCK = "clock"

_SILENT = """
SELECT o.id, o.version_id, d.after_silence, s.days FROM orders o
JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id
CROSS JOIN LATERAL (
    SELECT div(EXTRACT(EPOCH FROM clock_timestamp() - max(e.created_at)), 86400)::int AS days
    FROM order_events e WHERE e.order_id = o.id AND e.to_status = 'QUALITY_CHECK') s
WHERE o.status = 'QUALITY_CHECK' AND NOT o.on_hold AND s.days >= {}
AND (d.after_silence = 'submit' AND s.days >= {} OR NOT EXISTS (
    SELECT FROM emails WHERE emails.order_id = o.id AND kind = 'reminder'
    AND job_id = concat(o.version_id, '#', CASE WHEN s.days >= {} THEN {} ELSE {} END)))
ORDER BY o.id LIMIT 100
"""
"""The orders whose customer has been silent for days and that something is due for; PostgreSQL counts the days."""


async def remind() -> Outbox:
    """Remind the customers who are due, or submit their versions where the domain's policy says so."""
    first, second = REMINDER_DAYS
    outbox = Outbox()
    for row in await Order.raw(_SILENT, first, SILENT_DAYS, second, str(second), str(first)):
        outbox += await _act(row)
    return outbox


async def _act(row: dict[str, Any]) -> Outbox:
    """Do what is due for one silent customer, unless they have just answered."""
    order_id, version_id, submits = UUID(str(row["id"])), row["version_id"], row["after_silence"] == "submit"
    if submits and row["days"] >= SILENT_DAYS:
        try:
            return await lifecycle.submit(order_id, version_id, actor=CLOCK)
        except ConflictError:
            return Outbox()
    async with transaction():
        order = await lifecycle.get_for_update(order_id)
        if order.version_id != version_id or order.status != "QUALITY_CHECK":
            return Outbox()
        reached = max(days for days in REMINDER_DAYS if row["days"] >= days)
        left = max(1, SILENT_DAYS - row["days"]) if submits else 0
        return await customer_emails.create(order, "reminder", job_id=f"{version_id}#{reached}", submits_in=left)

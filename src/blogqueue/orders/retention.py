"""What is deleted by itself, because nobody confirmed it."""

from blogqueue.db.engine import transaction
from blogqueue.db.tables.orders import Purchase

UNCONFIRMED_DAYS = 7
"""How long a purchase is kept whose link nobody followed: long enough to answer a question about the email."""

_OLD = """
SELECT p.id FROM purchases p
WHERE p.created_at < clock_timestamp() - {} * interval '1 day' AND p.session_id IS NULL AND p.session_number = 0
AND NOT EXISTS (SELECT FROM orders o WHERE o.purchase_id = p.id)
AND NOT EXISTS (SELECT FROM held_payments h WHERE h.purchase_id = p.id)
ORDER BY p.created_at LIMIT 500 FOR UPDATE SKIP LOCKED
"""
"""Purchases that never came to a payment page. Anybody may have typed the address."""


async def delete_unconfirmed() -> int:
    """Delete purchases that were not confirmed within a week, and their emails; return how many purchases."""
    async with transaction():
        ids = [row["id"] for row in await Purchase.raw(_OLD, UNCONFIRMED_DAYS)]
        if ids:
            await Purchase.raw("DELETE FROM emails WHERE purchase_id = ANY({})", ids)
            await Purchase.delete().where(Purchase.id.is_in(ids))
    return len(ids)

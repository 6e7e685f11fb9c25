"""What is stored about a customer: all of it for the customer to read, and what may go when they ask for that.

Amounts, dates, links and references to payments stay (GDPR, Article 17(3)(b)): accounts and refunds need them.
"""

from typing import Any

import msgspec

from blogqueue.db import history
from blogqueue.db.engine import transaction
from blogqueue.db.tables.orders import Order
from blogqueue.emails.emails import ERASED
from blogqueue.errors import ConflictError, NotFoundError

_TABLES = {
    "orders": """
        SELECT to_jsonb(o) - 'access_token_hash' AS row FROM orders o
        WHERE lower(o.customer_email) = lower({}) ORDER BY o.created_at""",
    "purchases": """
        SELECT to_jsonb(p) - 'token_hash' AS row FROM purchases p
        WHERE lower(p.email) = lower({}) ORDER BY p.created_at""",
    "signIns": """
        SELECT jsonb_build_object('created_at', s.created_at, 'session_expires_at', s.session_expires_at) AS row
        FROM customer_sign_ins s WHERE lower(s.email) = lower({}) ORDER BY s.created_at""",
    "emails": """SELECT to_jsonb(e) AS row FROM emails e WHERE lower(e."to") = lower({}) ORDER BY e.created_at""",
    "refunds": """
        SELECT to_jsonb(r) AS row FROM refunds r JOIN orders o ON o.id = r.order_id
        WHERE lower(o.customer_email) = lower({}) ORDER BY r.created_at""",
    "heldPayments": """
        SELECT to_jsonb(h) AS row FROM held_payments h JOIN purchases p ON p.id = h.purchase_id
        WHERE lower(p.email) = lower({}) ORDER BY h.created_at""",
    "history": """
        SELECT to_jsonb(e) AS row FROM order_events e JOIN orders o ON o.id = e.order_id
        WHERE lower(o.customer_email) = lower({}) ORDER BY e.id""",
}
"""The rows about an email address, by what they are."""

_UNFINISHED = """
SELECT 'order ' || id AS name FROM orders WHERE lower(customer_email) = lower({})
AND (status IN ('PROCESSING', 'QUALITY_CHECK', 'ADMIN_REVIEW') OR on_hold OR refund_state = 'INITIATED'
    OR (refund_due_at IS NOT NULL AND refund_state = 'NONE'))
UNION ALL
SELECT 'purchase ' || p.id FROM purchases p WHERE lower(p.email) = lower({}) AND (p.payment_pending
    OR (p.state = 'OPEN' AND (p.session_id IS NOT NULL OR p.session_expires_at > clock_timestamp()))
    OR EXISTS (SELECT FROM held_payments h WHERE h.purchase_id = p.id AND h.state IN ('HELD', 'RETURNING')))
UNION ALL
SELECT 'email ' || id FROM emails WHERE lower("to") = lower({}) AND state IN ('WAITING', 'SENDING')
"""
"""What is still to be done for an address: its emails must arrive, or its money must go back."""

_ERASE = {
    "jobs": """
        UPDATE jobs SET payload = payload || jsonb_build_object('notes', '', 'email', {}::text), model_answers = '[]'
        WHERE order_id IN (SELECT id FROM orders WHERE lower(customer_email) = lower({})) RETURNING id""",
    "versions": """
        UPDATE article_versions SET backlink_metadata = backlink_metadata || jsonb_build_object('customer_notes', '')
        WHERE {}::text IS NOT NULL AND backlink_metadata->>'customer_notes' <> ''
        AND order_id IN (SELECT id FROM orders WHERE lower(customer_email) = lower({})) RETURNING id""",
    "sign-ins": """
        DELETE FROM customer_sign_ins WHERE {}::text IS NOT NULL AND lower(email) = lower({}) RETURNING id""",
    "emails": """
        UPDATE emails SET "to" = {}, subject = '', html = '', text = '',
            error = CASE state WHEN 'FAILED' THEN 'erased' ELSE '' END
        WHERE lower("to") = lower({}) RETURNING id""",
    "purchases": """
        UPDATE purchases SET email = {}, address_hash = '', details = details || jsonb_build_object('notes', ''),
            token_hash = encode(sha256(gen_random_uuid()::text::bytea), 'hex'),
            state = CASE state WHEN 'OPEN' THEN 'EXPIRED' ELSE state END,
            slot_held_until = LEAST(slot_held_until, clock_timestamp())
        WHERE lower(email) = lower({}) RETURNING id""",
    "orders": """
        UPDATE orders SET customer_email = {}, backlink_data = backlink_data || jsonb_build_object('notes', ''),
            access_token_hash = encode(sha256(gen_random_uuid()::text::bytea), 'hex'), access_number = access_number + 1
        WHERE lower(customer_email) = lower({}) RETURNING id""",
}
"""What is erased. Orders come last, because others are found by them; their links open nothing afterwards."""


async def export(email: str) -> dict[str, list[dict[str, Any]]]:
    """Return all rows about an email address, without hashes of secrets. Raises NotFoundError if there are none."""
    found = {
        name: [msgspec.json.decode(row["row"]) for row in await Order.raw(sql, email)] for name, sql in _TABLES.items()
    }
    if not any(found.values()):
        raise NotFoundError("customer", field="email")
    return found


async def erase(email: str, *, actor: str) -> dict[str, int]:
    """Erase an address, its notes and its emails; return how many rows of each table were changed.

    Raises NotFoundError for an unknown address, and ConflictError while something is still to be done for it.
    """
    async with transaction():
        if unfinished := await Order.raw(_UNFINISHED, email, email, email):
            names = ", ".join(row["name"] for row in unfinished)
            raise ConflictError(f"Not erased, because something is still to be done: {names}.")
        changed = {name: await Order.raw(sql, ERASED, email) for name, sql in _ERASE.items()}
        if not any(changed.values()):
            raise NotFoundError("customer", field="email")
        for row in changed["orders"]:
            await history.record(actor, "customer's data erased", order_id=row["id"])
    return {name: len(rows) for name, rows in changed.items()}

"""Orders whose payment was found without Stripe's webhook: one may be late, several mean that none arrives."""

from blogqueue.db.tables.orders import Order
from blogqueue.db.tables.payments import StripeEvent
from blogqueue.emails.alerts import REVIEWS

LATE_SECONDS = 30
"""Stripe sends an event within seconds; a customer who returns, or the minute's work, may be faster than that."""

HOURS = 1

_ORDERS = """
FROM orders o WHERE o.created_at > now() - {} * interval '1 hour'
    AND o.created_at < now() - {} * interval '1 second' AND o.session_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM stripe_events e WHERE e.payload -> 'data' -> 'object' ->> 'id' = o.session_id
        AND e.type IN ('checkout.session.completed', 'checkout.session.async_payment_succeeded')
        AND e.payload -> 'data' -> 'object' ->> 'payment_status' <> 'unpaid')
"""
"""The last hour's orders without an event that says they are paid (indexes `orders_by_age`, `stripe_events_paid`).

With `clock_timestamp()`, which may change from row to row, PostgreSQL would read all orders.
"""

_COUNT = f"SELECT count(*) AS number {_ORDERS}"

_ALERT = f"""
INSERT INTO alerts (cause, key, order_id, summary, many, detail, path, list_path)
SELECT 'webhooks missing', 'webhook missing', o.id, {{}}, {{}}, {{}}, {{}} || '/' || o.id, {{}} {_ORDERS}
ORDER BY o.created_at LIMIT 1000 ON CONFLICT DO NOTHING RETURNING id
"""

SUMMARY = "A payment came without its webhook"
MANY = "{} payments came without their webhook"
DETAIL = (
    "blogqueue found the payment by asking Stripe, so the order goes on. If this happens again, see the webhook's "
    "deliveries in Stripe, and run `blogqueue doctor`."
)


async def count() -> int:
    """Return how many orders of the last hour were paid without a webhook."""
    return (await StripeEvent.raw(_COUNT, HOURS, LATE_SECONDS))[0]["number"]


async def alert_of_missing() -> None:
    """Alert of each order of the last hour that was paid without a webhook, once."""
    await Order.raw(_ALERT, SUMMARY, MANY, DETAIL, REVIEWS, REVIEWS, HOURS, LATE_SECONDS)

"""The money of paid orders that have no finished job yet: how much waits for the engine, and how much for a person."""

from dataclasses import dataclass

from blogqueue.db.tables.orders import Order
from blogqueue.states import OrderStatus

COUNTED = 10_000
"""At most so many orders of a status are counted, so that the dashboard stays fast in an outage."""

_UNFINISHED = """
SELECT status, currency, count(*)::int AS number, sum(price)::bigint AS amount,
    EXTRACT(EPOCH FROM clock_timestamp() - min(created_at))::bigint AS oldest_seconds
FROM (
    (SELECT status, currency, price, created_at FROM orders
     WHERE status = 'PROCESSING' AND session_id IS NOT NULL ORDER BY created_at LIMIT {})
    UNION ALL
    (SELECT status, currency, price, created_at FROM orders
     WHERE status = 'FAILED' AND refund_state <> 'SUCCEEDED' AND failure_reason IN ('job_failed', 'cancelled')
        AND session_id IS NOT NULL LIMIT {})) AS unfinished
GROUP BY status, currency ORDER BY status DESC, currency
"""
"""Indexes `orders_by_status` and `orders_not_refunded`. Orders without a payment were made by editors."""


@dataclass(frozen=True, slots=True)
class UnfinishedOrders:
    """Paid orders of one status and currency; `amount` is in minor units, `oldest_seconds` the age of the oldest.

    PROCESSING ones wait for a worker, FAILED ones for an editor, who retries or refunds them. If `number` is COUNTED,
    there may be more.
    """

    status: OrderStatus
    currency: str
    number: int
    amount: int
    oldest_seconds: int


async def list_unfinished() -> list[UnfinishedOrders]:
    """Return the paid orders whose job has not ended, or has failed or was cancelled without a refund so far."""
    rows = await Order.raw(_UNFINISHED, COUNTED, COUNTED)
    return [UnfinishedOrders(**row | {"status": OrderStatus(row["status"])}) for row in rows]

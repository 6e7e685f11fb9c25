"""New access links for customers who lost theirs, mailed only to the address that bought."""

import time
from uuid import UUID

from blogqueue import tokens
from blogqueue.db.engine import NOW, transaction
from blogqueue.db.tables.orders import Order
from blogqueue.errors import NotFoundError
from blogqueue.orders import customer_emails, lifecycle
from blogqueue.outbox import Outbox

NEWEST = 3
"""How many orders of an address are mailed a link at once, newest first."""

PERIOD_SECONDS = 600
"""An order gets at most one such email per period: the period is part of the email's unique key."""

_ORDERS_OF = """
SELECT id, access_number FROM orders WHERE lower(customer_email) = lower({})
ORDER BY id IS NOT DISTINCT FROM {}::uuid DESC, created_at DESC LIMIT {}
"""
"""The newest orders of an address, one given order before all others; uses the index on lower(customer_email)."""


async def email_links(email: str, order_id: UUID | None = None) -> Outbox:
    """Store an email with an access link for each of an address's newest orders; none if it has no orders.

    If the order `order_id` belongs to the address, it is always among them.
    """
    period = f"asked-{int(time.time()) // PERIOD_SECONDS}"
    outbox = Outbox()
    async with transaction():
        for row in await Order.raw(_ORDERS_OF, email, order_id, NEWEST + (order_id is not None)):
            await _give(row["id"], row["access_number"])
            order = await lifecycle.get(row["id"])
            outbox += await customer_emails.create(order, "order_link", job_id=period)
    return outbox


async def replace_link(order_id: UUID) -> Outbox:
    """Revoke an order's access token, with every link mailed so far, and mail a new link to its customer.

    Raises NotFoundError.
    """
    async with transaction():
        rows = (
            await Order.update({Order.access_number: Order.access_number + 1})
            .where(Order.id == order_id)
            .returning(Order.access_number)
        )
        if not rows:
            raise NotFoundError("order")
        number = int(rows[0]["access_number"])
        await _give(order_id, number)
        return await customer_emails.create(await lifecycle.get(order_id), "order_link", job_id=f"number-{number}")


async def _give(order_id: UUID, number: int) -> None:
    """Let the token with a number open an order. It is derived from the secret key, which may have changed since."""
    token_hash = tokens.hash_token(tokens.derive_order_token(order_id, number))
    await Order.update({Order.access_token_hash: token_hash, Order.access_given_at: NOW}).where(Order.id == order_id)

"""New links for who lost the mail: mailed to the address that bought, and to nobody else."""

import time
from uuid import UUID

from blogqueue import tokens
from blogqueue.db.engine import transaction
from blogqueue.db.tables.orders import Order
from blogqueue.orders import customer_emails, lifecycle
from blogqueue.outbox import Outbox

NEWEST = 3
"""How many orders of an address are mailed a link at once, newest first."""

SLOT_SECONDS = 600
"""One letter an order in so many seconds, however often it is asked for: the letter's unique key holds it."""


async def mail(email: str, order_id: UUID | None = None) -> Outbox:
    """Promise a letter with the access link of each of an address's newest orders; nothing if it has none.

    `order_id` is one that is mailed in any case, if it is the address's.
    """
    slot = f"asked-{int(time.time()) // SLOT_SECONDS}"
    outbox = Outbox()
    async with transaction():
        rows = await Order.raw(
            "SELECT id FROM orders WHERE lower(customer_email) = lower({}) "
            "ORDER BY id IS NOT DISTINCT FROM {}::uuid DESC, created_at DESC LIMIT {}",
            email,
            order_id,
            NEWEST + (order_id is not None),
        )
        for row in rows:
            # Mailed tokens are derived from the secret key; where that was changed since, the old token ends here.
            await Order.update({Order.access_token_hash: tokens.hashed(tokens.order_access(row["id"]))}).where(
                Order.id == row["id"]
            )
            order = await lifecycle.get(row["id"])
            outbox += await customer_emails.create(order, "order_link", job_id=slot)
    return outbox

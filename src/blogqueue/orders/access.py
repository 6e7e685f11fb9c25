"""Access to an order for its customer: in the browser that paid, and by a new link when the old one was revoked."""

import hmac
from uuid import UUID

from blogqueue import tokens
from blogqueue.db.engine import NOW, transaction
from blogqueue.db.rows import update_row
from blogqueue.db.tables.orders import Order
from blogqueue.errors import NotFoundError
from blogqueue.orders import customer_emails, lifecycle
from blogqueue.outbox import Outbox


async def open_by_payment(session_id: str, return_token: str) -> tuple[UUID, str] | None:
    """Return the order that a Checkout Session paid, with a token that opens it; None if there is none (yet).

    `return_token` is the cookie of the browser that went to pay: a session's id alone opens nothing. An order whose
    access was revoked since is not opened in this way.
    """
    if not return_token or not hmac.compare_digest(
        tokens.derive_return_token(session_id).encode(), return_token.encode()
    ):
        return None
    rows = await Order.select(Order.id).where(Order.session_id == session_id)
    if not rows or not await _give(rows[0]["id"], 0):
        return None
    return rows[0]["id"], tokens.derive_order_token(rows[0]["id"])


async def replace_link(order_id: UUID) -> Outbox:
    """Revoke an order's access token, with every link emailed so far, and email a new link to its customer.

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


async def _give(order_id: UUID, number: int) -> bool:
    """Let the token with a number open an order; return False if the order's access was revoked since.

    The token is derived from the secret key, which may have changed since.
    """
    token_hash = tokens.hash_token(tokens.derive_order_token(order_id, number))
    changes = {Order.access_token_hash: token_hash, Order.access_given_at: NOW}
    return await update_row(Order, changes, {Order.id: order_id, Order.access_number: number})

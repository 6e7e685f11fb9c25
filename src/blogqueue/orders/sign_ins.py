"""Customers sign in to see all their orders: with a single-use link, emailed only to an address that has bought.

There are no passwords: anyone who reads the mailbox can sign in, as they can open each order. A row is an emailed link,
and becomes a session once the link is used. Rows store hashes only.
"""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

from blogqueue import limits, tokens
from blogqueue.db.engine import NOW, transaction
from blogqueue.db.tables.orders import CustomerSignIn, Order
from blogqueue.emails import emails
from blogqueue.errors import ConflictError, NotFoundError, TooManyError
from blogqueue.limits import Limit
from blogqueue.orders import lifecycle
from blogqueue.orders.purchase_limits import to_mailbox
from blogqueue.outbox import Outbox
from blogqueue.settings import settings

SESSION_DAYS = 30

LINKS = Limit("sign_in_links", 3, 600)
"""How many links a mailbox is sent at most, so that nobody can flood it."""

_ORDER_OF_ADDRESS = """
SELECT customer_email FROM orders WHERE lower(customer_email) = lower({}) ORDER BY created_at DESC LIMIT 1
"""

_DELETE_OLD = """
DELETE FROM customer_sign_ins
WHERE COALESCE(session_expires_at, token_expires_at) < clock_timestamp() - {} * interval '1 day' RETURNING id
"""


async def email_link(email: str) -> Outbox:
    """Store an email with a link that signs its reader in, if the address has bought anything.

    It goes to the address as it was written when it bought. A mailbox that was sent several lately gets no more for a
    while, which is not reported: it would reveal that there are orders.
    """
    bought = await Order.raw(_ORDER_OF_ADDRESS, email)
    if not bought:
        return Outbox()
    try:
        await limits.take(LINKS, to_mailbox(email))
    except TooManyError:
        return Outbox()
    sign_in_id = uuid4()
    minutes = settings.magic_link_ttl_minutes
    async with transaction():
        await CustomerSignIn.insert(
            CustomerSignIn(
                id=sign_in_id,
                email=bought[0]["customer_email"],
                token_hash=tokens.hash_token(tokens.derive_sign_in_token(sign_in_id)),
                token_expires_at=datetime.now(UTC) + timedelta(minutes=minutes),
            )
        )
        return await emails.create(
            emails.SIGN_IN,
            to=bought[0]["customer_email"],
            job_id=str(sign_in_id),
            sign_in_url=f"{settings.public_url}/orders/sign-in?token={tokens.PLACEHOLDER}",
            minutes=minutes,
            days=SESSION_DAYS,
        )


async def check_link(token: str) -> None:
    """Check that an emailed link can still be used. Raises NotFoundError, and ConflictError if it is not."""
    found = await CustomerSignIn.objects().where(CustomerSignIn.token_hash == tokens.hash_token(token)).first()
    if found is None:
        raise NotFoundError("token", field="token")
    if found.session_hash is not None:
        raise ConflictError("This link has been used. Each link works once.", code="token_used")
    if found.token_expires_at <= datetime.now(UTC):
        raise ConflictError("This link has expired.", code="token_expired")


async def sign_in(token: str) -> str:
    """Use up an emailed link, and return the token of the new session. Raises what `check_link` raises."""
    session = secrets.token_urlsafe(32)
    used = (
        await CustomerSignIn.update(
            {
                CustomerSignIn.session_hash: tokens.hash_token(session),
                CustomerSignIn.session_expires_at: QueryString(
                    "clock_timestamp() + {} * interval '1 day'", SESSION_DAYS
                ),
            }
        )
        .where(
            CustomerSignIn.token_hash == tokens.hash_token(token),
            CustomerSignIn.session_hash.is_null(),
            CustomerSignIn.token_expires_at > NOW,
        )
        .returning(CustomerSignIn.id)
    )
    if not used:
        await check_link(token)
        raise ConflictError("This link has been used. Each link works once.", code="token_used")
    return session


async def get_email(session: str) -> str | None:
    """Return the address that a session is signed in for; None for a session that is unknown or over."""
    if not session:
        return None
    rows = await CustomerSignIn.select(CustomerSignIn.email).where(
        CustomerSignIn.session_hash == tokens.hash_token(session), CustomerSignIn.session_expires_at > NOW
    )
    return rows[0]["email"] if rows else None


async def get_order(order_id: UUID, session: str) -> Order:
    """Return an order of the address that a session is signed in for. Raises NotFoundError."""
    email = await get_email(session)
    order = await lifecycle.get(order_id)
    if email is None or order.customer_email.casefold() != email.casefold():
        raise NotFoundError("order", field="orderId")
    return order


async def sign_out(session: str) -> None:
    """End a session."""
    await CustomerSignIn.update({CustomerSignIn.session_expires_at: NOW}).where(
        CustomerSignIn.session_hash == tokens.hash_token(session), CustomerSignIn.session_expires_at > NOW
    )


async def sign_out_everywhere(email: str) -> int:
    """End all sessions of an address and all links that it has not used; return how many there were."""
    rows = (
        await CustomerSignIn.update({CustomerSignIn.token_expires_at: NOW, CustomerSignIn.session_expires_at: NOW})
        .where(
            WhereRaw("lower(email) = lower({})", email),
            WhereRaw("COALESCE(session_expires_at, token_expires_at) > clock_timestamp()"),
        )
        .returning(CustomerSignIn.id)
    )
    return len(rows)


async def delete_old(days: int) -> int:
    """Delete the sign-ins that ended so many days ago, and their emails; return how many."""
    async with transaction():
        ids = [str(row["id"]) for row in await CustomerSignIn.raw(_DELETE_OLD, days)]
        if ids:
            await CustomerSignIn.raw("DELETE FROM emails WHERE kind = {} AND job_id = ANY({})", emails.SIGN_IN, ids)
    return len(ids)

"""Emails: stored as rows with their text, and handed to the mail server at most once.

SMTP cannot deliver exactly once (RFC 5321 §4.5.4.1): between our last byte and the server's answer the outcome is
unknown. So an email is marked SENDING just before that point and not handed over again afterwards, unless the operator
asks for it. One that stays SENDING is marked FAILED and shown to the operator.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from piccolo.querystring import QueryString

from blogqueue import tokens
from blogqueue.db.engine import NOW, transaction
from blogqueue.db.rows import insert_row_if_new, update_row
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.orders import Order
from blogqueue.emails import render
from blogqueue.log import hide
from blogqueue.outbox import Outbox
from blogqueue.states import EmailState

SIGN_IN = "your_orders"
"""The kind of the emails whose link signs a customer in; their `job_id` is the id of the sign-in."""

ERASED = "erased@erased.invalid"
"""What replaces the address of a customer who was erased (RFC 2606: this domain never exists)."""

LEASE_SECONDS = 60
"""How long a mail worker may take over one step before another one may take the email; SMTP's own timeout is 20 s."""

SENT_AGAIN_AFTER_SECONDS = 5
"""An email that is due for less than this may still be on its way to a worker, so the sweep leaves it alone."""

SWEEP_LIMIT = 1_000
ERROR_LENGTH = 2_000

OUTCOME_UNKNOWN = "the outcome is unknown"
"""How the error of an email begins that the mail server may have accepted."""

_LEASE = QueryString("clock_timestamp() + {} * interval '1 second'", LEASE_SECONDS)
_NOT_LEASED = Email.lease_until.is_null() | (Email.lease_until < NOW)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed email with complete links; `order` is the order's id or "".

    `attempt` is 1 for the first, and so is `attempt_since_resent` for the first after the operator sent it again.
    """

    id: UUID
    kind: str
    order: str
    attempt: int
    attempt_since_resent: int
    to: str
    subject: str
    html: str
    text: str


async def create(
    kind: str,
    *,
    to: str,
    order_id: UUID | None = None,
    purchase_id: UUID | None = None,
    job_id: str = "",
    **values: object,
) -> Outbox:
    """Render and store an email in the caller's transaction; return its id, or nothing if it was stored before.

    A customer who was erased gets none. An order and a purchase have at most one email of a kind per `job_id`. Raises
    what `render.render` raises.
    """
    if to == ERASED:
        return Outbox()
    rendered = render.render(kind, order_id=str(order_id) if order_id else "", job_id=job_id, **values)
    email = Email(
        kind=kind,
        to=to,
        order_id=order_id,
        purchase_id=purchase_id,
        job_id=job_id,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
    )
    return Outbox(emails=(email.id,)) if await insert_row_if_new(email) else Outbox()


async def claim(email_id: UUID) -> Outgoing | None:
    """Claim an email that is WAITING and due; None if there is nothing to do, or another worker has it."""
    async with transaction():  # without its token, a claimed email would wait until its lease has run out
        row = await _claim(email_id)
        token = await _make_token(row) if row else ""
    if row is None:
        return None
    return Outgoing(
        id=email_id,
        kind=row["kind"],
        order=str(row["order_id"] or ""),
        attempt=row["attempts"],
        attempt_since_resent=row["attempts"] - row["attempts_before"],
        to=row["to"],
        subject=row["subject"],
        html=row["html"].replace(tokens.PLACEHOLDER, token),
        text=row["text"].replace(tokens.PLACEHOLDER, token),
    )


async def _claim(email_id: UUID) -> dict[str, Any] | None:
    rows = (
        await Email.update({Email.attempts: Email.attempts + 1, Email.lease_until: _LEASE})
        .where(Email.id == email_id, Email.state == EmailState.WAITING, Email.run_at <= NOW, _NOT_LEASED)
        .returning(
            Email.attempts,
            Email.attempts_before,
            Email.kind,
            Email.job_id,
            Email.order_id,
            Email.purchase_id,
            Email.to,
            Email.subject,
            Email.html,
            Email.text,
        )
    )
    return rows[0] if rows else None


async def hand_over(outgoing: Outgoing) -> bool:
    """Mark a claimed email SENDING, just before its bytes go out; return False if it must not go out.

    That is so when another worker has claimed it since, or it is no longer WAITING.
    """
    changes = {Email.state: EmailState.SENDING, Email.lease_until: _LEASE}
    claimed = {Email.id: outgoing.id, Email.state: EmailState.WAITING, Email.attempts: outgoing.attempt}
    return await update_row(Email, changes, claimed)


async def mark_sent(outgoing: Outgoing) -> None:
    """Mark an email SENT because the mail server has accepted it, even if a sweep gave it up in the meantime."""
    changes = {Email.state: EmailState.SENT, Email.sent_at: NOW, Email.lease_until: None, Email.error: ""}
    await update_row(Email, changes, {Email.id: outgoing.id})


async def mark_refused(outgoing: Outgoing, error: str, *, retry_ms: int | None) -> None:
    """Store why the mail server did not take an email: due again in `retry_ms`, or FAILED if that is None.

    If another worker has claimed the email since, nothing changes: that worker decides.
    """
    again = QueryString("clock_timestamp() + {} * interval '1 millisecond'", retry_ms or 0)
    await Email.update(
        {
            Email.state: EmailState.FAILED if retry_ms is None else EmailState.WAITING,
            Email.error: hide(error)[:ERROR_LENGTH],  # servers repeat the address, and alerts show this
            Email.lease_until: None,
            Email.run_at: again,
        }
    ).where(
        Email.id == outgoing.id,
        Email.attempts == outgoing.attempt,
        Email.state.is_in([EmailState.WAITING, EmailState.SENDING]),
    )


async def give_up_unanswered() -> None:
    """Mark every email FAILED whose hand-over got no answer within its lease: nobody knows whether it was sent."""
    error = f"{OUTCOME_UNKNOWN}: the connection broke, or the mail worker stopped, while the server had the message"
    await Email.update({Email.state: EmailState.FAILED, Email.error: error}).where(
        Email.state == EmailState.SENDING, Email.lease_until < NOW
    )


async def find_overdue(older_than_seconds: int = SENT_AGAIN_AFTER_SECONDS) -> tuple[UUID, ...]:
    """Return the emails that are due for so long and that no worker has claimed."""
    since = QueryString("clock_timestamp() - {} * interval '1 second'", older_than_seconds)
    rows = (
        await Email.select(Email.id)
        .where(Email.state == EmailState.WAITING, Email.run_at <= since, _NOT_LEASED)
        .order_by(Email.run_at)
        .limit(SWEEP_LIMIT)
    )
    return tuple(row["id"] for row in rows)


async def _make_token(row: dict[str, Any]) -> str:
    """Return the token for an email's links: of its order, its purchase or its sign-in, else ""."""
    if row["kind"] == SIGN_IN:
        return tokens.derive_sign_in_token(row["job_id"])
    if row["order_id"]:
        orders = await Order.select(Order.access_number).where(Order.id == row["order_id"])
        return tokens.derive_order_token(row["order_id"], orders[0]["access_number"])
    return tokens.derive_purchase_token(row["purchase_id"]) if row["purchase_id"] else ""

"""Letters: promised as rows, rendered once at that moment, and handed to the mail server at most once.

SMTP cannot deliver exactly once (RFC 5321 §4.5.4.1): between our last byte and the server's answer the outcome is
unknown. A letter is marked SENDING just before that point and never handed over again afterwards; one that stays
there is marked FAILED and shown to the operator.
"""

from dataclasses import dataclass
from uuid import UUID

from blogqueue import tokens
from blogqueue.mail import render
from blogqueue.states import LetterState
from blogqueue.tables import Letter

LEASE_SECONDS = 60
MAX_ATTEMPTS = 8
"""Waits of 5 s to about 10 min between them, some 20 min in all; then the letter is FAILED and shown."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter ready to be handed over, its links complete."""

    id: UUID
    attempt: int
    to: str
    subject: str
    html: str
    text: str


async def promise(
    kind: str,
    *,
    to: str,
    order_id: UUID | None = None,
    purchase_id: UUID | None = None,
    job_id: str = "",
    **values: str | int,
) -> tuple[UUID, ...]:
    """Render and write down a letter in the caller's transaction; its id, or () if it was promised before."""
    rendered = render.render(kind, order_id=str(order_id) if order_id else "", job_id=job_id, **values)
    letter = Letter(
        kind=kind,
        to=to,
        order_id=order_id,
        purchase_id=purchase_id,
        job_id=job_id,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
    )
    rows = await Letter.insert(letter).on_conflict(action="DO NOTHING").returning(Letter.id)
    return tuple(row["id"] for row in rows)


async def claim(letter_id: UUID) -> Outgoing | None:
    """Take a letter that waits and is due; None if it is not ours to send."""
    rows = await Letter.raw(
        "UPDATE letters SET attempts = attempts + 1, "
        "lease_until = clock_timestamp() + {} * interval '1 second' "
        "WHERE id = {} AND state = 'WAITING' AND run_at <= clock_timestamp() "
        "AND (lease_until IS NULL OR lease_until < clock_timestamp()) "
        'RETURNING id, attempts, order_id, purchase_id, "to", subject, html, text',
        LEASE_SECONDS,
        letter_id,
    )
    if not rows:
        return None
    row = rows[0]
    if row["order_id"]:
        token = tokens.order_access(row["order_id"])
    elif row["purchase_id"]:
        token = tokens.purchase_token(row["purchase_id"])
    else:
        token = ""
    return Outgoing(
        id=row["id"],
        attempt=row["attempts"],
        to=row["to"],
        subject=row["subject"],
        html=row["html"].replace(tokens.PLACEHOLDER, token),
        text=row["text"].replace(tokens.PLACEHOLDER, token),
    )


async def hand_over(outgoing: Outgoing) -> bool:
    """Pass the point of no return, just before the message's bytes go out; False if another run came first."""
    rows = (
        await Letter.update({Letter.state: LetterState.SENDING})
        .where(Letter.id == outgoing.id, Letter.state == LetterState.WAITING, Letter.attempts == outgoing.attempt)
        .returning(Letter.id)
    )
    return bool(rows)


async def sent(outgoing: Outgoing) -> None:
    """The mail server has answered that it took the letter."""
    await Letter.raw(
        "UPDATE letters SET state = 'SENT', sent_at = clock_timestamp(), lease_until = NULL, error = '' WHERE id = {}",
        outgoing.id,
    )


async def refused(outgoing: Outgoing, error: str, *, permanent: bool) -> int | None:
    """The letter was not taken; the delay in ms before it is tried again, or None if it is FAILED now."""
    delay = min(5_000 * 2 ** (outgoing.attempt - 1), 600_000)
    final = permanent or outgoing.attempt >= MAX_ATTEMPTS
    await Letter.raw(
        "UPDATE letters SET state = {}, error = {}, lease_until = NULL, "
        "run_at = clock_timestamp() + {} * interval '1 millisecond' "
        # Another run may have taken the letter over meanwhile; what became of it there is its word.
        "WHERE id = {} AND attempts = {} AND state IN ('WAITING', 'SENDING')",
        LetterState.FAILED if final else LetterState.WAITING,
        error[:2000],
        delay,
        outgoing.id,
        outgoing.attempt,
    )
    return None if final else delay


async def overdue(older_than_seconds: int = 5) -> tuple[UUID, ...]:
    """Letters that are due and that nobody is sending; those that stopped while being handed over are given up."""
    await Letter.raw(
        "UPDATE letters SET state = 'FAILED', error = 'the outcome is unknown: the mail worker stopped while the "
        "server had the message' WHERE state = 'SENDING' AND lease_until < clock_timestamp()",
    )
    rows = await Letter.raw(
        "SELECT id FROM letters WHERE state = 'WAITING' AND run_at <= clock_timestamp() - {} * interval '1 second' "
        "AND (lease_until IS NULL OR lease_until < clock_timestamp()) ORDER BY run_at LIMIT 1000",
        older_than_seconds,
    )
    return tuple(row["id"] for row in rows)

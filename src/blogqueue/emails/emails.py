"""Letters: promised as rows, rendered once at that moment, and handed to the mail server at most once.

SMTP cannot deliver exactly once (RFC 5321 §4.5.4.1): between our last byte and the server's answer the outcome is
unknown. A letter is marked SENDING just before that point and never handed over again afterwards, unless the operator
says so; one that stays there is marked FAILED and shown to the operator.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from blogqueue import tokens
from blogqueue.db.tables.emails import Email
from blogqueue.emails import render
from blogqueue.errors import ConflictError, NotFoundError
from blogqueue.outbox import Outbox
from blogqueue.states import EmailState

LEASE_SECONDS = 60
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5, 1800
"""The pauses between attempts double from the one to the other; RFC 5321 §4.5.4.1 wants half an hour in the end."""

MAX_ATTEMPTS = 200
"""Then the letter is FAILED and shown: after four days (RFC 5321 §4.5.4.1: "at least 4-5 days")."""

UNKNOWN = "the outcome is unknown"
"""How the error of a letter begins that the server may have taken."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter ready to be handed over, its links complete."""

    id: UUID
    attempt: int
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
    **values: str | int,
) -> Outbox:
    """Render and store an email in the caller's transaction; return its id, or nothing if it was stored before."""
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
    rows = await Email.insert(email).on_conflict(action="DO NOTHING").returning(Email.id)
    return Outbox(emails=tuple(row["id"] for row in rows))


async def claim(email_id: UUID) -> Outgoing | None:
    """Take a letter that waits and is due; None if it is not ours to send."""
    rows = await Email.raw(
        "UPDATE emails SET attempts = attempts + 1, "
        "lease_until = clock_timestamp() + {} * interval '1 second' "
        "WHERE id = {} AND state = 'WAITING' AND run_at <= clock_timestamp() "
        "AND (lease_until IS NULL OR lease_until < clock_timestamp()) "
        'RETURNING id, attempts, order_id, purchase_id, "to", subject, html, text',
        LEASE_SECONDS,
        email_id,
    )
    if not rows:
        return None
    row = rows[0]
    if row["order_id"]:
        token = tokens.derive_order_token(row["order_id"])
    elif row["purchase_id"]:
        token = tokens.derive_purchase_token(row["purchase_id"])
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
    rows = await Email.raw(
        "UPDATE emails SET state = 'SENDING', lease_until = clock_timestamp() + {} * interval '1 second' "
        "WHERE id = {} AND state = 'WAITING' AND attempts = {} RETURNING id",
        LEASE_SECONDS,
        outgoing.id,
        outgoing.attempt,
    )
    return bool(rows)


async def sent(outgoing: Outgoing) -> None:
    """The mail server has answered that it took the letter: that is so, whatever a sweep has thought meanwhile."""
    await Email.raw(
        "UPDATE emails SET state = 'SENT', sent_at = clock_timestamp(), lease_until = NULL, error = '' WHERE id = {}",
        outgoing.id,
    )


async def refused(outgoing: Outgoing, error: str, *, permanent: bool) -> int | None:
    """The letter was not taken; the delay in ms before it is tried again, or None if it is FAILED now."""
    delay = pause_ms(outgoing.attempt)
    final = permanent or outgoing.attempt >= MAX_ATTEMPTS
    await Email.raw(
        "UPDATE emails SET state = {}, error = {}, lease_until = NULL, "
        "run_at = clock_timestamp() + {} * interval '1 millisecond' "
        # Another run may have taken the letter over meanwhile; what became of it there is its word.
        "WHERE id = {} AND attempts = {} AND state IN ('WAITING', 'SENDING')",
        EmailState.FAILED if final else EmailState.WAITING,
        error[:2000],
        delay,
        outgoing.id,
        outgoing.attempt,
    )
    return None if final else delay


def pause_ms(attempt: int) -> int:
    """The wait in ms after attempt number `attempt` (1, 2, ...)."""
    # Beyond 2^20 the longest pause rules long since.
    return 1000 * min(FIRST_PAUSE_SECONDS * 2 ** min(attempt - 1, 20), LONGEST_PAUSE_SECONDS)


async def resend(email_id: UUID, *, although_unknown: bool) -> dict[str, Any]:
    """Let a FAILED letter be tried again, in the caller's transaction; its `order_id`, `to` and `subject`.

    Raises NotFoundError, and ConflictError for one that is not FAILED, or, unless `although_unknown`, one that the
    server may have taken: it might come twice.
    """
    rows = await Email.raw(
        "UPDATE emails SET state = 'WAITING', error = '', run_at = clock_timestamp(), lease_until = NULL "
        "WHERE id = {} AND state = 'FAILED' AND ({} OR NOT starts_with(error, {})) "
        'RETURNING order_id, "to", subject',
        email_id,
        although_unknown,
        UNKNOWN,
    )
    if rows:
        return rows[0]
    emails = await Email.select(Email.state).where(Email.id == email_id)
    if not emails:
        raise NotFoundError("letter", field="letterId")
    if emails[0]["state"] != EmailState.FAILED:
        raise ConflictError(f"The letter is {emails[0]['state']}; only a FAILED one is sent again.")
    raise ConflictError(f"Of this letter {UNKNOWN}: sent again, it may come twice.", code="outcome_unknown")


async def overdue(older_than_seconds: int = 5) -> tuple[UUID, ...]:
    """Letters that are due and that nobody is sending; those that stopped while being handed over are given up."""
    await Email.raw(
        "UPDATE emails SET state = 'FAILED', error = {} WHERE state = 'SENDING' AND lease_until < clock_timestamp()",
        f"{UNKNOWN}: the connection broke, or the mail worker stopped, while the server had the message",
    )
    rows = await Email.raw(
        "SELECT id FROM emails WHERE state = 'WAITING' AND run_at <= clock_timestamp() - {} * interval '1 second' "
        "AND (lease_until IS NULL OR lease_until < clock_timestamp()) ORDER BY run_at LIMIT 1000",
        older_than_seconds,
    )
    return tuple(row["id"] for row in rows)

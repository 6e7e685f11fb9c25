"""The work of the `mail` queue: hand an email to the mail server, at most once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from blogqueue.db.engine import UNAVAILABLE
from blogqueue.emails import emails, smtp
from blogqueue.emails.emails import Outgoing
from blogqueue.emails.smtp import MailError, OutcomeUnknownError
from blogqueue.jobs import backoff
from blogqueue.log import logger


async def deliver(email_id: UUID) -> int | None:
    """Send an email that is due; return the wait in ms before the next attempt if it was not taken, else None."""
    outgoing = await emails.claim(email_id)
    if outgoing is None:
        return None
    try:
        message = smtp.make_message(
            outgoing.id,
            to=outgoing.to,
            subject=outgoing.subject,
            html=outgoing.html,
            text=outgoing.text,
            order=outgoing.order,
        )
    except ValueError as error:
        return await _refuse(outgoing, f"this cannot be sent as an email: {error}", permanent=True)

    async def hand_over() -> bool:
        try:
            return await emails.hand_over(outgoing)
        except UNAVAILABLE as error:
            raise MailError(f"not handed over, the database is unavailable: {error}", permanent=False) from error

    try:
        handed_over = await smtp.send(message, hand_over)
    except MailError as error:
        return await _refuse(outgoing, str(error), permanent=error.permanent)
    except OutcomeUnknownError as error:
        # It stays SENDING, and is given up when its lease has run out.
        logger.warning("email outcome unknown", **_describe(outgoing), error=str(error))
        return None
    if handed_over:
        await _until_stored(lambda: emails.mark_sent(outgoing))
        logger.info("email sent", **_describe(outgoing))
    return None


async def _refuse(outgoing: Outgoing, error: str, *, permanent: bool) -> int | None:
    """Store that an email was not taken; return the wait in ms before its next attempt, or None if it FAILED."""
    retry_ms = None if permanent else backoff.EMAILS.get_retry_ms(outgoing.attempt_since_resent)
    logger.warning("email refused", **_describe(outgoing), error=error, retry_ms=retry_ms)
    await _until_stored(lambda: emails.mark_refused(outgoing, error, retry_ms=retry_ms))
    return retry_ms


def _describe(outgoing: Outgoing) -> dict[str, Any]:
    """Return what log lines say of an email: never to whom it goes, nor what is in it."""
    about = {"email": str(outgoing.id), "kind": outgoing.kind, "attempt": outgoing.attempt}
    return about | ({"order": outgoing.order} if outgoing.order else {})


async def _until_stored(store: Callable[[], Awaitable[None]]) -> None:
    """Store the mail server's answer, which nobody else knows, and wait for PostgreSQL if it is unavailable."""
    while True:
        try:
            return await store()
        except UNAVAILABLE as error:
            logger.warning("database unavailable", error=str(error))
            await asyncio.sleep(1)

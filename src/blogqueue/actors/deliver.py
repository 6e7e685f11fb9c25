"""The work of the `mail` queue: a promised letter is handed to the mail server, at most once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from blogqueue.db.engine import AWAY
from blogqueue.emails import emails, smtp
from blogqueue.emails.smtp import MailError
from blogqueue.log import logger

Noted = TypeVar("Noted")


async def deliver(email_id: UUID) -> int | None:
    """Send a letter that waits; the delay in ms after which to try again, if it was not taken."""
    outgoing = await emails.claim(email_id)
    if outgoing is None:
        return None
    try:
        email = smtp.message(
            outgoing.id, to=outgoing.to, subject=outgoing.subject, html=outgoing.html, text=outgoing.text
        )
    except ValueError as error:
        return await emails.refused(outgoing, f"this cannot be an e-mail: {error}", permanent=True)

    async def hand_over() -> bool:
        try:
            return await emails.hand_over(outgoing)
        except AWAY as error:
            raise MailError(f"not handed over, the database is away: {error}", permanent=False) from error

    try:
        handed_over = await smtp.send(email, hand_over)
    except MailError as error:
        refusal, permanent = str(error), error.permanent
        logger.warning("letter not taken", email=str(email_id), error=refusal, permanent=permanent)
        return await _noted(lambda: emails.refused(outgoing, refusal, permanent=permanent))
    if handed_over:
        await _noted(lambda: emails.sent(outgoing))
        logger.info("letter sent", email=str(email_id))
    return None


async def _noted(note: Callable[[], Awaitable[Noted]]) -> Noted:
    """What the mail server has said is known to nobody else: it is written down even if PostgreSQL is away just now."""
    while True:
        try:
            return await note()
        except AWAY as error:
            logger.warning("database away, trying again", error=str(error))
            await asyncio.sleep(1)

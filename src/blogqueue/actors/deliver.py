"""The work of the `mail` queue: a promised letter is handed to the mail server, at most once."""

from uuid import UUID

from blogqueue import letters
from blogqueue.log import logger
from blogqueue.mail import send
from blogqueue.mail.send import MailError


async def deliver(letter_id: UUID) -> int | None:
    """Send a letter that waits; the delay in ms after which to try again, if it was not taken."""
    outgoing = await letters.claim(letter_id)
    if outgoing is None:
        return None
    try:
        email = send.message(
            outgoing.id, to=outgoing.to, subject=outgoing.subject, html=outgoing.html, text=outgoing.text
        )
    except ValueError as error:
        return await letters.refused(outgoing, f"this cannot be an e-mail: {error}", permanent=True)
    try:
        handed_over = await send.send(email, lambda: letters.hand_over(outgoing))
    except MailError as error:
        logger.warning("letter not taken", letter=str(letter_id), error=str(error), permanent=error.permanent)
        return await letters.refused(outgoing, str(error), permanent=error.permanent)
    if handed_over:
        await letters.sent(outgoing)
        logger.info("letter sent", letter=str(letter_id))
    return None

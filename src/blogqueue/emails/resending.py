"""What an operator sees of the letters, and does with those that failed."""

from typing import Any
from uuid import UUID

from blogqueue.db import history
from blogqueue.db.engine import transaction
from blogqueue.db.tables import Letter
from blogqueue.emails import emails
from blogqueue.outbox import Promised
from blogqueue.states import LetterState


async def listed(state: str = "", limit: int = 50) -> list[dict[str, Any]]:
    """The newest letters, without their text."""
    columns = (Letter.id, Letter.kind, Letter.to, Letter.state, Letter.attempts, Letter.created_at, Letter.error)
    query = Letter.select(*columns).order_by(Letter.created_at, ascending=False).limit(limit)
    return await (query.where(Letter.state == state.upper()) if state else query)


async def failed() -> int:
    """How many letters have failed, and wait for an operator's word."""
    return await Letter.count().where(Letter.state == LetterState.FAILED)


async def resend(letter_id: UUID, *, who: str, although_unknown: bool = False) -> Promised:
    """Have a FAILED letter sent again; raises what `letters.resend` does."""
    async with transaction():
        letter = await emails.resend(letter_id, although_unknown=although_unknown)
        if letter["order_id"]:
            note = f"to {letter['to']}: {letter['subject']}"
            await history.note(who, "send letter again", order_id=letter["order_id"], text=note)
    return Promised(letters=(letter_id,))

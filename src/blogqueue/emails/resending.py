"""What an operator sees of the letters, and does with those that failed."""

from typing import Any
from uuid import UUID

from blogqueue.db import history
from blogqueue.db.engine import transaction
from blogqueue.db.tables.emails import Email
from blogqueue.emails import emails
from blogqueue.outbox import Outbox
from blogqueue.states import EmailState


async def listed(state: str = "", limit: int = 50) -> list[dict[str, Any]]:
    """The newest letters, without their text."""
    columns = (Email.id, Email.kind, Email.to, Email.state, Email.attempts, Email.created_at, Email.error)
    query = Email.select(*columns).order_by(Email.created_at, ascending=False).limit(limit)
    return await (query.where(Email.state == state.upper()) if state else query)


async def failed() -> int:
    """How many letters have failed, and wait for an operator's word."""
    return await Email.count().where(Email.state == EmailState.FAILED)


async def resend(email_id: UUID, *, actor: str, although_unknown: bool = False) -> Outbox:
    """Have a FAILED letter sent again; raises what `letters.resend` does."""
    async with transaction():
        email = await emails.resend(email_id, although_unknown=although_unknown)
        if email["order_id"]:
            note = f"to {email['to']}: {email['subject']}"
            await history.record(actor, "send letter again", order_id=email["order_id"], detail=note)
    return Outbox(emails=(email_id,))

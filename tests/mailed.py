"""The emails of a test: the only one as its row, and what the mail worker finds."""

from typing import Any

from blogqueue.actors.messages import nudge
from blogqueue.actors.watch import look_once
from blogqueue.db.tables.emails import Email
from tests.stage import Stage

OPERATOR = "operator@blogqueue.example"


async def an_email(stage: Stage) -> dict[str, Any]:
    """The email with Ana's magic link; not sent yet."""
    await stage.ask(await stage.article())
    return (await Email.select())[0]


async def email_row() -> dict[str, Any]:
    return (await Email.select())[0]


async def due_again() -> None:
    await Email.raw("UPDATE emails SET run_at = clock_timestamp() - interval '1 minute', lease_until = NULL")


async def look(stage: Stage, *, up_seconds: float = 3600) -> list[dict[str, Any]]:
    """Let the mail worker look around once, and send what it writes; the operator's emails so far."""
    await nudge(await look_once(up_seconds=up_seconds))
    await stage.send_alerts()
    return await stage.mails(OPERATOR)

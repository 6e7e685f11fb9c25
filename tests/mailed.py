"""The only email of a test, as its row."""

from typing import Any

from blogqueue.db.tables.emails import Email
from tests.stage import Stage


async def an_email(stage: Stage) -> dict[str, Any]:
    """The email with Ana's magic link; not sent yet."""
    await stage.ask(await stage.article())
    return (await Email.select())[0]


async def email_row() -> dict[str, Any]:
    return (await Email.select())[0]


async def due_again() -> None:
    await Email.raw("UPDATE emails SET run_at = clock_timestamp() - interval '1 minute', lease_until = NULL")

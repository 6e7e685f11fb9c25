"""A mail server that takes no email at all: emails wait for days before the first one fails, and nobody can buy."""

from typing import NamedTuple

from blogqueue.db.tables.emails import Email

ATTEMPTS = 4
"""The attempt after which an email counts: the first three, within 15 s, may meet a server that restarts."""

ATTEMPTS_ALONE = 8
"""The attempt after which an email counts that waits alone, ten minutes after the first: its mailbox may be at fault.

Servers that do not know a sender refuse the first emails to a mailbox for some minutes (greylisting, RFC 6647).
"""

QUIET_MINUTES = 5

_FIND = """
SELECT count(*) AS waiting, (array_agg(error ORDER BY run_at DESC))[1] AS error FROM emails
WHERE state = 'WAITING' AND attempts - attempts_before >= {}
HAVING (count(DISTINCT lower("to")) > 1 OR max(attempts - attempts_before) >= {})
    AND NOT EXISTS (SELECT FROM emails WHERE created_at > now() - interval '5 days'
                    AND sent_at > now() - {} * interval '1 minute')
"""
"""The emails that the server refuses for now, if it has taken none lately (indexes `emails_due`, `emails_by_age`).

With `clock_timestamp()`, which may change from row to row, PostgreSQL would read all emails.
"""


class MailOutage(NamedTuple):
    """How many emails wait for the mail server, and what it answered last."""

    waiting: int
    error: str


async def find() -> MailOutage | None:
    """Return the outage of the mail server; None if it takes emails, or has been asked too few times to say so."""
    rows = await Email.raw(_FIND, ATTEMPTS, ATTEMPTS_ALONE, QUIET_MINUTES)
    return MailOutage(rows[0]["waiting"], rows[0]["error"]) if rows else None

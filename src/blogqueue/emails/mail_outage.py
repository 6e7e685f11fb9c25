"""A mail server that takes no email at all: emails wait for days before the first one fails, and nobody can buy."""

from typing import NamedTuple

from blogqueue.db.tables.emails import Email

ATTEMPTS = 4
"""An email counts once its fourth attempt has begun: the first three, within 15 s, may meet a server that restarts."""

ATTEMPTS_ALONE = 8
"""One that waits alone counts once its eighth has begun, ten minutes after the first: its mailbox may be at fault.

Servers that do not know a sender refuse the first emails to a mailbox for some minutes (greylisting, RFC 6647).
"""

_FIND = """
SELECT count(*) AS waiting, (array_agg(refused.error ORDER BY refused.run_at DESC))[1] AS error FROM emails refused
WHERE refused.state = 'WAITING' AND refused.attempts - refused.attempts_before >= {}
HAVING (count(DISTINCT lower(refused."to")) > 1 OR max(refused.attempts - refused.attempts_before) >= {})
    AND NOT EXISTS (SELECT FROM emails sent WHERE sent.created_at > now() - interval '5 days'
                    AND sent.sent_at > max(refused.created_at))
"""
"""The emails that the server refuses for now, if it has taken none since the newest of them was written.

So a mailbox that refuses for days does not count any more once another email is sent. Indexes: `emails_due`,
`emails_by_age`; with `clock_timestamp()`, which may change from row to row, PostgreSQL would read all emails.
"""


class MailOutage(NamedTuple):
    """How many emails wait for the mail server, and what it answered last."""

    waiting: int
    error: str


async def find() -> MailOutage | None:
    """Return the outage of the mail server; None if it takes emails, or has been asked too few times to say so."""
    rows = await Email.raw(_FIND, ATTEMPTS, ATTEMPTS_ALONE)
    return MailOutage(rows[0]["waiting"], rows[0]["error"]) if rows else None

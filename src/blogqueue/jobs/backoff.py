"""How long everything that failed waits before it is tried again, in one table, with the source of each figure."""

from dataclasses import dataclass

MAX_DOUBLINGS = 20
"""Enough to reach every `longest_ms` below; more would only make the power of two larger."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from `first_ms` up to `longest_ms`, and the number of attempts after which there is none."""

    first_ms: int
    longest_ms: int
    max_attempts: int

    def get_wait_ms(self, attempt: int) -> int:
        """Return the wait in ms after failed attempt number `attempt` (1, 2, …)."""
        return min(self.first_ms * 2 ** min(attempt - 1, MAX_DOUBLINGS), self.longest_ms)

    def get_retry_ms(self, attempt: int) -> int | None:
        """Return the wait in ms after failed attempt number `attempt`, or None if it was the last one."""
        return None if attempt >= self.max_attempts else self.get_wait_ms(attempt)


JOBS = Backoff(first_ms=2_000, longest_ms=3_600_000, max_attempts=3)
"""2 s, then 4 s: three attempts, with a wait that doubles from 2 s.

Where a job's row allows more attempts: 8 s, and so on up to an hour. Dramatiq adds nothing to it (`actors.broker`).
"""

EMAILS = Backoff(first_ms=5_000, longest_ms=1_800_000, max_attempts=200)
"""From 5 s to half an hour, for four days: RFC 5321 §4.5.4.1 asks for at least 30 minutes and for 4 to 5 days."""

REFUNDS = Backoff(first_ms=10_000, longest_ms=3_600_000, max_attempts=80)
"""From 10 s to an hour, for three days: as long as Stripe itself retries a webhook (docs.stripe.com/webhooks)."""

MESSAGES = Backoff(first_ms=500, longest_ms=15_000, max_attempts=21)
"""For a message whose work could not even begin (no database). Dramatiq adds jitter of up to the same again.

After about four minutes the message is dropped, and the minute's sweep sends a new one.
"""

"""How often purchases may be started, so that nobody uses the shop to send emails to strangers.

Those of an email address and of a network are counted in PostgreSQL, those of a mailbox, of a recipient's domain and
of all together in Redis (`blogqueue.limits`).
"""

import hashlib

from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

from blogqueue import limits
from blogqueue.db.tables.orders import Purchase
from blogqueue.errors import TooManyError
from blogqueue.limits import Limit
from blogqueue.settings import settings

HOUR_SECONDS = 3600
MESSAGE = "Too many purchases were started in the last hour."

DOTLESS = frozenset({"gmail.com", "googlemail.com"})
"""Providers for whom dots in the name mean nothing (https://support.google.com/mail/answer/7436150)."""

_AN_HOUR_AGO = QueryString("clock_timestamp() - interval '1 hour'")


def to_mailbox(email: str) -> str:
    """Return the mailbox that an address leads to: what follows a + in its name is a tag at most providers."""
    name, _, domain = email.casefold().rpartition("@")
    name = name.partition("+")[0] or name
    if domain in DOTLESS:
        name, domain = name.replace(".", ""), "gmail.com"
    return f"{name}@{domain}"


def hash_network(address: str) -> str:
    """Return what a purchase stores of its caller's network: enough to count, too little to tell who it was."""
    network = limits.to_network(address)
    return hashlib.sha256(f"{settings.secret_key.get_secret_value()}|{network}".encode()).hexdigest()


async def take(email: str) -> None:
    """Count a purchase for its mailbox, for the domain of its address, and for all together. Raises TooManyError."""
    mailbox = to_mailbox(email)
    for name, key, most in (
        ("purchases_mailbox", mailbox, settings.max_purchases_per_hour_per_email),
        ("purchases_domain", mailbox.rpartition("@")[2], settings.max_purchases_per_hour_per_email_domain),
        ("purchases", "", settings.max_purchases_per_hour),
    ):
        await limits.take(Limit(name, most, HOUR_SECONDS), key, message=MESSAGE)


async def check(email: str, network_hash: str) -> None:
    """Raise TooManyError for an email address or a network with too many purchases in the last hour."""
    recent = Purchase.created_at > _AN_HOUR_AGO
    by_email = await Purchase.count().where(WhereRaw("lower(email) = lower({})", email), recent)
    by_network = await Purchase.count().where(Purchase.address_hash == network_hash, recent)
    if by_email >= settings.max_purchases_per_hour_per_email or by_network >= settings.max_purchases_per_hour_per_ip:
        raise TooManyError(MESSAGE, retry_after=HOUR_SECONDS)

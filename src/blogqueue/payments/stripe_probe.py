"""Whether Stripe accepts our key, and whether its events reach us; `blogqueue doctor` asks.

Each check returns "" or a sentence that says what is wrong.
"""

from datetime import UTC, datetime, timedelta

from blogqueue.db.engine import UNAVAILABLE, UNUSABLE
from blogqueue.db.tables.payments import StripeEvent
from blogqueue.payments import stripe_api
from blogqueue.payments.stripe_api import StripeCallError
from blogqueue.payments.webhook import HANDLERS
from blogqueue.settings import settings

TYPES = tuple(HANDLERS)

UNDELIVERED_FOR = timedelta(days=1)

UNDELIVERED_AFTER = timedelta(minutes=2)
"""An event that is younger may just be on its way."""


def get_webhook_url() -> str:
    """Return the address to which Stripe must send its events."""
    return f"{settings.public_url.rstrip('/')}/api/v1/purchase/webhook"


def sign(body: str) -> dict[str, str]:
    """Return the headers of a webhook whose body Stripe had signed with our secret."""
    return {"Stripe-Signature": stripe_api.sign(body), "Content-Type": "application/json"}


async def check_key() -> str:
    """Check that the key may read Checkout Sessions."""
    if not settings.stripe_api_key.get_secret_value():
        return "STRIPE_API_KEY is not set"
    try:
        await stripe_api.probe_key()
    except StripeCallError as error:
        return f"Stripe does not accept STRIPE_API_KEY, or cannot be reached: {error}"
    return ""


async def check_billing() -> str:
    """Check that customers can open their invoices, and that Stripe Tax is set up if it should calculate."""
    if not settings.stripe_api_key.get_secret_value():
        return ""  # the line above says so
    try:
        await stripe_api.probe_invoices()
        tax = await stripe_api.get_tax_status() if settings.automatic_tax else "active"
    except StripeCallError as error:
        return f"STRIPE_API_KEY cannot read invoices{' or tax settings' if settings.automatic_tax else ''}: {error}"
    if tax != "active":
        return f"BLOGQUEUE_AUTOMATIC_TAX is true, but Stripe Tax is {tax}: set it up in Stripe, or nobody can pay"
    return ""


async def check_webhook() -> str:
    """Check that Stripe sends all the events we need to our address, and that it could deliver them.

    Stripe does not tell an endpoint's signing secret. A wrong one shows in events that Stripe could not deliver.
    """
    if not settings.stripe_webhook_secret.get_secret_value():
        return "STRIPE_WEBHOOK_SECRET is not set"
    try:
        endpoints = await stripe_api.list_webhook_endpoints()
        now = datetime.now(UTC)
        undelivered = await stripe_api.list_undelivered(TYPES, now - UNDELIVERED_FOR, now - UNDELIVERED_AFTER)
    except StripeCallError as error:
        return f"Stripe's webhook endpoints cannot be read: {error}"
    url = get_webhook_url()
    types = {event for endpoint in endpoints if endpoint.url == url for event in endpoint.types}
    if not types:
        return f"Stripe has no enabled webhook endpoint for {url}"
    if "*" not in types and (missing := sorted(set(TYPES) - types)):
        return f"Stripe's webhook endpoint for {url} lacks the events {', '.join(missing)}"
    return await _find_undelivered(undelivered)


async def _find_undelivered(ids: list[str]) -> str:
    """Return a sentence about the events that Stripe could not deliver and that we have not got otherwise."""
    if not ids:
        return ""
    try:
        known = await StripeEvent.select(StripeEvent.id).where(StripeEvent.id.is_in(ids))
    except (*UNAVAILABLE, *UNUSABLE):
        known = []  # PostgreSQL's own line says what is wrong
    if missing := sorted(set(ids) - {row["id"] for row in known}):
        return (
            f"Stripe could not deliver {len(missing)} events since yesterday ({missing[0]}): "
            "is STRIPE_WEBHOOK_SECRET the one of this endpoint?"
        )
    return ""

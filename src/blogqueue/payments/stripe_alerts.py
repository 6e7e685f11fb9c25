"""Alerts about calls that Stripe refuses for good: an operator has to repair the reason."""

from datetime import UTC, datetime

from blogqueue.db.tables.orders import Purchase
from blogqueue.emails.alerts import alert_operator
from blogqueue.payments.stripe_api import StripeKeyError, StripeRefusedError


async def alert_of_key(error: StripeKeyError) -> None:
    """Alert the operator, once an hour, that Stripe refuses our API key."""
    await alert_operator(
        "Stripe refuses the API key",
        f"{error} Nothing can be paid or refunded until STRIPE_API_KEY is right.",
        key=f"stripe-key-{datetime.now(UTC):%Y-%m-%dT%H}",
        urgent=True,
    )


async def alert_of_receipts(error: StripeKeyError) -> None:
    """Alert the operator, once an hour, that Stripe does not show our key any receipts."""
    await alert_operator(
        "Customers cannot open their receipts",
        f"{error} STRIPE_API_KEY must be able to read Checkout Sessions, invoices, PaymentIntents and charges.",
        key=f"stripe-receipts-{datetime.now(UTC):%Y-%m-%dT%H}",
    )


async def alert_of_purchase(error: StripeRefusedError, purchase: Purchase) -> None:
    """Alert the operator, once, that a purchase cannot be paid because Stripe refuses its Checkout Session."""
    await alert_operator(
        "A purchase cannot be paid",
        f"Stripe refuses its Checkout Session: {error.explanation} Repair the reason, such as the domain's price, and "
        "the customer can ask again.",
        key="checkout-refused",
        many="{} purchases cannot be paid",
        purchase_id=purchase.id,
    )

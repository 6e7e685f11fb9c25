"""The receipt and the invoice of a paid order: Stripe's own pages, looked up each time.

Nothing is stored, because their addresses expire: an invoice's after 30 days, but one that the API has just returned is
valid for at least ten (docs.stripe.com/invoicing/hosted-invoice-page).
"""

import asyncio
import re
from typing import Annotated

import msgspec
from msgspec import Meta

from blogqueue.db.tables.orders import Order
from blogqueue.errors import NotFoundError, UnavailableError
from blogqueue.log import logger
from blogqueue.orders.status_view import View
from blogqueue.payments import stripe_alerts, stripe_api
from blogqueue.payments.stripe_api import StripeCallError, StripeKeyError, StripeRefusedError
from blogqueue.settings import STRIPE_API_BASE, settings

SECONDS = 8.0
"""How long a customer waits for Stripe's answer, including repeated calls."""

STRIPES = re.compile(r"https://([a-z0-9-]+\.)*stripe\.com/[!-~]*")

UNAVAILABLE = "Our payment provider does not respond at the moment. Please try again."


class ReceiptView(View, frozen=True, kw_only=True):
    """Stripe's pages about an order's payment. Ask again instead of keeping their addresses, which expire."""

    invoice_number: Annotated[str | None, Meta(description="Null if there is no invoice.")]
    invoice_url: Annotated[str | None, Meta(description="The invoice as a page.")]
    invoice_pdf_url: Annotated[str | None, Meta(description="The invoice as a file.")]
    receipt_url: Annotated[
        str | None, Meta(description="The receipt as a page. It also shows what was refunded since.")
    ]


class _Invoice(msgspec.Struct):
    number: str | None = None
    hosted_invoice_url: str | None = None
    invoice_pdf: str | None = None


class _Charge(msgspec.Struct):
    receipt_url: str | None = None


class _Intent(msgspec.Struct):
    latest_charge: _Charge | str | None = None


class _Session(msgspec.Struct):
    invoice: _Invoice | str | None = None
    payment_intent: _Intent | str | None = None


async def find(order: Order) -> ReceiptView:
    """Return Stripe's pages about an order's payment.

    Raises NotFoundError if nothing was paid or Stripe has no such page, and UnavailableError if Stripe does not answer.
    """
    if not order.session_id:
        raise NotFoundError("receipt")
    try:
        async with asyncio.timeout(SECONDS):
            found = await stripe_api.get_session(order.session_id, "invoice", "payment_intent.latest_charge")
    except (StripeCallError, TimeoutError) as error:
        logger.warning("receipt not found", order=str(order.id), error=str(error) or "no answer in time")
        if isinstance(error, StripeRefusedError) and error.code == "resource_missing":
            raise NotFoundError("receipt") from error
        if isinstance(error, StripeKeyError):
            await stripe_alerts.alert_of_receipts(error)
        raise UnavailableError(UNAVAILABLE) from error
    receipt = _read(msgspec.convert(found, _Session))
    if not receipt.invoice_url and not receipt.receipt_url:
        raise NotFoundError("receipt")
    return receipt


def _read(session: _Session) -> ReceiptView:
    invoice = session.invoice if isinstance(session.invoice, _Invoice) else _Invoice()
    intent = session.payment_intent if isinstance(session.payment_intent, _Intent) else _Intent()
    charge = intent.latest_charge if isinstance(intent.latest_charge, _Charge) else _Charge()
    return ReceiptView(
        invoice_number=invoice.number,
        invoice_url=choose_safe(invoice.hosted_invoice_url),
        invoice_pdf_url=choose_safe(invoice.invoice_pdf),
        receipt_url=choose_safe(charge.receipt_url),
    )


def choose_safe(url: str | None) -> str | None:
    """Return an address on Stripe's own hosts, or of the stand-in that we call: customers are redirected there."""
    if settings.stripe_api_base == STRIPE_API_BASE:
        is_known = STRIPES.fullmatch(url or "") is not None
    else:
        is_known = (url or "").startswith(f"{settings.stripe_api_base}/")
    if url and not is_known:
        logger.warning("receipt on an unknown host", url=url)
    return url if is_known else None

"""Calls to Stripe: checkout sessions, refunds, webhook signatures. No other module imports `stripe`.

Sessions and events are returned as Stripe's JSON objects. A call that fails raises StripeUnavailableError or
StripeRefusedError. The metadata that is sent to Stripe carries ids only. The API version is the one that
stripe-python 16 pins.
"""

import hashlib
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import msgspec
import stripe

from blogqueue.errors import ProblemError, make_storable
from blogqueue.payments.checkout_locale import find_locale
from blogqueue.settings import settings

if TYPE_CHECKING:
    from stripe import RequestOptions
    from stripe.params import RefundCreateParams
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsInvoiceCreation

_Params = TypeVar("_Params")
_Created = TypeVar("_Created")

PRODUCT_NAME_LENGTH = 250
"""Stripe's limit for `product_data.name` (docs.stripe.com/api/products/object)."""


class StripeCallError(Exception):
    """A call to Stripe has failed."""

    def __init__(self, message: str) -> None:
        super().__init__(make_storable(message))


class StripeUnavailableError(StripeCallError):
    """Stripe did not answer, failed itself, or refused all calls: trying again may help."""


class StripeKeyError(StripeUnavailableError):
    """Stripe refuses our API key, and with it every call, until an operator acts."""


class StripeRefusedError(StripeCallError):
    """Stripe refuses this request, and will again. `code` is Stripe's error code, `explanation` is for people."""

    def __init__(self, message: str, *, code: str | None, explanation: str) -> None:
        super().__init__(message)
        self.code = code
        self.explanation = explanation


class BadSignatureError(ProblemError):
    """The webhook's signature is missing, wrong or too old."""

    status = 400
    code = "bad_signature"


class CheckoutSession(msgspec.Struct, frozen=True):
    """An open Checkout Session: its id, and the address where the customer pays."""

    url: str
    id: str


class WebhookEndpoint(msgspec.Struct, frozen=True):
    """An enabled webhook endpoint at Stripe, and the types of events that it gets; "*" is every type."""

    url: str
    types: tuple[str, ...]


class StripeRefund(msgspec.Struct, frozen=True):
    """A refund at Stripe. `status`: "pending", "requires_action", "succeeded", "failed" or "canceled"."""

    id: str
    status: str


@cache
def _client() -> stripe.StripeClient:
    return stripe.StripeClient(
        settings.stripe_api_key.get_secret_value(),
        base_addresses={"api": settings.stripe_api_base},
        http_client=stripe.HTTPXClient(timeout=20),
        max_network_retries=2,
    )


@contextmanager
def _own_errors() -> Generator[None]:
    """Raise this module's errors for those of the `stripe` library."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        raise StripeRefusedError(str(error), code=error.code, explanation=error.user_message or str(error)) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise StripeKeyError(str(error)) from error
    except stripe.StripeError as error:
        raise StripeUnavailableError(str(error)) from error


async def _create(
    create: Callable[[_Params, "RequestOptions"], Awaitable[_Created]], params: _Params, key: str
) -> _Created:
    """Create an object at Stripe, one for all calls with this idempotency key.

    Stripe keeps the first answer to a key for a day, even its own failure (docs.stripe.com/api/idempotent_requests).
    After such a failure another key is used, a new one each minute. No payment is refunded twice by that: Stripe
    refunds no more than was paid.
    """
    try:
        return await create(params, {"idempotency_key": key})
    except stripe.APIError as error:
        if (error.headers or {}).get("idempotent-replayed") != "true":
            raise
        return await create(params, {"idempotency_key": f"{key}:{int(time.time()) // 60}"})


async def create_session(
    purchase_id: UUID,
    *,
    number: int,
    expires_at: datetime,
    email: str,
    product_name: str,
    amount: int,
    currency: str,
) -> CheckoutSession:
    """Open the Checkout Session number `number` of a purchase; `amount` is in minor units.

    Calls with one number and the same arguments and settings get the same session: together they are the idempotency
    key, because Stripe accepts no other arguments under a known key. If a setting changes between a call whose answer
    was lost and the next one, that makes a new session; nobody has seen the page of the other one.
    Raises StripeCallError.
    """
    name = product_name[:PRODUCT_NAME_LENGTH]
    params: SessionCreateParams = {
        "mode": "payment",
        "client_reference_id": str(purchase_id),
        "customer_email": email,
        "metadata": {"purchase_id": str(purchase_id)},
        "expires_at": int(expires_at.timestamp()),
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": currency.lower(),
                    "unit_amount": amount,
                    # Whatever the account's default is: customers pay the price that the shop shows.
                    "tax_behavior": "inclusive",
                    "product_data": {"name": name},
                },
            },
        ],
        "success_url": f"{settings.public_url}/purchase/return?session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{settings.public_url}/purchase/cancelled",
    }
    params |= _read_billing(purchase_id, name)
    fingerprint = hashlib.sha256(msgspec.json.encode(params, order="deterministic")).hexdigest()[:16]
    with _own_errors():
        session = await _create(
            _client().v1.checkout.sessions.create_async, params, f"checkout:{purchase_id}:{number}:{fingerprint}"
        )
    return CheckoutSession(session.url or "", session.id)


def _read_billing(purchase_id: UUID, name: str) -> "SessionCreateParams":
    """Return what the settings say of language, invoice and taxes; the invoice's memo is about `name`."""
    invoice: SessionCreateParamsInvoiceCreation = {"enabled": settings.invoices}
    if settings.invoices:
        memo = f"{name}, bought from {settings.site_name}"
        invoice["invoice_data"] = {"description": memo, "metadata": {"purchase_id": str(purchase_id)}}
    asks_address = settings.billing_address or settings.automatic_tax
    return {
        "locale": find_locale(settings.locale),
        "invoice_creation": invoice,
        # An invoice shows the tax ids of its customer at Stripe (docs.stripe.com/tax/checkout/tax-ids).
        "customer_creation": "always",
        "tax_id_collection": {"enabled": True},
        # Sent in any case: an account may have automatic tax as its default (docs.stripe.com/tax/checkout).
        "automatic_tax": {"enabled": settings.automatic_tax},
        "billing_address_collection": "required" if asks_address else "auto",
    }


async def get_session(session_id: str, *expanded: str) -> dict[str, Any]:
    """Return a Checkout Session; `expanded` names what it has as an object instead of an id, such as "invoice".

    Raises StripeCallError; StripeRefusedError with the code "resource_missing" for a session that Stripe does not have.
    """
    with _own_errors():
        session = await _client().v1.checkout.sessions.retrieve_async(
            session_id, {"expand": list(expanded)} if expanded else {}
        )
    return session.to_dict()


async def expire_session(session_id: str) -> dict[str, Any]:
    """End an open Checkout Session, and return it as it is then. Raises StripeCallError."""
    with _own_errors():
        return (await _client().v1.checkout.sessions.expire_async(session_id)).to_dict()


async def list_complete_sessions(since: datetime) -> list[dict[str, Any]]:
    """Return the complete Checkout Sessions created since then, with one call per 100. Raises StripeCallError."""
    with _own_errors():
        pages = await _client().v1.checkout.sessions.list_async(
            {"status": "complete", "created": {"gte": int(since.timestamp())}, "limit": 100}
        )
        return [session.to_dict() async for session in pages.auto_paging_iter()]


async def create_refund(payment_intent: str, amount: int, *, key: str, metadata: dict[str, str]) -> StripeRefund:
    """Refund `amount` minor units of a payment, or return the refund that has been made of it already.

    Where a part was refunded by hand, refund what is left. All calls with one idempotency key make one refund. Stripe
    forgets keys after a day (docs.stripe.com/api/idempotent_requests) and answers then that the charge has been
    refunded. After a refund has failed another key is needed, as a known key gives the first answer again. Raises
    StripeCallError.
    """
    refunds = _client().v1.refunds
    with _own_errors():
        try:
            refund = await _create(
                refunds.create_async, {"payment_intent": payment_intent, "amount": amount, "metadata": metadata}, key
            )
        except stripe.InvalidRequestError as error:
            if error.param == "amount":
                rest: RefundCreateParams = {"payment_intent": payment_intent, "metadata": metadata}
                refund = await _create(refunds.create_async, rest, f"{key}:rest")
            elif error.code == "charge_already_refunded":
                made = await refunds.list_async({"payment_intent": payment_intent, "limit": 1})
                if not made.data:
                    raise
                refund = made.data[0]
            else:
                raise
    return StripeRefund(refund.id, refund.status or "pending")


async def get_refund(stripe_refund_id: str) -> StripeRefund:
    """Return a refund as it is now. Raises StripeCallError."""
    with _own_errors():
        refund = await _client().v1.refunds.retrieve_async(stripe_refund_id)
    return StripeRefund(refund.id, refund.status or "pending")


async def probe_key() -> None:
    """Make the smallest call that needs our key. Raises StripeCallError."""
    with _own_errors():
        await _client().v1.checkout.sessions.list_async({"limit": 1})


async def probe_invoices() -> None:
    """Make the smallest call that needs the right to read invoices. Raises StripeCallError."""
    with _own_errors():
        await _client().v1.invoices.list_async({"limit": 1})


async def get_tax_status() -> str:
    """Return whether Stripe Tax can calculate: "active", or "pending" until it is set up. Raises StripeCallError."""
    with _own_errors():
        return str((await _client().v1.tax.settings.retrieve_async()).status)


async def list_webhook_endpoints() -> list[WebhookEndpoint]:
    """Return the account's enabled webhook endpoints, up to 100. Raises StripeCallError."""
    with _own_errors():
        page = await _client().v1.webhook_endpoints.list_async({"limit": 100})
    return [WebhookEndpoint(one.url, tuple(one.enabled_events)) for one in page.data if one.status == "enabled"]


async def list_undelivered(types: tuple[str, ...], since: datetime, until: datetime) -> list[str]:
    """Return the ids of up to 100 events that Stripe could not deliver. Raises StripeCallError."""
    with _own_errors():
        page = await _client().v1.events.list_async(
            {
                "delivery_success": False,
                "types": list(types),
                "created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())},
                "limit": 100,
            }
        )
    return [event.id for event in page.data]


def sign(body: str) -> str:
    """Return the Stripe-Signature header of a body, made with our webhook secret."""
    secret = settings.stripe_webhook_secret.get_secret_value()
    return stripe.WebhookSignature.generate_signature_header(body, secret)


def read_event(raw: bytes, signature: str) -> dict[str, Any]:
    """Return the event in a webhook's body, whose signature Stripe made over these bytes within the last five minutes.

    Raises BadSignatureError, and ProblemError for a body that is not a JSON object.
    """
    secret = settings.stripe_webhook_secret.get_secret_value()
    if not secret:
        raise BadSignatureError("This webhook is not configured.")
    if not signature.isascii():
        raise BadSignatureError("The signature is not valid.")
    try:
        stripe.WebhookSignature.verify_header(raw.decode(), signature, secret, stripe.Webhook.DEFAULT_TOLERANCE)
        return msgspec.json.decode(raw, type=dict[str, Any])
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise BadSignatureError("The signature is not valid.") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise ProblemError("This is not a Stripe event.", code="bad_event") from error

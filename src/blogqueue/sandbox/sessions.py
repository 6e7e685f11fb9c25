"""Stripe's checkout sessions: opened by the shop, completed by the customer, ended by time.

Shapes follow docs.stripe.com/api/checkout/sessions at version 2026-10-28.endive.
"""

import time
import uuid
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from blogqueue.sandbox import forms, intents, webhooks
from blogqueue.sandbox.calls import answer, found, page
from blogqueue.sandbox.forms import StripeError
from blogqueue.sandbox.shapes import NEW_SESSION
from blogqueue.sandbox.state import JSON, Sandbox

SESSION_SECONDS = (1_800, 86_400)
SLACK_SECONDS = 5
"""For the way here, and clocks that differ by a little."""

LEAST_AMOUNT = 50
"""Minor units; Stripe's own bound hangs on the currency, and is 0.50 in most (docs.stripe.com/currencies)."""

_ASKED = {
    "adaptive_pricing", "after_expiration", "allow_promotion_codes", "allowed_payment_method_types", "automatic_tax",
    "billing_address_collection", "branding_settings", "cancel_url", "client_reference_id", "consent_collection",
    "currency", "custom_fields", "custom_text", "customer", "customer_account", "customer_creation", "customer_email",
    "customer_update", "discounts", "excluded_payment_method_types", "expires_at", "integration_identifier",
    "invoice_creation", "line_items", "locale", "managed_payments", "metadata", "mode", "name_collection",
    "optional_items", "origin_context", "payment_intent_data", "payment_method_collection",
    "payment_method_configuration", "payment_method_data", "payment_method_options", "payment_method_types",
    "permissions", "phone_number_collection", "redirect_on_completion", "return_url", "saved_payment_method_options",
    "setup_intent_data", "shipping_address_collection", "shipping_options", "submit_type", "subscription_data",
    "success_url", "tax_id_collection", "ui_mode", "wallet_options",
}  # fmt: skip


@post("/v1/checkout/sessions", status_code=200)
async def create_session(request: Request[Any, Any, Any]) -> Response[Any]:
    """Open a checkout session."""
    return await answer(request, _create)


@get("/v1/checkout/sessions")
async def list_sessions(request: Request[Any, Any, Any]) -> Response[Any]:
    """Sessions, newest first; `status`, `payment_intent` and `created` filter."""

    async def find(sandbox: Sandbox, asked: JSON) -> JSON:
        forms.one_of(asked, "status", ("open", "complete", "expired"))
        sessions = [await current(sandbox, session) for session in sandbox.store.all("sessions")]
        wanted = {name: asked[name] for name in ("status", "payment_intent") if name in asked}
        fitting = [session for session in sessions if all(session[name] == wanted[name] for name in wanted)]
        return page(fitting, asked, "/v1/checkout/sessions")

    return await answer(request, find)


@get("/v1/checkout/sessions/{session_id:str}")
async def retrieve_session(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """One session as it is now; `expand[]` knows line_items and payment_intent."""

    async def find(sandbox: Sandbox, asked: JSON) -> JSON:
        session = await by_id(sandbox, session_id)
        expanded = forms.items(asked, "expand")
        if "line_items" in expanded:
            session["line_items"] = _items_page(sandbox, session_id, {})
        if "payment_intent" in expanded and session["payment_intent"]:
            session["payment_intent"] = sandbox.store.get("payment_intents", session["payment_intent"])
        return session

    return await answer(request, find)


@get("/v1/checkout/sessions/{session_id:str}/line_items")
async def list_line_items(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """What a session sells."""

    async def find(sandbox: Sandbox, asked: JSON) -> JSON:
        await by_id(sandbox, session_id)
        return _items_page(sandbox, session_id, asked)

    return await answer(request, find)


@post("/v1/checkout/sessions/{session_id:str}/expire", status_code=200)
async def expire_session(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """End an open session unpaid."""

    async def end(sandbox: Sandbox, _: JSON) -> JSON:
        session = await by_id(sandbox, session_id)
        if session["status"] != "open":
            message = 'Only Checkout Sessions with a status in ["open"] can be expired. This one is '
            raise StripeError(400, f"{message}{session['status']}.")
        webhooks.announce(sandbox, ("checkout.session.expired", ended(sandbox, session)))
        return session

    return await answer(request, end)


async def by_id(sandbox: Sandbox, session_id: str) -> JSON:
    """A session as it is now; its time may have run out. Raises StripeError."""
    return await current(sandbox, found(sandbox.store.get("sessions", session_id), "checkout.session", session_id))


async def current(sandbox: Sandbox, session: JSON) -> JSON:
    """The session, expired if its time has run out."""
    if session["status"] == "open" and session["expires_at"] <= time.time():
        webhooks.announce(sandbox, ("checkout.session.expired", ended(sandbox, session)))
    return session


def ended(sandbox: Sandbox, session: JSON) -> JSON:
    """The session, ended unpaid."""
    session |= {"status": "expired", "url": None}
    sandbox.store.put("sessions", session["id"], session)
    return session


async def expire_due(sandbox: Sandbox) -> None:
    """End the sessions whose time has run out."""
    for session in sandbox.store.where("sessions", "status", "open"):
        await current(sandbox, session)


def complete(sandbox: Sandbox, session: JSON, *, paid: bool) -> JSON:
    """The customer has done their part: paid at once, or with a method that takes its time."""
    email = session["customer_email"] or "customer@sandbox.example"
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    session |= {
        "status": "complete",
        "payment_status": "paid" if paid else "unpaid",
        "payment_intent": intents.confirmed(sandbox, session, paid=paid)["id"],
        "url": None,
        "customer_details": {
            "address": address,
            "business_name": None,
            "email": email,
            "individual_name": None,
            "name": "A. Customer",
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    }
    sandbox.store.put("sessions", session["id"], session)
    return session


def _create(sandbox: Sandbox, asked: JSON) -> JSON:
    forms.known_only(asked, _ASKED)
    forms.needed(asked, "mode", "line_items", "success_url")
    forms.one_of(asked, "mode", ("payment", "setup", "subscription"))
    if asked["mode"] != "payment":
        raise StripeError(400, f"The sandbox does not know mode={asked['mode']}.", param="mode")
    now = int(time.time())
    expires_at = forms.integer(asked, "expires_at", now + SESSION_SECONDS[1])
    if not now + SESSION_SECONDS[0] - SLACK_SECONDS <= expires_at <= now + SESSION_SECONDS[1] + SLACK_SECONDS:
        message = "The `expires_at` timestamp must be from 30 minutes to 24 hours from Checkout Session creation."
        raise StripeError(400, message, param="expires_at")
    email = asked.get("customer_email")
    if email is not None and "@" not in email:
        raise StripeError(400, f"Invalid email address: {email}", code="email_invalid", param="customer_email")
    session_id = f"cs_test_{uuid.uuid4().hex}{uuid.uuid4().hex[:26]}"
    line_items = [_line_item(number, item) for number, item in enumerate(forms.items(asked, "line_items"))]
    amount, currency = _total(line_items)
    session = NEW_SESSION | {
        "id": session_id,
        "amount_subtotal": amount,
        "amount_total": amount,
        "currency": currency,
        "client_reference_id": asked.get("client_reference_id"),
        "customer_email": email,
        "metadata": forms.metadata(asked),
        "success_url": forms.url(asked, "success_url"),
        "cancel_url": forms.url(asked, "cancel_url"),
        "url": f"{sandbox.config.url}/checkout/{session_id}",
        "created": now,
        "expires_at": expires_at,
        "locale": asked.get("locale"),
        "submit_type": asked.get("submit_type"),
        "payment_method_types": forms.items(asked, "allowed_payment_method_types") or ["card"],
    }
    intent = forms.mapping(asked, "payment_intent_data")
    planned = {"description": intent.get("description"), "metadata": forms.metadata(intent)}
    sandbox.store.put("line_items", session_id, {"data": line_items, "intent": planned})
    sandbox.store.put("sessions", session_id, session)
    return session


def _line_item(number: int, item: object) -> JSON:
    """A line as it is sold. Raises StripeError."""
    asked: JSON = forms.mapping({"item": item}, "item", param=f"line_items[{number}]")
    within = f"line_items[{number}]"
    forms.needed(asked, "price_data", within=within)
    price = forms.mapping(asked, "price_data", param=f"{within}[price_data]")
    forms.needed(price, "currency", "unit_amount", "product_data", within=f"{within}[price_data]")
    product = forms.mapping(price, "product_data", param=f"{within}[price_data][product_data]")
    forms.needed(product, "name", within=f"{within}[price_data][product_data]")
    unit = forms.integer(price, "unit_amount", 0, param=f"{within}[price_data][unit_amount]")
    quantity = forms.integer(asked, "quantity", 1, param=f"{within}[quantity]")
    if unit < 0 or quantity < 1:
        raise StripeError(400, "Invalid non-negative integer", param=within)
    currency = str(price["currency"]).lower()
    return {
        "id": f"li_{uuid.uuid4().hex[:24]}",
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": unit * quantity,
        "amount_tax": 0,
        "amount_total": unit * quantity,
        "currency": currency,
        "description": product["name"],
        "metadata": {},
        "price": {
            "id": f"price_{uuid.uuid4().hex[:24]}",
            "object": "price",
            "active": False,
            "currency": currency,
            "product": f"prod_{uuid.uuid4().hex[:14]}",
            "type": "one_time",
            "unit_amount": unit,
            "unit_amount_decimal": str(unit),
        },
        "quantity": quantity,
    }


def _total(line_items: list[JSON]) -> tuple[int, str]:
    """What all lines cost together, and in which currency. Raises StripeError."""
    currencies = {item["currency"] for item in line_items}
    if len(currencies) != 1:
        raise StripeError(400, "All prices of a Checkout Session must be in one currency.", param="line_items")
    amount = sum(item["amount_total"] for item in line_items)
    if amount < LEAST_AMOUNT:
        message = "The Checkout Session's total amount is below the least that can be charged."
        raise StripeError(400, message, code="amount_too_small", param="line_items")
    return amount, currencies.pop()


def _items_page(sandbox: Sandbox, session_id: str, asked: JSON) -> JSON:
    kept = sandbox.store.get("line_items", session_id) or {"data": []}
    # Lines come in their own order, not newest first as other lists do.
    whole = page(
        [{"created": 0, **item} for item in kept["data"][::-1]], asked, f"/v1/checkout/sessions/{session_id}/line_items"
    )
    for item in whole["data"]:
        del item["created"]
    return whole


HANDLERS = [create_session, list_sessions, retrieve_session, list_line_items, expire_session]

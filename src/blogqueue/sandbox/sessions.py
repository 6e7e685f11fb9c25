"""Stripe's checkout sessions: created by the shop, then completed by the customer or expired.

Shapes follow docs.stripe.com/api/checkout/sessions at version 2026-10-28.endive.
"""

import time
import uuid
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from blogqueue.sandbox import billing, forms, intents, invoices, webhooks
from blogqueue.sandbox.calls import answer_call, fetch, paginate
from blogqueue.sandbox.forms import StripeError
from blogqueue.sandbox.shapes import NEW_SESSION
from blogqueue.sandbox.state import JSON, Sandbox

SESSION_SECONDS = (1_800, 86_400)
"""The shortest and the longest life of a session (docs.stripe.com/api/checkout/sessions/create)."""

SLACK_SECONDS = 5
"""Allowed beyond these bounds, as the call takes time and clocks differ."""

MINIMUM_AMOUNT = 50
MINIMUM_AMOUNTS = {"gbp": 30, "huf": 17_500, "czk": 1_500, "mxn": 1_000, "hkd": 400, "sek": 300, "pln": 200}
"""In minor units: 50 in most currencies, and some of the others (docs.stripe.com/currencies)."""

STEPS = dict.fromkeys(("isk", "ugx"), 100) | dict.fromkeys(("bhd", "jod", "kwd", "omr", "tnd"), 10)
"""The currencies of which amounts must be multiples of a number (the same page, "Special cases")."""

_PARAMETERS = {
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
    """Create a checkout session."""
    return await answer_call(request, _create)


@get("/v1/checkout/sessions")
async def list_sessions(request: Request[Any, Any, Any]) -> Response[Any]:
    """List sessions, newest first, filtered by `status`, `payment_intent` and `created`."""

    async def find(sandbox: Sandbox, asked: JSON) -> JSON:
        forms.get_choice(asked, "status", ("open", "complete", "expired"))
        sessions = [await refresh(sandbox, session) for session in sandbox.store.all("sessions")]
        wanted = {name: asked[name] for name in ("status", "payment_intent") if name in asked}
        matching = [session for session in sessions if all(session[name] == wanted[name] for name in wanted)]
        return paginate(matching, asked, "/v1/checkout/sessions")

    return await answer_call(request, find)


@get("/v1/checkout/sessions/{session_id:str}")
async def retrieve_session(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """Return a session; `expand[]` knows line_items, invoice, payment_intent and payment_intent.latest_charge."""

    async def find(sandbox: Sandbox, asked: JSON) -> JSON:
        session = await get_current(sandbox, session_id)
        expanded = forms.get_list(asked, "expand")
        if "line_items" in expanded:
            session["line_items"] = _list_items(sandbox, session_id, {})
        if "invoice" in expanded and session["invoice"]:
            session["invoice"] = fetch(sandbox, "invoices", session["invoice"])
        if {"payment_intent", "payment_intent.latest_charge"} & set(expanded) and session["payment_intent"]:
            intent = fetch(sandbox, "payment_intents", session["payment_intent"])
            if "payment_intent.latest_charge" in expanded and intent["latest_charge"]:
                intent["latest_charge"] = fetch(sandbox, "charges", intent["latest_charge"])
            session["payment_intent"] = intent
        return session

    return await answer_call(request, find)


@get("/v1/checkout/sessions/{session_id:str}/line_items")
async def list_line_items(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """List a session's line items."""

    async def find(sandbox: Sandbox, asked: JSON) -> JSON:
        await get_current(sandbox, session_id)
        return _list_items(sandbox, session_id, asked)

    return await answer_call(request, find)


@post("/v1/checkout/sessions/{session_id:str}/expire", status_code=200)
async def expire_session(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """Expire an open session."""

    async def expire(sandbox: Sandbox, _: JSON) -> JSON:
        session = await get_current(sandbox, session_id)
        if session["status"] != "open":
            message = 'Only Checkout Sessions with a status in ["open"] can be expired. This one is '
            raise StripeError(400, f"{message}{session['status']}.")
        webhooks.announce(sandbox, ("checkout.session.expired", mark_expired(sandbox, session)))
        return session

    return await answer_call(request, expire)


async def get_current(sandbox: Sandbox, session_id: str) -> JSON:
    """Return a session, expired if its time has run out. Raises StripeError."""
    return await refresh(sandbox, fetch(sandbox, "sessions", session_id))


async def refresh(sandbox: Sandbox, session: JSON) -> JSON:
    """Expire a session if its time has run out; return it."""
    if session["status"] == "open" and session["expires_at"] <= time.time():
        webhooks.announce(sandbox, ("checkout.session.expired", mark_expired(sandbox, session)))
    return session


def mark_expired(sandbox: Sandbox, session: JSON) -> JSON:
    """Mark a session as expired; return it."""
    session |= {"status": "expired", "url": None}
    sandbox.store.put("sessions", session["id"], session)
    return session


async def expire_due(sandbox: Sandbox) -> None:
    """Expire the sessions whose time has run out."""
    for session in sandbox.store.where("sessions", "status", "open"):
        await refresh(sandbox, session)


def complete(sandbox: Sandbox, session: JSON, buyer: dict[str, str], *, paid: bool) -> JSON:
    """Mark a session as complete: paid at once, or with a method that takes days; return it.

    `buyer` is what was typed on the payment page: `tax_id` and `business_name`.
    """
    session = billing.apply_tax(sandbox, session)
    session |= {
        "status": "complete",
        "payment_intent": intents.confirm(sandbox, session, paid=paid)["id"],
        "url": None,
        "customer": billing.name_customer(session),
        "customer_details": billing.read_buyer(session, buyer),
    }
    return mark_paid(sandbox, session) if paid else _store(sandbox, session)


def mark_paid(sandbox: Sandbox, session: JSON) -> JSON:
    """Mark a complete session as paid, with its invoice if it creates one; return it."""
    session["payment_status"] = "paid"
    if session["invoice_creation"]["enabled"]:
        lines = (sandbox.store.get("line_items", session["id"]) or {"data": []})["data"]
        session["invoice"] = invoices.create(sandbox, session, lines)["id"]
    return _store(sandbox, session)


def _store(sandbox: Sandbox, session: JSON) -> JSON:
    sandbox.store.put("sessions", session["id"], session)
    return session


def _create(sandbox: Sandbox, asked: JSON) -> JSON:
    forms.refuse_unknown(asked, _PARAMETERS)
    forms.require_params(asked, "mode", "line_items", "success_url")
    forms.get_choice(asked, "mode", ("payment", "setup", "subscription"))
    if asked["mode"] != "payment":
        raise StripeError(400, f"The sandbox does not know mode={asked['mode']}.", param="mode")
    now = int(time.time())
    expires_at = forms.get_integer(asked, "expires_at", now + SESSION_SECONDS[1])
    if not now + SESSION_SECONDS[0] - SLACK_SECONDS <= expires_at <= now + SESSION_SECONDS[1] + SLACK_SECONDS:
        message = "The `expires_at` timestamp must be from 30 minutes to 24 hours from Checkout Session creation."
        raise StripeError(400, message, param="expires_at")
    email = asked.get("customer_email")
    if email is not None and "@" not in email:
        raise StripeError(400, f"Invalid email address: {email}", code="email_invalid", param="customer_email")
    session_id = f"cs_test_{uuid.uuid4().hex}{uuid.uuid4().hex[:26]}"
    line_items = [_build_line_item(number, item) for number, item in enumerate(forms.get_list(asked, "line_items"))]
    amount, currency = _sum_line_items(line_items)
    session = NEW_SESSION | {
        "id": session_id,
        "amount_subtotal": amount,
        "amount_total": amount,
        "currency": currency,
        "client_reference_id": asked.get("client_reference_id"),
        "customer_email": email,
        "metadata": forms.get_metadata(asked),
        "success_url": forms.get_url(asked, "success_url"),
        "cancel_url": forms.get_url(asked, "cancel_url"),
        "url": f"{sandbox.config.url}/checkout/{session_id}",
        "created": now,
        "expires_at": expires_at,
        "submit_type": asked.get("submit_type"),
        "payment_method_types": forms.get_list(asked, "allowed_payment_method_types") or ["card"],
    }
    session |= billing.read_params(asked)
    intent = forms.get_object(asked, "payment_intent_data")
    planned = {"description": intent.get("description"), "metadata": forms.get_metadata(intent)}
    sandbox.store.put("line_items", session_id, {"data": line_items, "intent": planned})
    sandbox.store.put("sessions", session_id, session)
    return session


def _build_line_item(number: int, item: object) -> JSON:
    """Build a line item from its parameters. Raises StripeError."""
    asked: JSON = forms.get_object({"item": item}, "item", param=f"line_items[{number}]")
    within = f"line_items[{number}]"
    forms.require_params(asked, "price_data", within=within)
    price = forms.get_object(asked, "price_data", param=f"{within}[price_data]")
    forms.require_params(price, "currency", "unit_amount", "product_data", within=f"{within}[price_data]")
    product = forms.get_object(price, "product_data", param=f"{within}[price_data][product_data]")
    forms.require_params(product, "name", within=f"{within}[price_data][product_data]")
    unit = forms.get_integer(price, "unit_amount", 0, param=f"{within}[price_data][unit_amount]")
    quantity = forms.get_integer(asked, "quantity", 1, param=f"{within}[quantity]")
    if unit < 0 or quantity < 1:
        raise StripeError(400, "Invalid non-negative integer", param=within)
    forms.get_choice(price, "tax_behavior", ("inclusive", "exclusive", "unspecified"))
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
            "tax_behavior": price.get("tax_behavior", "unspecified"),
            "type": "one_time",
            "unit_amount": unit,
            "unit_amount_decimal": str(unit),
        },
        "quantity": quantity,
    }


def _sum_line_items(line_items: list[JSON]) -> tuple[int, str]:
    """Return the total amount of all lines, and its currency. Raises StripeError."""
    currencies = {item["currency"] for item in line_items}
    if len(currencies) != 1:
        raise StripeError(400, "All prices of a Checkout Session must be in one currency.", param="line_items")
    amount = sum(item["amount_total"] for item in line_items)
    currency = currencies.pop()
    if amount % STEPS.get(currency, 1):
        message = f"Invalid amount: in {currency} it must be a multiple of {STEPS[currency]}."
        raise StripeError(400, message, code="parameter_invalid_integer", param="line_items")
    if amount < MINIMUM_AMOUNTS.get(currency, MINIMUM_AMOUNT):
        message = "The Checkout Session's total amount must be at least the minimum that can be charged."
        raise StripeError(400, message, code="amount_too_small", param="line_items")
    return amount, currency


def _list_items(sandbox: Sandbox, session_id: str, asked: JSON) -> JSON:
    stored = sandbox.store.get("line_items", session_id) or {"data": []}
    # Line items come in their own order, not newest first as other lists do.
    listed = paginate(
        [{"created": 0, **item} for item in stored["data"][::-1]],
        asked,
        f"/v1/checkout/sessions/{session_id}/line_items",
    )
    for item in listed["data"]:
        del item["created"]
    return listed


HANDLERS = [create_session, list_sessions, retrieve_session, list_line_items, expire_session]

"""Stripe's payment intents and charges: the payment of a checkout session."""

import time
import uuid
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from blogqueue.sandbox.calls import answer_call, fetch
from blogqueue.sandbox.shapes import NEW_CHARGE, NEW_INTENT
from blogqueue.sandbox.state import JSON, Sandbox

DECLINED = {"type": "card_error", "code": "card_declined", "message": "Your card was declined."}


@get("/v1/payment_intents/{intent_id:str}")
async def retrieve_intent(request: Request[Any, Any, Any], intent_id: FromPath[str]) -> Response[Any]:
    """Return a payment intent."""
    return await answer_call(
        request,
        lambda sandbox, _: fetch(sandbox, "payment_intents", intent_id, "intent"),
    )


@get("/v1/charges/{charge_id:str}")
async def retrieve_charge(request: Request[Any, Any, Any], charge_id: FromPath[str]) -> Response[Any]:
    """Return a charge."""
    return await answer_call(request, lambda sandbox, _: fetch(sandbox, "charges", charge_id))


@get("/v1/balance")
async def retrieve_balance(request: Request[Any, Any, Any]) -> Response[Any]:
    """Return an empty balance; callers use it to check their key."""
    empty: list[JSON] = [{"amount": 0, "currency": "eur", "source_types": {"card": 0}}]
    return await answer_call(
        request, lambda _, __: {"object": "balance", "available": empty, "livemode": False, "pending": empty}
    )


@get("/v1/account")
async def retrieve_account(request: Request[Any, Any, Any]) -> Response[Any]:
    """Return the account that the key belongs to."""
    return await answer_call(
        request,
        lambda _, __: {
            "id": "acct_sandbox",
            "object": "account",
            "charges_enabled": True,
            "country": "DE",
            "default_currency": "eur",
            "details_submitted": True,
            "payouts_enabled": True,
        },
    )


def confirm(sandbox: Sandbox, session: JSON, *, paid: bool) -> JSON:
    """Confirm a session's payment: it succeeds at once, or is being processed; return the payment intent."""
    intent = _get_or_create(sandbox, session)
    return mark_succeeded(sandbox, intent) if paid else _store(sandbox, intent | {"status": "processing"})


def mark_succeeded(sandbox: Sandbox, intent: JSON) -> JSON:
    """Mark a payment intent as paid, with a new charge; return the intent."""
    charge_id = f"ch_{uuid.uuid4().hex[:24]}"
    charge: JSON = NEW_CHARGE | {
        "id": charge_id,
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "created": int(time.time()),
        "currency": intent["currency"],
        "description": intent["description"],
        "metadata": intent["metadata"],
        "payment_intent": intent["id"],
        "receipt_email": intent["receipt_email"],
        "receipt_url": f"{sandbox.config.url}/receipt/{charge_id}",
    }
    sandbox.store.put("charges", charge["id"], charge)
    changes = {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
    return _store(sandbox, intent | changes)


def mark_declined(sandbox: Sandbox, session: JSON) -> JSON:
    """Mark a session's payment as declined, so that it can be tried again; return the payment intent."""
    return _store(
        sandbox,
        _get_or_create(sandbox, session) | {"status": "requires_payment_method", "last_payment_error": DECLINED},
    )


def _get_or_create(sandbox: Sandbox, session: JSON) -> JSON:
    """Return the payment intent of a session; create it if there is none."""
    known = sandbox.store.get("intents_of_sessions", session["id"])
    if known is not None:
        return fetch(sandbox, "payment_intents", known["id"])
    lines = sandbox.store.get("line_items", session["id"]) or {}
    planned: JSON = lines.get("intent", {"description": None, "metadata": {}})
    intent = NEW_INTENT | {
        "id": f"pi_{uuid.uuid4().hex[:24]}",
        "amount": session["amount_total"],
        "amount_received": 0,
        "created": int(time.time()),
        "currency": session["currency"],
        "description": planned["description"],
        "metadata": planned["metadata"],
        "receipt_email": session["customer_email"],
    }
    sandbox.store.put("intents_of_sessions", session["id"], {"id": intent["id"]})
    return intent


def _store(sandbox: Sandbox, intent: JSON) -> JSON:
    sandbox.store.put("payment_intents", intent["id"], intent)
    return intent


HANDLERS = [retrieve_intent, retrieve_charge, retrieve_balance, retrieve_account]

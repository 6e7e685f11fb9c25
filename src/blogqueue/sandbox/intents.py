"""Stripe's payment intents and charges: what a completed checkout session has moved."""

import time
import uuid
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from blogqueue.sandbox.calls import answer, found
from blogqueue.sandbox.shapes import NEW_CHARGE, NEW_INTENT
from blogqueue.sandbox.state import JSON, Sandbox

DECLINED = {"type": "card_error", "code": "card_declined", "message": "Your card was declined."}


@get("/v1/payment_intents/{intent_id:str}")
async def retrieve_intent(request: Request[Any, Any, Any], intent_id: FromPath[str]) -> Response[Any]:
    """One payment intent."""
    return await answer(
        request,
        lambda sandbox, _: found(
            sandbox.store.get("payment_intents", intent_id), "payment_intent", intent_id, "intent"
        ),
    )


@get("/v1/charges/{charge_id:str}")
async def retrieve_charge(request: Request[Any, Any, Any], charge_id: FromPath[str]) -> Response[Any]:
    """One charge."""
    return await answer(request, lambda sandbox, _: found(sandbox.store.get("charges", charge_id), "charge", charge_id))


@get("/v1/balance")
async def retrieve_balance(request: Request[Any, Any, Any]) -> Response[Any]:
    """The balance, which is always empty: for asking whether the key is right."""
    empty: list[JSON] = [{"amount": 0, "currency": "eur", "source_types": {"card": 0}}]
    return await answer(
        request, lambda _, __: {"object": "balance", "available": empty, "livemode": False, "pending": empty}
    )


@get("/v1/account")
async def retrieve_account(request: Request[Any, Any, Any]) -> Response[Any]:
    """The account that the key belongs to."""
    return await answer(
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


def confirmed(sandbox: Sandbox, session: JSON, *, paid: bool) -> JSON:
    """The session's payment intent once the customer has confirmed it: paid, or under way."""
    intent = _of(sandbox, session)
    return succeeded(sandbox, intent) if paid else _put(sandbox, intent | {"status": "processing"})


def succeeded(sandbox: Sandbox, intent: JSON) -> JSON:
    """The payment intent with its money here, and its charge."""
    charge: JSON = NEW_CHARGE | {
        "id": f"ch_{uuid.uuid4().hex[:24]}",
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "created": int(time.time()),
        "currency": intent["currency"],
        "description": intent["description"],
        "metadata": intent["metadata"],
        "payment_intent": intent["id"],
        "receipt_email": intent["receipt_email"],
    }
    sandbox.store.put("charges", charge["id"], charge)
    changes = {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
    return _put(sandbox, intent | changes)


def declined(sandbox: Sandbox, session: JSON) -> JSON:
    """The session's payment intent once the bank has said no: another try may follow."""
    return _put(sandbox, _of(sandbox, session) | {"status": "requires_payment_method", "last_payment_error": DECLINED})


def _of(sandbox: Sandbox, session: JSON) -> JSON:
    """The session's payment intent: the one it has, or a new one."""
    known = sandbox.store.get("intents_of_sessions", session["id"])
    if known is not None:
        return found(sandbox.store.get("payment_intents", known["id"]), "payment_intent", known["id"])
    kept = sandbox.store.get("line_items", session["id"]) or {}
    planned: JSON = kept.get("intent", {"description": None, "metadata": {}})
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


def _put(sandbox: Sandbox, intent: JSON) -> JSON:
    sandbox.store.put("payment_intents", intent["id"], intent)
    return intent


HANDLERS = [retrieve_intent, retrieve_charge, retrieve_balance, retrieve_account]

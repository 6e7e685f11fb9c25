"""Stripe's refunds and disputes."""

import time
import uuid
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from blogqueue.sandbox import forms, webhooks
from blogqueue.sandbox.calls import answer_call, fetch, paginate
from blogqueue.sandbox.forms import StripeError
from blogqueue.sandbox.shapes import NEW_DISPUTE, NEW_REFUND
from blogqueue.sandbox.state import JSON, Sandbox, get_sandbox

PENDING_SECONDS = 2
"""How long a delayed refund stays pending, unless its fault says."""

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


@post("/v1/refunds", status_code=200)
async def create_refund(request: Request[Any, Any, Any]) -> Response[Any]:
    """Create a refund."""
    return await answer_call(request, _create)


@get("/v1/refunds")
async def list_refunds(request: Request[Any, Any, Any]) -> Response[Any]:
    """List refunds, newest first, filtered by `payment_intent`, `charge` and `created`."""

    def find(sandbox: Sandbox, asked: JSON) -> JSON:
        wanted = {name: asked[name] for name in ("payment_intent", "charge") if name in asked}
        matching = [r for r in sandbox.store.all("refunds") if all(r[name] == wanted[name] for name in wanted)]
        return paginate(matching, asked, "/v1/refunds")

    return await answer_call(request, find)


@get("/v1/refunds/{refund_id:str}")
async def retrieve_refund(request: Request[Any, Any, Any], refund_id: FromPath[str]) -> Response[Any]:
    """Return a refund."""
    return await answer_call(request, lambda sandbox, _: fetch(sandbox, "refunds", refund_id))


ANSWER_SECONDS = 7 * 24 * 3600
"""How long the bank waits for an answer to a dispute; with cards it is one to three weeks."""


@post("/disputes", status_code=200)
async def open_dispute(request: Request[Any, Any, Any]) -> Response[Any]:
    """Open a dispute, as the customer's bank would: `{paymentIntent, amount?, reason?}`."""
    sandbox, asked = get_sandbox(request), await request.json()
    intent = sandbox.store.get("payment_intents", str(asked.get("paymentIntent")))
    if intent is None or intent["latest_charge"] is None:
        return Response({"error": "there is no such paid payment intent"}, status_code=404)
    charge = fetch(sandbox, "charges", intent["latest_charge"])
    dispute: JSON = NEW_DISPUTE | {
        "id": f"du_{uuid.uuid4().hex[:24]}",
        "amount": int(asked.get("amount", charge["amount"])),
        "charge": charge["id"],
        "created": int(time.time()),
        "currency": charge["currency"],
        "evidence_details": NEW_DISPUTE["evidence_details"] | {"due_by": int(time.time()) + ANSWER_SECONDS},
        "payment_intent": intent["id"],
        "reason": str(asked.get("reason", NEW_DISPUTE["reason"])),
    }
    sandbox.store.put("charges", charge["id"], charge | {"disputed": True})
    sandbox.store.put("disputes", dispute["id"], dispute)
    return await _send_event(sandbox, "charge.dispute.created", dispute)


@post("/disputes/{dispute_id:str}/close", status_code=200)
async def close_dispute(request: Request[Any, Any, Any], dispute_id: FromPath[str]) -> Response[Any]:
    """Close a dispute, as the customer's bank would: `{status: "won" | "lost" | "prevented"}`."""
    sandbox, asked = get_sandbox(request), await request.json()
    dispute = sandbox.store.get("disputes", dispute_id)
    if dispute is None or asked.get("status") not in {"won", "lost", "prevented"}:
        return Response({"error": "there is no such dispute, or status is not won, lost or prevented"}, status_code=400)
    dispute["status"] = asked["status"]
    sandbox.store.put("disputes", dispute_id, dispute)
    return await _send_event(sandbox, "charge.dispute.closed", dispute)


def complete_due(sandbox: Sandbox) -> None:
    """Complete the pending refunds that are due, with the outcome that their fault planned."""
    for plan in sandbox.store.all("refund_plans"):
        if plan["at"] <= time.time():
            sandbox.store.remove("refund_plans", plan["id"])
            refund = fetch(sandbox, "refunds", plan["id"])
            webhooks.announce(sandbox, *_complete(sandbox, refund, plan["status"]))


def _create(sandbox: Sandbox, asked: JSON) -> JSON:
    forms.refuse_unknown(asked, {"payment_intent", "charge", "amount", "reason", "metadata"})
    forms.get_choice(asked, "reason", REASONS)
    charge = _find_charge(sandbox, asked)
    amount = _check_amount(charge, asked)
    fault = sandbox.faults.take("stripe", "refund_fails", "refund_pending")
    refund: JSON = NEW_REFUND | {
        "id": f"re_{uuid.uuid4().hex[:24]}",
        "amount": amount,
        "charge": charge["id"],
        "created": int(time.time()),
        "currency": charge["currency"],
        "destination_details": {"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
        "metadata": forms.get_metadata(asked),
        "payment_intent": charge["payment_intent"],
        "reason": asked.get("reason"),
        "status": "pending" if fault["kind"] else "succeeded",
    }
    sandbox.store.put("refunds", refund["id"], refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    sandbox.store.put("charges", charge["id"], charge)
    events = [("refund.created", refund), ("charge.refunded", charge)]
    if fault["kind"]:
        at = time.time() + float(fault.get("seconds", PENDING_SECONDS))
        status = "failed" if fault["kind"] == "refund_fails" else "succeeded"
        sandbox.store.put("refund_plans", refund["id"], {"id": refund["id"], "at": at, "status": status})
    else:
        events += _complete(sandbox, refund, "succeeded")
    webhooks.announce(sandbox, *events)
    return refund


def _check_amount(charge: JSON, asked: JSON) -> int:
    """Return the amount to refund: all that is left, unless one is given. Raises StripeError."""
    left = charge["amount"] - charge["amount_refunded"]
    amount = forms.get_integer(asked, "amount", left)
    if left <= 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise StripeError(400, message, code="charge_already_refunded", param="payment_intent")
    if charge["disputed"]:
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise StripeError(400, message, code="charge_disputed", param="payment_intent")
    if not 0 < amount <= left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise StripeError(400, message, param="amount")
    return amount


def _find_charge(sandbox: Sandbox, asked: JSON) -> JSON:
    """Return the charge to refund. Raises StripeError."""
    if "charge" in asked:
        return fetch(sandbox, "charges", asked["charge"], "charge")
    forms.require_params(asked, "payment_intent")
    key = asked["payment_intent"]
    intent = fetch(sandbox, "payment_intents", key, "payment_intent")
    if intent["latest_charge"] is None:
        message = f"This PaymentIntent ({key}) does not have a successful charge to refund."
        raise StripeError(400, message, code="payment_intent_unexpected_state", param="payment_intent")
    return fetch(sandbox, "charges", intent["latest_charge"])


def _complete(sandbox: Sandbox, refund: JSON, status: str) -> list[tuple[str, JSON]]:
    """Store the outcome of a refund; return its events. A failed refund no longer counts as refunded."""
    card = {"reference": uuid.uuid4().hex[:16], "reference_status": "available", "type": "refund"}
    completed = refund | {"status": status, "destination_details": {"card": card, "type": "card"}}
    events = [("refund.updated", completed)]
    if status == "failed":
        completed |= {"failure_reason": "lost_or_stolen_card", "destination_details": None}
        charge = fetch(sandbox, "charges", refund["charge"])
        charge |= {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False}
        sandbox.store.put("charges", charge["id"], charge)
        events.append(("refund.failed", completed))
    sandbox.store.put("refunds", refund["id"], completed)
    return events


async def _send_event(sandbox: Sandbox, kind: str, dispute: JSON) -> Response[Any]:
    """Send a dispute's event to the webhook; return the result for programs."""
    event, status = await webhooks.emit(sandbox, kind, dispute)
    return Response({"disputeId": dispute["id"], "eventId": event["id"], "webhookStatus": status})


HANDLERS = [create_refund, list_refunds, retrieve_refund, open_dispute, close_dispute]

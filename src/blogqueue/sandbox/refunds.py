"""Stripe's refunds and disputes: the ways in which money goes back."""

import time
import uuid
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from blogqueue.sandbox import forms, webhooks
from blogqueue.sandbox.calls import answer, found, page
from blogqueue.sandbox.forms import StripeError
from blogqueue.sandbox.shapes import NEW_DISPUTE, NEW_REFUND
from blogqueue.sandbox.state import JSON, Sandbox, of

PENDING_SECONDS = 2
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


@post("/v1/refunds", status_code=200)
async def create_refund(request: Request[Any, Any, Any]) -> Response[Any]:
    """Give money back."""
    return await answer(request, _create)


@get("/v1/refunds")
async def list_refunds(request: Request[Any, Any, Any]) -> Response[Any]:
    """Refunds, newest first; `payment_intent`, `charge` and `created` filter."""

    def find(sandbox: Sandbox, asked: JSON) -> JSON:
        wanted = {name: asked[name] for name in ("payment_intent", "charge") if name in asked}
        fitting = [r for r in sandbox.store.all("refunds") if all(r[name] == wanted[name] for name in wanted)]
        return page(fitting, asked, "/v1/refunds")

    return await answer(request, find)


@get("/v1/refunds/{refund_id:str}")
async def retrieve_refund(request: Request[Any, Any, Any], refund_id: FromPath[str]) -> Response[Any]:
    """One refund."""
    return await answer(request, lambda sandbox, _: found(sandbox.store.get("refunds", refund_id), "refund", refund_id))


@post("/disputes", status_code=200)
async def open_dispute(request: Request[Any, Any, Any]) -> Response[Any]:
    """The customer's bank disputes a payment: `{paymentIntent, amount?, reason?}`."""
    sandbox, asked = of(request), await request.json()
    intent = sandbox.store.get("payment_intents", str(asked.get("paymentIntent")))
    if intent is None or intent["latest_charge"] is None:
        return Response({"error": "there is no such paid payment intent"}, status_code=404)
    charge = found(sandbox.store.get("charges", intent["latest_charge"]), "charge", intent["latest_charge"])
    dispute: JSON = NEW_DISPUTE | {
        "id": f"du_{uuid.uuid4().hex[:24]}",
        "amount": int(asked.get("amount", charge["amount"])),
        "charge": charge["id"],
        "created": int(time.time()),
        "currency": charge["currency"],
        "payment_intent": intent["id"],
        "reason": str(asked.get("reason", NEW_DISPUTE["reason"])),
    }
    sandbox.store.put("charges", charge["id"], charge | {"disputed": True})
    sandbox.store.put("disputes", dispute["id"], dispute)
    return await _told(sandbox, "charge.dispute.created", dispute)


@post("/disputes/{dispute_id:str}/close", status_code=200)
async def close_dispute(request: Request[Any, Any, Any], dispute_id: FromPath[str]) -> Response[Any]:
    """The bank has decided: `{status: "won" | "lost"}`."""
    sandbox, asked = of(request), await request.json()
    dispute = sandbox.store.get("disputes", dispute_id)
    if dispute is None or asked.get("status") not in {"won", "lost"}:
        return Response({"error": "there is no such dispute, or status is not won or lost"}, status_code=400)
    dispute["status"] = asked["status"]
    sandbox.store.put("disputes", dispute_id, dispute)
    return await _told(sandbox, "charge.dispute.closed", dispute)


def settle_due(sandbox: Sandbox) -> None:
    """Settle the refunds whose time has come, as their fault planned it."""
    for plan in sandbox.store.all("refund_plans"):
        if plan["at"] <= time.time():
            sandbox.store.remove("refund_plans", plan["id"])
            refund = found(sandbox.store.get("refunds", plan["id"]), "refund", plan["id"])
            webhooks.announce(sandbox, *_settled(sandbox, refund, plan["status"]))


def _create(sandbox: Sandbox, asked: JSON) -> JSON:
    forms.known_only(asked, {"payment_intent", "charge", "amount", "reason", "metadata"})
    forms.one_of(asked, "reason", REASONS)
    charge = _charge(sandbox, asked)
    amount = _amount(charge, asked)
    fault = sandbox.faults.take("stripe", "refund_fails", "refund_pending")
    refund: JSON = NEW_REFUND | {
        "id": f"re_{uuid.uuid4().hex[:24]}",
        "amount": amount,
        "charge": charge["id"],
        "created": int(time.time()),
        "currency": charge["currency"],
        "destination_details": {"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
        "metadata": forms.metadata(asked),
        "payment_intent": charge["payment_intent"],
        "reason": asked.get("reason"),
        "status": "pending" if fault["kind"] else "succeeded",
    }
    sandbox.store.put("refunds", refund["id"], refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    sandbox.store.put("charges", charge["id"], charge)
    said = [("refund.created", refund), ("charge.refunded", charge)]
    if fault["kind"]:
        at = time.time() + float(fault.get("seconds", PENDING_SECONDS))
        status = "failed" if fault["kind"] == "refund_fails" else "succeeded"
        sandbox.store.put("refund_plans", refund["id"], {"id": refund["id"], "at": at, "status": status})
    else:
        said += _settled(sandbox, refund, "succeeded")
    webhooks.announce(sandbox, *said)
    return refund


def _amount(charge: JSON, asked: JSON) -> int:
    """How much is to go back: all that is left, unless said. Raises StripeError."""
    left = charge["amount"] - charge["amount_refunded"]
    amount = forms.integer(asked, "amount", left)
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


def _charge(sandbox: Sandbox, asked: JSON) -> JSON:
    """The charge that is to be refunded. Raises StripeError."""
    if "charge" in asked:
        return found(sandbox.store.get("charges", asked["charge"]), "charge", asked["charge"], "charge")
    forms.needed(asked, "payment_intent")
    key = asked["payment_intent"]
    intent = found(sandbox.store.get("payment_intents", key), "payment_intent", key, "payment_intent")
    if intent["latest_charge"] is None:
        message = f"This PaymentIntent ({key}) does not have a successful charge to refund."
        raise StripeError(400, message, code="payment_intent_unexpected_state", param="payment_intent")
    return found(sandbox.store.get("charges", intent["latest_charge"]), "charge", intent["latest_charge"])


def _settled(sandbox: Sandbox, refund: JSON, status: str) -> list[tuple[str, JSON]]:
    """Note what became of a refund; the events that tell of it. A refund that failed was none."""
    card = {"reference": uuid.uuid4().hex[:16], "reference_status": "available", "type": "refund"}
    settled = refund | {"status": status, "destination_details": {"card": card, "type": "card"}}
    events = [("refund.updated", settled)]
    if status == "failed":
        settled |= {"failure_reason": "lost_or_stolen_card", "destination_details": None}
        charge = found(sandbox.store.get("charges", refund["charge"]), "charge", refund["charge"])
        charge |= {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False}
        sandbox.store.put("charges", charge["id"], charge)
        events.append(("refund.failed", settled))
    sandbox.store.put("refunds", refund["id"], settled)
    return events


async def _told(sandbox: Sandbox, kind: str, dispute: JSON) -> Response[Any]:
    """Tell of a dispute, and say what became of it."""
    event, status = await webhooks.emit(sandbox, kind, dispute)
    return Response({"disputeId": dispute["id"], "eventId": event["id"], "webhookStatus": status})


HANDLERS = [create_refund, list_refunds, retrieve_refund, open_dispute, close_dispute]

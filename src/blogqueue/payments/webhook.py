"""Stripe's events: each is kept once, and what it says is done in the same transaction."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from blogqueue.db.engine import AWAY, transaction
from blogqueue.db.tables.payments import StripeEvent
from blogqueue.emails import emails
from blogqueue.errors import ProblemError
from blogqueue.log import logger
from blogqueue.outbox import Outbox
from blogqueue.payments import disputes, fulfillment, held_payments, refunds, stripe_api
from blogqueue.settings import settings

FULFILLING = frozenset({"checkout.session.completed", "checkout.session.async_payment_succeeded"})
EXPIRING = frozenset({"checkout.session.expired"})
FAILING = frozenset({"checkout.session.async_payment_failed"})
REFUNDING = frozenset({"refund.created", "refund.updated", "refund.failed"})
REVERSING = frozenset({"charge.refunded", "charge.dispute.created", "charge.dispute.closed"})
HANDLED = FULFILLING | EXPIRING | FAILING | REFUNDING | REVERSING

LONGEST_ID, LONGEST_TYPE = 255, 100


class Subject(msgspec.Struct):
    """What must be sound of an object before what it says is done."""

    id: str
    payment_intent: str | None = None
    metadata: dict[str, str] | None = None
    status: str | None = None
    amount_refunded: int | None = None


async def receive(raw: bytes, signature: str) -> Outbox:
    """Take an event: check the signature over the raw bytes, keep it, and do what it says; seen before, do nothing.

    Raises BadSignatureError, and ProblemError for what is no event. Whatever else goes wrong is told to the operator
    once, and Stripe sends the event again.
    """
    event = _sound(stripe_api.verified(raw, signature))
    event_id, event_type = event["id"], event["type"]
    try:
        return await _receive(event_id, event_type, event)
    except (ProblemError, *AWAY):
        raise
    except Exception as error:
        logger.exception("event not handled", stripe_event=event_id, type=event_type)
        await emails.create(
            "operator_alert",
            to=settings.operator_email,
            job_id=f"event-{event_id}"[:120],
            summary="An event of Stripe's cannot be handled",
            detail=f"{event_type} {event_id}: {type(error).__name__}: {error}. Stripe sends it again for some days.",
        )
        raise


async def _receive(event_id: str, event_type: str, event: dict[str, Any]) -> Outbox:
    async with transaction():
        fresh = (
            await StripeEvent.insert(StripeEvent(id=event_id, type=event_type, payload=event))
            .on_conflict(action="DO NOTHING")
            .returning(StripeEvent.id)
        )
        if not fresh:
            return Outbox()
        outbox, outcome = await _handle(event_type, event["data"]["object"])
        await StripeEvent.update({StripeEvent.handled_at: datetime.now(UTC), StripeEvent.outcome: outcome}).where(
            StripeEvent.id == event_id
        )
    return outbox


def _sound(event: dict[str, Any]) -> dict[str, Any]:
    """An event as it can be kept: PostgreSQL takes no NUL characters. Raises ProblemError for what is no event."""
    try:
        event = _without_nul(event)
        event_id, event_type, subject = event["id"], event["type"], event["data"]["object"]
        if event_type in HANDLED:
            fit = 0 < len(msgspec.convert(subject, Subject).id) <= LONGEST_ID
        else:
            fit = isinstance(subject, dict)
        fit &= 0 < len(event_id) <= LONGEST_ID and 0 < len(event_type) <= LONGEST_TYPE
        fit &= isinstance(event_id, str) and isinstance(event_type, str)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ProblemError("This is no Stripe event.", code="bad_event") from error
    if not fit:
        raise ProblemError("This is no Stripe event.", code="bad_event")
    return event


def _without_nul(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(member) for name, member in value.items()}
    return [_without_nul(member) for member in value] if isinstance(value, list) else value


async def _handle(event_type: str, subject: dict[str, Any]) -> tuple[Outbox, str]:
    """Do what an event says; what was promised, and the outcome in words."""
    if event_type in FULFILLING:
        return await fulfillment.fulfill(subject)
    if event_type in EXPIRING:
        await fulfillment.let_go(subject["id"])
        return Outbox(), "let go"
    if event_type in FAILING:
        return await fulfillment.payment_failed(subject["id"]), "payment failed"
    if event_type in REFUNDING:
        return await _refund(subject), "refund noted"
    if event_type in REVERSING and subject.get("payment_intent"):
        return await _reversal(event_type, str(subject["payment_intent"]), subject), "reversal noted"
    return Outbox(), "kept"


async def _reversal(event_type: str, payment_intent: str, subject: dict[str, Any]) -> Outbox:
    """What a charge that was given back, or a dispute, means for the order of its payment."""
    await fulfillment.take_turns(payment_intent)
    if event_type == "charge.dispute.created":
        return await disputes.disputed(payment_intent, subject["id"])
    if event_type == "charge.dispute.closed":
        return await disputes.dispute_closed(payment_intent, subject["id"], str(subject.get("status")))
    minor_units = int(subject.get("amount_refunded") or 0)
    return await disputes.given_back(payment_intent, minor_units, in_full=bool(subject.get("refunded")))


async def _refund(refund: dict[str, Any]) -> Outbox:
    """What became of a refund: of an order, of a held payment, or one that was made by hand in Stripe."""
    ours: dict[str, str] = refund.get("metadata") or {}
    status = str(refund.get("status"))
    if ours.get("order_id"):
        return await refunds.settled(refund["id"], status, order_id=ours["order_id"], number=ours.get("number", "1"))
    if status not in {"failed", "canceled"}:
        return Outbox()  # charge.refunded says whether it was all of the payment
    if ours.get("held_session"):
        return await held_payments.came_back(ours["held_session"])
    return await disputes.refund_failed(str(refund.get("payment_intent")), refund["id"])

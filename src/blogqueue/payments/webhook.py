"""Stripe's webhook events: each is stored once, and handled in the transaction that stores it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from blogqueue.db.engine import NOW, UNAVAILABLE, transaction
from blogqueue.db.rows import insert_row_if_new, update_row
from blogqueue.db.tables.payments import StripeEvent
from blogqueue.emails.alerts import alert_operator
from blogqueue.errors import ProblemError
from blogqueue.log import logger
from blogqueue.outbox import Outbox
from blogqueue.payments import checkout, disputes, fulfillment, held_payments, refunds, stripe_api
from blogqueue.payments.fulfillment import Handled
from blogqueue.payments.personal_data import drop_personal

LATEST = 4_102_444_800
"""The year 2100, in seconds; a later deadline is a mistake."""

LONGEST_ID, LONGEST_TYPE = 255, 100
"""The widths of the columns `stripe_events.id` and `.type`."""


class StripeObject(msgspec.Struct):
    """What must be valid in the object of an event that is handled."""

    id: str
    payment_intent: str | None = None
    metadata: dict[str, str] | None = None
    status: str | None = None
    amount_refunded: int | None = None


async def receive(raw: bytes, signature: str) -> Outbox:
    """Check an event's signature, store the event and handle it; an event that is stored already does nothing.

    Raises BadSignatureError, and ProblemError for a body that is not an event. Any other error alerts the operator
    once, and is raised again, so that Stripe sends the event again.
    """
    event = _validate(stripe_api.read_event(raw, signature))
    event_id, event_type = event["id"], event["type"]
    try:
        async with transaction():
            if not await _store(event):
                logger.info("event received again", stripe_event=event_id, type=event_type)
                return Outbox()
            handled = await HANDLERS.get(event_type, _ignore)(event["data"]["object"])
            changes = {StripeEvent.handled_at: NOW, StripeEvent.outcome: handled.outcome}
            await update_row(StripeEvent, changes, {StripeEvent.id: event_id})
        logger.info("event handled", stripe_event=event_id, type=event_type, **fulfillment.describe(handled))
        return handled.outbox  # noqa: TRY300 - the row is committed first
    except (ProblemError, *UNAVAILABLE):
        raise
    except Exception as error:
        logger.exception("event not handled", stripe_event=event_id, type=event_type)
        await alert_operator(
            "An event from Stripe cannot be handled",
            f"{event_type} {event_id}: {type(error).__name__}: {error}. Stripe sends it again for some days.",
            key=f"event-{event_id}",
            many="{} events from Stripe cannot be handled",
        )
        raise


async def _store(event: dict[str, Any]) -> bool:
    """Store an event without what it says about a person; False if it is stored already."""
    return await insert_row_if_new(StripeEvent(id=event["id"], type=event["type"], payload=drop_personal(event)))


def _validate(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event as it can be stored: PostgreSQL takes no NUL characters. Raises ProblemError for other bodies."""
    try:
        event = _strip_nul(event)
        event_id, event_type, subject = event["id"], event["type"], event["data"]["object"]
        if event_type in HANDLERS:
            is_valid = 0 < len(msgspec.convert(subject, StripeObject).id) <= LONGEST_ID
        else:
            is_valid = isinstance(subject, dict)
        is_valid &= 0 < len(event_id) <= LONGEST_ID and 0 < len(event_type) <= LONGEST_TYPE
        is_valid &= isinstance(event_id, str) and isinstance(event_type, str)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ProblemError("This is not a Stripe event.", code="bad_event") from error
    if not is_valid:
        raise ProblemError("This is not a Stripe event.", code="bad_event")
    return event


def _strip_nul(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_strip_nul(name): _strip_nul(member) for name, member in value.items()}
    return [_strip_nul(member) for member in value] if isinstance(value, list) else value


async def _expire_session(session: dict[str, Any]) -> Handled:
    await checkout.release(session["id"])
    return Handled("session expired")


async def _fail_payment(session: dict[str, Any]) -> Handled:
    return Handled("payment failed", await checkout.fail_payment(session["id"]))


async def _record_refund(refund: dict[str, Any]) -> Handled:
    """Record what became of a refund: of an order, of a held payment, or one that was made by hand in Stripe."""
    metadata: dict[str, str] = refund.get("metadata") or {}
    status = str(refund.get("status"))
    if metadata.get("order_id"):
        outbox = await refunds.record_status(
            refund["id"], status, order_id=metadata["order_id"], request_number=metadata.get("number", "1")
        )
    elif status not in {"failed", "canceled"}:
        outbox = Outbox()  # the event charge.refunded says whether it was all of the payment
    elif metadata.get("held_session"):
        outbox = await held_payments.hold_again(metadata["held_session"])
    elif await refunds.is_known(refund["id"]):  # made by hand in Stripe for an order's refund that had failed
        outbox = await refunds.record_status(refund["id"], status)
    else:
        outbox = await disputes.record_failed_refund(str(refund.get("payment_intent")), refund["id"])
    return Handled("refund recorded", outbox)


async def _refund_charge(charge: dict[str, Any]) -> Handled:
    payment_intent = charge.get("payment_intent")
    if not payment_intent:
        return await _ignore(charge)
    await fulfillment.lock_payment(payment_intent)
    amount, in_full = int(charge.get("amount_refunded") or 0), bool(charge.get("refunded"))
    outbox = await disputes.record_refund(payment_intent, amount, in_full=in_full)
    return Handled("refund recorded", outbox + await refunds.finish_by_hand(payment_intent) if in_full else outbox)


async def _open_dispute(dispute: dict[str, Any]) -> Handled:
    payment_intent = dispute.get("payment_intent")
    if not payment_intent:
        return await _ignore(dispute)
    await fulfillment.lock_payment(payment_intent)
    return Handled(
        "dispute recorded", await disputes.open_dispute(payment_intent, dispute["id"], _read_deadline(dispute))
    )


def _read_deadline(dispute: dict[str, Any]) -> datetime | None:
    """Return until when a dispute can be answered (docs.stripe.com/api/disputes/object), if Stripe says so."""
    details = dispute.get("evidence_details")
    due = cast("dict[str, Any]", details).get("due_by") if isinstance(details, dict) else None
    return datetime.fromtimestamp(due, UTC) if isinstance(due, int) and 0 < due < LATEST else None


async def _close_dispute(dispute: dict[str, Any]) -> Handled:
    payment_intent = dispute.get("payment_intent")
    if not payment_intent:
        return await _ignore(dispute)
    await fulfillment.lock_payment(payment_intent)
    outbox = await disputes.close_dispute(payment_intent, dispute["id"], str(dispute.get("status")))
    return Handled("dispute recorded", outbox)


async def _ignore(_: dict[str, Any]) -> Handled:
    return Handled("stored")


HANDLERS: dict[str, Callable[[dict[str, Any]], Awaitable[Handled]]] = {
    "checkout.session.completed": fulfillment.fulfill,
    "checkout.session.async_payment_succeeded": fulfillment.fulfill,
    "checkout.session.async_payment_failed": _fail_payment,
    "checkout.session.expired": _expire_session,
    "refund.created": _record_refund,
    "refund.updated": _record_refund,
    "refund.failed": _record_refund,
    "charge.refunded": _refund_charge,
    "charge.dispute.created": _open_dispute,
    "charge.dispute.closed": _close_dispute,
}
"""What is done about each type of event, with the event's object, in the transaction of `receive`."""

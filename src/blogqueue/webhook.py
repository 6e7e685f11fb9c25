"""Stripe's events: each is kept once, and what it says is done in the same transaction."""

from datetime import UTC, datetime
from typing import Any

from blogqueue import history, letters, payments, refunds, settlements
from blogqueue.database import transaction
from blogqueue.errors import ProblemError
from blogqueue.promises import Promised
from blogqueue.settings import settings
from blogqueue.tables import Order, StripeEvent

SETTLING = frozenset({"checkout.session.completed", "checkout.session.async_payment_succeeded"})
LETTING_GO = frozenset({"checkout.session.expired", "checkout.session.async_payment_failed"})
REFUNDING = frozenset({"refund.created", "refund.updated", "refund.failed"})
DISPUTING = frozenset({"charge.dispute.created"})


async def receive(raw: bytes, signature: str) -> Promised:
    """Take an event: check the signature over the raw bytes, keep it, and do what it says; seen before, do nothing.

    Raises BadSignatureError, and ProblemError for what is no event.
    """
    event = payments.verified(raw, signature)
    try:
        event_id, event_type, subject = str(event["id"]), str(event["type"]), dict(event["data"]["object"])
    except (KeyError, TypeError, ValueError) as error:
        raise ProblemError("This is no Stripe event.", code="bad_event") from error
    async with transaction():
        fresh = (
            await StripeEvent.insert(StripeEvent(id=event_id, type=event_type, payload=event))
            .on_conflict(action="DO NOTHING")
            .returning(StripeEvent.id)
        )
        if not fresh:
            return Promised()
        promised, outcome = await _handle(event_type, subject)
        await StripeEvent.update({StripeEvent.settled_at: datetime.now(UTC), StripeEvent.outcome: outcome}).where(
            StripeEvent.id == event_id
        )
    return promised


async def _handle(event_type: str, subject: dict[str, Any]) -> tuple[Promised, str]:
    """Do what an event says; what was promised, and the outcome in words."""
    if event_type in SETTLING:
        return await settlements.settle(subject)
    if event_type in LETTING_GO:
        await settlements.let_go(str(subject["id"]))
        return Promised(), "let go"
    if event_type in REFUNDING:
        ours: dict[str, Any] = subject.get("metadata") or {}
        if not ours.get("order_id"):
            return await _freeze(str(subject.get("payment_intent")), _GIVEN_BACK), "frozen"
        promised = await refunds.settled(
            str(subject["id"]),
            str(subject.get("status")),
            order_id=str(ours["order_id"]),
            number=str(ours.get("number", "1")),
        )
        return promised, "refund noted"
    if event_type in DISPUTING:
        return await _freeze(str(subject.get("payment_intent")), _DISPUTED), "frozen"
    return Promised(), "kept"


_DISPUTED = (
    "A payment is disputed",
    "The order is frozen: it is not refunded from here. Answer the dispute in Stripe.",
)
_GIVEN_BACK = (
    "A payment was given back in Stripe",
    "Not from here: the order is frozen, and neither worked on nor refunded again. Nothing is left to do in Stripe.",
)


async def _freeze(payment_intent: str, why: tuple[str, str]) -> Promised:
    """A payment that is disputed or was given back by hand is never refunded by us: the operator decides."""
    rows = await Order.raw(
        "UPDATE orders SET frozen = true, updated_at = clock_timestamp() "
        "WHERE payment_data->>'paymentIntent' = {} AND NOT frozen RETURNING id",
        payment_intent,
    )
    promised = Promised()
    for row in rows:
        await history.note(history.STRIPE, why[0], order_id=row["id"])
        promised += Promised(
            letters=await letters.promise(
                "operator_alert",
                to=settings.operator_email,
                order_id=row["id"],
                job_id="dispute",
                summary=why[0],
                detail=why[1],
            ),
        )
    return promised

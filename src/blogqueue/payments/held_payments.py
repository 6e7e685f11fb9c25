"""Payments that made no order, because they are not as asked or one too many; an operator's word ends each.

Accepted, it is worked on all the same; returned, Stripe gives it back; dismissed, it was settled outside.
"""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import stripe
from msgspec import Meta

from blogqueue.db.engine import transaction
from blogqueue.db.tables.orders import Purchase
from blogqueue.db.tables.payments import HeldPayment
from blogqueue.emails import emails
from blogqueue.errors import ConflictError, NotFoundError, UnavailableError
from blogqueue.money import format_amount
from blogqueue.orders import requests
from blogqueue.orders.status_view import Moment, View
from blogqueue.outbox import Outbox
from blogqueue.payments import fulfillment, stripe_api
from blogqueue.settings import settings
from blogqueue.states import HeldState, PurchaseState

UNDECIDED = (HeldState.HELD, HeldState.RETURNING)


class HeldPaymentView(View, frozen=True, kw_only=True):
    """A payment that made no order and waits for a decision."""

    session_id: Annotated[str, Meta(max_length=255, description="Stripe's id of the Checkout Session.")]
    purchase_id: UUID
    payment_intent: Annotated[str | None, Meta(description="Stripe's id of the payment.")]
    amount: Annotated[int | None, Meta(description="What was paid, in minor units of the currency.")]
    currency: Annotated[str, Meta(description="ISO 4217.")]
    email: Annotated[str, Meta(max_length=254)]
    reason: Annotated[str, Meta(description="Why it is held.")]
    state: HeldState
    error: Annotated[str, Meta(description="What Stripe or the bank answered to a return; empty if nothing.")]
    created_at: Moment


async def undecided() -> list[HeldPaymentView]:
    """Return the payments that wait for a decision, or are not returned yet, oldest first."""
    rows = (
        await HeldPayment.select(*HeldPayment.all_columns(), HeldPayment.purchase_id.email.as_alias("email"))
        .where(HeldPayment.state.is_in(list(UNDECIDED)))
        .order_by(HeldPayment.created_at)
        .output(load_json=True)
    )
    return [
        HeldPaymentView(
            session_id=row["session_id"],
            purchase_id=row["purchase_id"],
            payment_intent=row["session"].get("payment_intent"),
            amount=row["session"].get("amount_total"),
            currency=str(row["session"].get("currency")).upper(),
            email=row["email"],
            reason=row["reason"],
            state=HeldState(row["state"]),
            error=row["error"],
            created_at=row["created_at"],
        )
        for row in rows
    ]


async def accept(session_id: str, *, actor: str) -> tuple[Outbox, str]:
    """Work on a held payment all the same: its order, at the price that was paid; and the outcome in words.

    Raises NotFoundError, and ConflictError where it is decided already, or its purchase has an order.
    """
    async with transaction():
        held = await _get(session_id)
        await fulfillment.take_turns(held.session.get("payment_intent"))
        purchase = await fulfillment.locked(held.purchase_id)
        if purchase is None or purchase.state == PurchaseState.PAID:
            raise ConflictError("Its purchase has an order already; return this payment.", code="paid_twice")
        if not (held.session.get("payment_intent") and isinstance(held.session.get("amount_total"), int)):
            raise ConflictError("This is no payment that could be refunded; settle it in Stripe.", code="no_payment")
        if not held.reason.startswith(fulfillment.REVERSED) and await fulfillment.reversal(held.session):
            raise ConflictError("It was disputed or given back meanwhile; dismiss it instead.", code="reversed")
        await _decide(session_id, (HeldState.HELD,), HeldState.ACCEPTED, actor)
        return await fulfillment.work_on(purchase, held.session)


async def give_back(session_id: str, *, actor: str) -> Outbox:
    """Have Stripe give a held payment back; the customer is told once it has. Once decided, it is tried until it is.

    Raises NotFoundError, ConflictError where it is decided otherwise or Stripe refuses, UnavailableError where Stripe
    is away.
    """
    await request_return(session_id, actor=actor)
    try:
        return await _send(session_id)
    except stripe.InvalidRequestError as error:
        raise ConflictError(f"Stripe refuses: {error.user_message or error}", code="refused") from error
    except stripe.StripeError as error:
        raise UnavailableError("Stripe does not answer; the payment is given back as soon as it does.") from error


async def request_return(session_id: str, *, actor: str) -> None:
    """Decide that a held payment is given back; the minute has Stripe do it. Raises NotFoundError and ConflictError."""
    async with transaction():
        held = await _get(session_id)
        if not held.session.get("payment_intent"):
            raise ConflictError("There is no payment to give back; settle it in Stripe.", code="no_payment")
        await _decide(session_id, UNDECIDED, HeldState.RETURNING, actor)


async def dismiss(session_id: str, *, actor: str) -> None:
    """A held payment was settled outside, in Stripe or by the bank. Raises NotFoundError and ConflictError."""
    async with transaction():
        await _get(session_id)
        await _decide(session_id, UNDECIDED, HeldState.DISMISSED, actor)


async def send_due() -> Outbox:
    """Once more for the payments on whose way back Stripe did not answer."""
    rows = await HeldPayment.raw(
        "SELECT session_id FROM held_payments WHERE state = 'RETURNING' "
        "AND updated_at < clock_timestamp() - interval '50 seconds'"
    )
    outbox = Outbox()
    for row in rows:
        try:
            outbox += await _send(row["session_id"])
        except stripe.InvalidRequestError:
            continue  # it is HELD again, with Stripe's words
        except stripe.StripeError:
            break
    return outbox


async def came_back(session_id: str) -> Outbox:
    """The customer's bank did not take a returned payment: it waits for another word."""
    async with transaction():
        rows = await HeldPayment.raw(
            "UPDATE held_payments SET state = 'HELD', request_number = request_number + 1, "
            "error = 'the bank sent the refund back', "
            "updated_at = clock_timestamp() WHERE session_id = {} AND state = 'RETURNED' "
            "RETURNING purchase_id, request_number",
            session_id,
        )
        if not rows:
            return Outbox()
        return await emails.create(
            "operator_alert",
            to=settings.operator_email,
            purchase_id=rows[0]["purchase_id"],
            job_id=f"{session_id[:110]}#{rows[0]['request_number']}",
            summary="A returned payment came back",
            detail=f"Checkout session {session_id}: the customer's bank did not take it; it is held again.",
        )


async def _get(session_id: str) -> HeldPayment:
    held = await HeldPayment.objects().where(HeldPayment.session_id == session_id).first().output(load_json=True)
    if held is None:
        raise NotFoundError("held payment", field="sessionId")
    return held


async def _decide(session_id: str, from_status: tuple[HeldState, ...], to: HeldState, actor: str) -> None:
    """Move by compare-and-set. Raises ConflictError when it is (or was just) decided otherwise."""
    moved = (
        await HeldPayment.update(
            {HeldPayment.state: to, HeldPayment.decided_by: actor, HeldPayment.updated_at: datetime.now(UTC)}
        )
        .where(HeldPayment.session_id == session_id, HeldPayment.state.is_in(list(from_status)))
        .returning(HeldPayment.session_id)
    )
    if not moved:
        held = await _get(session_id)
        raise ConflictError(f"This payment is {held.state}, by {held.decided_by}.", code="wrong_state")


async def _send(session_id: str) -> Outbox:
    """Ask Stripe; one refund of however many calls. Raises stripe.StripeError, which is on the row then."""
    held = await _get(session_id)
    try:
        refund_id, _ = await stripe_api.send_refund(
            held.session["payment_intent"],
            held.session["amount_total"],
            key=f"held:{session_id}:{held.request_number}",
            metadata={"held_session": session_id},
        )
    except stripe.StripeError as error:
        refused = isinstance(error, stripe.InvalidRequestError)
        await HeldPayment.update(
            {
                HeldPayment.state: HeldState.HELD if refused else HeldState.RETURNING,
                HeldPayment.error: str(error)[:2000],
                HeldPayment.updated_at: datetime.now(UTC),
            }
        ).where(HeldPayment.session_id == session_id, HeldPayment.state == HeldState.RETURNING)
        raise
    return await _returned(held, refund_id)


async def _returned(held: HeldPayment, refund_id: str) -> Outbox:
    """Note that Stripe gives it back, and tell the customer, once; a purchase without an order is over."""
    async with transaction():
        rows = (
            await HeldPayment.update(
                {
                    HeldPayment.state: HeldState.RETURNED,
                    HeldPayment.stripe_refund_id: refund_id,
                    HeldPayment.error: "",
                    HeldPayment.updated_at: datetime.now(UTC),
                }
            )
            .where(HeldPayment.session_id == held.session_id, HeldPayment.state == HeldState.RETURNING)
            .returning(HeldPayment.purchase_id)
        )
        if not rows:
            return Outbox()
        await Purchase.raw(
            "UPDATE purchases p SET state = 'EXPIRED' WHERE id = {} AND state = 'HELD' AND NOT EXISTS "
            "(SELECT FROM held_payments h WHERE h.purchase_id = p.id AND h.state = 'HELD')",
            held.purchase_id,
        )
        purchase = await Purchase.objects().where(Purchase.id == held.purchase_id).first().output(load_json=True)
        if purchase is None:
            return Outbox()
        return await emails.create(
            "payment_returned",
            to=purchase.email,
            purchase_id=purchase.id,
            job_id=held.session_id[:120],
            item=purchase.subject or await requests.subject(purchase),
            price=format_amount(held.session["amount_total"], str(held.session["currency"])),
        )

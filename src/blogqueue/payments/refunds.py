"""Refunds: begun once an order for good, sent to Stripe with one idempotency key, and told to the customer."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import stripe

from blogqueue.catalogue import versions
from blogqueue.db import history
from blogqueue.db.engine import transaction
from blogqueue.db.tables.orders import Order
from blogqueue.db.tables.payments import Refund
from blogqueue.emails import emails
from blogqueue.errors import ConflictError
from blogqueue.orders import customer_emails, lifecycle
from blogqueue.outbox import Outbox
from blogqueue.payments import stripe_api
from blogqueue.settings import settings
from blogqueue.states import FailureReason, OrderStatus, RefundState

MAX_ATTEMPTS = 80
"""Calls that fail before Stripe has a refund: waits of 10 s to an hour, some three days; then the refund is FAILED."""

WORRYING_ATTEMPTS = 6
"""After about five minutes of them the operator hears of it, once."""


# Stripe's words, what they mean, and from which states they move a refund: a bank may send the money back after all.
OUTCOMES: dict[str, tuple[RefundState, tuple[RefundState, ...]]] = {
    "succeeded": (RefundState.SUCCEEDED, (RefundState.INITIATED, RefundState.FAILED)),
    "failed": (RefundState.FAILED, (RefundState.INITIATED, RefundState.SUCCEEDED)),
    "canceled": (RefundState.FAILED, (RefundState.INITIATED,)),
}


async def begin_due() -> Outbox:
    """Begin the refund of every order that FAILED for good and whose grace period is over."""
    rows = await Order.raw(
        "SELECT id FROM orders WHERE refund_due_at <= clock_timestamp() AND refund_state = 'NONE' "
        "AND status = 'FAILED' AND NOT on_hold AND failure_reason IS DISTINCT FROM 'payment_reversed' "
        "ORDER BY refund_due_at LIMIT 100",
    )
    outbox = Outbox()
    for row in rows:
        outbox += await begin(row["id"], actor="clock")
    return outbox


async def begin(order_id: UUID, *, actor: str) -> Outbox:
    """Begin one refund; nothing if it has begun, the order is not FAILED, or its payment was disputed or reversed."""
    async with transaction():
        rows = (
            await Order.update({Order.refund_state: RefundState.INITIATED, Order.updated_at: datetime.now(UTC)})
            .where(
                Order.id == order_id,
                Order.status == OrderStatus.FAILED,
                Order.refund_state == RefundState.NONE,
                Order.on_hold.eq(value=False),
                Order.failure_reason.is_null() | (Order.failure_reason != FailureReason.PAYMENT_REVERSED),
            )
            .returning(Order.price, Order.currency)
        )
        if not rows:
            return Outbox()
        refund = Refund(order_id=order_id, amount=rows[0]["price"], currency=rows[0]["currency"])
        await Refund.insert(refund)
        await history.record(actor, "refund initiated", order_id=order_id)
        await versions.supersede_pending(order_id)
    return Outbox(refunds=(refund.id,))


async def begin_or_repeat(order_id: UUID, *, actor: str) -> Outbox:
    """An operator gives the money of a FAILED order back: now, or once more after Stripe could not.

    Raises ConflictError when there is nothing to give back, it is on its way already, or the payment is disputed.
    """
    outbox = await begin(order_id, actor=actor) + await _repeat(order_id, actor=actor)
    if not outbox.refunds:
        order = await lifecycle.get(order_id)
        why = f"it is {order.status}, its refund {order.refund_state}"
        if order.on_hold or order.failure_reason == FailureReason.PAYMENT_REVERSED:
            why = "its payment is disputed or was reversed"
        raise ConflictError(
            f"Only a FAILED order whose money is not on its way is refunded; {why}.", code="wrong_state"
        )
    return outbox


async def _repeat(order_id: UUID, *, actor: str) -> Outbox:
    """Ask Stripe for a failed refund anew, under another key: a known key would give the first answer again."""
    async with transaction():
        # The refund's row first, as everywhere: locks are always taken in this order.
        rows = await Refund.raw(
            "UPDATE refunds SET state = 'INITIATED', request_number = request_number + 1, attempts = 0, error = '', "
            "stripe_refund_id = NULL, run_at = clock_timestamp(), updated_at = clock_timestamp() "
            "WHERE order_id = {} AND state = 'FAILED' "
            "AND (SELECT NOT on_hold AND failure_reason IS DISTINCT FROM 'payment_reversed' "
            "     FROM orders WHERE id = order_id) RETURNING id",
            order_id,
        )
        if not rows:
            return Outbox()
        await Order.update({Order.refund_state: RefundState.INITIATED, Order.updated_at: datetime.now(UTC)}).where(
            Order.id == order_id
        )
        await history.record(actor, "refund initiated again", order_id=order_id)
    return Outbox(refunds=(rows[0]["id"],))


async def send(refund_id: UUID) -> Outbox:
    """Have Stripe give the money back, or ask what became of it; safe to run twice, the same refund is found there.

    A refund that Stripe has is asked after for as long as it takes, a quarter of its age later each time, at most an
    hour. One that it has not is not sent while the payment is disputed: it goes back that way, or not at all.
    """
    rows = await Refund.raw(
        "UPDATE refunds r SET run_at = clock_timestamp() + "
        "   LEAST(interval '1 hour', GREATEST(interval '1 minute', (clock_timestamp() - r.created_at) / 4)), "
        "updated_at = clock_timestamp() FROM orders o WHERE r.id = {} AND o.id = r.order_id "
        "AND r.state = 'INITIATED' AND r.run_at <= clock_timestamp() "
        "AND (r.stripe_refund_id IS NOT NULL OR NOT o.on_hold) "
        "RETURNING r.order_id, r.amount, r.stripe_refund_id, r.request_number",
        refund_id,
    )
    if not rows:
        return Outbox()
    order = await lifecycle.get(rows[0]["order_id"])
    try:
        if rows[0]["stripe_refund_id"]:
            stripe_id, status = await stripe_api.find_refund(rows[0]["stripe_refund_id"])
        else:
            payment_intent = str(order.payment_data["paymentIntent"])
            number = rows[0]["request_number"]
            stripe_id, status = await stripe_api.send_refund(
                payment_intent,
                rows[0]["amount"],
                key=f"refund:{order.id}" + (f":{number}" if number > 1 else ""),
                metadata={"order_id": str(order.id)} | ({"number": str(number)} if number > 1 else {}),
            )
    except stripe.StripeError as error:
        return await _put_off(refund_id, str(error))
    await Refund.update({Refund.stripe_refund_id: stripe_id}).where(Refund.id == refund_id)
    return await settled(stripe_id, status)


async def settled(stripe_refund_id: str, status: str, *, order_id: str = "", number: str = "1") -> Outbox:
    """Note what Stripe says became of a refund ("succeeded" or "failed"; anything else is still on its way).

    `order_id` and `number` are the refund's metadata: its event may be here before the answer to our own call.
    """
    with suppress(ValueError):  # metadata that are not ours
        await Refund.update({Refund.stripe_refund_id: stripe_refund_id}).where(
            Refund.order_id == UUID(order_id), Refund.request_number == int(number), Refund.stripe_refund_id.is_null()
        )
    state, earlier = OUTCOMES.get(status, (None, ()))
    if state is None:
        return Outbox()
    async with transaction():
        rows = (
            await Refund.update({Refund.state: state, Refund.updated_at: datetime.now(UTC)})
            .where(Refund.stripe_refund_id == stripe_refund_id, Refund.state.is_in(list(earlier)))
            .returning(Refund.order_id)
        )
        return await _tell(rows[0]["order_id"], state) if rows else Outbox()


async def overdue() -> tuple[UUID, ...]:
    """Refunds that are begun, and of which Stripe has not said the last word; none that a dispute holds up."""
    rows = await Refund.raw(
        "SELECT r.id FROM refunds r JOIN orders o ON o.id = r.order_id WHERE r.state = 'INITIATED' "
        "AND r.run_at <= clock_timestamp() AND (r.stripe_refund_id IS NOT NULL OR NOT o.on_hold)"
    )
    return tuple(row["id"] for row in rows)


async def _put_off(refund_id: UUID, error: str) -> Outbox:
    """Note a call that failed: try again later, or give up where Stripe never had the refund; the operator hears of it.

    Of a refund that Stripe has, only its own word says that it failed.
    """
    async with transaction():
        rows = await Refund.raw(
            "UPDATE refunds SET error = {}, attempts = attempts + 1, state = CASE "
            "    WHEN stripe_refund_id IS NULL AND attempts + 1 >= {} THEN 'FAILED' ELSE state END, "
            "run_at = clock_timestamp() + LEAST(10 * 2 ^ LEAST(attempts, 20), 3600) * interval '1 second' "
            "WHERE id = {} AND state = 'INITIATED' RETURNING order_id, state, attempts, request_number",
            error[:2000],
            MAX_ATTEMPTS,
            refund_id,
        )
        if not rows:
            return Outbox()
        if rows[0]["state"] == RefundState.FAILED:
            return await _tell(rows[0]["order_id"], RefundState.FAILED)
        if rows[0]["attempts"] != WORRYING_ATTEMPTS:
            return Outbox()
        return await emails.create(
            "operator_alert",
            to=settings.operator_email,
            order_id=rows[0]["order_id"],
            job_id=f"refund-late-{rows[0]['request_number']}",
            summary="A refund is late",
            detail=f"Stripe said {WORRYING_ATTEMPTS} times: {error[:500]}. It is tried again for three days.",
        )


async def _tell(order_id: UUID, state: RefundState) -> Outbox:
    """Move the order's refund state along, and tell the customer of success or the operator of failure."""
    await Order.update({Order.refund_state: state, Order.updated_at: datetime.now(UTC)}).where(Order.id == order_id)
    await history.record(history.STRIPE, f"refund {state.value.lower()}", order_id=order_id)
    if state is RefundState.SUCCEEDED:
        return await customer_emails.create(await lifecycle.get(order_id), "refunded", price=True)
    requests = await Refund.select(Refund.request_number).where(Refund.order_id == order_id)
    return await emails.create(
        "operator_alert",
        to=settings.operator_email,
        order_id=order_id,
        job_id=f"refund-{requests[0]['request_number']}",
        summary="A refund failed",
        detail="Stripe did not give the money back; see the refund's error and settle it in Stripe.",
    )

"""Refunds: begun once an order for good, sent to Stripe with one idempotency key, and told to the customer."""

from datetime import UTC, datetime
from uuid import UUID

import stripe

from blogqueue import history, letters, orders, payments
from blogqueue.database import transaction
from blogqueue.errors import ConflictError
from blogqueue.promises import Promised
from blogqueue.settings import settings
from blogqueue.states import OrderStatus, RefundState
from blogqueue.tables import Order, Refund

MAX_ATTEMPTS = 10
"""Waits of 10 s to about an hour between them; then the refund is FAILED and the operator is told."""


# Stripe's words, what they mean, and from which states they move a refund: a bank may send the money back after all.
OUTCOMES: dict[str, tuple[RefundState, tuple[RefundState, ...]]] = {
    "succeeded": (RefundState.SUCCEEDED, (RefundState.INITIATED, RefundState.FAILED)),
    "failed": (RefundState.FAILED, (RefundState.INITIATED, RefundState.SUCCEEDED)),
    "canceled": (RefundState.FAILED, (RefundState.INITIATED,)),
}


async def begin_due() -> Promised:
    """Begin the refund of every order that FAILED for good and whose grace period is over."""
    rows = await Order.raw(
        "SELECT id FROM orders WHERE refund_due_at <= clock_timestamp() AND refund_state = 'NONE' "
        "AND status = 'FAILED' AND NOT frozen ORDER BY refund_due_at LIMIT 100",
    )
    promised = Promised()
    for row in rows:
        promised += await begin(row["id"], who="clock")
    return promised


async def begin(order_id: UUID, *, who: str) -> Promised:
    """Begin one refund; nothing if it has begun, if the order is not FAILED, or if its payment is disputed."""
    async with transaction():
        rows = (
            await Order.update({Order.refund_state: RefundState.INITIATED, Order.updated_at: datetime.now(UTC)})
            .where(
                Order.id == order_id,
                Order.status == OrderStatus.FAILED,
                Order.refund_state == RefundState.NONE,
                Order.frozen.eq(value=False),
            )
            .returning(Order.price, Order.currency)
        )
        if not rows:
            return Promised()
        refund = Refund(order_id=order_id, amount=rows[0]["price"], currency=rows[0]["currency"])
        await Refund.insert(refund)
        await history.note(who, "refund initiated", order_id=order_id)
    return Promised(refunds=(refund.id,))


async def begin_or_repeat(order_id: UUID, *, who: str) -> Promised:
    """An operator gives the money of a FAILED order back: now, or once more after Stripe could not.

    Raises ConflictError when there is nothing to give back, it is on its way already, or the payment is disputed.
    """
    promised = await begin(order_id, who=who) + await _repeat(order_id, who=who)
    if not promised.refunds:
        order = await orders.get(order_id)
        why = "its payment is disputed" if order.frozen else f"it is {order.status}, its refund {order.refund_state}"
        raise ConflictError(
            f"Only a FAILED order whose money is not on its way is refunded; {why}.", code="wrong_state"
        )
    return promised


async def _repeat(order_id: UUID, *, who: str) -> Promised:
    """Ask Stripe for a failed refund anew, under another key: a known key would give the first answer again."""
    async with transaction():
        # The refund's row first, as everywhere: locks are always taken in this order.
        rows = await Refund.raw(
            "UPDATE refunds SET state = 'INITIATED', round = round + 1, attempts = 0, error = '', "
            "stripe_refund_id = NULL, run_at = clock_timestamp(), updated_at = clock_timestamp() "
            "WHERE order_id = {} AND state = 'FAILED' "
            "AND NOT (SELECT frozen FROM orders WHERE id = order_id) RETURNING id",
            order_id,
        )
        if not rows:
            return Promised()
        await Order.update({Order.refund_state: RefundState.INITIATED, Order.updated_at: datetime.now(UTC)}).where(
            Order.id == order_id
        )
        await history.note(who, "refund initiated again", order_id=order_id)
    return Promised(refunds=(rows[0]["id"],))


async def send(refund_id: UUID) -> Promised:
    """Have Stripe give the money back, or ask what became of it; safe to run twice, the same refund is found there."""
    rows = await Refund.raw(
        "UPDATE refunds SET attempts = attempts + 1, run_at = clock_timestamp() + interval '1 minute', "
        "updated_at = clock_timestamp() WHERE id = {} AND state = 'INITIATED' AND run_at <= clock_timestamp() "
        "RETURNING order_id, amount, attempts, stripe_refund_id, round",
        refund_id,
    )
    if not rows:
        return Promised()
    order = await orders.get(rows[0]["order_id"])
    if order.frozen:
        return Promised()  # disputed since: the money goes back that way, or not at all
    try:
        if rows[0]["stripe_refund_id"]:
            stripe_id, status = await payments.find_refund(rows[0]["stripe_refund_id"])
        else:
            payment_intent = str(order.payment_data["paymentIntent"])
            stripe_id, status = await payments.send_refund(
                payment_intent, rows[0]["amount"], order_id=order.id, number=rows[0]["round"]
            )
    except stripe.StripeError as error:
        return await _put_off(refund_id, order.id, rows[0]["attempts"], str(error))
    await Refund.update({Refund.stripe_refund_id: stripe_id}).where(Refund.id == refund_id)
    return await settled(stripe_id, status)


async def settled(stripe_refund_id: str, status: str, *, order_id: str = "", number: str = "1") -> Promised:
    """Note what Stripe says became of a refund ("succeeded" or "failed"; anything else is still on its way).

    `order_id` and `number` are the refund's metadata: its event may be here before the answer to our own call.
    """
    await Refund.raw(
        "UPDATE refunds SET stripe_refund_id = {} WHERE order_id::text = {} AND round::text = {} "
        "AND stripe_refund_id IS NULL",
        stripe_refund_id,
        order_id,
        number,
    )
    state, earlier = OUTCOMES.get(status, (None, ()))
    if state is None:
        return Promised()
    async with transaction():
        rows = (
            await Refund.update({Refund.state: state, Refund.updated_at: datetime.now(UTC)})
            .where(Refund.stripe_refund_id == stripe_refund_id, Refund.state.is_in(list(earlier)))
            .returning(Refund.order_id)
        )
        return await _tell(rows[0]["order_id"], state) if rows else Promised()


async def overdue() -> tuple[UUID, ...]:
    """Refunds that are begun, and of which Stripe has not said the last word."""
    rows = await Refund.raw("SELECT id FROM refunds WHERE state = 'INITIATED' AND run_at <= clock_timestamp()")
    return tuple(row["id"] for row in rows)


async def _put_off(refund_id: UUID, order_id: UUID, attempts: int, error: str) -> Promised:
    """Try again later, or give up and tell the operator."""
    async with transaction():
        await Refund.raw(
            "UPDATE refunds SET error = {}, run_at = clock_timestamp() + {} * interval '1 second' WHERE id = {}",
            error[:2000],
            min(10 * 2 ** (attempts - 1), 3600),
            refund_id,
        )
        if attempts < MAX_ATTEMPTS:
            return Promised()
        given_up = (
            await Refund.update({Refund.state: RefundState.FAILED})
            .where(Refund.id == refund_id, Refund.state == RefundState.INITIATED)
            .returning(Refund.id)
        )
        return await _tell(order_id, RefundState.FAILED) if given_up else Promised()


async def _tell(order_id: UUID, state: RefundState) -> Promised:
    """Move the order's refund state along, and tell the customer of success or the operator of failure."""
    await Order.update({Order.refund_state: state, Order.updated_at: datetime.now(UTC)}).where(Order.id == order_id)
    await history.note(history.STRIPE, f"refund {state.value.lower()}", order_id=order_id)
    if state is RefundState.SUCCEEDED:
        return Promised(letters=await orders.write_to(await orders.get(order_id), "refunded", price=True))
    rounds = await Refund.select(Refund.round).where(Refund.order_id == order_id)
    return Promised(
        letters=await letters.promise(
            "operator_alert",
            to=settings.operator_email,
            order_id=order_id,
            job_id=f"refund-{rounds[0]['round']}",
            summary="A refund failed",
            detail="Stripe did not give the money back; see the refund's error and settle it in Stripe.",
        ),
    )

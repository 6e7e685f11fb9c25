"""Refunds of orders: each begins once, is sent to Stripe under one idempotency key, and is reported to the customer."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from blogqueue.catalogue import versions
from blogqueue.db import history
from blogqueue.db.engine import NOW, transaction
from blogqueue.db.tables.orders import Order
from blogqueue.db.tables.payments import Refund
from blogqueue.emails.alerts import alert_operator
from blogqueue.errors import ConflictError
from blogqueue.jobs.backoff import MAX_DOUBLINGS, REFUNDS
from blogqueue.orders import customer_emails, lifecycle
from blogqueue.outbox import Outbox
from blogqueue.payments import stripe_api
from blogqueue.payments.stripe_api import StripeCallError, StripeRefund
from blogqueue.states import FailureReason, OrderStatus, RefundState

ALERT_ATTEMPTS = 6
"""After so many failed calls, which is about five minutes, the operator gets one alert."""

BEGUN_AT_ONCE = 100
"""How many refunds one minute begins at most; the next one begins more."""

OUTCOMES: dict[str, tuple[RefundState, tuple[RefundState, ...]]] = {
    "succeeded": (RefundState.SUCCEEDED, (RefundState.INITIATED, RefundState.FAILED)),
    "failed": (RefundState.FAILED, (RefundState.INITIATED, RefundState.SUCCEEDED)),
    "canceled": (RefundState.FAILED, (RefundState.INITIATED,)),
}
"""Stripe's final statuses: the state that each leads to, and from which. A refund that "succeeded" may still fail."""

_CAN_BEGIN = (
    (Order.status == OrderStatus.FAILED)
    & (Order.refund_state == RefundState.NONE)
    & Order.on_hold.eq(value=False)
    & Order.purchase_id.is_not_null()
    & (Order.failure_reason.is_null() | (Order.failure_reason != FailureReason.PAYMENT_REVERSED))
)
"""FAILED orders that were paid, and whose payment is not disputed and was neither charged back nor refunded."""

_BEGIN_AGAIN = """
UPDATE refunds SET state = 'INITIATED', request_number = request_number + 1, attempts = 0, error = '',
    stripe_refund_id = NULL, run_at = clock_timestamp(), updated_at = clock_timestamp()
WHERE order_id = {} AND state = 'FAILED'
AND (SELECT NOT on_hold AND failure_reason IS DISTINCT FROM 'payment_reversed' FROM orders WHERE id = order_id)
RETURNING id
"""
"""Make a FAILED refund due again with a new number, unless its payment is disputed or was charged back or refunded."""

_MADE_BY_HAND = """
SELECT r.order_id FROM refunds r JOIN orders o ON o.id = r.order_id
WHERE o.payment_data->>'paymentIntent' = {} AND r.state = 'FAILED' AND EXISTS (
    SELECT FROM stripe_events e WHERE e.payload->'data'->'object'->>'payment_intent' = {}
    AND e.type = 'charge.refunded' AND to_timestamp((e.payload->>'created')::float) > r.updated_at)
"""
"""The order whose refund failed before Stripe refunded its payment (indexes `orders_by_payment`,
`stripe_events_reversals`). An event that comes late may be of the refund that failed."""

_IS_DUE = """
r.state = 'INITIATED' AND r.run_at <= clock_timestamp() AND (r.stripe_refund_id IS NOT NULL OR NOT o.on_hold)
"""
"""A refund `r` of an order `o` is to be sent or looked for; while its payment is disputed it is not asked for."""

_CLAIM = f"""
UPDATE refunds r SET updated_at = clock_timestamp(), run_at = clock_timestamp()
    + LEAST(interval '1 hour', GREATEST(interval '1 minute', (clock_timestamp() - r.created_at) / 4))
FROM orders o WHERE r.id = {{}} AND o.id = r.order_id AND {_IS_DUE}
RETURNING r.order_id, r.amount, r.stripe_refund_id, r.request_number, o.payment_data->>'paymentIntent' AS payment_intent
"""  # noqa: S608 - a constant, no input
"""Take a due refund and set its next look: a quarter of its age later, but at least a minute and at most an hour."""

_DUE = f"SELECT r.id FROM refunds r JOIN orders o ON o.id = r.order_id WHERE {_IS_DUE}"  # noqa: S608 - the same

_PUT_OFF = """
UPDATE refunds SET error = {}, attempts = attempts + 1,
    state = CASE WHEN stripe_refund_id IS NULL AND attempts + 1 >= {} THEN 'FAILED' ELSE state END,
    run_at = clock_timestamp() + LEAST({} * 2 ^ LEAST(attempts, {}), {}) * interval '1 millisecond'
WHERE id = {} AND state = 'INITIATED' RETURNING order_id, state, attempts, request_number
"""
"""Note a failed call and try again after a wait that doubles; give up in the end where Stripe has no refund."""


async def begin_due() -> Outbox:
    """Begin the refund of every order that has FAILED and whose grace period is over."""
    rows = (
        await Order.select(Order.id)
        .where(Order.refund_due_at <= NOW, _CAN_BEGIN)
        .order_by(Order.refund_due_at)
        .limit(BEGUN_AT_ONCE)
    )
    outbox = Outbox()
    for row in rows:
        async with transaction():
            outbox += await begin(row["id"], actor="clock")
    return outbox


async def begin(order_id: UUID, *, actor: str) -> Outbox:
    """Begin an order's refund, in the caller's transaction.

    Nothing happens if it has begun, the order is not FAILED, nobody paid for it, or its payment is disputed, charged
    back or refunded.
    """
    rows = (
        await Order.update({Order.refund_state: RefundState.INITIATED, Order.updated_at: NOW})
        .where(Order.id == order_id, _CAN_BEGIN)
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
    """Refund a FAILED order now, or once more after its refund has failed: an operator's decision.

    Raises ConflictError if the order is not FAILED, its refund is on its way or done, or its payment is disputed,
    charged back or refunded.
    """
    async with transaction():
        outbox = await begin(order_id, actor=actor) + await _repeat(order_id, actor=actor)
        if outbox.refunds:
            return outbox
        order = await lifecycle.get(order_id)
        why = f"it is {order.status}, its refund {order.refund_state}"
        if order.on_hold or order.failure_reason == FailureReason.PAYMENT_REVERSED:
            why = "its payment is disputed, or was charged back or refunded in Stripe"
        elif order.purchase_id is None:
            why = "an editor ordered this one, and nobody paid for it"
        raise ConflictError(f"Only a FAILED order without a refund can be refunded; {why}.", code="wrong_state")


async def _repeat(order_id: UUID, *, actor: str) -> Outbox:
    """Begin a failed refund again under another idempotency key, in the caller's transaction."""
    # The refund's row is locked before the order's, here as everywhere, so that no two transactions block each other.
    rows = await Refund.raw(_BEGIN_AGAIN, order_id)
    if not rows:
        return Outbox()
    await Order.update({Order.refund_state: RefundState.INITIATED, Order.updated_at: NOW}).where(Order.id == order_id)
    await history.record(actor, "refund initiated again", order_id=order_id)
    return Outbox(refunds=(rows[0]["id"],))


async def finish_by_hand(payment_intent: str) -> Outbox:
    """Make a FAILED refund due again after somebody refunded its payment in Stripe, in the caller's transaction.

    To the next call, Stripe answers with the refund that was made; then the customer gets the email.
    """
    rows = await Refund.raw(_MADE_BY_HAND, payment_intent, payment_intent)
    return await _repeat(rows[0]["order_id"], actor=history.STRIPE) if rows else Outbox()


async def is_known(stripe_refund_id: str) -> bool:
    """Return whether a refund at Stripe is that of an order."""
    return await Refund.exists().where(Refund.stripe_refund_id == stripe_refund_id)


async def send(refund_id: UUID) -> Outbox:
    """Ask Stripe for a due refund, or for the status of one that it has. Safe to run twice: the refund stays the same.

    A refund that Stripe has is asked about until its status is final.
    """
    rows = await Refund.raw(_CLAIM, refund_id)
    if not rows:
        return Outbox()
    try:
        refund = await _ask_stripe(rows[0])
    except StripeCallError as error:
        async with transaction():
            return await _put_off(refund_id, str(error))
    async with transaction():
        await Refund.update({Refund.stripe_refund_id: refund.id}).where(Refund.id == refund_id)
        return await record_status(refund.id, refund.status)


async def _ask_stripe(claimed: dict[str, Any]) -> StripeRefund:
    """Create a claimed refund at Stripe, or look it up if Stripe has it. Raises StripeCallError."""
    if claimed["stripe_refund_id"]:
        return await stripe_api.get_refund(claimed["stripe_refund_id"])
    order_id, number = claimed["order_id"], claimed["request_number"]
    return await stripe_api.create_refund(
        claimed["payment_intent"],
        claimed["amount"],
        key=f"refund:{order_id}" + (f":{number}" if number > 1 else ""),
        metadata={"order_id": str(order_id)} | ({"number": str(number)} if number > 1 else {}),
    )


async def record_status(stripe_refund_id: str, status: str, *, order_id: str = "", request_number: str = "1") -> Outbox:
    """Store a refund's status at Stripe, in the caller's transaction; see `OUTCOMES` for those that change something.

    `order_id` and `request_number` are the metadata of a refund whose event may arrive before the answer to our call.
    """
    with suppress(ValueError):  # the metadata are not ours
        await Refund.update({Refund.stripe_refund_id: stripe_refund_id}).where(
            Refund.order_id == UUID(order_id),
            Refund.request_number == int(request_number),
            Refund.stripe_refund_id.is_null(),
        )
    state, earlier = OUTCOMES.get(status, (None, ()))
    if state is None:
        return Outbox()
    rows = (
        await Refund.update({Refund.state: state, Refund.updated_at: NOW})
        .where(Refund.stripe_refund_id == stripe_refund_id, Refund.state.is_in(list(earlier)))
        .returning(Refund.order_id, Refund.request_number)
    )
    return await _conclude(rows[0]["order_id"], state, rows[0]["request_number"]) if rows else Outbox()


async def list_due() -> tuple[UUID, ...]:
    """Return the refunds that are due to be sent, or asked about; see `_IS_DUE`."""
    return tuple(row["id"] for row in await Refund.raw(_DUE))


async def _put_off(refund_id: UUID, error: str) -> Outbox:
    """Note a failed call, in the caller's transaction, and alert the operator of a late or a FAILED refund.

    A refund that Stripe has fails only by Stripe's status, never by failed calls.
    """
    rows = await Refund.raw(
        _PUT_OFF,
        error[:2000],
        REFUNDS.max_attempts,
        REFUNDS.first_ms,
        MAX_DOUBLINGS,
        REFUNDS.longest_ms,
        refund_id,
    )
    if not rows:
        return Outbox()
    order_id, number = rows[0]["order_id"], rows[0]["request_number"]
    if rows[0]["state"] == RefundState.FAILED:
        return await _conclude(order_id, RefundState.FAILED, number)
    if rows[0]["attempts"] != ALERT_ATTEMPTS:
        return Outbox()
    await alert_operator(
        "A refund is late",
        f"{ALERT_ATTEMPTS} calls to Stripe have failed, the last with: {error[:500]}. They go on for three days.",
        key=f"refund-late-{number}",
        many="{} refunds are late",
        order_id=order_id,
    )
    return Outbox()


async def _conclude(order_id: UUID, state: RefundState, request_number: int) -> Outbox:
    """Copy a refund's final state to its order; tell the customer of success, the operator of failure."""
    await Order.update({Order.refund_state: state, Order.updated_at: NOW}).where(Order.id == order_id)
    await history.record(history.STRIPE, f"refund {state.value.lower()}", order_id=order_id)
    if state is RefundState.SUCCEEDED:
        order = await lifecycle.get(order_id)
        return await customer_emails.create(order, "refunded", job_id=f"refund-{request_number}", price=True)
    await alert_operator(
        "A refund failed",
        "The customer has not received the money. See the refund's error; refund it again, or deal with it in Stripe.",
        key=f"refund-{request_number}",
        many="{} refunds failed",
        order_id=order_id,
    )
    return Outbox()

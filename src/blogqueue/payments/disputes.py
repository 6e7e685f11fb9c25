"""Disputes, charge-backs, and refunds that are made by hand in Stripe, and what they mean for the payment's order.

While a payment is disputed its order is on hold: it has no open job, and is neither moved nor refunded.
"""

from datetime import datetime
from uuid import UUID

from blogqueue.catalogue import versions
from blogqueue.db import history
from blogqueue.db.engine import NOW, transaction
from blogqueue.db.tables.orders import Order
from blogqueue.db.tables.payments import HeldPayment, Refund, StripeEvent
from blogqueue.emails.alerts import alert_operator
from blogqueue.errors import ConflictError
from blogqueue.jobs import jobs
from blogqueue.orders import customer_emails, lifecycle
from blogqueue.outbox import Outbox
from blogqueue.states import FailureReason, OrderStatus, RefundState

DISPUTED = "A payment is disputed"
CHARGED_BACK, REFUNDED = "was charged back by your bank", "was refunded to you"
"""What happened to a payment, as its customer reads it."""

WON = frozenset({"won", "warning_closed"})
"""The statuses of a closed dispute after which the money stays here (docs.stripe.com/api/disputes/object)."""

LOST: dict[str, tuple[str, str, str]] = {
    "lost": ("A dispute was lost", "The bank has taken the payment back.", CHARGED_BACK),
    "prevented": (
        "A dispute was prevented",
        "Stripe refunded the payment to the customer before it became a charge-back.",
        REFUNDED,
    ),
}
"""The statuses after which the money is gone: the alert's summary and detail, and what the customer reads."""

_ORDER_OF_PAYMENT = "SELECT id FROM orders WHERE payment_data->>'paymentIntent' = {}"
"""The order that a payment is for (index `orders_by_payment`)."""

_HELD_OF_PAYMENT = """
SELECT purchase_id FROM held_payments WHERE state IN ('HELD', 'RETURNING') AND session->>'payment_intent' = {}
"""

_COUNT_OPEN_DISPUTES = """
SELECT count(*) FROM stripe_events opened WHERE payload->'data'->'object'->>'payment_intent' = {}
AND type = 'charge.dispute.created' AND NOT EXISTS (
    SELECT FROM stripe_events closed
    WHERE closed.payload->'data'->'object'->>'payment_intent' = opened.payload->'data'->'object'->>'payment_intent'
    AND closed.type = 'charge.dispute.closed'
    AND closed.payload->'data'->'object'->>'id' = opened.payload->'data'->'object'->>'id')
"""
"""How many disputes about a payment are open (index `stripe_events_reversals`)."""

_FIND_CLOSING_EVENT = """
SELECT id FROM stripe_events WHERE payload->'data'->'object'->>'payment_intent' = {}
AND type = 'charge.dispute.closed' AND payload->'data'->'object'->>'id' = {}
"""
"""The event that closed a dispute (index `stripe_events_reversals`)."""


async def open_dispute(payment_intent: str, dispute_id: str, deadline: datetime | None = None) -> Outbox:
    """Put the order of a disputed payment on hold and alert the operator, in the caller's transaction.

    Until `deadline` the bank takes an answer. Nothing happens if the event that closed this dispute arrived first.
    """
    closed = await StripeEvent.raw(_FIND_CLOSING_EVENT, payment_intent, dispute_id)
    order_id = await _find_order(payment_intent)
    if closed:
        return Outbox()
    if order_id is None:
        return await _alert_of_held(payment_intent, dispute_id, deadline)
    order = await _get_for_update(order_id)
    if order.failure_reason == FailureReason.PAYMENT_REVERSED:
        return Outbox()
    await Order.update({Order.on_hold: True, Order.updated_at: NOW}).where(Order.id == order_id)
    await jobs.cancel(order_id)
    await history.record(history.STRIPE, DISPUTED, order_id=order_id)
    await alert_operator(
        DISPUTED,
        "The order is on hold: it is neither worked on nor refunded. Answer the dispute in Stripe; the order follows "
        "its outcome. `blogqueue orders release` and `blogqueue orders end` decide it by hand.",
        key=f"dispute-{dispute_id}",
        many="{} payments are disputed",
        order_id=order_id,
        deadline=deadline,
    )
    return Outbox()


async def _alert_of_held(payment_intent: str, dispute_id: str, deadline: datetime | None) -> Outbox:
    """Alert the operator of a dispute about a payment that is held: no order tells of it."""
    for held in await HeldPayment.raw(_HELD_OF_PAYMENT, payment_intent):
        await alert_operator(
            DISPUTED,
            "The payment is held, and has no order. Answer the dispute in Stripe, and dismiss the held payment.",
            key=f"dispute-{dispute_id}",
            many="{} payments are disputed",
            purchase_id=held["purchase_id"],
            page="/admin/held-payments",
            deadline=deadline,
        )
    return Outbox()


async def close_dispute(payment_intent: str, dispute_id: str, status: str) -> Outbox:
    """End the order of a lost dispute, or release that of a won or withdrawn one, in the caller's transaction.

    `status` is the dispute's at Stripe; with any other the order stays on hold until the operator decides. It also
    stays on hold while another dispute about its payment is open.
    """
    order_id = await _find_order(payment_intent)
    if order_id is None:
        return Outbox()
    if status in LOST:
        summary, detail, what = LOST[status]
        outbox = await _end(order_id, actor=history.STRIPE, action=f"dispute {status}", what=what)
        await alert_operator(
            summary,
            f"{detail} The order has ended, unless it was COMPLETED.",
            key=f"lost-{dispute_id}",
            order_id=order_id,
        )
        return outbox
    if status in WON:
        if (await StripeEvent.raw(_COUNT_OPEN_DISPUTES, payment_intent))[0]["count"]:
            await history.record(
                history.STRIPE, f"dispute {status}", order_id=order_id, detail="another dispute is still open"
            )
            return Outbox()
        return await _release(order_id, actor=history.STRIPE, action=f"dispute {status}")
    return Outbox()


async def record_refund(payment_intent: str, amount: int, *, in_full: bool) -> Outbox:
    """Record a refund made by hand in Stripe, in the caller's transaction; in full, it ends the order.

    `amount` is what has been refunded of the payment so far, in minor units. One of our refunds changes nothing here.
    """
    order_id = await _find_order(payment_intent)
    if order_id is None:
        return Outbox()
    order = await _get_for_update(order_id)
    if order.refund_state != RefundState.NONE:
        return Outbox()  # our own refund, or too late to change anything
    action = f"payment refunded in Stripe {'in full' if in_full else 'in part'}"
    if in_full:
        outbox = await _end(order_id, actor=history.STRIPE, action=action, what=REFUNDED)
        consequence = "The order has ended."
    else:
        await history.record(history.STRIPE, action, order_id=order_id)
        outbox, consequence = Outbox(), "The order goes on, as only a part of its payment was refunded."
    if order.status == OrderStatus.COMPLETED:
        consequence = "The order is COMPLETED and stays so."
    await alert_operator(
        "A payment was refunded in Stripe",
        consequence,
        key=f"refunded-{amount}",
        many="{} payments were refunded in Stripe",
        order_id=order_id,
    )
    return outbox


async def record_failed_refund(payment_intent: str, stripe_refund_id: str) -> Outbox:
    """Alert the operator of a failed refund that was made by hand in Stripe, in the caller's transaction."""
    order_id = await _find_order(payment_intent)
    if order_id is None:
        return Outbox()
    await history.record(history.STRIPE, "a refund made in Stripe failed", order_id=order_id)
    await alert_operator(
        "A refund made in Stripe failed",
        "The customer has not received the money.",
        key=f"refund-failed-{stripe_refund_id}",
        many="{} refunds made in Stripe failed",
        order_id=order_id,
    )
    return Outbox()


async def release(order_id: UUID, *, actor: str) -> Outbox:
    """Let an order on hold go on, as an operator decided. Raises NotFoundError, and ConflictError if not on hold."""
    async with transaction():
        await _get_on_hold(order_id)
        return await _release(order_id, actor=actor, action="release")


async def end(order_id: UUID, *, actor: str) -> Outbox:
    """End an order on hold whose payment is lost. Raises NotFoundError, and ConflictError (not on hold, COMPLETED)."""
    async with transaction():
        order = await _get_on_hold(order_id)
        if order.status == OrderStatus.COMPLETED:
            raise ConflictError("The order is COMPLETED; it can only be released.", code="wrong_state")
        return await _end(order_id, actor=actor, action="end: payment lost", what=CHARGED_BACK)


async def _find_order(payment_intent: str) -> UUID | None:
    rows = await Order.raw(_ORDER_OF_PAYMENT, payment_intent)
    return rows[0]["id"] if rows else None


async def _get_for_update(order_id: UUID) -> Order:
    """Return an order, locked after its refund, if it has one: the order of locks that `refunds` keeps to."""
    await Refund.select(Refund.id).where(Refund.order_id == order_id).lock_rows("UPDATE")
    return await lifecycle.get_for_update(order_id)


async def _get_on_hold(order_id: UUID) -> Order:
    order = await _get_for_update(order_id)
    if not order.on_hold:
        raise ConflictError("The order is not on hold.", code="not_on_hold")
    return order


async def _release(order_id: UUID, *, actor: str, action: str) -> Outbox:
    """Let an order go on, in the caller's transaction: its job waits again, and the sweep sends its refund."""
    order = await _get_for_update(order_id)
    if not order.on_hold:
        return Outbox()
    await Order.update({Order.on_hold: False, Order.updated_at: NOW}).where(Order.id == order_id)
    await history.record(actor, action, order_id=order_id)
    return await jobs.resume(order_id) if order.status == OrderStatus.PROCESSING else Outbox()


async def _end(order_id: UUID, *, actor: str, action: str, what: str) -> Outbox:
    """Fail an order whose payment is gone and tell the customer, in the caller's transaction.

    Of an order that is COMPLETED, or has been refunded, it is only recorded. `what` is CHARGED_BACK or REFUNDED.
    """
    order = await _get_for_update(order_id)
    if order.failure_reason == FailureReason.PAYMENT_REVERSED:
        return Outbox()
    await Order.update({Order.on_hold: False, Order.updated_at: NOW}).where(Order.id == order_id)
    if order.status == OrderStatus.COMPLETED or order.refund_state == RefundState.SUCCEEDED:
        await history.record(actor, action, order_id=order_id)
        return Outbox()
    await jobs.cancel(order_id)
    order = await lifecycle.fail(
        order,
        FailureReason.PAYMENT_REVERSED,
        actor=actor,
        action=action,
        explanation=f"The payment {what}.",
        refund_in_hours=None,
    )
    await _cancel_refund(order_id)
    await versions.supersede_pending(order_id)
    return await customer_emails.create(order, "payment_reversed", price=True, reason=what)


async def _cancel_refund(order_id: UUID) -> None:
    """Cancel a refund that Stripe does not have yet: the money has gone back another way."""
    cancelled = (
        await Refund.update(
            {Refund.state: RefundState.FAILED, Refund.error: "the payment was charged back or refunded"}
        )
        .where(Refund.order_id == order_id, Refund.state == RefundState.INITIATED, Refund.stripe_refund_id.is_null())
        .returning(Refund.id)
    )
    if cancelled:
        await Order.update({Order.refund_state: RefundState.FAILED}).where(Order.id == order_id)

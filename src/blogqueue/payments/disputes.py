"""A payment that is disputed or was given back in Stripe: its order rests, goes on, or has ended.

An order on hold has no open job, is neither moved nor refunded, and waits for the bank's word or an operator's.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from blogqueue.db import history
from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import ArticleVersion
from blogqueue.db.tables.orders import Order
from blogqueue.db.tables.payments import Refund, StripeEvent
from blogqueue.emails import emails
from blogqueue.errors import ConflictError
from blogqueue.jobs import jobs
from blogqueue.orders import customer_emails, lifecycle
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from blogqueue.states import FailureReason, OrderStatus, RefundState, ReviewStatus

DISPUTED = "A payment is disputed"
WON = frozenset({"won", "warning_closed"})
LOST, BACK = "was taken back by your bank", "was given back to you"


async def disputed(payment_intent: str, dispute_id: str) -> Outbox:
    """Freeze the order of a disputed payment, unless its end was heard of before its beginning; tell the operator."""
    ended = await StripeEvent.raw(
        "SELECT id FROM stripe_events WHERE payload->'data'->'object'->>'payment_intent' = {} "
        "AND type = 'charge.dispute.closed' AND payload->'data'->'object'->>'id' = {}",
        payment_intent,
        dispute_id,
    )
    order_id = await _of(payment_intent)
    if ended or order_id is None:
        return Outbox()
    async with transaction():
        order = await _locked(order_id)
        if order.on_hold or order.failure_reason == FailureReason.PAYMENT_REVERSED:
            return Outbox()
        await Order.update({Order.on_hold: True, Order.updated_at: datetime.now(UTC)}).where(Order.id == order_id)
        await jobs.cancel(order_id)
        await history.record(history.STRIPE, DISPUTED, order_id=order_id)
        return await _alert(
            order_id,
            f"dispute-{dispute_id}",
            DISPUTED,
            "The order is on hold: it is neither worked on nor refunded. "
            "Answer the dispute in Stripe; its outcome is applied here. "
            "`blogqueue orders release` and `blogqueue orders end` do it by hand.",
        )


async def dispute_closed(payment_intent: str, dispute_id: str, status: str) -> Outbox:
    """A dispute is over: lost, the order ends; won or withdrawn, it goes on; else the operator sees to it in Stripe."""
    order_id = await _of(payment_intent)
    if order_id is None:
        return Outbox()
    if status == "lost":
        outbox = await _end(order_id, actor=history.STRIPE, what="dispute lost", why=LOST)
        return outbox + await _alert(
            order_id,
            f"lost-{dispute_id}",
            "A dispute was lost",
            "The money is gone; the order has ended, or is recorded.",
        )
    if status in WON:
        return await _release(order_id, actor=history.STRIPE, what=f"dispute {status}")
    return Outbox()


async def given_back(payment_intent: str, minor_units: int, *, in_full: bool) -> Outbox:
    """A payment was given back in Stripe, not from here: in full, its order ends; in part, it is recorded."""
    order_id = await _of(payment_intent)
    if order_id is None:
        return Outbox()
    async with transaction():
        order = await _locked(order_id)
        if order.refund_state != RefundState.NONE:
            return Outbox()  # this is our own, or comes too late to change anything
        what = f"payment given back in Stripe {'in full' if in_full else 'in part'}"
        if in_full:
            outbox, said = await _end(order_id, actor=history.STRIPE, what=what, why=BACK), "The order has ended."
        else:
            await history.record(history.STRIPE, what, order_id=order_id)
            outbox, said = Outbox(), "The order goes on: only a part of its payment was given back."
        if order.status == OrderStatus.COMPLETED:
            said = "The order is completed, so this is only recorded."
        return outbox + await _alert(order_id, f"given-back-{minor_units}", "A payment was given back in Stripe", said)


async def refund_failed(payment_intent: str, refund_id: str) -> Outbox:
    """A refund that was made by hand in Stripe did not reach the customer: the operator's business."""
    order_id = await _of(payment_intent)
    if order_id is None:
        return Outbox()
    await history.record(history.STRIPE, "a refund made in Stripe failed", order_id=order_id)
    return await _alert(
        order_id, f"back-{refund_id}"[:120], "A refund made in Stripe failed", "The customer has not got the money."
    )


async def release(order_id: UUID, *, actor: str) -> Outbox:
    """An operator lets an order on hold go on where it stood. Raises ConflictError for one that is not on hold."""
    async with transaction():
        await _refuse_free(order_id)
        return await _release(order_id, actor=actor, what="release")


async def end(order_id: UUID, *, actor: str) -> Outbox:
    """End an order on hold whose payment is lost. Raises ConflictError for one not on hold, or COMPLETED."""
    async with transaction():
        order = await _refuse_free(order_id)
        if order.status == OrderStatus.COMPLETED:
            raise ConflictError("The order is COMPLETED; it can only be unfrozen.", code="wrong_state")
        return await _end(order_id, actor=actor, what="end: payment reversed", why=LOST)


async def _of(payment_intent: str) -> UUID | None:
    """The order that a payment is for."""
    rows = await Order.raw("SELECT id FROM orders WHERE payment_data->>'paymentIntent' = {}", payment_intent)
    return rows[0]["id"] if rows else None


async def _locked(order_id: UUID) -> Order:
    """An order and its refund, locked; the refund's row first, as everywhere."""
    await Refund.raw("SELECT id FROM refunds WHERE order_id = {} FOR UPDATE", order_id)
    return await lifecycle.get_for_update(order_id)


async def _refuse_free(order_id: UUID) -> Order:
    order = await _locked(order_id)
    if not order.on_hold:
        raise ConflictError("The order is not on hold.", code="not_on_hold")
    return order


async def _release(order_id: UUID, *, actor: str, what: str) -> Outbox:
    """An order on hold goes on: its job, if it had one, waits again; a refund that was held up is sent by the sweep."""
    async with transaction():
        order = await _locked(order_id)
        if not order.on_hold:
            return Outbox()
        await Order.update({Order.on_hold: False, Order.updated_at: datetime.now(UTC)}).where(Order.id == order_id)
        await history.record(actor, what, order_id=order_id)
        return await jobs.resume(order_id) if order.status == OrderStatus.PROCESSING else Outbox()


async def _end(order_id: UUID, *, actor: str, what: str, why: str) -> Outbox:
    """The payment is gone: the order is FAILED/payment_reversed, and its customer told; a COMPLETED one is recorded."""
    async with transaction():
        order = await _locked(order_id)
        status = OrderStatus(order.status)
        if order.failure_reason == FailureReason.PAYMENT_REVERSED:
            return Outbox()
        changes: dict[Any, Any] = {Order.on_hold: False, Order.updated_at: datetime.now(UTC)}
        if status is OrderStatus.COMPLETED or order.refund_state == RefundState.SUCCEEDED:
            await Order.update(changes).where(Order.id == order_id)
            await history.record(actor, what, order_id=order_id)
            return Outbox()
        await jobs.cancel(order_id)
        if status is OrderStatus.FAILED:
            await history.record(actor, what, order_id=order_id)
        else:
            await lifecycle.move(order_id, status, OrderStatus.FAILED, actor=actor, action=what)
        await Order.update(
            {
                **changes,
                Order.failure_reason: FailureReason.PAYMENT_REVERSED,
                Order.failure_detail: f"The payment {why}.",
                Order.refund_due_at: None,
            }
        ).where(Order.id == order_id)
        await _call_off(order_id)
        await ArticleVersion.update({ArticleVersion.backlink_review_status: ReviewStatus.SUPERSEDED}).where(
            ArticleVersion.order_id == order_id, ArticleVersion.backlink_review_status == ReviewStatus.PENDING_REVIEW
        )
        return await customer_emails.create(await lifecycle.get(order_id), "payment_reversed", price=True, reason=why)


async def _call_off(order_id: UUID) -> None:
    """A refund of ours that Stripe does not have yet is not sent any more: the money went back another way."""
    called_off = (
        await Refund.update({Refund.state: RefundState.FAILED, Refund.error: "the payment was reversed meanwhile"})
        .where(Refund.order_id == order_id, Refund.state == RefundState.INITIATED, Refund.stripe_refund_id.is_null())
        .returning(Refund.id)
    )
    if called_off:
        await Order.update({Order.refund_state: RefundState.FAILED}).where(Order.id == order_id)


async def _alert(order_id: UUID, job_id: str, summary: str, detail: str) -> Outbox:
    return await emails.create(
        "operator_alert",
        to=settings.operator_email,
        order_id=order_id,
        job_id=job_id[:120],
        summary=summary,
        detail=detail,
    )

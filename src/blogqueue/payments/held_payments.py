"""Payments that do not match their purchase, or are duplicates: held until an operator decides on each.

The operator accepts a payment (it becomes an order), returns it (Stripe refunds it), or dismisses it (it was dealt with
outside, in Stripe or by a bank).
"""

from typing import Annotated
from uuid import UUID

from msgspec import Meta
from piccolo.querystring import QueryString

from blogqueue.db.engine import NOW, transaction
from blogqueue.db.tables.orders import Purchase
from blogqueue.db.tables.payments import HeldPayment
from blogqueue.emails import emails
from blogqueue.emails.alerts import alert_operator
from blogqueue.errors import ConflictError, NotFoundError, UnavailableError
from blogqueue.localized import format_price
from blogqueue.orders import purchases, requests
from blogqueue.orders.status_view import Moment, View
from blogqueue.outbox import Outbox
from blogqueue.payments import fulfillment, stripe_api
from blogqueue.payments.fulfillment import Handled
from blogqueue.payments.stripe_api import StripeCallError, StripeRefusedError, StripeUnavailableError
from blogqueue.settings import settings
from blogqueue.states import HeldState, PurchaseState

UNDECIDED = (HeldState.HELD, HeldState.RETURNING)

_A_MINUTE_AGO = QueryString("clock_timestamp() - interval '50 seconds'")
"""Ten seconds less than a minute, so that each of its calls finds the payment due."""

_END_PURCHASE = """
UPDATE purchases p SET state = 'EXPIRED' WHERE id = {} AND state = 'HELD'
AND NOT EXISTS (SELECT FROM held_payments h WHERE h.purchase_id = p.id AND h.state = 'HELD')
"""
"""End a purchase whose payment was refunded, unless another payment of it is still held."""


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


async def list_undecided() -> list[HeldPaymentView]:
    """Return the payments that wait for a decision, or are not refunded yet, oldest first."""
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


async def accept(session_id: str, *, actor: str) -> Handled:
    """Turn a held payment into its order after all, at the price that was paid.

    Raises NotFoundError, and ConflictError if it is decided already, its purchase has an order, it cannot be refunded
    later, or it was disputed or refunded after it was held.
    """
    async with transaction():
        held = await _get(session_id)
        await fulfillment.lock_payment(held.session.get("payment_intent"))
        purchase = await purchases.get_for_update(held.purchase_id)
        if purchase is None or purchase.state == PurchaseState.PAID:
            raise ConflictError("Its purchase has an order already; refund this payment.", code="paid_twice")
        if not (held.session.get("payment_intent") and isinstance(held.session.get("amount_total"), int)):
            raise ConflictError("This payment could not be refunded later; deal with it in Stripe.", code="no_payment")
        if not held.reason.startswith(fulfillment.LOST_REASONS) and await fulfillment.find_loss(held.session):
            raise ConflictError("It was disputed or refunded meanwhile; dismiss it instead.", code="reversed")
        await _decide(session_id, (HeldState.HELD,), HeldState.ACCEPTED, actor)
        return await fulfillment.open_order(purchase, held.session)


async def return_payment(session_id: str, *, actor: str) -> Outbox:
    """Have Stripe refund a held payment, and tell the customer once it has.

    If Stripe does not answer, it is asked again every minute. Raises NotFoundError, ConflictError if it is decided
    otherwise or Stripe refuses, and UnavailableError.
    """
    await request_return(session_id, actor=actor)
    try:
        return await _send(session_id)
    except StripeRefusedError as error:
        raise ConflictError(f"Stripe refuses: {error.explanation}", code="refused") from error
    except StripeUnavailableError as error:
        raise UnavailableError("Stripe does not answer; the payment is refunded as soon as it does.") from error


async def request_return(session_id: str, *, actor: str) -> None:
    """Decide that a held payment is refunded: Stripe is asked within two minutes.

    Raises NotFoundError and ConflictError.
    """
    async with transaction():
        held = await _get(session_id)
        if not held.session.get("payment_intent"):
            raise ConflictError("There is no payment to refund; deal with it in Stripe.", code="no_payment")
        await _decide(session_id, UNDECIDED, HeldState.RETURNING, actor)


async def dismiss(session_id: str, *, actor: str) -> None:
    """Note that a held payment was dealt with in Stripe or by the bank. Raises NotFoundError and ConflictError."""
    async with transaction():
        await _get(session_id)
        await _decide(session_id, UNDECIDED, HeldState.DISMISSED, actor)


async def send_due() -> Outbox:
    """Ask Stripe again to refund the payments for which that was decided, each of them once a minute."""
    rows = (
        await HeldPayment.select(HeldPayment.session_id)
        .where(HeldPayment.state == HeldState.RETURNING, HeldPayment.updated_at < _A_MINUTE_AGO)
        .order_by(HeldPayment.updated_at)  # one that fails each time keeps no other waiting
    )
    outbox = Outbox()
    for row in rows:
        try:
            outbox += await _send(row["session_id"])
        except StripeRefusedError:
            continue  # it is HELD again, with Stripe's explanation
        except StripeUnavailableError:
            break
    return outbox


async def hold_again(session_id: str) -> Outbox:
    """Hold a refunded payment again after the customer's bank sent it back, in the caller's transaction."""
    rows = (
        await HeldPayment.update(
            {
                HeldPayment.state: HeldState.HELD,
                HeldPayment.request_number: HeldPayment.request_number + 1,
                HeldPayment.error: "the bank sent the refund back",
                HeldPayment.updated_at: NOW,
            }
        )
        .where(HeldPayment.session_id == session_id, HeldPayment.state == HeldState.RETURNED)
        .returning(HeldPayment.purchase_id, HeldPayment.request_number)
    )
    if not rows:
        return Outbox()
    await alert_operator(
        "The refund of a held payment failed",
        f"Checkout session {session_id}: the customer's bank sent the money back; the payment is held again.",
        key=f"{session_id[:110]}#{rows[0]['request_number']}",
        many="{} refunds of held payments failed",
        purchase_id=rows[0]["purchase_id"],
    )
    return Outbox()


async def _get(session_id: str) -> HeldPayment:
    held = await HeldPayment.objects().where(HeldPayment.session_id == session_id).first().output(load_json=True)
    if held is None:
        raise NotFoundError("held payment", field="sessionId")
    return held


async def _decide(session_id: str, from_states: tuple[HeldState, ...], to: HeldState, actor: str) -> None:
    """Move a held payment by compare-and-set. Raises ConflictError when it is, or has just been, decided otherwise."""
    moved = (
        await HeldPayment.update({HeldPayment.state: to, HeldPayment.decided_by: actor, HeldPayment.updated_at: NOW})
        .where(HeldPayment.session_id == session_id, HeldPayment.state.is_in(list(from_states)))
        .returning(HeldPayment.session_id)
    )
    if not moved:
        held = await _get(session_id)
        raise ConflictError(f"This payment is {held.state}, by {held.decided_by}.", code="wrong_state")


async def _send(session_id: str) -> Outbox:
    """Ask Stripe for the refund: one for all calls with one `request_number`. Stores and raises StripeCallError."""
    held = await _get(session_id)
    try:
        refund = await stripe_api.create_refund(
            held.session["payment_intent"],
            held.session["amount_total"],
            key=f"held:{session_id}:{held.request_number}",
            metadata={"held_session": session_id},
        )
    except StripeCallError as error:
        refused = isinstance(error, StripeRefusedError)
        await HeldPayment.update(
            {
                HeldPayment.state: HeldState.HELD if refused else HeldState.RETURNING,
                HeldPayment.error: str(error)[:2000],
                HeldPayment.updated_at: NOW,
            }
        ).where(HeldPayment.session_id == session_id, HeldPayment.state == HeldState.RETURNING)
        raise
    async with transaction():
        return await _complete_return(held, refund.id)


async def _complete_return(held: HeldPayment, stripe_refund_id: str) -> Outbox:
    """Note that Stripe has the refund, and tell the customer, once; end a purchase that has no order."""
    returned = (
        await HeldPayment.update(
            {
                HeldPayment.state: HeldState.RETURNED,
                HeldPayment.stripe_refund_id: stripe_refund_id,
                HeldPayment.error: "",
                HeldPayment.updated_at: NOW,
            }
        )
        .where(HeldPayment.session_id == held.session_id, HeldPayment.state == HeldState.RETURNING)
        .returning(HeldPayment.session_id)
    )
    if not returned:
        return Outbox()
    await Purchase.raw(_END_PURCHASE, held.purchase_id)
    purchase = await Purchase.objects().where(Purchase.id == held.purchase_id).first().output(load_json=True)
    if purchase is None:
        return Outbox()
    return await emails.create(
        "payment_returned",
        to=purchase.email,
        purchase_id=purchase.id,
        job_id=f"{held.session_id[:110]}#{held.request_number}",  # once more if the bank has sent it back
        item=await requests.describe(purchase),
        price=format_price(held.session["amount_total"], str(held.session["currency"])),
        catalogue_url=f"{settings.public_url}/",
    )

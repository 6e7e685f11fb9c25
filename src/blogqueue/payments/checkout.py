"""The Checkout Session of a purchase: opened from the emailed link, and ended unpaid."""

from datetime import UTC, datetime, timedelta
from typing import Any

from blogqueue import tokens
from blogqueue.catalogue import domains
from blogqueue.db.engine import NOW, transaction
from blogqueue.db.rows import find_row
from blogqueue.db.tables.orders import Purchase
from blogqueue.emails import emails
from blogqueue.errors import ConflictError, ProblemError, UnavailableError
from blogqueue.localized import format_price
from blogqueue.log import logger
from blogqueue.orders import purchases, requests
from blogqueue.orders.purchases import HOLD_MARGIN
from blogqueue.outbox import Outbox
from blogqueue.payments import fulfillment, stripe_alerts, stripe_api
from blogqueue.payments.stripe_api import CheckoutSession, StripeCallError, StripeKeyError, StripeRefusedError
from blogqueue.settings import settings
from blogqueue.states import OrderKind, PurchaseState

MAX_SESSIONS = 5
"""How many Checkout Sessions one purchase may open, one after another."""

UNAVAILABLE = "The payment page cannot be opened right now. Please try again."
REFUSED = (
    "Our payment provider does not accept this payment, and trying again will not help. Our team has been informed."
)


async def open_session(token: str) -> CheckoutSession:
    """Return the Checkout Session of the purchase that an emailed link confirms: the same one as long as it is open.

    No transaction is open while Stripe is called. The session's number and end are stored first; they make the
    idempotency key and the arguments, so that two clicks at the same moment get one session. Raises NotFoundError,
    ConflictError and UnavailableError.
    """
    known = await purchases.get_confirmable(token)
    if known.session_id and known.session_expires_at <= datetime.now(UTC):
        # It may have been paid in its last minute, or with a delayed payment, and the webhook not be here yet.
        await _end(known)
    purchase = await _plan_session(known)
    if purchase.session_id and purchase.session_url:
        return CheckoutSession(purchase.session_url, purchase.session_id)
    name = await requests.describe(purchase)
    try:
        session = await stripe_api.create_session(
            purchase.id,
            number=purchase.session_number,
            expires_at=purchase.session_expires_at,
            email=purchase.email,
            product_name=name[0].upper() + name[1:],
            amount=purchase.price,
            currency=purchase.currency,
        )
    except StripeCallError as error:
        logger.warning("checkout session not created", purchase=str(purchase.id), error=str(error))
        raise await _explain(error, purchase) from error
    await Purchase.update({Purchase.session_id: session.id, Purchase.session_url: session.url}).where(
        Purchase.id == purchase.id,
        Purchase.session_number == purchase.session_number,
        Purchase.state == PurchaseState.OPEN,
    )
    return session


async def _explain(error: StripeCallError, purchase: Purchase) -> ProblemError:
    """Return the error that the customer reads about a failed call; alert the operator if it will fail again."""
    if isinstance(error, StripeKeyError):
        await stripe_alerts.alert_of_key(error)
    elif isinstance(error, StripeRefusedError):
        await stripe_alerts.alert_of_purchase(error, purchase)
    else:
        return UnavailableError(UNAVAILABLE)
    return ConflictError(REFUSED, code="cannot_be_paid")


async def _end(purchase: Purchase) -> None:
    """Make sure that a session which is over by our clock is not paid beside the next one; fulfill it if it was paid.

    Our clock may be ahead of Stripe's, where the session of the purchase is still open then. Raises
    UnavailableError and ConflictError.
    """
    try:
        session = await _expire_at_stripe(purchase.session_id)
    except StripeCallError as error:
        if isinstance(error, StripeRefusedError) and error.code == "resource_missing":
            return  # Stripe does not have this session, so nobody can pay it
        raise await _explain(error, purchase) from error
    async with transaction():
        await fulfillment.fulfill(session)  # the watch and the sweep send what this stores


async def _expire_at_stripe(session_id: str) -> dict[str, Any]:
    """Return a session that is not open any more. Raises StripeCallError."""
    session = await stripe_api.get_session(session_id)
    if session["status"] != "open":
        return session
    try:
        return await stripe_api.expire_session(session_id)
    except StripeRefusedError:
        session = await stripe_api.get_session(session_id)  # paid, or ended, at this very moment
        if session["status"] == "open":
            raise
        return session


async def _plan_session(purchase: Purchase) -> Purchase:
    """Store the number and the end of the purchase's next session, unless its last one is open; return the purchase.

    An EXPIRED purchase becomes OPEN again: we may have heard first that its last session has ended. Raises
    ConflictError, or NotFoundError where its domain sells nothing any more.
    """
    async with transaction():
        locked = await purchases.get_for_update(purchase.id)
        if locked is None or locked.state not in {PurchaseState.OPEN, PurchaseState.EXPIRED}:
            raise ConflictError("This link was used.", code="token_used")
        if locked.payment_pending:
            raise ConflictError("Your payment is on its way; there is nothing more to pay.", code="payment_pending")
        await _check_on_sale(locked)
        now = datetime.now(UTC)
        is_over = locked.session_expires_at is None or locked.session_expires_at <= now
        if is_over or locked.state == PurchaseState.EXPIRED:
            if locked.session_number >= MAX_SESSIONS:
                raise ConflictError("This link has expired. Please start your purchase again.", code="token_expired")
            locked.state = PurchaseState.OPEN
            locked.session_number += 1
            locked.session_id = None
            locked.session_url = ""
            locked.session_started_at = now
            # Stripe accepts an end 30 min to 24 h from its own now; one minute more allows for the call's way there.
            locked.session_expires_at = now + timedelta(minutes=settings.checkout_ttl_minutes + 1)
            locked.slot_held_until = locked.session_expires_at + HOLD_MARGIN
            await locked.save(
                [
                    Purchase.state,
                    Purchase.session_number,
                    Purchase.session_id,
                    Purchase.session_url,
                    Purchase.session_started_at,
                    Purchase.session_expires_at,
                    Purchase.slot_held_until,
                ]
            )
        return locked


async def _check_on_sale(purchase: Purchase) -> None:
    """Raise ConflictError or NotFoundError if the requested link or article is not on sale any more."""
    if purchase.kind == OrderKind.ARTICLE:
        await domains.get(purchase.domain_id)
        return
    await purchases.check_available(purchase)


async def release(session_id: str) -> bool:
    """Let go of the link slot that a session held; False if it held none. A later payment is still fulfilled."""
    released = (
        await Purchase.update(
            {
                Purchase.state: PurchaseState.EXPIRED,
                Purchase.slot_held_until: NOW,
                Purchase.payment_pending: False,
            }
        )
        .where(Purchase.session_id == session_id, Purchase.state == PurchaseState.OPEN)
        .returning(Purchase.id)
    )
    return bool(released)


async def fail_payment(session_id: str) -> Outbox:
    """Let go of the link slot of a delayed payment that failed, and tell the customer, in the caller's transaction."""
    if not await release(session_id):
        return Outbox()
    purchase = await find_row(Purchase, Purchase.session_id, session_id)
    if purchase is None:
        return Outbox()
    return await emails.create(
        "payment_failed",
        to=purchase.email,
        purchase_id=purchase.id,
        job_id=session_id[:120],
        confirm_url=f"{settings.public_url}/purchase/confirm?token={tokens.PLACEHOLDER}",
        item=await requests.describe(purchase),
        price=format_price(purchase.price, purchase.currency),
    )

"""Payments whose webhook did not arrive: Stripe is asked every minute, and when a customer comes back from paying."""

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

from blogqueue.db.engine import UNAVAILABLE, transaction
from blogqueue.db.tables.orders import Purchase
from blogqueue.emails.alerts import alert_operator
from blogqueue.errors import UnavailableError
from blogqueue.log import logger
from blogqueue.orders.purchases import HOLD_MARGIN
from blogqueue.outbox import Outbox
from blogqueue.payments import checkout, fulfillment, stripe_alerts, stripe_api
from blogqueue.payments.stripe_api import StripeCallError, StripeKeyError, StripeRefusedError
from blogqueue.settings import settings

FAILED_INTENTS = frozenset({"requires_payment_method", "canceled"})
"""The statuses of a PaymentIntent whose delayed payment failed, although its session is complete."""

_UNFULFILLED = """
SELECT s.id FROM unnest({}::text[], {}::uuid[]) AS s (id, purchase_id) JOIN purchases p ON p.id = s.purchase_id
WHERE NOT EXISTS (SELECT FROM orders o WHERE o.session_id = s.id)
AND NOT EXISTS (SELECT FROM held_payments h WHERE h.session_id = s.id)
"""
"""Of some sessions and the purchases they were opened for, those without an order and without a held payment."""

_CLAIM_UNRESOLVED = """
UPDATE purchases SET stripe_checked_at = clock_timestamp() WHERE id IN (
    SELECT id FROM purchases
    WHERE state = 'OPEN' AND session_id IS NOT NULL AND (payment_pending OR slot_held_until < clock_timestamp())
    AND (stripe_checked_at IS NULL OR stripe_checked_at < clock_timestamp() - interval '4 minutes 30 seconds')
    ORDER BY stripe_checked_at NULLS FIRST, slot_held_until LIMIT 200 FOR UPDATE SKIP LOCKED)
RETURNING session_id
"""
"""The sessions to ask Stripe about, each every five minutes, and of two processes by one only."""

RETURN_SECONDS = 5
"""How often at most a returning customer's page asks Stripe about its session: people reload it."""

_CLAIM_RETURN = """
UPDATE purchases p SET stripe_checked_at = clock_timestamp()
WHERE session_id = {} AND NOT payment_pending
AND (stripe_checked_at IS NULL OR stripe_checked_at < clock_timestamp() - {} * interval '1 second')
AND NOT EXISTS (SELECT FROM orders o WHERE o.session_id = p.session_id)
AND NOT EXISTS (SELECT FROM held_payments h WHERE h.session_id = p.session_id)
RETURNING id
"""
"""Claim a session to ask Stripe about it. The minute's work asks about delayed payments, which take days."""


async def reconcile() -> Outbox:
    """Fulfill payments whose webhook did not arrive, and let go of sessions that ended unpaid.

    A session that fails is logged and alerts the operator once; it does not keep the others from being looked at.
    """
    outbox = Outbox()
    since = datetime.now(UTC) - timedelta(minutes=settings.checkout_ttl_minutes) - HOLD_MARGIN
    try:
        for session in await _find_unfulfilled(await stripe_api.list_complete_sessions(since)):
            outbox += await _attempt(str(session["id"]), _fulfill(session))
        for session_id in await claim_unresolved():
            outbox += await _attempt(session_id, _resolve(session_id))
    except StripeCallError as error:
        logger.warning("reconciliation put off, Stripe unavailable", error=str(error))
        if isinstance(error, StripeKeyError):
            await stripe_alerts.alert_of_key(error)
    return outbox


async def fulfill_by_id(session_id: str) -> Outbox:
    """Fulfill a session whose customer returns from the payment page, perhaps before the webhook arrives.

    Stripe is asked only about sessions of ours that have no order yet, and only once in RETURN_SECONDS for each.
    Raises UnavailableError.
    """
    if not await Purchase.raw(_CLAIM_RETURN, session_id, RETURN_SECONDS):
        return Outbox()
    try:
        session = await stripe_api.get_session(session_id)
    except StripeCallError as error:
        raise UnavailableError("The payment cannot be looked up right now.") from error
    return await _fulfill(session)


async def claim_unresolved() -> list[str]:
    """Return the sessions to ask Stripe about: their time is over, or a delayed payment is on its way.

    Each is returned once in five minutes; those that have waited longest come first.
    """
    return [row["session_id"] for row in await Purchase.raw(_CLAIM_UNRESOLVED)]


async def _find_unfulfilled(sessions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the sessions of our purchases that have neither an order nor a held payment."""
    ours = {str(one["id"]): purchase_id for one in sessions if (purchase_id := fulfillment.get_purchase_id(one))}
    rows = await Purchase.raw(_UNFULFILLED, list(ours), list(ours.values()))
    unfulfilled = {row["id"] for row in rows}
    return [session for session in sessions if session["id"] in unfulfilled]


async def _attempt(session_id: str, work: Awaitable[Outbox]) -> Outbox:
    """Await the work on one session; an error that nobody expected becomes an alert."""
    try:
        return await work
    except (StripeCallError, *UNAVAILABLE):
        raise
    except Exception as error:  # noqa: BLE001 - one session must not keep the others from being fulfilled
        logger.exception("session not fulfilled", session=session_id)
        await alert_operator(
            "A payment cannot be fulfilled",
            f"Checkout session {session_id}: {type(error).__name__}: {error}. It is tried again every minute.",
            key=f"unfulfilled-{session_id}",
            many="{} payments cannot be fulfilled",
        )
        return Outbox()


async def _fulfill(session: dict[str, Any]) -> Outbox:
    async with transaction():
        return (await fulfillment.fulfill(session)).outbox


async def _resolve(session_id: str) -> Outbox:
    """Ask Stripe what became of a session, and do what follows. Raises StripeCallError."""
    try:
        session = await stripe_api.get_session(session_id, "payment_intent")
    except StripeRefusedError as error:
        logger.warning("session not found at Stripe", session=session_id, error=str(error))
        if error.code == "resource_missing":  # this Stripe account does not have it, so nobody can pay it
            await checkout.release(session_id)
        return Outbox()
    if session.get("status") == "expired":
        await checkout.release(session_id)
        return Outbox()
    intent: dict[str, Any] = session.get("payment_intent") or {}
    session["payment_intent"] = intent.get("id")
    if session.get("status") == "complete" and intent.get("status") in FAILED_INTENTS:
        async with transaction():
            return await checkout.fail_payment(session_id)
    return await _fulfill(session)

"""The only module that speaks to Stripe: checkout, signatures, reconciliation, refunds.

Stripe's metadata carries ids only. The API version is the one stripe-python 16 pins.
"""

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
import stripe

from blogqueue.catalogue import domains, offers
from blogqueue.catalogue.versions import lock_article
from blogqueue.db.engine import AWAY, transaction
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Purchase
from blogqueue.emails import emails
from blogqueue.errors import ConflictError, ProblemError, UnavailableError
from blogqueue.log import logger
from blogqueue.orders import purchases, requests
from blogqueue.orders.purchases import HOLD_MARGIN
from blogqueue.outbox import Outbox
from blogqueue.payments import fulfillment
from blogqueue.settings import settings
from blogqueue.states import ArticleStatus, OrderKind, PurchaseState

MAX_SESSIONS = 5
"""Checkout sessions one purchase may open; each lives at most as long as the purchase's link is worth."""


FAILED_INTENTS = frozenset({"requires_payment_method", "canceled"})
"""The states of a payment intent in which a complete session's delayed payment did not go through."""


class BadSignatureError(ProblemError):
    """The webhook's signature is missing, wrong or too old."""

    status = 400
    code = "bad_signature"


class CheckoutSession(msgspec.Struct):
    """Where the customer pays."""

    url: str
    id: str


@cache
def _client() -> stripe.StripeClient:
    return stripe.StripeClient(
        settings.stripe_api_key.get_secret_value(),
        base_addresses={"api": settings.stripe_api_base},
        http_client=stripe.HTTPXClient(timeout=20),
        max_network_retries=2,
    )


async def checkout(token: str) -> CheckoutSession:
    """The Stripe Checkout session of the purchase that a magic link confirms: the same one while it is open.

    No transaction is open while Stripe thinks: the session's number and end are kept first, and make the idempotency
    key and the parameters, so that two clicks at once get one session.
    """
    known = await purchases.by_token(token)
    if known.session_id and known.session_expires_at <= datetime.now(UTC):
        # It may have been paid in its last minute, and the webhook be still on its way; or a delayed payment may be.
        await _end(known.session_id)
    purchase = await _with_session_planned(known)
    if purchase.session_id and purchase.session_url:
        return CheckoutSession(purchase.session_url, purchase.session_id)
    # What goes into the call is the purchase's own: under one idempotency key Stripe takes no other parameters.
    name = purchase.subject or await requests.subject(purchase)
    try:
        session = await _client().v1.checkout.sessions.create_async(
            {
                "mode": "payment",
                "client_reference_id": str(purchase.id),
                "customer_email": purchase.email,
                "metadata": {"purchase_id": str(purchase.id)},
                "expires_at": int(purchase.session_expires_at.timestamp()),
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": purchase.currency.lower(),
                            "unit_amount": purchase.price,
                            "product_data": {"name": (name[0].upper() + name[1:])[:250]},
                        },
                    },
                ],
                "success_url": f"{settings.public_url}/purchase/return?session_id={{CHECKOUT_SESSION_ID}}",
                "cancel_url": f"{settings.public_url}/purchase/cancelled",
            },
            {"idempotency_key": f"checkout:{purchase.id}:{purchase.session_number}"},
        )
    except stripe.StripeError as error:
        logger.warning("checkout session not created", purchase=str(purchase.id), error=str(error))
        raise UnavailableError("The payment page cannot be opened right now. Please try again.") from error
    await Purchase.update({Purchase.session_id: session.id, Purchase.session_url: session.url or ""}).where(
        Purchase.id == purchase.id,
        Purchase.session_number == purchase.session_number,
        Purchase.state == PurchaseState.OPEN,
    )
    return CheckoutSession(session.url or "", session.id)


async def _end(session_id: str) -> None:
    """See to it that a session whose time is over is not paid beside the next one; settle it if it was paid.

    Our clock may be ahead of Stripe's, where the session is still open then. Raises UnavailableError.
    """
    sessions = _client().v1.checkout.sessions
    try:
        session = await sessions.retrieve_async(session_id)
        if session.status == "open":
            try:
                session = await sessions.expire_async(session_id)
            except stripe.InvalidRequestError:
                session = await sessions.retrieve_async(session_id)  # paid, or ended, at this very moment
                if session.status == "open":
                    raise
    except stripe.InvalidRequestError as error:
        if error.code == "resource_missing":
            return  # there is no such session, so nobody can pay it
        raise UnavailableError("The payment page cannot be opened right now. Please try again.") from error
    except stripe.StripeError as error:
        raise UnavailableError("The payment page cannot be opened right now. Please try again.") from error
    await fulfillment.fulfill(session.to_dict())


async def _with_session_planned(purchase: Purchase) -> Purchase:
    """The purchase with the number and the end of its current checkout session, planned anew if the last has ended.

    An EXPIRED one is open again: the word that its last session has ended may be here before us.
    """
    async with transaction():
        if purchase.kind == OrderKind.BACKLINK:
            await lock_article(purchase.article_id)
        locked = (
            await Purchase.objects()
            .where(Purchase.id == purchase.id)
            .first()
            .lock_rows("UPDATE")
            .output(load_json=True)
        )
        now = datetime.now(UTC)
        if locked is None or locked.state not in {PurchaseState.OPEN, PurchaseState.EXPIRED}:
            raise ConflictError("This link was used.", code="token_used")
        if locked.payment_pending:
            raise ConflictError("Your payment is on its way; there is nothing more to pay.", code="payment_pending")
        await _refuse_off_sale(purchase)
        over = locked.session_expires_at is None or locked.session_expires_at <= now
        if over or locked.state == PurchaseState.EXPIRED:
            if locked.session_number >= MAX_SESSIONS:
                raise ConflictError("This link has expired. Please ask for the article again.", code="token_expired")
            locked.state = PurchaseState.OPEN
            locked.session_number += 1
            locked.session_id = None
            locked.session_url = ""
            # Stripe takes 30 min to 24 h from its own now; a minute more covers the way there.
            locked.session_started_at = now
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


async def _refuse_off_sale(purchase: Purchase) -> None:
    """Raise ConflictError, or NotFoundError, where what was asked for cannot be had any more."""
    if purchase.kind == OrderKind.ARTICLE:
        await domains.get(purchase.domain_id)
        return
    article = await Article.select(Article.status).where(Article.id == purchase.article_id)
    if article[0]["status"] != ArticleStatus.PUBLISHED:
        raise ConflictError("This article is no longer on sale.", code="not_on_sale")
    # The owner may have lowered the number, or this purchase's hold be over and its place sold.
    if not await offers.has_free_slot(purchase.id):
        raise ConflictError("All link places of this article are taken.", code="sold_out")


def verified(raw: bytes, signature: str) -> dict[str, Any]:
    """The event that a webhook carries, if Stripe signed these very bytes lately. Raises BadSignatureError."""
    secret = settings.stripe_webhook_secret.get_secret_value()
    if not secret:
        raise BadSignatureError("This webhook is not configured.")
    if not signature.isascii():
        raise BadSignatureError("The signature does not fit.")
    try:
        stripe.WebhookSignature.verify_header(raw.decode(), signature, secret, stripe.Webhook.DEFAULT_TOLERANCE)
        return msgspec.json.decode(raw, type=dict[str, Any])
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise BadSignatureError("The signature does not fit.") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise ProblemError("This is no Stripe event.", code="bad_event") from error


async def reconcile() -> Outbox:
    """Settle what was paid though no webhook came, and let go of what ended unpaid, by Stripe's own word.

    A session that cannot be settled keeps none of the others back: it is logged, and told to the operator once.
    """
    outbox = Outbox()
    try:
        for session in await fulfillment.unfulfilled(await _lately_complete()):
            outbox += await _tried(str(session["id"]), _fulfilled(session))
        for session_id in await fulfillment.unresolved():
            outbox += await _tried(session_id, _resolve(session_id))
    except stripe.StripeError as error:
        logger.warning("Stripe away, reconciliation put off", error=str(error))
    return outbox


async def _tried(session_id: str, work: Awaitable[Outbox]) -> Outbox:
    """What came of one session's turn; what nobody expected is the operator's."""
    try:
        return await work
    except (stripe.StripeError, *AWAY):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the operator hears of it
        logger.exception("session not settled", session=session_id)
        return await emails.create(
            "operator_alert",
            to=settings.operator_email,
            job_id=f"unsettled-{session_id}"[:120],
            summary="A payment cannot be settled",
            detail=f"Checkout session {session_id}: {type(error).__name__}: {error}. It is tried again and again.",
        )


async def _fulfilled(session: dict[str, Any]) -> Outbox:
    return (await fulfillment.fulfill(session))[0]


async def _lately_complete() -> list[dict[str, Any]]:
    """The complete sessions of as long as one may be open. One call a 100."""
    since = datetime.now(UTC) - timedelta(minutes=settings.checkout_ttl_minutes) - HOLD_MARGIN
    pages = await _client().v1.checkout.sessions.list_async(
        {"status": "complete", "created": {"gte": int(since.timestamp())}, "limit": 100}
    )
    return [session.to_dict() async for session in pages.auto_paging_iter()]


async def _resolve(session_id: str) -> Outbox:
    """Ask what became of a session whose time is over, or of a payment that is on its way."""
    try:
        session = (
            await _client().v1.checkout.sessions.retrieve_async(session_id, {"expand": ["payment_intent"]})
        ).to_dict()
    except stripe.InvalidRequestError as error:
        # Not known to this Stripe account, so nobody can pay it here.
        logger.warning("session not found at Stripe", session=session_id, error=str(error))
        if error.code == "resource_missing":
            await fulfillment.let_go(session_id)
        return Outbox()
    if session.get("status") == "expired":
        await fulfillment.let_go(session_id)
        return Outbox()
    intent: dict[str, Any] = session.get("payment_intent") or {}
    session["payment_intent"] = intent.get("id")
    if session.get("status") == "complete" and intent.get("status") in FAILED_INTENTS:
        return await fulfillment.payment_failed(session_id)
    return await _fulfilled(session)


async def fulfill_by_id(session_id: str) -> Outbox:
    """Fetch a session of ours from Stripe and settle it: for the return page, which may come before the webhook."""
    if not await Purchase.exists().where(Purchase.session_id == session_id):
        return Outbox()
    try:
        session = await _client().v1.checkout.sessions.retrieve_async(session_id)
    except stripe.StripeError as error:
        raise UnavailableError("The payment cannot be looked up right now.") from error
    return await _fulfilled(session.to_dict())


async def send_refund(payment_intent: str, minor_units: int, *, key: str, metadata: dict[str, str]) -> tuple[str, str]:
    """Ask Stripe to give the money back: its refund's id and status ("succeeded", "pending", ...).

    The idempotency key makes one refund of however many calls; Stripe forgets it after a day
    (docs.stripe.com/api/idempotent_requests), and then says that the charge is refunded. Whoever asks anew after a
    failure takes another key, as a known one gives the first answer again. Raises stripe.StripeError.
    """
    try:
        refund = await _client().v1.refunds.create_async(
            {"payment_intent": payment_intent, "amount": minor_units, "metadata": metadata}, {"idempotency_key": key}
        )
    except stripe.InvalidRequestError as error:
        if error.code != "charge_already_refunded":
            raise
        made = await _client().v1.refunds.list_async({"payment_intent": payment_intent, "limit": 1})
        if not made.data:
            raise
        refund = made.data[0]
    return refund.id, refund.status or "pending"


async def find_refund(stripe_refund_id: str) -> tuple[str, str]:
    """A refund's id and what became of it. Raises stripe.StripeError."""
    refund = await _client().v1.refunds.retrieve_async(stripe_refund_id)
    return refund.id, refund.status or "pending"

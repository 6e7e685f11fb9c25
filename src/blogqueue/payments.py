"""The only module that speaks to Stripe: checkout, signatures, settling, reconciliation, refunds.

`settle` is the one verb that the webhook, the return page and reconciliation call; it may be called often and at once.
Stripe's metadata carries ids only. The API version is the one stripe-python 16 pins.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import msgspec
import stripe

from blogqueue import catalogue, letters, orders, purchases, tokens
from blogqueue.database import transaction
from blogqueue.errors import ConflictError, ProblemError, UnavailableError
from blogqueue.log import logger
from blogqueue.money import amount
from blogqueue.promises import Promised
from blogqueue.purchases import HOLD_MARGIN
from blogqueue.settings import settings
from blogqueue.states import ArticleStatus, PurchaseState
from blogqueue.tables import Article, Order, Purchase
from blogqueue.versions import lock_article

MAX_SESSIONS = 5
"""Checkout sessions one purchase may open; each lives at most as long as the purchase's link is worth."""


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
        # It may have been paid in its last minute, and the webhook be still on its way.
        await settle_by_id(known.session_id)
    purchase = await _with_session_planned(token)
    if purchase.session_id and purchase.session_url:
        return CheckoutSession(purchase.session_url, purchase.session_id)
    title = (await Article.select(Article.title).where(Article.id == purchase.article_id))[0]["title"]
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
                            "product_data": {"name": f"One link in “{title}”"[:250]},
                        },
                    },
                ],
                "success_url": f"{settings.public_url}/purchase/return?session_id={{CHECKOUT_SESSION_ID}}",
                "cancel_url": f"{settings.public_url}/purchase/cancelled",
            },
            {"idempotency_key": f"checkout:{purchase.id}:{purchase.session_num}"},
        )
    except stripe.StripeError as error:
        logger.warning("checkout session not created", purchase=str(purchase.id), error=str(error))
        raise UnavailableError("The payment page cannot be opened right now. Please try again.") from error
    await Purchase.update({Purchase.session_id: session.id, Purchase.session_url: session.url or ""}).where(
        Purchase.id == purchase.id, Purchase.session_num == purchase.session_num
    )
    return CheckoutSession(session.url or "", session.id)


async def _with_session_planned(token: str) -> Purchase:
    """The purchase with the number and the end of its current checkout session, planned anew if the last has ended."""
    async with transaction():
        purchase = await purchases.by_token(token)
        locked = await Purchase.objects().where(Purchase.id == purchase.id).first().lock_rows("UPDATE")
        article = await Article.select(Article.status).where(Article.id == purchase.article_id)
        if article[0]["status"] != ArticleStatus.PUBLISHED:
            raise ConflictError("This article is no longer on sale.", code="not_on_sale")
        now = datetime.now(UTC)
        if locked is None or locked.state != PurchaseState.OPEN:
            raise ConflictError("This link was used.", code="token_used")
        if locked.session_expires_at is None or locked.session_expires_at <= now:
            if locked.session_num >= MAX_SESSIONS:
                raise ConflictError("This link has expired. Please ask for the article again.", code="token_expired")
            locked.session_num += 1
            locked.session_id = None
            locked.session_url = ""
            # Stripe takes 30 min to 24 h from its own now; a minute more covers the way there.
            locked.session_started_at = now
            locked.session_expires_at = now + timedelta(minutes=settings.checkout_minutes + 1)
            locked.holds_until = locked.session_expires_at + HOLD_MARGIN
            await locked.save()
        return locked


def verified(raw: bytes, signature: str) -> dict[str, Any]:
    """The event that a webhook carries, if Stripe signed these very bytes lately. Raises BadSignatureError."""
    secret = settings.stripe_webhook_secret.get_secret_value()
    if not secret:
        raise BadSignatureError("This webhook is not configured.")
    try:
        stripe.WebhookSignature.verify_header(raw.decode(), signature, secret, stripe.Webhook.DEFAULT_TOLERANCE)
        return msgspec.json.decode(raw, type=dict[str, Any])
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise BadSignatureError("The signature does not fit.") from error
    except msgspec.DecodeError as error:
        raise ProblemError("This is no Stripe event.", code="bad_event") from error


async def reconcile() -> Promised:
    """Ask Stripe about every open checkout session: one paid is settled though no webhook came, one ended is let go."""
    rows = await Purchase.raw(
        "SELECT session_id FROM purchases WHERE state = 'OPEN' AND session_id IS NOT NULL "
        "AND session_started_at < clock_timestamp() - interval '1 minute' ORDER BY holds_until LIMIT 200",
    )
    promised = Promised()
    for row in rows:
        try:
            session = (await _client().v1.checkout.sessions.retrieve_async(row["session_id"])).to_dict()
        except stripe.StripeError as error:
            logger.warning("Stripe away, reconciliation put off", error=str(error))
            break
        if session.get("status") == "expired":
            await let_go(str(row["session_id"]))
        else:
            promised += (await settle(session))[0]
    return promised


async def let_go(session_id: str) -> None:
    """A session ended unpaid: its link place is free at once. A payment that comes all the same is still settled."""
    await Purchase.update({Purchase.state: PurchaseState.EXPIRED}).where(
        Purchase.session_id == session_id, Purchase.state == PurchaseState.OPEN
    )


async def settle_by_id(session_id: str) -> Promised:
    """Fetch a session of ours from Stripe and settle it: for the return page, which may come before the webhook."""
    if not await Purchase.exists().where(Purchase.session_id == session_id):
        return Promised()
    try:
        session = await _client().v1.checkout.sessions.retrieve_async(session_id)
    except stripe.StripeError as error:
        raise UnavailableError("The payment cannot be looked up right now.") from error
    return (await settle(session.to_dict()))[0]


async def settle(session: dict[str, Any]) -> tuple[Promised, str]:
    """Turn a paid Checkout Session into its order and job, once; what was promised, and the outcome in words.

    One transaction with the purchase locked; UNIQUE (orders.session_id) is the last guard. A payment that is not what
    was asked for is held for the operator and never worked on.
    """
    if session.get("payment_status") != "paid":
        return Promised(), "not paid yet"
    async with transaction():
        purchase = await _locked_purchase(session)
        if purchase is None:
            return Promised(), "no purchase of ours"
        if purchase.state in {PurchaseState.PAID, PurchaseState.HELD}:
            return Promised(), f"settled before: {purchase.state}"
        wrong = _wrong(session, purchase)
        if wrong:
            return await _hold(purchase, session, wrong), f"held: {wrong}"
        await Purchase.update({Purchase.state: PurchaseState.PAID}).where(Purchase.id == purchase.id)
        order = _order(purchase, session)
        missing = await _cannot(purchase)
        if missing:
            return await orders.open_unfulfillable(order, missing), f"unfulfillable: {missing}"
        return await orders.open_backlink(order), f"order {order.id}"


async def _locked_purchase(session: dict[str, Any]) -> Purchase | None:
    """The purchase that a session pays for, by our id in its metadata; locked, so that settling takes turns."""
    metadata: dict[str, Any] = session.get("metadata") or {}
    try:
        purchase_id = UUID(str(metadata.get("purchase_id")))
    except ValueError:
        return None
    # The article first, as everywhere: locks are always taken in this order.
    rows = await Purchase.select(Purchase.article_id).where(Purchase.id == purchase_id)
    if rows:
        await lock_article(rows[0]["article_id"])
    return await Purchase.objects().where(Purchase.id == purchase_id).first().lock_rows("UPDATE").output(load_json=True)


def _wrong(session: dict[str, Any], purchase: Purchase) -> str:
    """What of a payment is not as asked, in words; "" if all is right."""
    if session.get("mode") != "payment":
        return f"the mode is {session.get('mode')}, asked was payment"
    if session.get("id") != purchase.session_id:
        return f"the session is {session.get('id')}, the purchase's is {purchase.session_id}"
    if session.get("client_reference_id") != str(purchase.id):
        return "the client_reference_id is not the purchase's"
    if str(session.get("currency")).upper() != purchase.currency.upper():
        return f"the currency is {session.get('currency')}, asked was {purchase.currency}"
    if session.get("amount_total") != purchase.price:
        return f"the amount is {session.get('amount_total')}, asked was {purchase.price}"
    return ""


async def _hold(purchase: Purchase, session: dict[str, Any], wrong: str) -> Promised:
    await Purchase.update({Purchase.state: PurchaseState.HELD, Purchase.held_reason: wrong}).where(
        Purchase.id == purchase.id
    )
    return Promised(
        letters=await letters.promise(
            "operator_alert",
            to=settings.operator_email,
            purchase_id=purchase.id,
            summary="A payment is held: it is not what was asked for",
            detail=f"Checkout session {session.get('id')}: {wrong}. Nothing is worked on until you decide.",
        ),
    )


async def _cannot(purchase: Purchase) -> str:
    """Why a paid purchase cannot be worked on, in words; "" if it can. The article is locked."""
    article = await Article.select(Article.status).where(Article.id == purchase.article_id)
    if article[0]["status"] != ArticleStatus.PUBLISHED:
        return "the article was unpublished meanwhile"
    offer = await catalogue.offer(purchase.article_id)
    # The purchase is PAID by now and no longer counted among the places held.
    if offer.places < 1:
        return "all link places of the article were taken meanwhile"
    return ""


def _order(purchase: Purchase, session: dict[str, Any]) -> Order:
    order_id = uuid4()
    details: dict[str, Any] = purchase.details
    return Order(
        id=order_id,
        session_id=session["id"],
        purchase_id=purchase.id,
        article_id=purchase.article_id,
        kind=purchase.kind,
        customer_email=purchase.email,
        backlink_data={
            "keyword": details["anchor_text"],
            "target_url": details["target_url"],
            "notes": details["notes"],
        },
        payment_data={
            "sessionId": session["id"],
            "paymentIntent": session.get("payment_intent"),
            "amount": session["amount_total"],
            "currency": str(session["currency"]).upper(),
            "paid": amount(session["amount_total"], str(session["currency"])),
        },
        price=purchase.price,
        currency=purchase.currency,
        rel=purchase.rel,
        access_token_hash=tokens.hashed(tokens.order_access(order_id)),
    )


async def send_refund(payment_intent: str, minor_units: int, *, order_id: UUID) -> tuple[str, str]:
    """Ask Stripe to give the money back: its refund's id and status ("succeeded", "pending", ...).

    The idempotency key makes one refund of however many calls. Raises stripe.StripeError.
    """
    refund = await _client().v1.refunds.create_async(
        {"payment_intent": payment_intent, "amount": minor_units, "metadata": {"order_id": str(order_id)}},
        {"idempotency_key": f"refund:{order_id}"},
    )
    return refund.id, refund.status or "pending"

"""A paid Checkout Session becomes an order and its job: the one verb for webhook, return page and reconciliation.

It may be called often and at once; sessions are Stripe's JSON objects.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from blogqueue import tokens
from blogqueue.catalogue import articles, offers
from blogqueue.catalogue.versions import lock_article
from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.db.tables.payments import HeldPayment, StripeEvent
from blogqueue.emails import emails
from blogqueue.money import format_amount
from blogqueue.orders import lifecycle, requests
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from blogqueue.states import ArticleStatus, OrderKind, PurchaseState
from blogqueue.writing.markdown.links import Link


async def fulfill(session: dict[str, Any]) -> tuple[Outbox, str]:
    """Turn a paid Checkout Session into its order and job, once; what was promised, and the outcome in words.

    Any session that was opened for a purchase may settle it, whichever the customer paid. One transaction with the
    purchase locked; UNIQUE (orders.session_id) is the last guard. A payment that is not what was asked for, or one too
    many, is held for the operator and never worked on.
    """
    if session.get("payment_status") != "paid":
        await _await_payment(session)
        return Outbox(), "not paid yet"
    async with transaction():
        await take_turns(session.get("payment_intent"))
        purchase = await _locked_purchase(session)
        if purchase is None:
            return Outbox(), "no purchase of ours"
        if await _is_known(str(session.get("id"))):
            return Outbox(), "settled before"
        if purchase.state == PurchaseState.PAID:
            return await _hold(purchase, session, TWICE, "the purchase is paid already"), "paid twice"
        wrong = _wrong(session, purchase) or await reversal(session)
        if wrong:
            return await _hold(purchase, session, NOT_AS_ASKED, wrong), f"held: {wrong}"
        return await work_on(purchase, session)


async def work_on(purchase: Purchase, session: dict[str, Any]) -> tuple[Outbox, str]:
    """Open the order that a payment is for, in the caller's transaction, with the purchase locked and not paid."""
    # The session that was paid is the purchase's from now on, whichever was opened last.
    await Purchase.update({Purchase.state: PurchaseState.PAID, Purchase.session_id: session["id"]}).where(
        Purchase.id == purchase.id
    )
    order = await _order(purchase, session)
    missing = await _cannot(purchase)
    if missing:
        return await lifecycle.open_unfulfillable(order, missing), f"unfulfillable: {missing}"
    return await lifecycle.open_paid(order), f"order {order.id}"


async def take_turns(payment_intent: object) -> None:
    """Settling a payment and hearing that it was reversed take turns, for the rest of the transaction.

    Neither finds a row of the other's to lock: the order is not there yet, the event not committed.
    """
    if payment_intent:
        await StripeEvent.raw("SELECT pg_advisory_xact_lock(hashtextextended({}, 0))", str(payment_intent))


async def let_go(session_id: str) -> None:
    """A session ended unpaid: its link place is free at once. A payment that comes all the same is still settled."""
    await _expire(session_id)


async def payment_failed(session_id: str) -> Outbox:
    """A delayed payment did not go through: its place is free, and the customer is told how to try again."""
    async with transaction():
        rows = await _expire(session_id)
        if not rows:
            return Outbox()
        purchase = await Purchase.objects().where(Purchase.id == rows[0]["id"]).first().output(load_json=True)
        if purchase is None:
            return Outbox()
        return await emails.create(
            "payment_failed",
            to=purchase.email,
            purchase_id=purchase.id,
            job_id=session_id[:120],
            confirm_url=f"{settings.public_url}/purchase/confirm?token={tokens.PLACEHOLDER}",
            item=purchase.subject or await requests.subject(purchase),
            price=format_amount(purchase.price, purchase.currency),
        )


async def unfulfilled(sessions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of some complete sessions that were opened for a purchase of ours and are neither an order nor held."""
    ours = {str(session["id"]): purchase_id for session in sessions if (purchase_id := _purchase_id(session))}
    rows = await Purchase.raw(
        "SELECT s.id FROM unnest({}::text[], {}::uuid[]) AS s (id, purchase_id) "
        "JOIN purchases p ON p.id = s.purchase_id WHERE NOT EXISTS (SELECT FROM orders o WHERE o.session_id = s.id) "
        "AND NOT EXISTS (SELECT FROM held_payments h WHERE h.session_id = s.id)",
        list(ours),
        list(ours.values()),
    )
    waiting = {row["id"] for row in rows}
    return [session for session in sessions if session["id"] in waiting]


async def unresolved() -> list[str]:
    """The sessions of which Stripe has not said what became of them: their time is over, or a payment is on its way.

    Each is named every five minutes, those that were asked after longest ago first.
    """
    rows = await Purchase.raw(
        "UPDATE purchases SET stripe_checked_at = clock_timestamp() WHERE id IN (SELECT id FROM purchases "
        "  WHERE state = 'OPEN' AND session_id IS NOT NULL "
        "  AND (payment_pending OR slot_held_until < clock_timestamp()) "
        "  AND (stripe_checked_at IS NULL OR stripe_checked_at < clock_timestamp() - interval '4 minutes 30 seconds') "
        "  ORDER BY stripe_checked_at NULLS FIRST, slot_held_until LIMIT 200 FOR UPDATE SKIP LOCKED) "
        "RETURNING session_id",
    )
    return [row["session_id"] for row in rows]


async def _expire(session_id: str) -> list[dict[str, Any]]:
    return (
        await Purchase.update(
            {
                Purchase.state: PurchaseState.EXPIRED,
                Purchase.slot_held_until: datetime.now(UTC),
                Purchase.payment_pending: False,
            }
        )
        .where(Purchase.session_id == session_id, Purchase.state == PurchaseState.OPEN)
        .returning(Purchase.id)
    )


async def _await_payment(session: dict[str, Any]) -> None:
    """A delayed payment (a bank debit, say) may take days: its link place is held as long as it is on its way."""
    if session.get("status") == "complete":
        await Purchase.raw(
            "UPDATE purchases SET payment_pending = true, "
            "slot_held_until = GREATEST(slot_held_until, clock_timestamp() + interval '1 hour') "
            "WHERE session_id = {} AND state = 'OPEN'",
            session.get("id"),
        )


def _purchase_id(session: dict[str, Any]) -> UUID | None:
    """The purchase that a session was opened for, by our id in its metadata; None for what is not ours."""
    try:
        return UUID(str((session.get("metadata") or {}).get("purchase_id")))
    except ValueError:
        return None


async def _locked_purchase(session: dict[str, Any]) -> Purchase | None:
    """The purchase that a session pays for, locked, so that settling takes turns."""
    purchase_id = _purchase_id(session)
    return await locked(purchase_id) if purchase_id else None


async def locked(purchase_id: UUID) -> Purchase | None:
    """A purchase, locked for the rest of the transaction."""
    # The article first, as everywhere: locks are always taken in this order.
    rows = await Purchase.select(Purchase.article_id).where(Purchase.id == purchase_id)
    if rows and rows[0]["article_id"]:
        await lock_article(rows[0]["article_id"])
    return await Purchase.objects().where(Purchase.id == purchase_id).first().lock_rows("UPDATE").output(load_json=True)


async def _is_known(session_id: str) -> bool:
    """Whether a payment has its order, or is held, so that the same payment again does nothing."""
    return await Order.exists().where(Order.session_id == session_id) or await HeldPayment.exists().where(
        HeldPayment.session_id == session_id
    )


def _wrong(session: dict[str, Any], purchase: Purchase) -> str:
    """What of a payment is not as asked, in words; "" if all is right."""
    if session.get("mode") != "payment":
        return f"the mode is {session.get('mode')}, asked was payment"
    if session.get("client_reference_id") != str(purchase.id):
        return "the client_reference_id is not the purchase's"
    if bool(session.get("livemode")) != ("_live_" in settings.stripe_api_key.get_secret_value()):
        return "the payment and our key are not both of Stripe's live mode, or both of its test mode"
    if str(session.get("currency")).upper() != purchase.currency.upper():
        return f"the currency is {session.get('currency')}, asked was {purchase.currency}"
    if session.get("amount_total") != purchase.price:
        return f"the amount is {session.get('amount_total')}, asked was {purchase.price}"
    return ""


async def reversal(session: dict[str, Any]) -> str:
    """Whether the money was given back or disputed before the payment was heard of here, in words; "" if not."""
    rows = await StripeEvent.raw(
        "SELECT type FROM stripe_events WHERE payload->'data'->'object'->>'payment_intent' = {} "
        "AND type IN ('charge.refunded', 'refund.created', 'charge.dispute.created') LIMIT 1",
        str(session.get("payment_intent")),
    )
    return f"{REVERSED} before it was settled ({rows[0]['type']})" if rows else ""


REVERSED = "the payment was reversed"
NOT_AS_ASKED = "A payment is held: it is not what was asked for"
TWICE = "A purchase was paid twice"


async def _hold(purchase: Purchase, session: dict[str, Any], summary: str, reason: str) -> Outbox:
    """Keep a payment that makes no order for the operator's word; a purchase without an order is HELD."""
    await HeldPayment.insert(
        HeldPayment(session_id=session["id"], purchase_id=purchase.id, session=session, reason=reason)
    )
    if purchase.state != PurchaseState.PAID:
        await Purchase.update({Purchase.state: PurchaseState.HELD, Purchase.held_reason: reason}).where(
            Purchase.id == purchase.id
        )
    return await emails.create(
        "operator_alert",
        to=settings.operator_email,
        purchase_id=purchase.id,
        job_id=str(session["id"])[:120],
        summary=summary,
        detail=f"Checkout session {session['id']}: {reason}. Nothing is worked on until you decide: "
        "`blogqueue payments held` lists it; accept it, return the money, or dismiss it there.",
    )


async def _cannot(purchase: Purchase) -> str:
    """Why a paid purchase cannot be worked on, in words; "" if it can, as a new article always can. It is locked."""
    if purchase.kind == OrderKind.ARTICLE:
        return ""
    article = await Article.select(Article.status).where(Article.id == purchase.article_id)
    if article[0]["status"] != ArticleStatus.PUBLISHED:
        return "the article was unpublished meanwhile"
    if not await offers.has_free_slot(purchase.id):
        return "all link places of the article were taken meanwhile"
    if await offers.is_sold(purchase.article_id, Link(purchase.details["target_url"], purchase.details["anchor_text"])):
        return "this very link was bought in this article before"
    return ""


async def _order(purchase: Purchase, session: dict[str, Any]) -> Order:
    """The order for a purchase, not written down yet; the article that a new one will be is."""
    order_id = uuid4()
    details: dict[str, Any] = purchase.details
    article_id = purchase.article_id or await articles.draft(
        purchase.domain_id, topic=details["topic"], niche=details["niche"], keyword=details["keyword"]
    )
    return Order(
        id=order_id,
        session_id=session["id"],
        purchase_id=purchase.id,
        article_id=article_id,
        kind=purchase.kind,
        customer_email=purchase.email,
        backlink_data={
            "keyword": details["anchor_text"],
            "target_url": details["target_url"],
            "notes": details.get("notes", ""),
        },
        payment_data={
            "sessionId": session["id"],
            "paymentIntent": session.get("payment_intent"),
            "amount": session["amount_total"],
            "currency": str(session["currency"]).upper(),
            "paid": format_amount(session["amount_total"], str(session["currency"])),
        },
        price=session["amount_total"],
        currency=str(session["currency"]).upper(),
        rel=purchase.rel,
        access_token_hash=tokens.hashed(tokens.order_access(order_id)),
    )

"""Fulfillment: a paid Checkout Session becomes an order and its job. Sessions are Stripe's JSON objects."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
from piccolo.querystring import QueryString

from blogqueue import tokens
from blogqueue.catalogue import new_articles, slots
from blogqueue.db.engine import after_commit, fetch
from blogqueue.db.rows import update_row
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.db.tables.payments import HeldPayment
from blogqueue.emails.alerts import alert_operator
from blogqueue.log import logger
from blogqueue.money import format_typed
from blogqueue.orders import opening, purchases
from blogqueue.outbox import Outbox
from blogqueue.payments.personal_data import drop_personal
from blogqueue.settings import settings
from blogqueue.states import ArticleStatus, OrderKind, PurchaseState
from blogqueue.writing.markdown.links import Link

MISMATCH = "A payment is held: it does not match its purchase"
DUPLICATE = "A payment is held: its purchase has been paid already"

HELD_TITLES = {
    MISMATCH: "{} payments are held: they do not match their purchases",
    DUPLICATE: "{} payments are held: their purchases have been paid already",
}
"""The titles of an alert about several."""

LOST = "the payment was disputed or refunded"
LOST_REASONS = (LOST, "the payment was reversed")
"""How the reason of a payment that is held for its dispute or refund begins; version 0.1 wrote the second one."""

_AT_LEAST_AN_HOUR_LEFT = QueryString("GREATEST(slot_held_until, clock_timestamp() + interval '1 hour')")

_IS_KNOWN = """
SELECT EXISTS (SELECT FROM orders WHERE session_id = {})
    OR EXISTS (SELECT FROM held_payments WHERE session_id = {}) AS known
"""

_LOCK_PAYMENT = "SELECT pg_advisory_xact_lock(hashtextextended({}, 0))"
"""Take a lock of PostgreSQL's own on a payment, until the transaction ends."""

_FIND_DISPUTE_OR_REFUND = """
SELECT type FROM stripe_events WHERE payload->'data'->'object'->>'payment_intent' = {}
AND type IN ('charge.refunded', 'refund.created', 'charge.dispute.created') LIMIT 1
"""
"""An event by which a payment was disputed or refunded (index `stripe_events_reversals`)."""


class Handled(msgspec.Struct, frozen=True):
    """What became of a payment or an event, in words for the operator, and what to send after the commit."""

    outcome: str
    outbox: Outbox = Outbox()


async def fulfill(session: dict[str, Any]) -> Handled:
    """Turn a paid Checkout Session into its order and job, once, in the caller's transaction.

    Webhook, return page and reconciliation may call it often and at the same time: the purchase is locked, and UNIQUE
    (orders.session_id) is the last guard. Any session that was opened for a purchase may pay for it. A payment that
    does not match its purchase, or is a duplicate, is held for the operator.
    """
    # A discount can make a session free. We offer none, so the amount of such a session differs, and it is held.
    if session.get("payment_status") not in {"paid", "no_payment_required"}:
        await _await_payment(session)
        return Handled("not paid yet")
    await lock_payment(session.get("payment_intent"))
    purchase_id = get_purchase_id(session)
    purchase = await purchases.get_for_update(purchase_id) if purchase_id else None
    if purchase is None:
        return Handled("not for a purchase of ours")
    if await _is_known(str(session.get("id"))):
        return Handled("fulfilled before")
    if purchase.state == PurchaseState.PAID:
        return await _hold(purchase, session, DUPLICATE, "the purchase is paid already")
    mismatch = _find_mismatch(session, purchase) or await find_loss(session)
    if mismatch:
        return await _hold(purchase, session, MISMATCH, mismatch)
    return await open_order(purchase, session)


async def open_order(purchase: Purchase, session: dict[str, Any]) -> Handled:
    """Open the order that a payment is for, in the caller's transaction, with the purchase locked and not yet paid.

    An order whose link slot has gone meanwhile is opened as FAILED, and refunded.
    """
    # From now on the session that was paid is the purchase's, even if another one was opened later.
    paid = {Purchase.state: PurchaseState.PAID, Purchase.session_id: session["id"]}
    await update_row(Purchase, paid, {Purchase.id: purchase.id})
    order = await _build_order(purchase, session)
    obstacle = await _find_obstacle(purchase)
    if obstacle:
        return Handled(f"cannot be fulfilled: {obstacle}", await opening.open_unfulfillable(order, obstacle))
    outbox = await opening.open_paid(order)
    about = {"order": str(order.id), "amount": order.price, "currency": order.currency}
    jobs = [job.id for job in outbox.jobs]
    after_commit(lambda: logger.info("payment fulfilled", **about, jobs=jobs))
    return Handled(f"order {order.id}", outbox)


def describe(handled: Handled) -> dict[str, Any]:
    """Return what a log line says of a handled payment or event: the outcome, and the jobs that it leads to."""
    jobs = [job.id for job in handled.outbox.jobs]
    return {"outcome": handled.outcome} | ({"jobs": jobs} if jobs else {})


async def lock_payment(payment_intent: object) -> None:
    """Let a payment's fulfillment and the news of its dispute or refund wait for each other, until the commit.

    There is no row that both could lock: the order does not exist yet, and the event is not committed.
    """
    if payment_intent:
        await fetch(_LOCK_PAYMENT, str(payment_intent))


async def find_loss(session: dict[str, Any]) -> str:
    """Say how a payment was lost to a dispute or refund before it was fulfilled; "" if it was not."""
    rows = await fetch(_FIND_DISPUTE_OR_REFUND, str(session.get("payment_intent")))
    return f"{LOST} before it was fulfilled ({rows[0]['type']})" if rows else ""


def get_purchase_id(session: dict[str, Any]) -> UUID | None:
    """Return the id of the purchase that a session was opened for, from its metadata; None for others' sessions."""
    try:
        return UUID(str((session.get("metadata") or {}).get("purchase_id")))
    except ValueError:
        return None


async def _await_payment(session: dict[str, Any]) -> None:
    """Keep the link slot of a delayed payment, such as a bank debit, which may be on its way for days."""
    if session.get("status") == "complete":
        await Purchase.update({Purchase.payment_pending: True, Purchase.slot_held_until: _AT_LEAST_AN_HOUR_LEFT}).where(
            Purchase.session_id == session.get("id"), Purchase.state == PurchaseState.OPEN
        )


async def _is_known(session_id: str) -> bool:
    """Return whether a session has its order or is held already."""
    return (await fetch(_IS_KNOWN, session_id, session_id))[0]["known"]


def _find_mismatch(session: dict[str, Any], purchase: Purchase) -> str:
    """Say in what a payment does not match its purchase; "" if it matches."""
    if session.get("mode") != "payment":
        return f"the mode is {session.get('mode')} instead of payment"
    if session.get("client_reference_id") != str(purchase.id):
        return "the client_reference_id is not the purchase's id"
    if bool(session.get("livemode")) != ("_live_" in settings.stripe_api_key.get_secret_value()):
        return "either the payment or our API key is of Stripe's test mode, and the other is not"
    if str(session.get("currency")).upper() != purchase.currency.upper():
        return f"the currency is {str(session.get('currency')).upper()} instead of {purchase.currency.upper()}"
    amount = session.get("amount_total")
    if amount != purchase.price:
        paid = format_typed(amount, purchase.currency) if isinstance(amount, int) else str(amount)
        return f"the amount is {paid} instead of {format_typed(purchase.price, purchase.currency)}"
    return ""


async def _hold(purchase: Purchase, session: dict[str, Any], summary: str, reason: str) -> Handled:
    """Hold a payment until the operator decides; a purchase without an order becomes HELD."""
    await HeldPayment.insert(
        HeldPayment(session_id=session["id"], purchase_id=purchase.id, session=drop_personal(session), reason=reason)
    )
    if purchase.state != PurchaseState.PAID:
        await Purchase.update({Purchase.state: PurchaseState.HELD, Purchase.held_reason: reason}).where(
            Purchase.id == purchase.id
        )
    about = {"session": session["id"], "purchase": str(purchase.id), "reason": reason}
    after_commit(lambda: logger.warning("payment held", **about))
    await alert_operator(
        summary,
        f"Checkout session {session['id']}: {reason}. Nothing happens until you decide: "
        "`blogqueue payments held` lists the payment; accept, return or dismiss it.",
        key=str(session["id"]),
        many=HELD_TITLES[summary],
        purchase_id=purchase.id,
    )
    return Handled(f"held: {reason}")


async def _find_obstacle(purchase: Purchase) -> str:
    """Say why a paid purchase cannot be fulfilled, with its article locked; "" if it can be."""
    if purchase.kind == OrderKind.ARTICLE:
        return ""
    article = await Article.select(Article.status).where(Article.id == purchase.article_id)
    if article[0]["status"] != ArticleStatus.PUBLISHED:
        return "the article has been taken down in the meantime"
    if not await slots.is_available(purchase.id):
        return "all link slots of the article have been taken in the meantime"
    if await slots.is_taken(purchase.article_id, Link(purchase.details["target_url"], purchase.details["anchor_text"])):
        return "the article has the same link already, or will have it soon"
    return ""


async def _build_order(purchase: Purchase, session: dict[str, Any]) -> Order:
    """Return the order for a purchase, not stored yet; store the draft of the article that a new one is for."""
    order_id = uuid4()
    details: dict[str, Any] = purchase.details
    amount, currency = session["amount_total"], str(session["currency"]).upper()
    article_id = purchase.article_id or await new_articles.create_draft(
        purchase.domain_id,
        topic=details["topic"],
        niche=details["niche"],
        keyword=details["keyword"],
        exclusive=details.get("exclusive", False),
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
            "amount": amount,
            "currency": currency,
            "paid": format_typed(amount, currency),
            "invoiced": bool((session.get("invoice_creation") or {}).get("enabled")),
        },
        price=amount,
        currency=currency,
        rel=purchase.rel,
        access_token_hash=tokens.hash_token(tokens.derive_order_token(order_id)),
    )

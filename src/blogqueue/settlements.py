"""A paid Checkout Session becomes an order and its job: the one verb for webhook, return page and reconciliation.

It may be called often and at once; sessions are Stripe's JSON objects.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from blogqueue import articles, catalogue, letters, orders, tokens
from blogqueue.database import transaction
from blogqueue.money import amount
from blogqueue.promises import Promised
from blogqueue.settings import settings
from blogqueue.states import ArticleStatus, OrderKind, PurchaseState
from blogqueue.tables import Article, Order, Purchase, StripeEvent
from blogqueue.versions import lock_article
from blogqueue.writing.links import Link


async def settle(session: dict[str, Any]) -> tuple[Promised, str]:
    """Turn a paid Checkout Session into its order and job, once; what was promised, and the outcome in words.

    One transaction with the purchase locked; UNIQUE (orders.session_id) is the last guard. A payment that is not what
    was asked for is held for the operator and never worked on.
    """
    if session.get("payment_status") != "paid":
        await _await_payment(session)
        return Promised(), "not paid yet"
    async with transaction():
        purchase = await _locked_purchase(session)
        if purchase is None:
            return Promised(), "no purchase of ours"
        if purchase.state in {PurchaseState.PAID, PurchaseState.HELD}:
            return await _settled_before(purchase, session)
        wrong = _wrong(session, purchase) or await _reversed(session)
        if wrong:
            return await _hold(purchase, session, wrong), f"held: {wrong}"
        await Purchase.update({Purchase.state: PurchaseState.PAID}).where(Purchase.id == purchase.id)
        order = await _order(purchase, session)
        missing = await _cannot(purchase)
        if missing:
            return await orders.open_unfulfillable(order, missing), f"unfulfillable: {missing}"
        return await orders.open_paid(order), f"order {order.id}"


async def let_go(session_id: str) -> None:
    """A session ended unpaid: its link place is free at once. A payment that comes all the same is still settled."""
    await Purchase.update({Purchase.state: PurchaseState.EXPIRED, Purchase.holds_until: datetime.now(UTC)}).where(
        Purchase.session_id == session_id, Purchase.state == PurchaseState.OPEN
    )


async def unsettled(session_ids: list[str]) -> set[str]:
    """Those of some complete sessions whose purchase has no order and is not held."""
    rows = await Purchase.raw(
        "SELECT session_id FROM purchases WHERE session_id = ANY({}) AND state IN ('OPEN', 'EXPIRED')", session_ids
    )
    return {row["session_id"] for row in rows}


async def unresolved() -> list[str]:
    """The sessions whose time is over and of which Stripe has not said what became of them."""
    rows = await Purchase.raw(
        "SELECT session_id FROM purchases WHERE state = 'OPEN' AND session_id IS NOT NULL "
        "AND holds_until < clock_timestamp() ORDER BY holds_until LIMIT 200",
    )
    return [row["session_id"] for row in rows]


async def _await_payment(session: dict[str, Any]) -> None:
    """A delayed payment (a bank debit, say) may take days: its link place is held as long as it is on its way."""
    if session.get("status") == "complete":
        await Purchase.raw(
            "UPDATE purchases SET payment_pending = true, "
            "holds_until = GREATEST(holds_until, clock_timestamp() + interval '1 hour') "
            "WHERE session_id = {} AND state = 'OPEN'",
            session.get("id"),
        )


async def _locked_purchase(session: dict[str, Any]) -> Purchase | None:
    """The purchase that a session pays for, by our id in its metadata; locked, so that settling takes turns."""
    metadata: dict[str, Any] = session.get("metadata") or {}
    try:
        purchase_id = UUID(str(metadata.get("purchase_id")))
    except ValueError:
        return None
    # The article first, as everywhere: locks are always taken in this order.
    rows = await Purchase.select(Purchase.article_id).where(Purchase.id == purchase_id)
    if rows and rows[0]["article_id"]:
        await lock_article(rows[0]["article_id"])
    return await Purchase.objects().where(Purchase.id == purchase_id).first().lock_rows("UPDATE").output(load_json=True)


async def _settled_before(purchase: Purchase, session: dict[str, Any]) -> tuple[Promised, str]:
    """The same payment again does nothing; a second payment for one purchase is told to the operator."""
    if session.get("id") == purchase.session_id:
        return Promised(), f"settled before: {purchase.state}"
    told = await letters.promise(
        "operator_alert",
        to=settings.operator_email,
        purchase_id=purchase.id,
        job_id=str(session.get("id"))[:120],
        summary="A purchase was paid twice",
        detail=f"Checkout session {session.get('id')} is paid too. Give that money back in Stripe.",
    )
    return Promised(letters=told), "paid twice"


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


async def _reversed(session: dict[str, Any]) -> str:
    """Whether the money was given back or disputed before the payment was heard of here, in words; "" if not."""
    rows = await StripeEvent.raw(
        "SELECT type FROM stripe_events WHERE payload->'data'->'object'->>'payment_intent' = {} "
        "AND type IN ('charge.refunded', 'refund.created', 'charge.dispute.created') LIMIT 1",
        str(session.get("payment_intent")),
    )
    return f"the payment was reversed before it was settled ({rows[0]['type']})" if rows else ""


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
    """Why a paid purchase cannot be worked on, in words; "" if it can, as a new article always can. It is locked."""
    if purchase.kind == OrderKind.ARTICLE:
        return ""
    article = await Article.select(Article.status).where(Article.id == purchase.article_id)
    if article[0]["status"] != ArticleStatus.PUBLISHED:
        return "the article was unpublished meanwhile"
    if not await catalogue.has_place(purchase.id):
        return "all link places of the article were taken meanwhile"
    if await catalogue.is_sold(
        purchase.article_id, Link(purchase.details["target_url"], purchase.details["anchor_text"])
    ):
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
            "paid": amount(session["amount_total"], str(session["currency"])),
        },
        price=purchase.price,
        currency=purchase.currency,
        rel=purchase.rel,
        access_token_hash=tokens.hashed(tokens.order_access(order_id)),
    )

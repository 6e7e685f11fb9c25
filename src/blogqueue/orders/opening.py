"""How an order begins: a customer has paid for it, or an editor orders an article, for which nobody pays."""

from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

import msgspec

from blogqueue import editors, tokens
from blogqueue.catalogue import new_articles
from blogqueue.db import history
from blogqueue.db.engine import NOW, transaction
from blogqueue.db.rows import insert_row
from blogqueue.db.tables.orders import Order
from blogqueue.jobs import jobs
from blogqueue.orders import customer_emails, order_jobs, requests
from blogqueue.orders.requests import ArticleRequest
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from blogqueue.states import FailureReason, OrderKind, OrderStatus


async def open_paid(order: Order) -> Outbox:
    """Store a paid order, its first job and the email that confirms it, in the caller's transaction."""
    return await _open(order, actor=history.STRIPE, action="paid")


async def open_unfulfillable(order: Order, reason: str) -> Outbox:
    """Store a paid order that cannot be fulfilled, in the caller's transaction: FAILED, its refund due at once."""
    order.status = OrderStatus.FAILED
    order.failure_reason = FailureReason.UNFULFILLABLE
    order.failure_detail = reason
    order.failed_at_step = 1
    order.refund_due_at = cast("datetime", NOW)
    await insert_row(order)
    await history.record(
        history.STRIPE, "paid, but cannot be fulfilled", order_id=order.id, to_status=OrderStatus.FAILED, detail=reason
    )
    return await customer_emails.create(order, "unfulfillable", price=True, reason=reason)


async def find_reviewer(actor: str) -> str:
    """Return the address that gets the emails of an order if its editor names none: their own, or the operator's."""
    return await editors.find_email(actor) or settings.operator_email


async def order_article(article_request: ArticleRequest, *, actor: str, order_id: UUID | None = None) -> Outbox:
    """Open an editor's order of an article: the same job, checks, review and publication, without a payment.

    `article_request.email` is who reviews the versions; "" for `find_reviewer`. An `order_id` that exists already is a
    form that was sent twice, and opens nothing. Returns an outbox whose first job is the order's.
    Raises InvalidError, which names every field that breaks a rule, and NotFoundError for an unknown domain.
    """
    email = article_request.email or await find_reviewer(actor)
    article_request = cast("ArticleRequest", requests.validate(msgspec.structs.replace(article_request, email=email)))
    order_id = order_id or uuid4()
    async with transaction():
        await requests.lock(article_request)
        if await Order.exists().where(Order.id == order_id):
            return Outbox()
        quote = await requests.quote(article_request)
        article_id = await new_articles.create_draft(
            article_request.domain_id,
            topic=article_request.topic,
            niche=article_request.niche,
            keyword=article_request.keyword,
            actor=actor,
        )
        order = Order(
            id=order_id,
            article_id=article_id,
            kind=OrderKind.ARTICLE,
            customer_email=article_request.email,
            backlink_data={
                "keyword": article_request.anchor_text,
                "target_url": article_request.target_url,
                "notes": "",
            },
            price=0,
            currency=quote.currency,
            rel=quote.rel,
            access_token_hash=tokens.hash_token(tokens.derive_order_token(order_id)),
        )
        return await _open(order, actor=actor, action="ordered")


async def _open(order: Order, *, actor: str, action: str) -> Outbox:
    order.status = OrderStatus.PROCESSING
    await insert_row(order)
    await history.record(actor, action, order_id=order.id, to_status=OrderStatus.PROCESSING)
    outbox = await jobs.create(await order_jobs.build(order, regeneration=False))
    return outbox + await customer_emails.create(order, "order_received", price=True)

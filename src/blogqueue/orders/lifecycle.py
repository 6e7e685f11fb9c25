"""Orders: the verbs that open them and move them; `move` alone changes a status. What a worker does: `deliveries`."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from blogqueue import tokens
from blogqueue.catalogue import offers, versions
from blogqueue.db import history
from blogqueue.db.engine import NOW, transaction
from blogqueue.db.tables import Article, ArticleVersion, Job, Order, OrderEvent
from blogqueue.emails import emails
from blogqueue.errors import ConflictError, FieldError, NotFoundError, TooManyError
from blogqueue.jobs import jobs
from blogqueue.money import amount
from blogqueue.outbox import Outbox, OutboxJob
from blogqueue.settings import settings
from blogqueue.states import ORDER_MOVES, STEPS, FailureReason, OrderKind, OrderStatus, RefundState, ReviewStatus
from blogqueue.writing.markdown.links import Link

JOBS = {
    OrderKind.BACKLINK: (jobs.BACKLINK_INTEGRATION, "backlink-int"),
    OrderKind.ARTICLE: (jobs.ARTICLE_GENERATION, "article-gen"),
}
"""The queue that serves a kind of order, and what its jobs' ids begin with."""

THINGS = {OrderKind.BACKLINK: "link", OrderKind.ARTICLE: "article"}
"""What letters call what was bought."""

REGENERATE = "regenerate"
"""What history says of it, where it is counted."""


async def move(
    order_id: UUID, from_status: OrderStatus, to_status: OrderStatus, *, actor: str, action: str, detail: str = ""
) -> Order:
    """Move an order by compare-and-set, with its line of history, in the caller's transaction.

    Raises ConflictError when the order is not (or no longer) in `frm`, NotFoundError when there is none.
    """
    if to_status not in ORDER_MOVES[from_status]:
        raise ValueError(f"no order moves from {from_status} to {to_status}")
    changes: dict[Any, Any] = {Order.status: to_status, Order.updated_at: NOW}
    if to_status is OrderStatus.COMPLETED:
        changes[Order.completed_at] = NOW
    if to_status is OrderStatus.FAILED:
        changes[Order.failed_at_step] = STEPS[from_status]
    if from_status is OrderStatus.FAILED:
        changes |= {
            Order.failed_at_step: None,
            Order.failure_reason: None,
            Order.failure_detail: "",
            Order.refund_due_at: None,
        }
    moved = await Order.update(changes).where(Order.id == order_id, Order.status == from_status).returning(Order.id)
    if not moved:
        order = await get(order_id)
        raise ConflictError(
            f"The order is {order.status}; this needs {from_status}.",
            code="wrong_state",
            details=[FieldError("orderId", "status", f"The order's status is {order.status}.")],
        )
    await history.record(actor, action, order_id=order_id, from_status=from_status, to_status=to_status, detail=detail)
    return await get(order_id)


async def get(order_id: UUID) -> Order:
    """One order with its JSON loaded. Raises NotFoundError."""
    order = await Order.objects().where(Order.id == order_id).first().output(load_json=True)
    if order is None:
        raise NotFoundError("order", field="orderId")
    return order


async def locked(order_id: UUID) -> Order:
    """One order with its JSON loaded, locked for the rest of the transaction. Raises NotFoundError."""
    order = await Order.objects().where(Order.id == order_id).first().lock_rows("UPDATE").output(load_json=True)
    if order is None:
        raise NotFoundError("order", field="orderId")
    return order


async def opened_by(order_id: UUID, access_token: str) -> Order:
    """The order, for who shows its access token; for everybody else there is none (NotFoundError)."""
    order = await Order.objects().where(Order.id == order_id).first().output(load_json=True)
    if order is None or not access_token or order.access_token_hash != tokens.hashed(access_token):
        raise NotFoundError("order", field="orderId")
    return order


async def open_paid(order: Order) -> Outbox:
    """Write down a paid order, its job and the letter, in the transaction of `settlements.settle`."""
    order.status = OrderStatus.PROCESSING
    await Order.insert(order)
    await history.record(history.STRIPE, "paid", order_id=order.id, to_status=OrderStatus.PROCESSING)
    job = await _create_job(order, regeneration=False)
    return Outbox(jobs=(job,), emails=await write_to(order, "order_received", price=True))


async def open_unfulfillable(order: Order, reason: str) -> Outbox:
    """Write down a paid order that can't be worked on: FAILED from the start, its money on the way back."""
    order.status = OrderStatus.FAILED
    order.failure_reason = FailureReason.UNFULFILLABLE
    order.failure_detail = reason
    order.failed_at_step = 1
    # The refund itself is the money side's: payments takes up what is due.
    order.refund_due_at = cast("datetime", NOW)
    await Order.insert(order)
    await history.record(
        history.STRIPE, "paid, but cannot be fulfilled", order_id=order.id, to_status=OrderStatus.FAILED, detail=reason
    )
    return Outbox(emails=await write_to(order, "unfulfillable", price=True, reason=reason))


async def regenerate(order_id: UUID, version_id: UUID | None = None) -> OutboxJob:
    """The customer wants another version: a link integrated anew into the PUBLISHED article, or an article anew.

    Raises ConflictError unless the order is in QUALITY_CHECK (and `version_id`, what the customer saw, if given, is
    its current version), and TooManyError past the hourly number.
    """
    async with transaction():
        order = await move(
            order_id, OrderStatus.QUALITY_CHECK, OrderStatus.PROCESSING, actor=history.CUSTOMER, action=REGENERATE
        )
        _refuse_on_hold(order)
        if version_id is not None:
            _current(order, version_id)
        # Of the history, this move's line among it: job rows are cleaned up.
        recent = await OrderEvent.raw(
            "SELECT count(*) AS n FROM order_events WHERE order_id = {} AND actor = {} AND action = {} "
            "AND created_at > clock_timestamp() - interval '1 hour'",
            order_id,
            history.CUSTOMER,
            REGENERATE,
        )
        if recent[0]["n"] > settings.max_regenerations_per_hour_per_order:
            raise TooManyError(
                f"At most {settings.max_regenerations_per_hour_per_order} regenerations an hour, please.",
                retry_after=3600,
            )
        await Order.update({Order.regeneration_count: Order.regeneration_count + 1}).where(Order.id == order_id)
        return await _create_job(order, regeneration=True)


async def submit(order_id: UUID, version_id: UUID) -> Outbox:
    """The customer is content with the order's current version: an editor's turn. Raises ConflictError otherwise."""
    async with transaction():
        order = await move(
            order_id, OrderStatus.QUALITY_CHECK, OrderStatus.ADMIN_REVIEW, actor=history.CUSTOMER, action="submit"
        )
        _refuse_on_hold(order)
        _current(order, version_id)
        return Outbox(emails=await write_to(order, "submitted", job_id=str(version_id)))


def _current(order: Order, version_id: UUID) -> None:
    if order.version_id != version_id:
        raise ConflictError(
            "This is not the order's current version; please look at the newest one.",
            code="stale_version",
            details=[FieldError("versionId", "current", f"The current version is {order.version_id}.")],
        )


async def retry(order_id: UUID, *, actor: str, job_id: str | None = None) -> Outbox:
    """Give a FAILED order's last (or named) job new attempts, as long as no refund has begun.

    Raises ConflictError also when the payment is disputed, or the order's link place was sold meanwhile.
    """
    async with transaction():
        await versions.lock_article((await get(order_id)).article_id)
        failed = await locked(order_id)
        if failed.status == OrderStatus.FAILED:
            await _refuse_taken(failed)
        if failed.failure_reason == FailureReason.PAYMENT_REVERSED:
            raise ConflictError("The order's payment was reversed; it cannot be retried.", code="payment_reversed")
        order = await move(order_id, OrderStatus.FAILED, OrderStatus.PROCESSING, actor=actor, action="retry")
        if order.refund_state != RefundState.NONE:
            raise ConflictError("The order's refund has begun; it cannot be retried.", code="refund_begun")
        _refuse_on_hold(order)
        if job_id is None:
            latest = (
                await Job.select(Job.id)
                .where(Job.order_id == order_id)
                .order_by(Job.created_at, ascending=False)
                .first()
            )
            if latest is None:
                raise ConflictError("The order has no job to retry.", code="no_job")
            job_id = str(latest["id"])
        return Outbox(jobs=(await jobs.retry(job_id),))


async def _refuse_taken(order: Order) -> None:
    """Raise ConflictError where a FAILED order's place in its article, or the new article's, is somebody else's now."""
    link = Link(order.backlink_data["target_url"], order.backlink_data["keyword"])
    if await offers.slots_free(order.article_id) < 1 or await offers.is_sold(order.article_id, link):
        raise ConflictError("The order's link place was sold meanwhile; refund it instead.", code="sold_out")
    if order.kind == OrderKind.ARTICLE and await Article.exists().where(
        Article.id == order.article_id, Article.selected_version_id.is_not_null()
    ):
        raise ConflictError("Another text went live as this article meanwhile; refund it instead.", code="sold_out")


def _refuse_on_hold(order: Order) -> None:
    if order.on_hold:
        raise ConflictError("The order's payment is disputed or was given back.", code="on_hold")


async def reintegrate(order: Order, *, actor: str, why: str = "") -> Outbox:
    """An approved link whose place has changed meanwhile is worked in again: a new job, and the customer is told."""
    said = "approved; the article has changed"
    await move(order.id, OrderStatus.ADMIN_REVIEW, OrderStatus.PROCESSING, actor=actor, action=said, detail=why)
    job = await _create_job(order, regeneration=True)
    return Outbox(jobs=(job,), emails=await write_to(order, "reintegrating", job_id=job.id))


async def complete(order: Order, *, actor: str, article_url: str) -> Outbox:
    """An order's version is live: COMPLETED, its other versions superseded, and the customer told."""
    await move(order.id, OrderStatus.ADMIN_REVIEW, OrderStatus.COMPLETED, actor=actor, action="approve")
    await supersede_others(order)
    return Outbox(emails=await write_to(order, "published", article_url=article_url))


async def supersede_others(order: Order) -> None:
    """An order's end: of its versions only the current one was judged by an editor."""
    await ArticleVersion.update({ArticleVersion.backlink_review_status: ReviewStatus.SUPERSEDED}).where(
        ArticleVersion.order_id == order.id, ArticleVersion.id != order.version_id
    )


async def _create_job(order: Order, *, regeneration: bool) -> OutboxJob:
    """The job that makes an order's next version: its id and its input are the seed's."""
    queue, prefix = JOBS[OrderKind(order.kind)]
    again = f"-regen-{int(datetime.now(UTC).timestamp() * 1000)}" if regeneration else ""
    payload = {
        "orderId": str(order.id),
        "articleId": str(order.article_id),
        "targetUrl": order.backlink_data["target_url"],
        "anchorText": order.backlink_data["keyword"],
        "notes": order.backlink_data["notes"],
        "email": order.customer_email,
        "isRegeneration": regeneration,
    }
    if order.kind == OrderKind.ARTICLE:
        article = await Article.select(
            Article.domain_id.as_alias("domainId"), Article.topic, Article.niche, Article.keyword
        ).where(Article.id == order.article_id)
        payload |= article[0] | {"domainId": str(article[0]["domainId"])}
    return await jobs.create(f"{prefix}-{order.id}{again}", queue=queue, order_id=order.id, payload=payload)


async def write_to(
    order: Order, kind: str, *, job_id: str = "", price: bool = False, **values: str
) -> tuple[UUID, ...]:
    """Promise the customer a letter about their order."""
    about = (
        await Article.select(Article.title, Article.domain_id.name.as_alias("domain_name"))
        .where(Article.id == order.article_id)
        .first()
    )
    if about is None:
        raise NotFoundError("article", field="articleId")
    if price:
        values["price"] = amount(order.price, order.currency)
    return await emails.create(
        kind,
        to=order.customer_email,
        order_id=order.id,
        purchase_id=None,
        job_id=job_id,
        thing=THINGS[OrderKind(order.kind)],
        order_url=f"{settings.public_url}/order-status/{order.id}?access={tokens.PLACEHOLDER}",
        article_title=about["title"],
        domain_name=about["domain_name"],
        target_url=order.backlink_data["target_url"],
        anchor_text=order.backlink_data["keyword"],
        **values,
    )

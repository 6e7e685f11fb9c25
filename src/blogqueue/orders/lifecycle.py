"""An order's life: how it is moved and ended; `orders.opening` has its beginning.

Only `move` changes a status. Workers go through `results`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from piccolo.querystring import QueryString

from blogqueue import tokens
from blogqueue.catalogue import slots, versions
from blogqueue.db import history
from blogqueue.db.engine import NOW, fetch, transaction
from blogqueue.db.rows import find_row, update_and_find_row
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Order
from blogqueue.errors import ConflictError, FieldError, NotFoundError, TooManyError
from blogqueue.jobs import jobs
from blogqueue.orders import customer_emails, order_jobs
from blogqueue.orders.regenerations import REGENERATE, SEND_BACK, WAIT
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from blogqueue.states import ORDER_MOVES, STEPS, FailureReason, OrderKind, OrderStatus, RefundState
from blogqueue.writing.markdown.links import Link

_REGENERATION_WAIT = f"SELECT wait.seconds FROM orders o, LATERAL ({WAIT}) AS wait WHERE o.id = {{}}"  # noqa: S608 - constants

ON_HOLD = "The order is on hold because its payment is disputed."


async def get(order_id: UUID) -> Order:
    """Return one order with its JSON loaded. Raises NotFoundError."""
    order = await find_row(Order, Order.id, order_id)
    if order is None:
        raise NotFoundError("order", field="orderId")
    return order


async def get_for_update(order_id: UUID) -> Order:
    """Return one order with its JSON loaded, locked until the caller's transaction ends. Raises NotFoundError."""
    order = await find_row(Order, Order.id, order_id, lock=True)
    if order is None:
        raise NotFoundError("order", field="orderId")
    return order


async def get_with_article_for_update(order_id: UUID) -> tuple[Order, Article]:
    """Return an order and its article, both locked until the caller's transaction ends. Raises NotFoundError.

    Locks are always taken in this order: article, order, job. Two transactions then never wait for each other.
    """
    rows = await fetch("SELECT article_id FROM orders WHERE id = {}", order_id)
    if not rows:
        raise NotFoundError("order", field="orderId")
    article = await versions.lock_article(rows[0]["article_id"])
    return await get_for_update(order_id), article


async def get_with_token(order_id: UUID, access_token: str) -> Order:
    """Return the order that an access token opens.

    Raises NotFoundError for an unknown order, and for a wrong token or one that has ended: `access_days` after the
    order was completed, or a link was asked for since.
    """
    order = await find_row(Order, Order.id, order_id)
    if order is None:
        raise NotFoundError("order", field="orderId")
    check_access(access_token, order.access_token_hash, completed_at=order.completed_at, given_at=order.access_given_at)
    return order


def check_access(
    access_token: str, token_hash: str, *, completed_at: datetime | None, given_at: datetime | None
) -> None:
    """Raise NotFoundError unless an access token opens the order that has its hash, and has not ended."""
    if not access_token or token_hash != tokens.hash_token(access_token):
        raise NotFoundError("order", field="orderId")
    if completed_at is not None:
        since = max(filter(None, (completed_at, given_at)))
        if datetime.now(UTC) - since > timedelta(days=settings.access_days):
            raise NotFoundError("order", field="orderId")


async def move(
    order_id: UUID,
    from_status: OrderStatus,
    to_status: OrderStatus,
    *,
    actor: str,
    action: str,
    detail: str = "",
    version_id: UUID | None = None,
) -> Order:
    """Move an order by compare-and-set and record it in the history, in the caller's transaction.

    `version_id` becomes the order's current version. Raises ConflictError when the order is not, or no longer,
    in `from_status`, and NotFoundError.
    """
    if to_status not in ORDER_MOVES[from_status]:
        raise ValueError(f"no order moves from {from_status} to {to_status}")
    changes: dict[Any, Any] = {Order.status: to_status, Order.updated_at: NOW}
    if version_id is not None:
        changes[Order.version_id] = version_id
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
    moved = await update_and_find_row(Order, changes, {Order.id: order_id, Order.status: from_status})
    if moved is None:
        order = await get(order_id)
        raise ConflictError(
            f"The order is {order.status}; this needs {from_status}.",
            code="wrong_state",
            details=[FieldError("orderId", "status", f"The order's status is {order.status}.")],
        )
    await history.record(actor, action, order_id=order_id, from_status=from_status, to_status=to_status, detail=detail)
    return moved


async def fail(
    order: Order,
    reason: FailureReason,
    *,
    actor: str,
    action: str,
    explanation: str,
    refund_in_hours: int | None,
    detail: str = "",
) -> Order:
    """Move an order to FAILED and store why, in the caller's transaction; an order that has FAILED gets the new reason.

    The customer reads `explanation`, the history keeps `detail`. The refund is due in `refund_in_hours`: 0 means at
    once, None never; nor is one for an order that nobody paid for. Raises ConflictError when somebody else has moved
    the order, ValueError for a COMPLETED one.
    """
    if order.status == OrderStatus.FAILED:
        await history.record(actor, action, order_id=order.id, detail=detail)
    else:
        status = OrderStatus(order.status)
        await move(order.id, status, OrderStatus.FAILED, actor=actor, action=action, detail=detail)
    due = QueryString("clock_timestamp() + {} * interval '1 hour'", refund_in_hours)
    await Order.update(
        {
            Order.failure_reason: reason,
            Order.failure_detail: explanation,
            Order.refund_due_at: None if refund_in_hours is None or order.purchase_id is None else due,
            Order.updated_at: NOW,
        }
    ).where(Order.id == order.id)
    return await get(order.id)


async def regenerate(order_id: UUID, version_id: UUID | None = None) -> Outbox:
    """Start another version for the customer: the link is integrated again, or the article is written again.

    Raises ConflictError unless the order is in QUALITY_CHECK and `version_id`, if given, is its current version; and
    TooManyError above the hourly limit.
    """
    async with transaction():
        # A refusal below undoes the move: it raises inside the transaction.
        order = await move(
            order_id, OrderStatus.QUALITY_CHECK, OrderStatus.PROCESSING, actor=history.CUSTOMER, action=REGENERATE
        )
        check_not_on_hold(order)
        if version_id is not None:
            check_current(order, version_id)
        # The history has this regeneration already.
        wait = await Order.raw(_REGENERATION_WAIT, settings.max_regenerations_per_hour_per_order, order_id)
        if wait:
            raise TooManyError(
                f"You can regenerate at most {settings.max_regenerations_per_hour_per_order} times an hour. "
                "Please try again later.",
                retry_after=wait[0]["seconds"],
            )
        await Order.update({Order.regeneration_count: Order.regeneration_count + 1}).where(Order.id == order_id)
        return await jobs.create(await order_jobs.build(order, regeneration=True))


async def submit(order_id: UUID, version_id: UUID, *, actor: str = history.CUSTOMER, choose: bool = False) -> Outbox:
    """Submit the order's current version for the editor's review. Raises ConflictError if it is not the current one.

    With `choose` the version, which the caller has checked, becomes the current one.
    """
    async with transaction():
        if choose:
            await Order.update({Order.version_id: version_id}).where(Order.id == order_id)
        order = await move(order_id, OrderStatus.QUALITY_CHECK, OrderStatus.ADMIN_REVIEW, actor=actor, action="submit")
        check_not_on_hold(order)
        check_current(order, version_id)
        return await customer_emails.create(order, "submitted", job_id=str(version_id))


async def retry(order_id: UUID, *, actor: str, job_id: str | None = None) -> Outbox:
    """Give a FAILED order's newest (or named) job new attempts, unless a refund has begun.

    Raises ConflictError; also when the payment is disputed, or the order's link slot or link has been sold since.
    """
    async with transaction():
        order, _ = await get_with_article_for_update(order_id)
        if order.status == OrderStatus.FAILED:
            await _check_still_available(order)
        if order.failure_reason == FailureReason.PAYMENT_REVERSED:
            raise ConflictError("The order's payment was reversed; it cannot be retried.", code="payment_reversed")
        order = await move(order_id, OrderStatus.FAILED, OrderStatus.PROCESSING, actor=actor, action="retry")
        if order.refund_state != RefundState.NONE:
            raise ConflictError("The order's refund has begun; it cannot be retried.", code="refund_begun")
        check_not_on_hold(order)
        return await jobs.retry(job_id or await order_jobs.find_newest(order_id))


async def reintegrate(order: Order, *, actor: str, why: str = "") -> Outbox:
    """Start a new job for an approved link whose version no longer fits the live text, in the caller's transaction."""
    action = "approved; no longer fits the live text"
    await move(order.id, OrderStatus.ADMIN_REVIEW, OrderStatus.PROCESSING, actor=actor, action=action, detail=why)
    job = await order_jobs.build(order, regeneration=True)
    return await jobs.create(job) + await customer_emails.create(order, "reintegrating", job_id=job.id)


async def send_back(order: Order, *, actor: str, reason: str) -> Outbox:
    """Start a new job for an order in review whose editor wants another version, in the caller's transaction."""
    await move(order.id, OrderStatus.ADMIN_REVIEW, OrderStatus.PROCESSING, actor=actor, action=SEND_BACK, detail=reason)
    job = await order_jobs.build(order, regeneration=True, reason=reason)
    return await jobs.create(job) + await customer_emails.create(order, "sent_back", job_id=job.id, reason=reason)


async def complete(order: Order, *, actor: str, article_url: str) -> Outbox:
    """Move an order whose version is live to COMPLETED and tell the customer, in the caller's transaction."""
    await move(order.id, OrderStatus.ADMIN_REVIEW, OrderStatus.COMPLETED, actor=actor, action="approve")
    await versions.supersede_others(order.id, order.version_id)
    return await customer_emails.create(order, "published", article_url=article_url)


def check_current(order: Order, version_id: UUID) -> None:
    """Raise ConflictError unless this is the order's current version."""
    if order.version_id != version_id:
        raise ConflictError(
            "This is not the order's current version; please look at the newest one.",
            code="stale_version",
            details=[FieldError("versionId", "current", f"The current version is {order.version_id}.")],
        )


def check_not_on_hold(order: Order) -> None:
    """Raise ConflictError for an order on hold."""
    if order.on_hold:
        raise ConflictError(ON_HOLD, code="on_hold")


async def _check_still_available(order: Order) -> None:
    """Raise ConflictError when the link slot or the new article of a FAILED order has gone to somebody else."""
    link = Link(order.backlink_data["target_url"], order.backlink_data["keyword"])
    if await slots.count_free(order.article_id) < 1:
        raise ConflictError("The order's link slot has been sold since; refund the order instead.", code="sold_out")
    if await slots.is_taken(order.article_id, link):
        message = "The article already has the order's link, or will have it soon; refund the order instead."
        raise ConflictError(message, code="already_there")
    if order.kind == OrderKind.ARTICLE and await Article.exists().where(
        Article.id == order.article_id, Article.selected_version_id.is_not_null()
    ):
        raise ConflictError(
            "The article has been published with another text since; refund the order instead.", code="sold_out"
        )

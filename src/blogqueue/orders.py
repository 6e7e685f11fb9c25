"""Orders: the verbs that open them, work them and move them; `move` alone changes a status."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from blogqueue import catalogue, history, jobs, letters, tokens, versions
from blogqueue.database import transaction
from blogqueue.errors import ConflictError, FieldError, NotFoundError, TooManyError
from blogqueue.jobs import Claim
from blogqueue.money import amount
from blogqueue.promises import Promised, PromisedJob
from blogqueue.settings import settings
from blogqueue.states import ORDER_MOVES, STEPS, FailureReason, OrderStatus, RefundState, ReviewStatus
from blogqueue.tables import Article, ArticleVersion, Job, Order
from blogqueue.writing.integration import Draft
from blogqueue.writing.links import Link


async def move(order_id: UUID, frm: OrderStatus, to: OrderStatus, *, who: str, what: str, note: str = "") -> Order:
    """Move an order by compare-and-set, with its line of history, in the caller's transaction.

    Raises ConflictError when the order is not (or no longer) in `frm`, NotFoundError when there is none.
    """
    if to not in ORDER_MOVES[frm]:
        raise ValueError(f"no order moves from {frm} to {to}")
    changes: dict[Any, Any] = {Order.status: to, Order.updated_at: datetime.now(UTC)}
    if to is OrderStatus.COMPLETED:
        changes[Order.completed_at] = datetime.now(UTC)
    if to is OrderStatus.FAILED:
        changes[Order.failed_at_step] = STEPS[frm]
    if frm is OrderStatus.FAILED:
        changes |= {
            Order.failed_at_step: None,
            Order.failure_reason: None,
            Order.failure_detail: "",
            Order.refund_due_at: None,
        }
    moved = await Order.update(changes).where(Order.id == order_id, Order.status == frm).returning(Order.id)
    if not moved:
        order = await get(order_id)
        raise ConflictError(
            f"The order is {order.status}; this needs {frm}.",
            code="wrong_state",
            details=[FieldError("orderId", "status", f"The order's status is {order.status}.")],
        )
    await history.note(who, what, order_id=order_id, frm=frm, to=to, text=note)
    return await get(order_id)


async def get(order_id: UUID) -> Order:
    """One order with its JSON loaded. Raises NotFoundError."""
    order = await Order.objects().where(Order.id == order_id).first().output(load_json=True)
    if order is None:
        raise NotFoundError("order", field="orderId")
    return order


async def opened_by(order_id: UUID, access_token: str) -> Order:
    """The order, for who shows its access token; for everybody else there is none (NotFoundError)."""
    order = await Order.objects().where(Order.id == order_id).first().output(load_json=True)
    if order is None or not access_token or order.access_token_hash != tokens.hashed(access_token):
        raise NotFoundError("order", field="orderId")
    return order


async def open_backlink(order: Order) -> Promised:
    """Write down a paid backlink order, its job and the letter, in the transaction of `settlements.settle`."""
    order.status = OrderStatus.PROCESSING
    await Order.insert(order)
    await history.note(history.STRIPE, "paid", order_id=order.id, to=OrderStatus.PROCESSING)
    job = await jobs.promise(
        f"backlink-int-{order.id}",
        queue=jobs.BACKLINK_INTEGRATION,
        order_id=order.id,
        payload=await _payload(order, regeneration=False),
    )
    return Promised(jobs=(job,), letters=await write_to(order, "order_received", price=True))


async def open_unfulfillable(order: Order, reason: str) -> Promised:
    """Write down a paid order that can't be worked on: FAILED from the start, its money on the way back."""
    now = datetime.now(UTC)
    order.status = OrderStatus.FAILED
    order.failure_reason = FailureReason.UNFULFILLABLE
    order.failure_detail = reason
    order.failed_at_step = 1
    order.refund_due_at = now  # the refund itself is the money side's: payments takes up what is due
    await Order.insert(order)
    await history.note(
        history.STRIPE, "paid, but cannot be fulfilled", order_id=order.id, to=OrderStatus.FAILED, text=reason
    )
    return Promised(letters=await write_to(order, "unfulfillable", price=True, reason=reason))


async def deliver(claim: Claim, draft: Draft, base_version_id: UUID) -> Promised:
    """Store a run's version, complete its job, move the order on and promise the letter: one transaction.

    Raises LostLeaseError when another worker holds the job by now; then nothing is changed.
    """
    async with transaction():
        await jobs.complete(claim)
        order = await get(claim.order_id)
        await versions.lock_article(order.article_id)
        regeneration = bool(claim.payload["isRegeneration"])
        version_id = await versions.store(
            order.article_id,
            draft.content,
            order_id=order.id,
            job_id=claim.job_id,
            qc_attempts=draft.qc_attempts,
            last_qc_status=draft.qc_status,
            last_qc_notes=draft.qc_notes,
            backlink_review_status=ReviewStatus.PENDING_REVIEW,
            backlink_metadata={
                "target_url": order.backlink_data["target_url"],
                "anchor_text": order.backlink_data["keyword"],
                "customer_notes": order.backlink_data["notes"],
                "integration_type": "customer_backlink_regeneration" if regeneration else "customer_backlink",
                "base_article_version_id": str(base_version_id),
                "regeneration_count": order.regeneration_count,
                "edit": draft.edit,
            },
        )
        await Order.update({Order.version_id: version_id}).where(Order.id == order.id)
        order = await move(
            order.id, OrderStatus.PROCESSING, OrderStatus.QUALITY_CHECK, who=history.WORKER, what="version delivered"
        )
        kind = "regeneration_ready" if regeneration else "backlink_ready"
        return Promised(letters=await write_to(order, kind, job_id=claim.job_id))


async def fail_attempt(claim: Claim, error: dict[str, Any] | None, *, permanent: bool, wait_ms: int = 0) -> Promised:
    """Note a run's error: the retry it leads to, or the end of the order with its letters, in one transaction."""
    async with transaction():
        delay = await jobs.fail_attempt(claim, error, permanent=permanent, wait_ms=wait_ms)
        if delay is not None:
            return Promised(jobs=(PromisedJob(claim.job_id, claim.queue, delay),))
        message = error["message"] if error else "the job's worker was lost at every attempt"
        order = await move(
            claim.order_id,
            OrderStatus.PROCESSING,
            OrderStatus.FAILED,
            who=history.WORKER,
            what="job failed",
            note=message,
        )
        await Order.update(
            {
                Order.failure_reason: FailureReason.JOB_FAILED,
                Order.failure_detail: "We could not work your link in.",
                Order.refund_due_at: datetime.now(UTC) + timedelta(hours=settings.refund_grace_hours),
            },
        ).where(Order.id == order.id)
        # A job retried by hand may fail again, and says so again: the row's number of starts tells the letters apart.
        once = f"{claim.job_id}#{claim.fence}"
        told = await write_to(order, "order_failed", job_id=once)
        alert = await letters.promise(
            "operator_alert",
            to=settings.operator_email,
            order_id=order.id,
            job_id=once,
            summary="An order's job failed",
            detail=f"{message} After {settings.refund_grace_hours} h without a retry the order is refunded.",
        )
        return Promised(letters=told + alert)


async def regenerate(order_id: UUID, version_id: UUID | None = None) -> PromisedJob:
    """The customer wants another integration, always from the PUBLISHED article: a new job.

    Raises ConflictError unless the order is in QUALITY_CHECK (and `version_id`, what the customer saw, if given, is
    its current version), and TooManyError past the hourly number.
    """
    async with transaction():
        order = await move(
            order_id, OrderStatus.QUALITY_CHECK, OrderStatus.PROCESSING, who=history.CUSTOMER, what="regenerate"
        )
        _refuse_frozen(order)
        if version_id is not None:
            _current(order, version_id)
        recent = await Job.raw(
            "SELECT count(*) AS n FROM jobs WHERE order_id = {} AND payload->>'isRegeneration' = 'true' "
            "AND created_at > clock_timestamp() - interval '1 hour'",
            order_id,
        )
        if recent[0]["n"] >= settings.regenerations_per_hour:
            raise TooManyError(
                f"At most {settings.regenerations_per_hour} regenerations an hour, please.", retry_after=3600
            )
        await Order.update({Order.regeneration_count: Order.regeneration_count + 1}).where(Order.id == order_id)
        return await jobs.promise(
            f"backlink-int-{order.id}-regen-{int(datetime.now(UTC).timestamp() * 1000)}",
            queue=jobs.BACKLINK_INTEGRATION,
            order_id=order.id,
            payload=await _payload(order, regeneration=True),
        )


async def submit(order_id: UUID, version_id: UUID) -> Promised:
    """The customer is content with the order's current version: an editor's turn. Raises ConflictError otherwise."""
    async with transaction():
        order = await move(
            order_id, OrderStatus.QUALITY_CHECK, OrderStatus.ADMIN_REVIEW, who=history.CUSTOMER, what="submit"
        )
        _refuse_frozen(order)
        _current(order, version_id)
        return Promised(letters=await write_to(order, "submitted", job_id=str(version_id)))


def _current(order: Order, version_id: UUID) -> None:
    if order.version_id != version_id:
        raise ConflictError(
            "This is not the order's current version; please look at the newest one.",
            code="stale_version",
            details=[FieldError("versionId", "current", f"The current version is {order.version_id}.")],
        )


async def retry(order_id: UUID, *, who: str, job_id: str | None = None) -> Promised:
    """Give a FAILED order's last (or named) job new attempts, as long as no refund has begun.

    Raises ConflictError also when the payment is disputed, or the order's link place was sold meanwhile.
    """
    async with transaction():
        failed = await get(order_id)
        await versions.lock_article(failed.article_id)
        link = Link(failed.backlink_data["target_url"], failed.backlink_data["keyword"])
        if failed.status == OrderStatus.FAILED and (
            await catalogue.places(failed.article_id) < 1 or await catalogue.is_sold(failed.article_id, link)
        ):
            raise ConflictError("The order's link place was sold meanwhile; refund it instead.", code="sold_out")
        order = await move(order_id, OrderStatus.FAILED, OrderStatus.PROCESSING, who=who, what="retry")
        if order.refund_state != RefundState.NONE:
            raise ConflictError("The order's refund has begun; it cannot be retried.", code="refund_begun")
        _refuse_frozen(order)
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
        return Promised(jobs=(await jobs.retry(job_id),))


def _refuse_frozen(order: Order) -> None:
    if order.frozen:
        raise ConflictError("The order's payment is disputed or was given back.", code="frozen")


async def reintegrate(order: Order, *, who: str) -> Promised:
    """An approved link whose place has changed meanwhile is worked in again: a new job, and the customer is told."""
    await move(
        order.id, OrderStatus.ADMIN_REVIEW, OrderStatus.PROCESSING, who=who, what="approved; the article has changed"
    )
    job = await jobs.promise(
        f"backlink-int-{order.id}-regen-{int(datetime.now(UTC).timestamp() * 1000)}",
        queue=jobs.BACKLINK_INTEGRATION,
        order_id=order.id,
        payload=await _payload(order, regeneration=True),
    )
    return Promised(jobs=(job,), letters=await write_to(order, "reintegrating", job_id=job.id))


async def complete(order: Order, *, who: str, article_url: str) -> Promised:
    """An order's version is live: COMPLETED, its other versions superseded, and the customer told."""
    await move(order.id, OrderStatus.ADMIN_REVIEW, OrderStatus.COMPLETED, who=who, what="approve")
    await supersede_others(order)
    return Promised(letters=await write_to(order, "published", article_url=article_url))


async def supersede_others(order: Order) -> None:
    """An order's end: of its versions only the current one was judged by an editor."""
    await ArticleVersion.update({ArticleVersion.backlink_review_status: ReviewStatus.SUPERSEDED}).where(
        ArticleVersion.order_id == order.id, ArticleVersion.id != order.version_id
    )


async def _payload(order: Order, *, regeneration: bool) -> dict[str, Any]:
    """The job's input, in the seed's words."""
    return {
        "orderId": str(order.id),
        "articleId": str(order.article_id),
        "targetUrl": order.backlink_data["target_url"],
        "anchorText": order.backlink_data["keyword"],
        "notes": order.backlink_data["notes"],
        "email": order.customer_email,
        "isRegeneration": regeneration,
    }


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
    return await letters.promise(
        kind,
        to=order.customer_email,
        order_id=order.id,
        purchase_id=None,
        job_id=job_id,
        order_url=f"{settings.public_url}/order-status/{order.id}?access={tokens.PLACEHOLDER}",
        article_title=about["title"],
        domain_name=about["domain_name"],
        target_url=order.backlink_data["target_url"],
        anchor_text=order.backlink_data["keyword"],
        **values,
    )

"""Read an order's status for its customer: the step, the version, the jobs and the time it will take."""

from math import ceil
from typing import Any

from msgspec import UNSET

from blogqueue.catalogue import addresses
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order
from blogqueue.errors import NotFoundError
from blogqueue.jobs import stats
from blogqueue.jobs.queues import QUEUES
from blogqueue.orders import version_view
from blogqueue.orders.status_view import JobView, OrderedArticleView, OrderStatusView, ProgressView, QueueView
from blogqueue.settings import settings
from blogqueue.states import (
    ON_HOLD_MESSAGE,
    OPEN_JOBS,
    STATUS_MESSAGES,
    STEPS,
    WAITING_MESSAGE,
    ArticleStatus,
    FailureReason,
    JobState,
    OrderKind,
    OrderStatus,
    RefundState,
)

FAILED_MESSAGES = {
    FailureReason.JOB_FAILED: "We could not complete your order; our team has been notified",
    FailureReason.REJECTED: "Our editor did not approve it",
    FailureReason.UNFULFILLABLE: "We could not fulfil this order",
    FailureReason.PAYMENT_REVERSED: "The payment was reversed",
}
DESCRIPTIONS = {1: "Request received", 2: "AI at work", 3: "Your review", 4: "Editor's review", 5: "Published"}

FIRST_ESTIMATE = (600, 1800)
"""In seconds, before the first job has ended: 10-30 minutes."""

LONG_SECONDS = 2 * 3600
"""Above this, hours are clearer to people than minutes."""


async def get_status(order: Order) -> OrderStatusView:
    """Return an order's status as its customer sees it. Raises NotFoundError when its article is gone."""
    job_rows = await Job.select().where(Job.order_id == order.id).order_by(Job.created_at)
    step, message = _locate(order, job_rows)
    review = order.status == OrderStatus.QUALITY_CHECK and not order.on_hold
    open_job = next((row for row in job_rows if row["state"] in OPEN_JOBS), None)
    numbers = await version_view.number_versions(order)
    return OrderStatusView(
        order_id=order.id,
        kind=OrderKind(order.kind),
        status=OrderStatus(order.status),
        status_message=message,
        progress=ProgressView(step=step, description=DESCRIPTIONS[step]),
        version=await version_view.get_current(order, numbers),
        version_count=len(numbers),
        earlier_versions=await version_view.list_earlier(order, numbers),
        queue=QueueView(
            has_active_job=any(row["state"] == JobState.ACTIVE for row in job_rows),
            jobs=[await _job(row) for row in job_rows],
        ),
        can_regenerate_backlink=review and order.kind == OrderKind.BACKLINK,
        can_regenerate_article=review and order.kind == OrderKind.ARTICLE,
        can_submit_for_review=review,
        estimated_time=await estimate(open_job["queue"], open_job["id"]) if open_job else None,
        regeneration_count=order.regeneration_count,
        failure_reason=FailureReason(order.failure_reason) if order.failure_reason else None,
        failure_detail=order.failure_detail,
        refund_state=RefundState(order.refund_state),
        refund_due_at=order.refund_due_at,
        on_hold=order.on_hold,
        article=await _article(order),
        link_dropped_at=order.link_dropped_at,
        target_url=order.backlink_data["target_url"],
        anchor_text=order.backlink_data["keyword"],
        price=order.price,
        currency=order.currency,
        created_at=order.created_at,
        updated_at=order.updated_at,
        completed_at=order.completed_at,
    )


async def estimate(queue: str, job_id: str) -> str:
    """Return how long a job has until its end, for people: from the queue's last jobs and the job's turn."""
    low, high = await stats.get_run_seconds(queue) or FIRST_ESTIMATE
    turns = await stats.count_turns(job_id, slots=QUEUES[queue].get_threads(settings))
    return _format_span(low * turns, high * turns)


def _format_span(low: float, high: float) -> str:
    """Format a range of seconds for people: "2-4 minutes"."""
    unit, seconds = ("hour", 3600) if low > LONG_SECONDS else ("minute", 60)
    at_least, at_most = (max(1, ceil(value / seconds)) for value in (low, high))
    if at_most == 1:
        return f"about a{'n' if unit == 'hour' else ''} {unit}"
    return f"about {at_most} {unit}s" if at_least == at_most else f"{at_least}-{at_most} {unit}s"


def _locate(order: Order, job_rows: list[dict[str, Any]]) -> tuple[int, str]:
    """Return the step (1 to 5) and the message of an order."""
    status = OrderStatus(order.status)
    if status is OrderStatus.FAILED:
        message = FAILED_MESSAGES[FailureReason(order.failure_reason or FailureReason.JOB_FAILED)]
        if order.refund_state != RefundState.NONE:
            message = message.partition(";")[0]
        if order.refund_state == RefundState.SUCCEEDED:
            message += "; your payment was refunded"
        elif order.refund_state == RefundState.INITIATED and not order.on_hold:
            message += "; your refund is on its way"
        return order.failed_at_step or STEPS[OrderStatus.PROCESSING], message
    if order.on_hold and status is not OrderStatus.COMPLETED:
        return STEPS[status], ON_HOLD_MESSAGE
    if status is OrderStatus.PROCESSING and any(row["state"] == JobState.WAITING for row in job_rows):
        return 1, WAITING_MESSAGE
    return STEPS[status], STATUS_MESSAGES[status]


async def _job(row: dict[str, Any]) -> JobView:
    waiting = row["state"] == JobState.WAITING
    return JobView(
        job_id=row["id"],
        queue=row["queue"],
        state=JobState(row["state"]),
        progress=row["progress"],
        attempts=row["attempts"],
        max_attempts=row["max_attempts"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        position=await stats.get_position(row["queue"], row["created_at"]) if waiting else UNSET,
    )


async def _article(order: Order) -> OrderedArticleView:
    """Return the order's article. Raises NotFoundError."""
    row = (
        await Article.select(
            Article.id,
            Article.status,
            Article.slug,
            Article.title,
            Article.domain_id.name.as_alias("domain_name"),
            Article.domain_id.language.as_alias("language"),
            Article.domain_id.host.as_alias("host"),
        )
        .where(Article.id == order.article_id)
        .first()
    )
    if row is None:
        raise NotFoundError("article", field="articleId")
    is_live = row.pop("status") == ArticleStatus.PUBLISHED
    return OrderedArticleView(**row, url=settings.public_url + await addresses.get_path(row["id"]), is_live=is_live)

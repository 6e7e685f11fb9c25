"""Read an order's status for its customer: the step, the version, the jobs and the time it will take."""

import asyncio
from math import ceil
from uuid import UUID

from msgspec import UNSET

from blogqueue.jobs import stats
from blogqueue.jobs.queues import QUEUES
from blogqueue.jobs.stats import Forecast
from blogqueue.orders import snapshot, timeline, version_view
from blogqueue.orders.numbers import format_number
from blogqueue.orders.snapshot import ArticleRow, JobRow, OrderRow
from blogqueue.orders.status_view import JobView, OrderedArticleView, OrderStatusView, ProgressView, QueueView
from blogqueue.settings import settings
from blogqueue.states import (
    DELAYED_MESSAGE,
    HELD_UP_MESSAGE,
    ON_HOLD_MESSAGE,
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
    FailureReason.CANCELLED: "We have stopped the work on your order; our team will decide what happens next",
    FailureReason.CANCELLED_BY_CUSTOMER: "You cancelled the order",
    FailureReason.UNFULFILLABLE: "We could not complete this order",
    FailureReason.PAYMENT_REVERSED: "The payment was reversed",
}
DESCRIPTIONS = {1: "Request received", 2: "AI at work", 3: "Your review", 4: "Editor's review", 5: "Published"}

FIRST_ESTIMATE = (600, 1800)
"""In seconds, before the first job has ended: 10-30 minutes."""

LONG_SECONDS = 2 * 3600
"""Above this, hours are clearer to people than minutes."""


async def get_status(order_id: UUID) -> OrderStatusView:
    """Return an order's status as its customer sees it, all of it of one moment. Raises NotFoundError."""
    found = await snapshot.read(order_id)
    order = found.order
    step, message = _locate(order, found.jobs)
    review = order.status is OrderStatus.QUALITY_CHECK and not order.on_hold
    regenerable = review and found.regeneration_wait is None
    forecast = next(((job.queue, job.forecast) for job in found.jobs if job.forecast), None)
    return OrderStatusView(
        order_id=order.id,
        order_number=format_number(order.number),
        kind=order.kind,
        status=order.status,
        status_message=message,
        progress=ProgressView(step=step, description=DESCRIPTIONS[step]),
        # In threads, because a long text takes a while to render and others wait for the event loop.
        version=await asyncio.to_thread(version_view.show_current, found),
        version_count=len(found.versions),
        earlier_versions=await asyncio.to_thread(version_view.list_earlier, found),
        queue=QueueView(
            has_active_job=any(job.state is JobState.ACTIVE for job in found.jobs),
            jobs=[_show_job(job) for job in found.jobs],
        ),
        can_regenerate_backlink=regenerable and order.kind is OrderKind.BACKLINK,
        can_regenerate_article=regenerable and order.kind is OrderKind.ARTICLE,
        can_submit_for_review=review,
        estimated_time=_format_span(*_estimate(*forecast)) if forecast else None,
        estimated_seconds=ceil(_estimate(*forecast)[1]) if forecast and forecast[1].longest is not None else None,
        regeneration_count=order.regeneration_count,
        failure_reason=order.failure_reason,
        failure_detail=order.failure_detail,
        refund_state=order.refund_state,
        refund_due_at=order.refund_due_at,
        on_hold=order.on_hold,
        can_cancel=found.article.can_cancel
        and order.price > 0
        and not order.on_hold
        and order.status in {OrderStatus.PROCESSING, OrderStatus.QUALITY_CHECK},
        editor_seconds=found.editor_seconds if order.status is OrderStatus.ADMIN_REVIEW else None,
        timeline=timeline.list_milestones(found.events),
        editor_reason=timeline.find_reason(order.status, found.events),
        article=_show_article(found.article),
        link_dropped_at=order.link_dropped_at,
        target_url=order.backlink_data.target_url,
        anchor_text=order.backlink_data.keyword,
        price=order.price,
        currency=order.currency,
        has_receipt=order.session_id is not None,
        has_invoice=order.payment_data.invoiced,
        created_at=order.created_at,
        updated_at=order.updated_at,
        completed_at=order.completed_at,
    )


async def estimate(queue: str, job_id: str) -> str:
    """Return how long a job has until its end, for people: from the queue's last jobs and the job's turn."""
    return _format_span(*_estimate(queue, await stats.forecast(job_id)))


def _estimate(queue: str, forecast: Forecast) -> tuple[float, float]:
    """Return in how many s a job will have ended, at least and at most."""
    low, high = FIRST_ESTIMATE
    if forecast.shortest is not None and forecast.longest is not None:
        low, high = forecast.shortest, forecast.longest
    turns = forecast.count_turns(slots=QUEUES[queue].get_threads(settings))
    return low * turns, high * turns


def _format_span(low: float, high: float) -> str:
    """Format a range of seconds for people: "2-4 minutes"."""
    unit, seconds = ("hour", 3600) if low > LONG_SECONDS else ("minute", 60)
    at_least, at_most = (max(1, ceil(value / seconds)) for value in (low, high))
    if at_most == 1:
        return f"about a{'n' if unit == 'hour' else ''} {unit}"
    return f"about {at_most} {unit}s" if at_least == at_most else f"{at_least}-{at_most} {unit}s"


def _locate(order: OrderRow, jobs: list[JobRow]) -> tuple[int, str]:
    """Return the step (1 to 5) and the message of an order."""
    if order.status is OrderStatus.FAILED:
        message = FAILED_MESSAGES[order.failure_reason or FailureReason.JOB_FAILED]
        if order.refund_state is not RefundState.NONE:
            message = message.partition(";")[0]
        if order.refund_state is RefundState.SUCCEEDED:
            message += "; your payment was refunded"
        elif order.refund_state is RefundState.INITIATED and not order.on_hold:
            message += "; your refund is on its way"
        return order.failed_at_step or STEPS[OrderStatus.PROCESSING], message
    if order.on_hold and order.status is not OrderStatus.COMPLETED:
        return STEPS[order.status], ON_HOLD_MESSAGE
    if order.status is OrderStatus.PROCESSING and (held_up := [job for job in jobs if job.held_up]):
        return 1 if held_up[0].started_at is None else STEPS[order.status], HELD_UP_MESSAGE
    if order.status is OrderStatus.PROCESSING and any(job.state is JobState.WAITING for job in jobs):
        return 1, WAITING_MESSAGE
    if order.status is OrderStatus.PROCESSING and any(job.state is JobState.DELAYED for job in jobs):
        return STEPS[order.status], DELAYED_MESSAGE
    return STEPS[order.status], STATUS_MESSAGES[order.status]


def _show_job(job: JobRow) -> JobView:
    return JobView(
        job_id=job.id,
        queue=job.queue,
        state=job.state,
        progress=job.progress,
        attempts=job.attempts,
        max_attempts=job.max_attempts,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        position=job.forecast.ahead + 1 if job.forecast and job.state is JobState.WAITING else UNSET,
    )


def _show_article(article: ArticleRow) -> OrderedArticleView:
    return OrderedArticleView(
        id=article.id,
        slug=article.slug,
        title=article.title,
        domain_name=article.domain_name,
        host=article.host,
        language=article.language,
        url=settings.public_url + article.path,
        is_live=article.status is ArticleStatus.PUBLISHED,
    )

"""What a worker brings back of an order: a version, or an attempt that failed."""

from typing import Any

from piccolo.querystring import QueryString

from blogqueue.catalogue import versions
from blogqueue.db import history
from blogqueue.db.engine import transaction
from blogqueue.db.tables import Order
from blogqueue.emails import emails
from blogqueue.jobs import jobs
from blogqueue.jobs.jobs import Claim
from blogqueue.orders import lifecycle
from blogqueue.outbox import Outbox, OutboxJob
from blogqueue.settings import settings
from blogqueue.states import FailureReason, OrderKind, OrderStatus, ReviewStatus
from blogqueue.writing.article.generation import ArticleDraft
from blogqueue.writing.link_edit.integration import LinkDraft

FAILED_DETAILS = {
    OrderKind.BACKLINK: "We could not work your link in.",
    OrderKind.ARTICLE: "We could not write your article.",
}


async def deliver(claim: Claim, draft: LinkDraft | ArticleDraft, **made: Any) -> Outbox:  # noqa: ANN401 - JSON
    """Store a run's version, complete its job, move the order on and promise the letter: one transaction.

    `made` is what the version's metadata say of how it was made, beyond the order's own. Raises LostLeaseError when
    another worker holds the job by now; then nothing is changed.
    """
    async with transaction():
        # Article, order, job: locks are always taken in this order.
        await versions.lock_article((await lifecycle.get(claim.order_id)).article_id)
        order = await lifecycle.locked(claim.order_id)
        await jobs.complete(claim)
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
                "integration_type": f"customer_{order.kind}" + ("_regeneration" if regeneration else ""),
                "regeneration_count": order.regeneration_count,
                **made,
            },
        )
        await Order.update({Order.version_id: version_id}).where(Order.id == order.id)
        order = await lifecycle.move(
            order.id,
            OrderStatus.PROCESSING,
            OrderStatus.QUALITY_CHECK,
            actor=history.WORKER,
            action="version delivered",
        )
        kind = "regeneration_ready" if regeneration else f"{order.kind}_ready"
        return Outbox(emails=await lifecycle.write_to(order, kind, job_id=claim.job_id))


async def fail_attempt(
    claim: Claim, error: dict[str, Any] | None, *, permanent: bool, wait_ms: int = 0, afresh: bool = False
) -> Outbox:
    """Note a run's error (as `jobs.fail_attempt` does): the retry it leads to, or the order's end and its letters."""
    async with transaction():
        await lifecycle.locked(claim.order_id)
        delay = await jobs.fail_attempt(claim, error, permanent=permanent, wait_ms=wait_ms, afresh=afresh)
        if delay is not None:
            return Outbox(jobs=(OutboxJob(claim.job_id, claim.queue, delay),))
        message = error["message"] if error else "the job's worker was lost at every attempt"
        order = await lifecycle.move(
            claim.order_id,
            OrderStatus.PROCESSING,
            OrderStatus.FAILED,
            actor=history.WORKER,
            action="job failed",
            detail=message,
        )
        await Order.update(
            {
                Order.failure_reason: FailureReason.JOB_FAILED,
                Order.failure_detail: FAILED_DETAILS[OrderKind(order.kind)],
                Order.refund_due_at: QueryString(
                    "clock_timestamp() + {} * interval '1 hour'", settings.refund_grace_hours
                ),
            },
        ).where(Order.id == order.id)
        # A job retried by hand may fail again, and says so again: the row's number of starts tells the letters apart.
        once = f"{claim.job_id}#{claim.fencing_token}"
        told = await lifecycle.write_to(order, "order_failed", job_id=once)
        alert = await emails.create(
            "operator_alert",
            to=settings.operator_email,
            order_id=order.id,
            job_id=once,
            summary="An order's job failed",
            detail=f"{message} After {settings.refund_grace_hours} h without a retry the order is refunded.",
        )
        return Outbox(emails=told + alert)

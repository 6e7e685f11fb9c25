"""What a worker brings back: a version of an order's text, or a failed attempt."""

import re
from datetime import UTC, datetime
from typing import Any

from blogqueue.catalogue import paid_links, versions
from blogqueue.db import history
from blogqueue.db.engine import transaction
from blogqueue.db.tables.orders import Order
from blogqueue.emails.alerts import QUEUES, alert_operator
from blogqueue.jobs import breaker, jobs
from blogqueue.jobs.jobs import Claim
from blogqueue.orders import customer_emails, lifecycle
from blogqueue.outbox import Outbox, OutboxJob
from blogqueue.settings import settings
from blogqueue.states import FailureReason, OrderKind, OrderStatus, ReviewStatus
from blogqueue.writing.article.generation import ArticleDraft
from blogqueue.writing.link_edit.integration import LinkDraft
from blogqueue.writing.markdown.links import Link

_NUMBER = re.compile(r"[0-9a-f-]*\d[0-9a-f-]*")
"""What differs between the messages of one cause: numbers and ids."""

EXPLANATIONS = {
    OrderKind.BACKLINK: "We could not add your link to the article.",
    OrderKind.ARTICLE: "We could not write your article.",
}
"""What customers read when the job of their order has failed."""


async def deliver(claim: Claim, draft: LinkDraft | ArticleDraft, **metadata: Any) -> Outbox:  # noqa: ANN401 - JSON
    """Store a run's version, complete its job, move the order to QUALITY_CHECK and store the email, in one transaction.

    `metadata` says how the version was made and is stored with it, beside the order's own data. Raises LostLeaseError
    when another worker has claimed the job; then nothing is changed.
    """
    async with transaction():
        order, _ = await lifecycle.get_with_article_for_update(claim.order_id)
        await jobs.complete(claim)
        regeneration = bool(claim.payload["isRegeneration"])
        own = Link(order.backlink_data["target_url"], order.backlink_data["keyword"])
        version_id = await versions.store(
            order.article_id,
            draft.content,
            links=[*(link for link, _ in await paid_links.find_pairs(order.article_id)), own],
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
                **metadata,
            },
        )
        order = await lifecycle.move(
            order.id,
            OrderStatus.PROCESSING,
            OrderStatus.QUALITY_CHECK,
            actor=history.WORKER,
            action="version delivered",
            version_id=version_id,
        )
        kind = "regeneration_ready" if regeneration else f"{order.kind}_ready"
        return await customer_emails.create(order, kind, job_id=claim.job_id)


async def fail_attempt(
    claim: Claim,
    error: dict[str, Any] | None,
    *,
    permanent: bool,
    wait_ms: int = 0,
    afresh: bool = False,
    outage: str = "",
) -> Outbox:
    """Store a run's error, and return the retry that it leads to, or fail the order and store the emails about it.

    `outage` says what the model's provider does, if it answers no question: once that has happened a few times in a
    row, for whichever jobs, the job waits for it instead, and the attempt is not counted. The other arguments are those
    of `jobs.fail_attempt`. Raises LostLeaseError when another worker has claimed the job.
    """
    async with transaction():
        order = await lifecycle.get_for_update(claim.order_id)
        if outage and error and (waiting := await _wait_for_provider(claim, outage, error["message"], wait_ms)):
            return waiting
        delay = await jobs.fail_attempt(claim, error, permanent=permanent, wait_ms=wait_ms, afresh=afresh)
        if delay is not None:
            return Outbox(jobs=(OutboxJob(claim.job_id, claim.queue, delay),))
        message = error["message"] if error else "the job's worker was lost at every attempt"
        order = await lifecycle.fail(
            order,
            FailureReason.JOB_FAILED,
            actor=history.WORKER,
            action="job failed",
            explanation=EXPLANATIONS[OrderKind(order.kind)],
            refund_in_hours=settings.refund_grace_hours,
            detail=message,
        )
        # A job that was retried by hand may fail again, and again sends emails: its fencing token tells them apart.
        key = f"{claim.job_id}#{claim.fencing_token}"
        await alert_operator(
            f"An order failed: {message}",
            _say_what_follows(order),
            key=key,
            many=f"{{}} orders failed: {message}",
            cause=f"job failed: {_NUMBER.sub('#', message[:120])}",
            order_id=order.id,
            page=QUEUES,
        )
        return await customer_emails.create(order, "order_failed", job_id=key)


async def _wait_for_provider(claim: Claim, outage: str, message: str, wait_ms: int) -> Outbox | None:
    """Let the job wait if the breaker is open, with an alert if it has just opened; return None if it is closed."""
    found = await breaker.record_failure(message, wait_ms=wait_ms)
    if found is None:
        return None
    await jobs.wait_for_provider(claim)
    if found.opened:
        await alert_operator(
            f"The model's provider {outage}",
            f"{message} All jobs wait until it answers again; none of them fails because of it for "
            f"{settings.provider_outage_hours} h.",
            key=f"breaker {claim.job_id}#{claim.fencing_token}",
            page=QUEUES,
            urgent=True,
        )
    return Outbox(jobs=(OutboxJob(claim.job_id, claim.queue, found.wait_ms),))


async def give_up_waiting(holder: str) -> Outbox:
    """Fail the orders whose jobs have waited too long for the model's provider; return their emails."""
    outbox = Outbox()
    for job_id in await breaker.find_given_up(settings.provider_outage_hours):
        claim = await jobs.claim(job_id, holder, ignore_breaker=True)
        if isinstance(claim, Claim):
            message = f"the model's provider has not answered for {settings.provider_outage_hours} h"
            error = {
                "attempt": claim.attempt,
                "at": datetime.now(UTC),
                "error": "ProviderOutage",
                "message": message,
                "traceback": "",
            }
            outbox += await fail_attempt(claim, error, permanent=True)
    return outbox


def _say_what_follows(order: Order) -> str:
    """Tell the operator what happens to a failed order that nobody retries."""
    if order.purchase_id is None:
        return "An editor ordered it: nothing happens until it is retried."
    return f"After {settings.refund_grace_hours} h without a retry the order is refunded."

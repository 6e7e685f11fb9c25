"""What an order's customer sees of it: the seed's status object, field for field, and what a page needs beyond it."""

import hashlib
from math import ceil
from typing import Any
from uuid import UUID

import msgspec

from blogqueue.catalogue import offers, versions
from blogqueue.db.tables import Article, ArticleVersion, Job, Order, Purchase
from blogqueue.errors import NotFoundError
from blogqueue.jobs import jobs
from blogqueue.money import amount
from blogqueue.orders import requests
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
    PurchaseState,
    RefundState,
)
from blogqueue.writing.link_edit.comparison import compare
from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.links import Link, format_link
from blogqueue.writing.markdown.rendering import render

FAILED_MESSAGES = {
    FailureReason.JOB_FAILED: "We could not complete your order; our team has been notified",
    FailureReason.REJECTED: "Our editor did not approve it",
    FailureReason.UNFULFILLABLE: "We could not fulfil this order",
    FailureReason.PAYMENT_REVERSED: "The payment was reversed",
}
DESCRIPTIONS = {1: "Request received", 2: "AI at work", 3: "Your review", 4: "Editor's review", 5: "Published"}
TOTAL_STEPS = 5

FIRST_ESTIMATE = (600, 1800)
LONG_SECONDS = 2 * 3600
"""From here on minutes mean nothing to people."""

EARLIER_ARTICLES_SHOWN = 5
"""Each is a whole article, some 8 kB, and a page is to stay under 100."""


async def status(order: Order) -> dict[str, Any]:
    """The status of an order (JSON in the seed's shape)."""
    job_rows = await Job.select().where(Job.order_id == order.id).order_by(Job.created_at)
    step, message = _where(order, job_rows)
    review = order.status == OrderStatus.QUALITY_CHECK and not order.on_hold
    open_job = next((row for row in job_rows if row["state"] in OPEN_JOBS), None)
    numbers = await _numbers(order)
    return {
        "orderId": order.id,
        "kind": order.kind,
        "status": order.status,
        "statusMessage": message,
        "progress": {"step": step, "total": TOTAL_STEPS, "description": DESCRIPTIONS[step]},
        "version": await _version(order, numbers),
        "versionCount": len(numbers),
        "earlierVersions": await _earlier_versions(order, numbers),
        "queue": {
            "hasActiveJob": any(row["state"] == JobState.ACTIVE for row in job_rows),
            "jobs": [await _job(row) for row in job_rows],
        },
        "canRegenerateBacklink": review and order.kind == OrderKind.BACKLINK,
        "canRegenerateArticle": review and order.kind == OrderKind.ARTICLE,
        "canSubmitForReview": review,
        "estimatedTime": await estimate(open_job["queue"], open_job["id"]) if open_job else None,
        "regenerationCount": order.regeneration_count,
        "failureReason": order.failure_reason,
        "failureDetail": order.failure_detail,
        "refundState": order.refund_state,
        "refundDueAt": order.refund_due_at,
        "onHold": order.on_hold,
        "article": await _article(order),
        "linkDroppedAt": order.link_dropped_at,
        "targetUrl": order.backlink_data["target_url"],
        "anchorText": order.backlink_data["keyword"],
        "price": order.price,
        "currency": order.currency,
        "createdAt": order.created_at,
        "updatedAt": order.updated_at,
        "completedAt": order.completed_at,
    }


class Payment(msgspec.Struct, frozen=True):
    """What a payment page's return may show to whoever has the session's id: so no address and no link.

    `form` is where it was asked for.
    `state`: "paid", "unfulfillable" (paid, on its way back), "held" (the operator decides), "pending", "unpaid".
    """

    state: str
    subject: str
    domain: str
    is_link: bool
    cost: str
    form: str


async def payment(session_id: str) -> Payment | None:
    """What became of a checkout session, by our own rows; None for one that is not ours."""
    purchase = await Purchase.objects().where(Purchase.session_id == session_id).first().output(load_json=True)
    if not session_id or purchase is None:
        return None
    rows = await Purchase.raw(
        "SELECT d.name, d.host, a.slug, o.failure_reason FROM purchases p LEFT JOIN articles a ON a.id = p.article_id "
        "JOIN domains d ON d.id = COALESCE(p.domain_id, a.domain_id) "
        "LEFT JOIN orders o ON o.purchase_id = p.id WHERE p.id = {}",
        purchase.id,
    )
    state = {PurchaseState.PAID: "paid", PurchaseState.HELD: "held"}.get(PurchaseState(purchase.state), "unpaid")
    if rows[0]["failure_reason"] == FailureReason.UNFULFILLABLE:
        state = "unfulfillable"
    elif state == "unpaid" and purchase.payment_pending:
        state = "pending"
    return Payment(
        state,
        await requests.subject(purchase),
        rows[0]["name"],
        is_link=purchase.kind == OrderKind.BACKLINK,
        cost=amount(purchase.price, purchase.currency),
        form=f"/articles/{rows[0]['slug']}" if rows[0]["slug"] else f"/new-article/{rows[0]['host']}",
    )


def stamp(status: dict[str, Any]) -> str:
    """A short text that differs when anything of a status does."""
    return hashlib.sha256(msgspec.json.encode(status)).hexdigest()[:16]


async def estimate(queue: str, job_id: str) -> str:
    """How long a job has until its end, in words: what the queue's last jobs took, for it and for those before it.

    Before the first job has ended a job counts with the seed's word: "10-30 minutes".
    """
    low, high = await jobs.seconds_to_run(queue) or FIRST_ESTIMATE
    turns = await jobs.turns(job_id, slots=settings.concurrency(queue))
    return _span(low * turns, high * turns)


def _span(low: float, high: float) -> str:
    """Some seconds, up to some others, in words."""
    unit, seconds = ("hour", 3600) if low > LONG_SECONDS else ("minute", 60)
    at_least, at_most = (max(1, ceil(value / seconds)) for value in (low, high))
    if at_most == 1:
        return f"about a{'n' if unit == 'hour' else ''} {unit}"
    return f"about {at_most} {unit}s" if at_least == at_most else f"{at_least}-{at_most} {unit}s"


def _where(order: Order, job_rows: list[dict[str, Any]]) -> tuple[int, str]:
    """The step (1 to 5) and the message of an order."""
    from_status = OrderStatus(order.status)
    if from_status is OrderStatus.FAILED:
        message = FAILED_MESSAGES[FailureReason(order.failure_reason or FailureReason.JOB_FAILED)]
        if order.refund_state != RefundState.NONE:
            message = message.partition(";")[0]
        if order.refund_state == RefundState.SUCCEEDED:
            message += "; your payment was refunded"
        elif order.refund_state == RefundState.INITIATED and not order.on_hold:
            message += "; your refund is on its way"
        return order.failed_at_step or STEPS[OrderStatus.PROCESSING], message
    if order.on_hold and from_status is not OrderStatus.COMPLETED:
        return STEPS[from_status], ON_HOLD_MESSAGE
    if from_status is OrderStatus.PROCESSING and any(row["state"] == JobState.WAITING for row in job_rows):
        return 1, WAITING_MESSAGE
    return STEPS[from_status], STATUS_MESSAGES[from_status]


async def _job(row: dict[str, Any]) -> dict[str, Any]:
    shown = {
        "jobId": row["id"],
        "queue": row["queue"],
        "state": row["state"],
        "progress": row["progress"],
        "attempts": row["attempts"],
        "maxAttempts": row["max_attempts"],
        "createdAt": row["created_at"],
        "startedAt": row["started_at"],
        "finishedAt": row["finished_at"],
    }
    if row["state"] == JobState.WAITING:
        shown["position"] = await jobs.position(row["queue"], row["created_at"])
    return shown


async def _article(order: Order) -> dict[str, Any]:
    """The order's article; `isLive` says whether readers can open it now."""
    row = (
        await Article.select(
            Article.id,
            Article.status,
            Article.slug,
            Article.title,
            Article.domain_id.name.as_alias("domainName"),
            Article.domain_id.language.as_alias("language"),
            Article.domain_id.host.as_alias("host"),
            Article.status,
        )
        .where(Article.id == order.article_id)
        .first()
    )
    if row is None:
        raise NotFoundError("article", field="articleId")
    live = row.pop("status") == ArticleStatus.PUBLISHED
    return {**row, "url": f"{settings.public_url}/articles/{row['slug']}", "isLive": live}


async def _numbers(order: Order) -> dict[UUID, int]:
    """The number of each version within its order, 1 for the first."""
    rows = (
        await ArticleVersion.select(ArticleVersion.id)
        .where(ArticleVersion.order_id == order.id)
        .order_by(ArticleVersion.version_num)
    )
    return {row["id"]: number for number, row in enumerate(rows, 1)}


async def _version(order: Order, numbers: dict[UUID, int]) -> dict[str, Any] | None:
    """The order's current version: the article with the link, as Markdown and as safe HTML, and what changed in it."""
    if order.version_id is None:
        return None
    version = await versions.get(order.version_id)
    return {
        **await _changed(version, order, numbers),
        "content": version.content_md,
        "html": await _html(version, order, mark=True),
        "qcStatus": version.last_qc_status,
    }


async def _earlier_versions(order: Order, numbers: dict[UUID, int]) -> list[dict[str, Any]]:
    """What the order's other versions changed in the article, newest first; of whole articles the newest few."""
    earlier = (
        await ArticleVersion.objects()
        .where(ArticleVersion.order_id == order.id, ArticleVersion.id != order.version_id)
        .order_by(ArticleVersion.version_num, ascending=False)
        .output(load_json=True)
    )
    if order.kind == OrderKind.BACKLINK:
        return [await _changed(version, order, numbers) for version in earlier]
    return [
        await _changed(version, order, numbers) | {"html": await _html(version, order, mark=False)}
        for version in earlier[:EARLIER_ARTICLES_SHOWN]
    ]


async def _html(version: ArticleVersion, order: Order, *, mark: bool) -> str:
    """A version as safe HTML; the paragraph with the order's link marked, if wanted."""
    link = _link(order)
    paid = [pair for pair in await offers.paid_links(order.article_id) if pair[0] != link]
    own = (link, "" if order.rel == "none" else order.rel)
    at = version.content_md.find(format_link(link))
    rows = await Article.select(Article.domain_id.host.as_alias("host")).where(Article.id == order.article_id)
    changed = (at, at + 1) if mark else None
    return render(version.content_md, [*paid, own], changed, lower=True, images_of=rows[0]["host"])


async def _changed(version: ArticleVersion, order: Order, numbers: dict[UUID, int]) -> dict[str, Any]:
    """A version's numbers and age, and its change: the paragraph's words in runs that stayed, went and came.

    `versionNum` counts the article's versions, `number` the order's. A whole article that was written for the order has
    a title and changed nothing.
    """
    metadata: dict[str, Any] = version.backlink_metadata
    shown = {
        "versionId": version.id,
        "versionNum": version.version_num,
        "number": numbers[version.id],
        "createdAt": version.created_at,
    }
    if order.kind == OrderKind.ARTICLE:
        return {**shown, "title": metadata["title"], "change": []}
    base = await versions.get(UUID(metadata["base_article_version_id"]))
    runs = compare(base.content_md, version.content_md, AppliedEdit(**metadata["edit"]), _link(order))
    return {**shown, "change": [{"kind": run.kind, "text": run.text, "link": run.link} for run in runs]}


def _link(order: Order) -> Link:
    return Link(order.backlink_data["target_url"], order.backlink_data["keyword"])

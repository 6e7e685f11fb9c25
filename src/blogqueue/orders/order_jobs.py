"""The jobs of an order: the one that makes its next version, and the one that was made last."""

from datetime import UTC, datetime
from uuid import UUID

from blogqueue.db.engine import fetch
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order
from blogqueue.errors import ConflictError
from blogqueue.jobs.queues import QUEUE_OF_ORDER
from blogqueue.states import OrderKind

_ARTICLE = 'SELECT domain_id AS "domainId", topic, niche, keyword FROM articles WHERE id = {}'
"""What a job has of the article that it writes."""


async def build(order: Order, *, regeneration: bool, reason: str = "") -> Job:
    """Return the job that makes an order's next version; programs rely on the form of its id and input.

    `reason` is why an editor sent the order back.
    """
    queue = QUEUE_OF_ORDER[OrderKind(order.kind)]
    suffix = f"-regen-{int(datetime.now(UTC).timestamp() * 1000)}" if regeneration else ""
    payload = {
        "orderId": str(order.id),
        "articleId": str(order.article_id),
        "targetUrl": order.backlink_data["target_url"],
        "anchorText": order.backlink_data["keyword"],
        "notes": order.backlink_data["notes"],
        "email": order.customer_email,
        "isRegeneration": regeneration,
    } | ({"editorReason": reason} if reason else {})
    if order.kind == OrderKind.ARTICLE:
        (article,) = await fetch(_ARTICLE, order.article_id)
        payload |= dict(article) | {"domainId": str(article["domainId"])}
    job_id = f"{queue.job_prefix}-{order.id}{suffix}"
    return Job(id=job_id, queue=queue.name, order_id=order.id, payload=payload)


async def find_newest(order_id: UUID) -> str:
    """Return the id of an order's newest job. Raises ConflictError if it has none."""
    newest = await Job.select(Job.id).where(Job.order_id == order_id).order_by(Job.created_at, ascending=False).first()
    if newest is None:
        raise ConflictError("The order has no job to retry.", code="no_job")
    return str(newest["id"])

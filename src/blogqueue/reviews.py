"""The editor's verbs. Publishing happens with the article locked, so that no approval loses an earlier paid link."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from blogqueue import catalogue, history, orders, versions
from blogqueue.database import transaction
from blogqueue.errors import ConflictError
from blogqueue.promises import Promised
from blogqueue.settings import settings
from blogqueue.states import ArticleStatus, OrderStatus, QcStatus, ReviewStatus
from blogqueue.tables import Article, ArticleVersion, Order
from blogqueue.writing.checks import Wanted, check_integration
from blogqueue.writing.edits import AppliedEdit, reapply
from blogqueue.writing.links import Link


async def approve(order_id: UUID, *, who: str, version_id: UUID | None = None) -> tuple[Order, Promised]:
    """Publish an order's version, and complete the order; the order as it is now, and what was promised.

    If another text went live since the version was made, the same edit is applied to that text where its paragraph is
    untouched (a new version, checked again); if that cannot be, the order is PROCESSING again with a new job.
    Raises ConflictError unless the order is in ADMIN_REVIEW (and `version_id`, if given, is its current version).
    """
    async with transaction():
        order = await orders.get(order_id)
        article = await versions.lock_article(order.article_id)
        order = await orders.get(order_id)  # as it is now that nobody else is publishing
        if order.status != OrderStatus.ADMIN_REVIEW:
            raise ConflictError(
                f"The order is {order.status}; only one in ADMIN_REVIEW is approved.", code="wrong_state"
            )
        if version_id is not None and order.version_id != version_id:
            raise ConflictError(f"The order's current version is {order.version_id}.", code="stale_version")
        if order.frozen:
            raise ConflictError("The order's payment is disputed or was given back.", code="frozen")
        if article.status != ArticleStatus.PUBLISHED:
            raise ConflictError(
                "The article is not published; publish it first, or reject the order.", code="unpublished"
            )
        version = await versions.get(order.version_id)
        metadata: dict[str, Any] = version.backlink_metadata
        if UUID(metadata["base_article_version_id"]) != article.selected_version_id:
            rebased = await _rebase(order, version, article)
            if rebased is None:
                await versions.judge([version.id], ReviewStatus.SUPERSEDED)
                promised = await orders.reintegrate(order, who=who)
                return await orders.get(order_id), promised
            order.version_id = rebased
        await versions.publish(article.id, order.version_id)
        await versions.judge([order.version_id], ReviewStatus.APPROVED)
        promised = await orders.complete(order, who=who, article_url=f"{settings.public_url}/articles/{article.slug}")
        await history.note(who, "publish", article_id=article.id, text=f"order {order.id}")
        return await orders.get(order_id), promised


async def wanted(order: Order) -> Wanted:
    """What a text that carries this order's link must satisfy, with the article's other paid links."""
    paid = await catalogue.paid_links(order.article_id)
    terms = await Article.select(Article.domain_id.max_paid_links.as_alias("max_paid_links")).where(
        Article.id == order.article_id
    )
    return Wanted(
        link=Link(order.backlink_data["target_url"], order.backlink_data["keyword"]),
        notes=order.backlink_data["notes"],
        rel="" if order.rel == "none" else order.rel,
        paid_links=tuple(link for link, _ in paid),
        max_paid_links=terms[0]["max_paid_links"],
    )


async def _rebase(order: Order, version: ArticleVersion, article: Article) -> UUID | None:
    """The order's edit on the text that is live now, as a new version; None where it does not fit or pass."""
    live = await versions.get(article.selected_version_id)
    metadata: dict[str, Any] = version.backlink_metadata
    redone = reapply(live.content_md, AppliedEdit(**metadata["edit"]))
    if redone is None:
        return None
    content, applied = redone
    if check_integration(live.content_md, content, applied, await wanted(order)):
        return None
    version_id = await versions.store(
        article.id,
        content,
        order_id=order.id,
        qc_attempts=version.qc_attempts,
        last_qc_status=version.last_qc_status or QcStatus.NEEDS_HUMAN_REVIEW,
        last_qc_notes=version.last_qc_notes,
        backlink_review_status=ReviewStatus.PENDING_REVIEW,
        backlink_metadata=metadata
        | {
            "integration_type": "customer_backlink_rebase",
            "base_article_version_id": str(live.id),
            "edit": asdict(applied),
        },
    )
    await Order.update({Order.version_id: version_id}).where(Order.id == order.id)
    return version_id

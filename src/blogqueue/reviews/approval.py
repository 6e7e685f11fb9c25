"""The editor's verbs. Publishing happens with the article locked, so that no approval loses an earlier paid link."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from blogqueue.catalogue import paid_links, versions
from blogqueue.db import history
from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import Article, ArticleVersion
from blogqueue.db.tables.orders import Order
from blogqueue.errors import ConflictError, FieldError, InvalidError
from blogqueue.orders import customer_emails, lifecycle, requirements
from blogqueue.outbox import Outbox
from blogqueue.payments import refunds
from blogqueue.settings import settings
from blogqueue.states import ArticleStatus, FailureReason, OrderKind, OrderStatus, QcStatus, ReviewStatus
from blogqueue.writing.link_edit.check_input import LinkRequirements
from blogqueue.writing.link_edit.checks import check_link_edit
from blogqueue.writing.link_edit.edits import AppliedEdit, EditRefused, reapply
from blogqueue.writing.markdown.links import Link, format_link
from blogqueue.writing.markdown.rendering import find_lost_links

REASONS = (
    "The page it leads to does not fit this site.",
    "The page it leads to does not work, or is not what the words promise.",
    "The link breaks this site's rules for paid links.",
    "The words of the link do not read well in this article.",
)
"""What an editor may choose from, in the words that the customer reads; own words do as well."""

REASON_LENGTH = 500

ON_HOLD = "The order's payment is disputed or was given back."


class Way(StrEnum):
    """What approving an order does."""

    AS_IT_IS = "as it is"  # its version is published
    ONTO_THE_NEWER_TEXT = "onto the newer text"  # the same edit is made to the text that is live by now
    AGAIN = "again"  # another job works the link in anew, and the customer submits it again
    REFUSED = "refused"  # nothing


@dataclass(frozen=True, slots=True)
class Outlook:
    """What approving an order would do as things are; `why`, in sentences, it would not be done the way it was made.

    `content` and `edit` are the text that would be published and how the one that is live becomes it, where that is
    made only then.
    """

    way: Way
    why: tuple[str, ...] = ()
    content: str = ""
    edit: AppliedEdit | None = None


async def approve(order_id: UUID, *, actor: str, version_id: UUID | None = None) -> tuple[Order, Outbox]:
    """Publish an order's version, and complete the order; the order as it is now, and what was promised.

    A new article is published as it is. If another text than a link's version was made from is live by now, the same
    edit is applied to that text where its paragraph is untouched (a new version, checked again); if that cannot be, the
    order is PROCESSING again with a new job. Raises ConflictError unless the order is in ADMIN_REVIEW (and
    `version_id`, if given, is its current version).
    """
    async with transaction():
        order, article = await _in_review(order_id, version_id)
        version = await versions.get(order.version_id)
        found = await outlook(order, version, article)
        if found.way is Way.REFUSED:
            raise ConflictError(f"{' '.join(found.why)} Reject the order, or change that first.", code="unpublished")
        if found.way is Way.AGAIN:
            await versions.judge([version.id], ReviewStatus.SUPERSEDED)
            outbox = await lifecycle.reintegrate(order, actor=actor, why=" ".join(found.why))
            return await lifecycle.get(order_id), outbox
        if found.edit is not None:
            order.version_id = await _store_rebased(order, version, article, found.content, found.edit)
        if order.kind == OrderKind.ARTICLE:  # under the title that it was written with
            await Article.update({Article.title: version.backlink_metadata["title"]}).where(Article.id == article.id)
        await versions.publish(article.id, order.version_id)
        await versions.judge([order.version_id], ReviewStatus.APPROVED)
        outbox = await lifecycle.complete(
            order, actor=actor, article_url=f"{settings.public_url}/articles/{article.slug}"
        )
        note = f"version {order.version_id} of order {order.id}"
        await history.record(actor, "publish", article_id=article.id, detail=note)
        return await lifecycle.get(order_id), outbox


async def reject(order_id: UUID, *, actor: str, reason: str, version_id: UUID | None = None) -> tuple[Order, Outbox]:
    """Refuse an order's link for good: FAILED, its refund begun, and the customer told the reason.

    Raises InvalidError without a reason, and ConflictError as `approve` does.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON_LENGTH or not reason.isprintable():
        message = f"Say why, in at most {REASON_LENGTH} characters: the customer reads it."
        raise InvalidError([FieldError("reason", "required", message)])
    async with transaction():
        order, _ = await _in_review(order_id, version_id)
        await lifecycle.fail(
            order,
            FailureReason.REJECTED,
            actor=actor,
            action="reject",
            explanation=reason,
            refund_in_hours=0,
            detail=reason,
        )
        await versions.judge([order.version_id], ReviewStatus.REJECTED)
        await versions.supersede_others(order.id, order.version_id)
        outbox = await refunds.begin(order.id, actor=actor)
        outbox += await customer_emails.create(order, "rejected", price=True, reason=reason)
        return await lifecycle.get(order_id), outbox


async def outlook(order: Order, version: ArticleVersion, article: Article) -> Outlook:
    """What approving an order in review with this version would do, and why; nothing is changed.

    With the article locked it is what approving does; without, what it would do now.
    """
    if order.on_hold:
        return Outlook(Way.REFUSED, (ON_HOLD,))
    bought = await requirements.of_order(order)
    if order.kind == OrderKind.ARTICLE:
        return _of_new_article(version, article, bought)
    if article.status != ArticleStatus.PUBLISHED:
        return Outlook(Way.REFUSED, ("The article is not published.",))
    must_stand = [*await paid_links.find_pairs(article.id), (bought.link, bought.rel)]
    metadata: dict[str, Any] = version.backlink_metadata
    if UUID(metadata["base_article_version_id"]) == article.selected_version_id:
        # The checks saw to it when the version was made; this is the promise itself, asked of what is about to go live.
        lost = _lost(version.content_md, must_stand)
        return Outlook(Way.AGAIN, lost) if lost else Outlook(Way.AS_IT_IS)
    base = await versions.get(UUID(metadata["base_article_version_id"]))
    live = await versions.get(article.selected_version_id)
    try:
        content, edit = reapply(
            live.content_md, AppliedEdit(**metadata["edit"]), base=base.content_md, paid_links=bought.paid_links
        )
    except EditRefused as refused:
        return Outlook(Way.AGAIN, (f"{refused.rule}: {refused.message}",))
    problems = check_link_edit(live.content_md, content, edit, bought)
    why = (*(f"{one.rule}: {one.message}" for one in problems), *_lost(content, must_stand))
    return Outlook(Way.AGAIN, why) if why else Outlook(Way.ONTO_THE_NEWER_TEXT, (), content, edit)


async def _in_review(order_id: UUID, version_id: UUID | None) -> tuple[Order, Article]:
    """An order that an editor may judge, and its article, both locked. Raises ConflictError with what happened."""
    order, article = await lifecycle.get_with_article_for_update(order_id)
    if order.status != OrderStatus.ADMIN_REVIEW:
        happened = await history.describe_latest(order_id)
        raise ConflictError(f"The order is not in review, it is {order.status}: {happened}.", code="wrong_state")
    if version_id is not None and order.version_id != version_id:
        raise ConflictError(
            f"This is not the order's current version, which is {order.version_id}; look at that one.",
            code="stale_version",
        )
    if order.on_hold:
        raise ConflictError(ON_HOLD, code="on_hold")
    return order, article


def _of_new_article(version: ArticleVersion, article: Article, bought: LinkRequirements) -> Outlook:
    why: list[str] = []
    if article.status != ArticleStatus.DRAFT:
        why.append(f"The article is {article.status} already.")
    if find_lost_links(version.content_md, [(bought.link, bought.rel)]):
        why.append("This text does not carry the link as it was sold.")
    return Outlook(Way.REFUSED, tuple(why)) if why else Outlook(Way.AS_IT_IS)


def _lost(content: str, must_stand: list[tuple[Link, str]]) -> tuple[str, ...]:
    return tuple(
        f"paid_link: {format_link(link)} would not stand there as it was sold."
        for link in find_lost_links(content, must_stand)
    )


async def _store_rebased(
    order: Order, version: ArticleVersion, article: Article, content: str, applied: AppliedEdit
) -> UUID:
    """Keep an order's edit on the live text as its current version."""
    version_id = await versions.store(
        order.article_id,
        content,
        order_id=order.id,
        qc_attempts=version.qc_attempts,
        last_qc_status=version.last_qc_status or QcStatus.NEEDS_HUMAN_REVIEW,
        last_qc_notes=version.last_qc_notes,
        backlink_review_status=ReviewStatus.PENDING_REVIEW,
        backlink_metadata=version.backlink_metadata
        | {
            "integration_type": "customer_backlink_rebase",
            "base_article_version_id": str(article.selected_version_id),
            "edit": asdict(applied),
        },
    )
    await Order.update({Order.version_id: version_id}).where(Order.id == order.id)
    return version_id

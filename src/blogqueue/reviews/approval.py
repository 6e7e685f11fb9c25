"""An editor's decision on an order in review: approve or reject.

An article is published with its row locked, so that no approval overwrites the paid link of an earlier one.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from blogqueue.catalogue import addresses, paid_links, rooms, slots, versions
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
from blogqueue.writing.link_edit.room import count_room
from blogqueue.writing.markdown.article_page import find_lost_links
from blogqueue.writing.markdown.links import Link, format_link

REASONS = (
    "The target page does not fit this domain.",
    "The target page does not work, or is not what the anchor text promises.",
    "The link breaks this domain's rules for paid links.",
    "The anchor text does not read well in this article.",
)
"""Reasons for a rejection that an editor can choose from, as the customer reads them."""

REASON_LENGTH = 500


class ApprovalEffect(StrEnum):
    """What approving an order does."""

    PUBLISH = "publish"  # publishes its version as it is
    REAPPLY = "reapply"  # makes the same edit to the text that is live now, and publishes that
    REINTEGRATE = "reintegrate"  # has a new job integrate the link again; the customer then submits it again
    NOTHING = "nothing"  # is refused


@dataclass(frozen=True, slots=True)
class ApprovalPreview:
    """What approving an order would do now; if not PUBLISH, `reasons` says why, in sentences.

    For REAPPLY, `content` is the text that would be published and `edit` how it differs from the live text.
    """

    effect: ApprovalEffect
    reasons: tuple[str, ...] = ()
    content: str = ""
    edit: AppliedEdit | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The order after an editor's decision, and what to send after the commit."""

    order: Order
    outbox: Outbox


async def approve(order_id: UUID, *, actor: str, version_id: UUID | None = None) -> Decision:
    """Publish an order's version and complete the order, or integrate its link again, as `preview` decides.

    Raises NotFoundError, and ConflictError unless the order is in ADMIN_REVIEW, not on hold, and `version_id`, if
    given, is its current version.
    """
    async with transaction():
        order, article = await get_for_decision(order_id, version_id)
        version = await versions.get(order.version_id)
        found = await preview(order, version, article)
        if found.effect is ApprovalEffect.NOTHING:
            raise ConflictError(
                f"{' '.join(found.reasons)} Reject the order, or change that first.", code="unpublished"
            )
        if found.effect is ApprovalEffect.REINTEGRATE:
            await versions.judge([version.id], ReviewStatus.SUPERSEDED)
            outbox = await lifecycle.reintegrate(order, actor=actor, why=" ".join(found.reasons))
            return Decision(await lifecycle.get(order_id), outbox)
        if found.edit is not None:
            order.version_id = await _store_reapplied(order, version, article, found.content, found.edit)
        if order.kind == OrderKind.ARTICLE:
            await Article.update({Article.title: version.backlink_metadata["title"]}).where(Article.id == article.id)
        await versions.publish(article.id, order.version_id)
        await versions.judge([order.version_id], ReviewStatus.APPROVED)
        outbox = await lifecycle.complete(
            order, actor=actor, article_url=settings.public_url + await addresses.get_path(article.id)
        )
        await rooms.recount(article.id)  # the version may have been stored under older rules
        await slots.release_excess(article.id, room=(await versions.get(order.version_id)).room)
        detail = f"version {order.version_id} of order {order.id}"
        await history.record(actor, "publish", article_id=article.id, detail=detail)
        return Decision(await lifecycle.get(order_id), outbox)


async def reject(order_id: UUID, *, actor: str, reason: str, version_id: UUID | None = None) -> Decision:
    """Fail an order for good, begin its refund, and tell the customer the reason.

    Raises InvalidError without a reason, and NotFoundError and ConflictError as `approve` does.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON_LENGTH or not reason.isprintable():
        message = f"Give a reason of at most {REASON_LENGTH} characters: the customer reads it."
        raise InvalidError([FieldError("reason", "required", message)])
    async with transaction():
        order, _ = await get_for_decision(order_id, version_id)
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
        return Decision(await lifecycle.get(order_id), outbox)


async def preview(order: Order, version: ArticleVersion, article: Article) -> ApprovalPreview:
    """Return what approving an order in review with this version would do; nothing is changed.

    `approve` calls it with the article locked, and then does just that.
    """
    if order.on_hold:
        return ApprovalPreview(ApprovalEffect.NOTHING, (lifecycle.ON_HOLD,))
    required = await requirements.of_order(order)
    if order.kind == OrderKind.ARTICLE:
        return _preview_new_article(version, article, required)
    if article.status != ArticleStatus.PUBLISHED:
        return ApprovalPreview(ApprovalEffect.NOTHING, ("The article is not published.",))
    links = [*await paid_links.find_pairs(article.id), (required.link, required.rel)]
    if UUID(version.backlink_metadata["base_article_version_id"]) == article.selected_version_id:
        # The worker has checked this version; that no paid link is lost is checked again on what goes live.
        found = ApprovalPreview(ApprovalEffect.PUBLISH, _describe_lost(version.content_md, links))
    else:
        found = await _preview_reapplied(version, article, required, links)
    if found.effect is ApprovalEffect.REINTEGRATE:
        return found
    content = found.content or version.content_md
    reasons = found.reasons or await _describe_missing_room(order, article, content, [link for link, _ in links])
    return ApprovalPreview(ApprovalEffect.REINTEGRATE, reasons) if reasons else found


def _preview_new_article(version: ArticleVersion, article: Article, required: LinkRequirements) -> ApprovalPreview:
    reasons: list[str] = []
    if article.status != ArticleStatus.DRAFT:
        reasons.append(f"The article is {article.status} already.")
    if find_lost_links(version.content_md, [(required.link, required.rel)]):
        reasons.append("This text does not contain the link as it was sold.")
    effect = ApprovalEffect.NOTHING if reasons else ApprovalEffect.PUBLISH
    return ApprovalPreview(effect, tuple(reasons))


async def _preview_reapplied(
    version: ArticleVersion, article: Article, required: LinkRequirements, links: list[tuple[Link, str]]
) -> ApprovalPreview:
    """Preview the approval of a link's version when another text than the version's base has gone live since."""
    metadata: dict[str, Any] = version.backlink_metadata
    base = await versions.get(UUID(metadata["base_article_version_id"]))
    live = await versions.get(article.selected_version_id)
    try:
        content, edit = reapply(
            live.content_md, AppliedEdit(**metadata["edit"]), base=base.content_md, paid_links=required.paid_links
        )
    except EditRefused as refused:
        return ApprovalPreview(ApprovalEffect.REINTEGRATE, (f"{refused.rule}: {refused.message}",))
    problems = check_link_edit(live.content_md, content, edit, required)
    reasons = (*(f"{one.rule}: {one.message}" for one in problems), *_describe_lost(content, links))
    if reasons:
        return ApprovalPreview(ApprovalEffect.REINTEGRATE, reasons)
    return ApprovalPreview(ApprovalEffect.REAPPLY, (), content, edit)


async def _describe_missing_room(order: Order, article: Article, content: str, links: list[Link]) -> tuple[str, ...]:
    """Say if a text with this order's link, the last of `links`, has less room than the other open orders need.

    Room that an editor has already taken away from other orders does not block this one.
    """
    others = [one for one in await slots.find_open(article.id) if one != order.id]
    live = await versions.get(article.selected_version_id)
    most = count_room(live.content_md, links[:-1]) - 1
    if count_room(content, links) >= min(len(others), most):
        return ()
    names = ", ".join(map(str, others))
    return (f"room: The link has to go into another paragraph, so that there is room for those of {names}.",)


def _describe_lost(content: str, links: list[tuple[Link, str]]) -> tuple[str, ...]:
    """Name each of these links that a text does not contain exactly once, as it was sold."""
    return tuple(
        f"paid_link: {format_link(link)} would not be in the text exactly as it was sold."
        for link in find_lost_links(content, links)
    )


async def get_for_decision(order_id: UUID, version_id: UUID | None) -> tuple[Order, Article]:
    """Return an order in review and its article, both locked. Raises NotFoundError, and ConflictError as `approve`."""
    order, article = await lifecycle.get_with_article_for_update(order_id)
    if order.status != OrderStatus.ADMIN_REVIEW:
        latest = await history.describe_latest(order_id)
        raise ConflictError(f"The order is not in review, it is {order.status}: {latest}.", code="wrong_state")
    if version_id is not None:
        lifecycle.check_current(order, version_id)
    lifecycle.check_not_on_hold(order)
    return order, article


async def _store_reapplied(
    order: Order, version: ArticleVersion, article: Article, content: str, edit: AppliedEdit
) -> UUID:
    """Store the live text with an order's edit as the order's current version, and return its id."""
    links = [link for link, _ in await paid_links.find_pairs(order.article_id)]
    version_id = await versions.store(
        order.article_id,
        content,
        links=[*links, Link(order.backlink_data["target_url"], order.backlink_data["keyword"])],
        order_id=order.id,
        qc_attempts=version.qc_attempts,
        last_qc_status=version.last_qc_status or QcStatus.NEEDS_HUMAN_REVIEW,
        last_qc_notes=version.last_qc_notes,
        backlink_review_status=ReviewStatus.PENDING_REVIEW,
        backlink_metadata=version.backlink_metadata
        | {
            "integration_type": "customer_backlink_rebase",
            "base_article_version_id": str(article.selected_version_id),
            "edit": asdict(edit),
        },
    )
    await Order.update({Order.version_id: version_id}).where(Order.id == order.id)
    return version_id

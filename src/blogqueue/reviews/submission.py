"""A customer submits a version for review: the newest one, or an earlier one that still fits the article."""

from uuid import UUID

from blogqueue.catalogue import versions
from blogqueue.db.engine import transaction
from blogqueue.errors import ConflictError, NotFoundError
from blogqueue.orders import lifecycle
from blogqueue.outbox import Outbox
from blogqueue.reviews import approval
from blogqueue.reviews.approval import ApprovalEffect
from blogqueue.states import OrderStatus, ReviewStatus


async def submit_earlier(order_id: UUID, version_id: UUID) -> Outbox:
    """Submit an earlier version of an order in place of its current one, which is kept.

    It is checked against the text that is live now, as an approval would be: then it can be published as it is, or by
    making the same edit again. Raises NotFoundError for a version that is not the order's, and ConflictError if it no
    longer fits, an editor has asked for another one, the article was taken down, or the order is on hold or not in
    QUALITY_CHECK.
    """
    async with transaction():
        order, article = await lifecycle.get_with_article_for_update(order_id)
        version = await versions.get(version_id)
        if version.order_id != order_id:
            raise NotFoundError("version", field="versionId")
        if order.status == OrderStatus.QUALITY_CHECK and order.version_id != version_id:
            if version.backlink_review_status != ReviewStatus.PENDING_REVIEW:
                raise ConflictError("An editor has already asked for a different version.", code="version_judged")
            lifecycle.check_not_on_hold(order)
            found = await approval.preview(order, version, article)
            if found.effect is ApprovalEffect.NOTHING:
                raise ConflictError(" ".join(found.reasons), code="unpublished")
            if found.effect not in {ApprovalEffect.PUBLISH, ApprovalEffect.REAPPLY}:
                raise ConflictError("This version no longer fits the article.", code="version_outdated")
            return await lifecycle.submit(order_id, version_id, choose=True)
        return await lifecycle.submit(order_id, version_id)

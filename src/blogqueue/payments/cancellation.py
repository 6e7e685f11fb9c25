"""An order is cancelled before an editor reviews it, by an operator or, where its domain allows that, its customer."""

from uuid import UUID

from blogqueue.db import history
from blogqueue.db.engine import transaction
from blogqueue.errors import ConflictError
from blogqueue.jobs import jobs
from blogqueue.orders import customer_emails, lifecycle, policies
from blogqueue.outbox import Outbox
from blogqueue.payments import refunds
from blogqueue.states import FailureReason, OrderStatus

CANCELLABLE = frozenset({OrderStatus.PROCESSING, OrderStatus.QUALITY_CHECK})
"""The statuses before the review."""


async def cancel(order_id: UUID, *, actor: str = history.CUSTOMER, detail: str = "") -> Outbox:
    """Cancel an order for its customer, or as an operator, and begin its refund; the history keeps `detail`.

    Raises NotFoundError, and ConflictError if the domain does not allow its customers to, the order has been submitted
    or has ended, or its payment is disputed.
    """
    by_customer = actor == history.CUSTOMER
    async with transaction():
        order, _ = await lifecycle.get_with_article_for_update(order_id)
        if order.status not in CANCELLABLE:
            raise ConflictError(f"The order is {order.status}; it cannot be cancelled any more.", code="wrong_state")
        if by_customer and (order.purchase_id is None or not (await policies.get(order.article_id)).can_cancel):
            raise ConflictError("This domain does not let its customers cancel.", code="not_cancellable")
        lifecycle.check_not_on_hold(order)
        await jobs.cancel(order_id)
        order = await lifecycle.fail(
            order,
            FailureReason.CANCELLED_BY_CUSTOMER if by_customer else FailureReason.CANCELLED,
            actor=actor,
            action="cancel",
            explanation="You cancelled the order." if by_customer else "An editor cancelled your order.",
            refund_in_hours=0,
            detail=detail,
        )
        outbox = await refunds.begin(order_id, actor=actor)
        return outbox + await customer_emails.create(order, "cancelled", price=True, by_customer=int(by_customer))

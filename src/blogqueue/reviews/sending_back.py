"""Send an order back: another version is made, with a reason that the model and the customer read."""

from uuid import UUID

from blogqueue.catalogue import versions
from blogqueue.db.engine import transaction
from blogqueue.db.tables.orders import OrderEvent
from blogqueue.errors import ConflictError, FieldError, InvalidError
from blogqueue.orders import lifecycle
from blogqueue.orders.regenerations import SEND_BACK
from blogqueue.reviews import approval
from blogqueue.reviews.approval import Decision
from blogqueue.states import ReviewStatus

MOST = 3
"""How often an order can be sent back: each time costs the customer time, and the operator tokens."""

REASON_LENGTH = 500


async def send_back(order_id: UUID, *, actor: str, reason: str, version_id: UUID | None = None) -> Decision:
    """Have another version made of an order in review, and tell the customer what it is about.

    Nobody edits the text: the model gets `reason` as one more instruction, and the customer then submits the new
    version. Raises InvalidError without a reason, ConflictError after MOST times, and what `approval.approve` raises.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON_LENGTH or not reason.isprintable():
        message = f"Say what should be different, in at most {REASON_LENGTH} characters: the customer reads it."
        raise InvalidError([FieldError("reason", "required", message)])
    async with transaction():
        order, _ = await approval.get_for_decision(order_id, version_id)
        if await count(order_id) >= MOST:
            message = f"The order was sent back {MOST} times already; approve or reject it."
            raise ConflictError(message, code="too_often")
        await versions.judge([order.version_id], ReviewStatus.SUPERSEDED)
        outbox = await lifecycle.send_back(order, actor=actor, reason=reason)
        return Decision(await lifecycle.get(order_id), outbox)


async def count(order_id: UUID) -> int:
    """Return how often an order was sent back."""
    return await OrderEvent.count().where(OrderEvent.order_id == order_id, OrderEvent.action == SEND_BACK)

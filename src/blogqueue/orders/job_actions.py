"""What an operator does to the job of an order: each action is in the order's history with the operator's name."""

from blogqueue.db import history
from blogqueue.db.engine import transaction
from blogqueue.errors import FieldError, InvalidError
from blogqueue.jobs import interventions
from blogqueue.orders import customer_emails, lifecycle
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from blogqueue.states import FailureReason

REASON_LENGTH = 500


async def retry(job_id: str, *, actor: str) -> Outbox:
    """Give a FAILED or CANCELLED job new attempts. Raises NotFoundError, and ConflictError as `lifecycle.retry`."""
    return await lifecycle.retry(await interventions.get_order_id(job_id), actor=actor, job_id=job_id)


async def run_now(job_id: str, *, actor: str) -> Outbox:
    """Run a DELAYED job without waiting for its time. Raises NotFoundError, and ConflictError if it cannot run now."""
    order_id = await interventions.get_order_id(job_id)
    async with transaction():
        await lifecycle.get_for_update(order_id)
        outbox = await interventions.run_now(job_id)
        await history.record(actor, "run now", order_id=order_id)
        return outbox


async def cancel(job_id: str, *, actor: str, reason: str = "") -> Outbox:
    """Cancel a job that waits or runs; a worker stops within 2 s. Return the email that tells its customer.

    The order is FAILED with the reason `cancelled`: an editor retries or refunds it, and after the grace period it is
    refunded. The history keeps `reason`, which the customer does not read. Raises NotFoundError, InvalidError for a
    reason that is too long, and ConflictError if the job has ended.
    """
    if len(reason) > REASON_LENGTH or "\0" in reason:
        raise InvalidError([FieldError("reason", "length", f"Give a reason of at most {REASON_LENGTH} characters.")])
    order_id = await interventions.get_order_id(job_id)
    async with transaction():
        order = await lifecycle.get_for_update(order_id)
        fencing_token = await interventions.cancel(job_id)
        order = await lifecycle.fail(
            order,
            FailureReason.CANCELLED,
            actor=actor,
            action="job cancelled",
            explanation="An editor stopped the work on your order.",
            refund_in_hours=settings.refund_grace_hours,
            detail=reason,
        )
        # A job that was retried may be cancelled again, and again sends an email: its fencing token tells them apart.
        return await customer_emails.create(order, "order_failed", job_id=f"{job_id}#{fencing_token}")

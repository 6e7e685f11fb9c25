"""An order's budget of model calls and tokens, counted on the order, so that retries cannot run up a bill."""

from typing import Any
from uuid import UUID

from blogqueue.db.engine import transaction
from blogqueue.db.tables.orders import Order
from blogqueue.jobs import jobs
from blogqueue.jobs.jobs import Claim
from blogqueue.settings import settings


class BudgetError(Exception):
    """The order has used up its model calls or tokens. Its job fails without a retry."""


async def check(order_id: UUID) -> None:
    """Raise BudgetError if the order may not call the model again."""
    spent = (await Order.select(Order.model_calls, Order.model_tokens).where(Order.id == order_id))[0]
    if (
        spent["model_calls"] >= settings.max_model_calls_per_order
        or spent["model_tokens"] >= settings.max_model_tokens_per_order
    ):
        raise BudgetError(
            f"the order's budget is used up: {spent['model_calls']} calls, {spent['model_tokens']} tokens"
        )


async def spend(claim: Claim, model_answers: list[dict[str, Any]]) -> None:
    """Store the model's answers on the job and count the last one on the order, in one transaction.

    Raises LostLeaseError when another worker has claimed the job.
    """
    async with transaction():
        # The order before the job: locks are always taken in this order (see orders.lifecycle).
        await _count_on_order(claim, model_answers[-1]["usage"])
        await jobs.store_answers(claim, model_answers)


async def count_failed(claim: Claim, usage: dict[str, int], *, free: bool) -> None:
    """Count a call of the model that gave no usable answer on order and job, in one transaction; a free one on the job.

    `usage` counts tokens: input, cached (of the input) and output. Raises LostLeaseError.
    """
    async with transaction():
        if not free:
            await _count_on_order(claim, usage)
        await jobs.count_call(claim, usage)


async def _count_on_order(claim: Claim, usage: dict[str, int]) -> None:
    await Order.update(
        {
            Order.model_calls: Order.model_calls + 1,
            Order.model_tokens: Order.model_tokens + usage["input"] + usage["output"],
        },
    ).where(Order.id == claim.order_id)

"""An order's budget of model calls and tokens, counted on the order, so that retries cannot run up a bill."""

from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from blogqueue.db.engine import fetch, transaction
from blogqueue.db.tables.orders import Order
from blogqueue.jobs import jobs
from blogqueue.jobs.breaker import HAS_FAILED
from blogqueue.jobs.jobs import Claim, LostLeaseError
from blogqueue.settings import settings

_SPEND = f"""
WITH counted AS (
    UPDATE orders SET model_calls = model_calls + 1, model_tokens = model_tokens + {{}}
    WHERE id = {{}} AND EXISTS (SELECT FROM jobs WHERE id = {{}} AND fencing_token = {{}} AND state = 'ACTIVE')
    RETURNING model_calls, model_tokens)
UPDATE jobs SET model_answers = {{}}, progress = {{}}, model_calls = jobs.model_calls + 1,
    tokens_in = tokens_in + {{}}, tokens_cached = tokens_cached + {{}}, tokens_out = tokens_out + {{}}
FROM counted WHERE jobs.id = {{}} AND fencing_token = {{}} AND state = 'ACTIVE'
RETURNING counted.model_calls AS calls, counted.model_tokens AS tokens, {HAS_FAILED} AS provider_failed
"""  # noqa: S608 - constants, no input
"""Store a job's answers and count the last one on job and order.

The job's row needs the order's, so the order is locked first, as everywhere (see orders.lifecycle).
"""


class BudgetError(Exception):
    """The order has used up its model calls or tokens. Its job fails without a retry."""


class Spent(NamedTuple):
    """What an order has spent: model calls, and tokens. `provider_failed` if the breaker counts failures just now."""

    calls: int
    tokens: int
    provider_failed: bool = False


async def read(order_id: UUID) -> Spent:
    """Return what an order has spent."""
    spent = (await fetch("SELECT model_calls, model_tokens FROM orders WHERE id = {}", order_id))[0]
    return Spent(spent["model_calls"], spent["model_tokens"])


def check(spent: Spent) -> None:
    """Raise BudgetError if an order that has spent so much may not call the model again."""
    if spent.calls >= settings.max_model_calls_per_order or spent.tokens >= settings.max_model_tokens_per_order:
        raise BudgetError(f"the order's budget is used up: {spent.calls} calls, {spent.tokens} tokens")


async def spend(claim: Claim, model_answers: list[dict[str, Any]]) -> Spent:
    """Store the model's answers on the job, so that a rerun does not pay for them again; count the last one.

    An answer's `usage` counts tokens: input, cached (of the input) and output. Return what the order has spent by then.
    Raises LostLeaseError when another worker has claimed the job.
    """
    newest = model_answers[-1]
    usage = newest["usage"]
    of_this_run = (claim.job_id, claim.fencing_token)
    rows = await fetch(
        _SPEND,
        usage["input"] + usage["output"],
        claim.order_id,
        *of_this_run,
        msgspec.json.encode(model_answers).decode(),
        newest["name"],
        usage["input"],
        usage["cached"],
        usage["output"],
        *of_this_run,
    )
    if not rows:
        raise LostLeaseError(claim.job_id)
    return Spent(rows[0]["calls"], rows[0]["tokens"], rows[0]["provider_failed"])


async def count_failed(claim: Claim, usage: dict[str, int], *, free: bool) -> None:
    """Count a model call without a usable answer, on the order and the job; if `free`, on the job only.

    `usage` counts tokens: input, cached (of the input) and output. Raises LostLeaseError.
    """
    async with transaction():
        # The order before the job: locks are always taken in this order (see orders.lifecycle).
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

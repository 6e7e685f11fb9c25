"""An attempt's answers and tokens are stored and counted, and a failed one waits, or was the last."""

from dataclasses import replace
from typing import Any

import pytest
from dramatiq.errors import Retry

from blogqueue.actors.messages import nudge
from blogqueue.actors.run import Run, run
from blogqueue.db.tables.orders import Order
from blogqueue.jobs import jobs, sweep
from blogqueue.jobs.jobs import LostLeaseError
from blogqueue.orders import budget
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from blogqueue.writing.model import ModelError
from tests import one_job
from tests.one_job import ANSWER, USAGE, change, claimed, row
from tests.stage import Stage, job_row


@pytest.fixture
async def job(stage: Stage) -> str:
    return await one_job.create(stage)


async def test_stored_answers_count_the_newest_one_on_their_job_alone(stage: Stage, job: str) -> None:
    # Given another job whose run has the same fencing token
    order = await stage.buy(await stage.article(slug="another"), email="ben@customers.example", anchorText="mulch")
    other = await claimed(f"backlink-int-{order.id}")

    # When two answers are stored, one after the other
    claim = await claimed(job)
    opinion = {"name": "second_opinion", "answer": {}, "usage": {"input": 50, "cached": 20, "output": 3}}
    await budget.spend(claim, [ANSWER])
    spent = await budget.spend(claim, [ANSWER, opinion])

    # Then each is counted once, on job and order
    found = await row(job)
    assert (found["model_calls"], found["tokens_in"], found["tokens_cached"], found["tokens_out"]) == (2, 150, 60, 10)
    assert found["progress"] == "second_opinion"
    assert (spent.calls, spent.tokens) == (2, 160)
    untouched = await row(other.job_id)
    assert (untouched["model_calls"], untouched["model_answers"]) == (0, "[]")
    await jobs.complete(claim)
    assert (await row(job))["model_answers"] == "[]"


@pytest.mark.parametrize(("asked_for", "wait"), [(0, 2_000), (1_999, 2_000), (90_000, 90_000)])
async def test_a_failed_attempt_waits_two_seconds_or_as_long_as_the_other_party_asks_for(
    job: str, asked_for: int, wait: int
) -> None:
    claim = await claimed(job)
    await sweep.mark_sent([job])

    assert await jobs.fail_attempt(claim, {"attempt": 1}, permanent=False, wait_ms=asked_for) == wait

    found = await row(job)
    assert (found["state"], found["sent_at"], found["finished_at"]) == ("DELAYED", None, None)
    assert (found["lease_holder"], found["lease_until"], found["errors"]) == (None, None, '[{"attempt": 1}]')
    assert wait / 1000 - 1 < found["due_in"] <= wait / 1000


@pytest.mark.parametrize(
    ("attempts", "permanent", "state"),
    [(1, False, "DELAYED"), (2, False, "DELAYED"), (3, False, "FAILED"), (1, True, "FAILED")],
)
async def test_a_job_fails_at_its_last_attempt_or_at_a_permanent_error(
    job: str, *, attempts: int, permanent: bool, state: str
) -> None:
    await change(job, f"attempts = {attempts - 1}")

    delay = await jobs.fail_attempt(await claimed(job), {"attempt": attempts}, permanent=permanent)

    assert (await row(job))["state"] == state
    assert (delay is None, (await row(job))["finished_at"] is not None) == (state == "FAILED", state == "FAILED")


async def test_a_call_without_a_usable_answer_counts_and_a_free_one_on_its_job_alone(job: str) -> None:
    claim = await claimed(job)

    for free in (False, True):
        await budget.count_failed(claim, USAGE, free=free)

    found = await row(job)
    assert (found["model_calls"], found["tokens_in"], found["tokens_cached"], found["tokens_out"]) == (2, 200, 80, 14)
    assert await budget.read(claim.order_id) == budget.Spent(1, 107)


@pytest.mark.parametrize(("asked", "kept"), [({}, [ANSWER]), ({"afresh": False}, [ANSWER]), ({"afresh": True}, [])])
async def test_an_attempt_that_failed_afresh_forgets_the_answers_and_any_other_keeps_them(
    job: str, asked: dict[str, bool], kept: list[Any]
) -> None:
    claim = await claimed(job)
    await budget.spend(claim, [ANSWER])

    await jobs.fail_attempt(claim, {"attempt": 1}, permanent=False, **asked)

    await change(job, "run_at = clock_timestamp()")
    assert (await claimed(job)).model_answers == kept


@pytest.mark.parametrize(
    ("calls", "tokens", "allowed"),
    [(4, 999, True), (5, 999, False), (4, 1_000, False), (6, 0, False), (0, 1_001, False)],
)
async def test_an_order_may_ask_the_model_until_its_calls_or_tokens_are_used_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, calls: int, tokens: int, allowed: bool
) -> None:
    monkeypatch.setattr(settings, "max_model_calls_per_order", 5)
    monkeypatch.setattr(settings, "max_model_tokens_per_order", 1_000)
    order = await stage.buy(await stage.article())
    await Order.update({Order.model_calls: calls, Order.model_tokens: tokens}).where(Order.id == order.id)

    if allowed:
        budget.check(await budget.read(order.id))
    else:
        with pytest.raises(budget.BudgetError, match=f"{calls} calls, {tokens} tokens"):
            budget.check(await budget.read(order.id))


async def test_each_answer_counts_on_its_order_once_with_its_input_and_output(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    claim = await claimed(f"backlink-int-{order.id}")

    await budget.spend(claim, [ANSWER])
    await budget.spend(claim, [ANSWER, ANSWER])
    with pytest.raises(LostLeaseError):
        await budget.spend(replace(claim, fencing_token=0), [ANSWER])

    spent = (await Order.select(Order.model_calls, Order.model_tokens).where(Order.id == order.id))[0]
    assert spent == {"model_calls": 2, "model_tokens": 2 * 107}


@pytest.mark.parametrize("error", [ModelError, ValueError])
async def test_an_error_is_stored_whatever_characters_it_has(stage: Stage, error: type[Exception]) -> None:
    order = await stage.buy(await stage.article())

    async def work(_current: Run) -> Outbox:
        raise error("half a \ud83d and a \0 NUL")

    with pytest.raises(Retry):
        await run(f"backlink-int-{order.id}", work, send=nudge)

    job = await job_row(order)
    assert (job["state"], job["attempts"]) == ("DELAYED", 1)
    assert [one["message"] for one in job["errors"]] == ["half a ? and a  NUL"]

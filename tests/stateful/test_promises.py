"""A paid link is never lost, whatever customers, workers, editors and faults do at random."""

import asyncio

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stage import Stage
from tests.stateful.market import MarketMachine

MUST_HAPPEN = {
    "approved, a new article",
    "approved, as it was",
    "approved, onto a newer text",
    "approved, worked in again",
    "begin_or_repeat",
    "create",
    "link back",
    "link dropped",
    "publish_text",
    "put_back",
    "refunded after all",
    "refunded",
    "regenerate",
    "reject",
    "retry",
    "submit",
    "take_down",
    "worker killed",
}


async def play(stage: Stage, *, walks: int, steps: int, always_the_same: bool) -> None:
    MarketMachine.stage, MarketMachine.loop = stage, asyncio.get_running_loop()
    MarketMachine.succeeded.clear()
    MarketMachine.walks.clear()
    await asyncio.to_thread(
        run_state_machine_as_test,
        MarketMachine,
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            deadline=None,
            derandomize=always_the_same,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
            # Shrinking a run on a real database takes minutes; the steps are reported as they were.
            phases=[Phase.generate],
        ),
    )


@pytest.mark.timeout(600)
async def test_in_random_runs_no_paid_link_is_lost(stage: Stage) -> None:
    await play(stage, walks=8, steps=16, always_the_same=True)

    # These runs are the same every time: each function has its effect in them, or they show nothing.
    assert {name for name in MUST_HAPPEN if not MarketMachine.succeeded[name]} == set()


@pytest.mark.durability
@pytest.mark.timeout(1800)
async def test_in_long_random_runs_no_paid_link_is_lost(stage: Stage) -> None:
    await play(stage, walks=60, steps=50, always_the_same=False)

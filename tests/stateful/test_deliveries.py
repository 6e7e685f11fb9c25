"""All that the shop sells can be delivered: approved in any order, while owners rewrite their texts."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.corpora import CORPORA, SMALL_CORPUS
from tests.stage import Stage
from tests.stateful.deliveries import DeliveryMachine

MUST_HAPPEN = {
    "COMPLETED",
    "publish_text",
    "regenerate",
    "sold_out",
    "text refused: no_room",
}


async def play(stage: Stage, corpus: Path, *, walks: int, steps: int, always_the_same: bool) -> None:
    DeliveryMachine.stage, DeliveryMachine.loop = stage, asyncio.get_running_loop()
    DeliveryMachine.corpus = corpus
    DeliveryMachine.happened.clear()
    DeliveryMachine.walks.clear()
    await asyncio.to_thread(
        run_state_machine_as_test,
        DeliveryMachine,
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            deadline=None,
            derandomize=always_the_same,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
            phases=[Phase.generate],
        ),
    )


@pytest.mark.timeout(600)
async def test_all_that_is_sold_in_real_articles_is_delivered(stage: Stage) -> None:
    await play(stage, SMALL_CORPUS, walks=7, steps=9, always_the_same=True)

    assert {name for name in MUST_HAPPEN if not DeliveryMachine.happened[name]} == set()


@pytest.mark.durability
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("corpus", CORPORA)
async def test_all_that_is_sold_is_delivered_in_long_runs(stage: Stage, corpus: Path) -> None:
    await play(stage, corpus, walks=60, steps=50, always_the_same=False)

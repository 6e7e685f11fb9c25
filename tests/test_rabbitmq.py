"""The same on a RabbitMQ: a paid order is never lost, whichever broker carries the reminders."""

import asyncio
from collections.abc import Generator

import pytest

from tests import rabbitmq
from tests.product import MANY, Market, Product
from tests.rabbitmq import RabbitMQ
from tests.test_durability import (
    open_market,
    second_writer,
    shop,
    strike,
    test_a_job_that_outlasts_the_grace_period_is_handed_back_at_once,
    test_a_worker_that_is_asleep_past_its_lease_changes_nothing_when_it_wakes,
    test_a_worker_that_is_killed_loses_no_order_and_pays_for_no_answer_twice,
    test_a_worker_that_stops_finishes_its_job_and_takes_no_new_one,
    test_postgresql_restarting_at_every_step_of_an_order_loses_nothing,
    test_two_clocks_and_one_that_strikes_again_and_again_do_each_minutes_work_once,
)

__all__ = [
    "open_market",
    "second_writer",
    "shop",
    "test_a_job_that_outlasts_the_grace_period_is_handed_back_at_once",
    "test_a_worker_that_is_asleep_past_its_lease_changes_nothing_when_it_wakes",
    "test_a_worker_that_is_killed_loses_no_order_and_pays_for_no_answer_twice",
    "test_a_worker_that_stops_finishes_its_job_and_takes_no_new_one",
    "test_postgresql_restarting_at_every_step_of_an_order_loses_nothing",
    "test_two_clocks_and_one_that_strikes_again_and_again_do_each_minutes_work_once",
]

pytestmark = [
    pytest.mark.durability,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not rabbitmq.INSTALLED, reason="Debian's rabbitmq-server is not installed"),
]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Generator[RabbitMQ]:
    with rabbitmq.running(tmp_path_factory.mktemp("rabbitmq")) as running:
        yield running


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, broker: RabbitMQ) -> Generator[Product]:
    """The product with its reminders on the RabbitMQ."""
    folder = tmp_path_factory.mktemp("product")
    running = Product(folder, **MANY, BLOGQUEUE_GRACE_SECONDS="8", BROKER_URL=broker.url)
    yield running
    running.stop()


async def test_a_rabbitmq_that_restarts_loses_neither_webhooks_nor_retries(
    product: Product, shop: Market, broker: RabbitMQ
) -> None:
    # Given a payment page, and an order whose second attempt is due in 2 s
    opened = await shop.opened()
    await shop.faults(model=[{"kind": "status", "code": 503}])
    failing = await shop.buy()
    await shop.in_state(failing, "DELAYED")

    # When RabbitMQ goes away, and the payment comes meanwhile
    await asyncio.to_thread(broker.stop)
    paid = await shop.pay(opened)
    await asyncio.to_thread(broker.start)
    await strike(product)

    # Then Stripe was answered, and both are delivered
    assert paid["webhookStatus"] == 200
    await shop.in_state(failing, "COMPLETED", 120)
    await shop.in_state(await shop.order_of(opened), "COMPLETED", 120)

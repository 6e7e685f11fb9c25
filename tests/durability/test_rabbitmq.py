"""The same on a RabbitMQ: a paid order is never lost, whichever broker carries the messages."""

import asyncio
import json
import signal
from collections.abc import Generator
from typing import Any

import pika
import pytest
from dramatiq.message import Message

from blogqueue.jobs.rabbitmq_broker import DrainingBroker
from tests.durability import rabbitmq
from tests.durability.breaking import WRITER, pass_a_minute
from tests.durability.rabbitmq import RabbitMQ
from tests.durability.test_durability import (
    test_a_job_that_outlasts_the_grace_period_is_handed_back_at_once,
    test_a_worker_that_is_asleep_past_its_lease_changes_nothing_when_it_wakes,
    test_a_worker_that_is_killed_loses_no_order_and_pays_for_no_answer_twice,
    test_a_worker_that_stops_finishes_its_job_and_takes_no_new_one,
    test_two_clocks_and_one_that_restarts_again_and_again_do_each_minutes_work_once,
    test_what_arrives_during_a_deploy_starts_within_three_seconds,
)
from tests.durability.test_postgresql_outages import test_postgresql_restarting_at_every_step_of_an_order_loses_nothing
from tests.product import MANY, SWEPT_SECONDS, Product, Storefront, until

__all__ = [
    "test_a_job_that_outlasts_the_grace_period_is_handed_back_at_once",
    "test_a_worker_that_is_asleep_past_its_lease_changes_nothing_when_it_wakes",
    "test_a_worker_that_is_killed_loses_no_order_and_pays_for_no_answer_twice",
    "test_a_worker_that_stops_finishes_its_job_and_takes_no_new_one",
    "test_postgresql_restarting_at_every_step_of_an_order_loses_nothing",
    "test_two_clocks_and_one_that_restarts_again_and_again_do_each_minutes_work_once",
    "test_what_arrives_during_a_deploy_starts_within_three_seconds",
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
    """Run the product with RabbitMQ as its broker."""
    folder = tmp_path_factory.mktemp("product")
    running = Product(folder, **MANY, BLOGQUEUE_SHUTDOWN_GRACE_SECONDS="8", BROKER_URL=broker.url)
    yield running
    running.stop()


async def test_a_rabbitmq_that_restarts_loses_neither_webhooks_nor_retries(
    product: Product, shop: Storefront, broker: RabbitMQ
) -> None:
    # Given a payment page, and an order whose first attempt has failed
    opened = await shop.opened()
    await shop.faults(model=[{"kind": "status", "code": 503}])
    failing = await shop.buy()

    async def failed_once() -> bool:
        return bool(json.loads((await shop.job(failing))["errors"]))

    await until(failed_once, SWEPT_SECONDS, "the failed attempt")

    # When RabbitMQ goes down, and the payment arrives meanwhile
    await asyncio.to_thread(broker.stop)
    paid = await shop.pay(opened)
    await asyncio.to_thread(broker.start)
    await pass_a_minute(product)

    # Then Stripe was answered, and both are delivered
    assert paid["webhookStatus"] == 200
    await shop.in_state(failing, "COMPLETED")
    await shop.in_state(await shop.order_of(opened), "COMPLETED")


@pytest.fixture
def channel(broker: RabbitMQ) -> Generator[Any]:
    """Open a channel to the queues."""
    connection = pika.BlockingConnection(pika.URLParameters(broker.url))
    yield connection.channel()
    connection.close()


def waiting(channel: Any, queue: str) -> int:
    return channel.queue_declare(queue, passive=True).method.message_count


async def test_reminders_that_a_rabbitmq_has_lost_are_sent_again_within_a_minute(
    product: Product, shop: Storefront, channel: Any
) -> None:
    # Given an order that nobody works on yet
    product.take_away(WRITER)
    order = await shop.buy()

    # When its message is lost, and the next minute begins
    channel.queue_purge("backlink-integration")
    product.bring_back(WRITER)
    await shop.rows("UPDATE jobs SET sent_at = sent_at - interval '1 minute' WHERE order_id = $1", order)
    await pass_a_minute(product)

    # Then it is still delivered
    await shop.in_state(order, "COMPLETED")


async def test_what_is_not_ours_on_the_rabbitmq_is_logged_and_acked(
    product: Product, shop: Storefront, channel: Any
) -> None:
    # Given bytes that are no message, JSON of another shape, another actor, and arguments that are no id
    queue = "backlink-integration"
    foreign = [("steal_everything", ("x",)), ("integrate_backlink", (1, 2)), ("integrate_backlink", ("a\0b",))]
    messages: list[Message[Any]] = [
        Message(queue_name=queue, actor_name=actor, args=args, kwargs={}, options={}) for actor, args in foreign
    ]
    for body in (b"\xff not JSON", b"[1]", b'{"another": "shape"}', *(message.encode() for message in messages)):
        channel.basic_publish("", queue, body)

    # When they have been read, and an order comes
    async def read() -> bool:
        return waiting(channel, queue) == 0

    await until(read, 30, "the queue's end")
    worker = product.pid(WRITER)
    await shop.in_state(await shop.buy(), "COMPLETED")

    # Then each is logged, and none comes again
    logged = product.log("writer-backlinks")
    assert logged.count("message dropped") == 3
    assert logged.count("message skipped") == 2
    assert "steal_everything" in logged
    assert product.pid(WRITER) == worker
    product.restart(WRITER, signal.SIGTERM)
    await shop.in_state(await shop.buy(), "COMPLETED")
    assert product.log("writer-backlinks").count("message dropped") == 3


async def test_an_ack_that_comes_after_its_connection_was_lost_takes_no_other_message(broker: RabbitMQ) -> None:
    # Given a message whose worker has lost its connection, so that it came again, on a new one
    rabbit = DrainingBroker(url=broker.url, middleware=[], confirm_delivery=True)
    rabbit.declare_queue("acks")
    rabbit.enqueue(Message(queue_name="acks", actor_name="nobody", args=(), kwargs={}, options={}))
    lost: Any = rabbit.consume("acks", prefetch=1, timeout=5000)
    first = next(lost)
    lost.connection.close()
    consumer: Any = rabbit.consume("acks", prefetch=1, timeout=1000)
    assert next(consumer).message_id == first.message_id

    # When the first delivery is acked, late, and then the second one's worker is lost too
    consumer.ack(first)
    assert next(consumer) is None
    consumer.connection.close()

    # Then the message is still there
    async def waits() -> bool:
        return rabbit.count_waiting("acks") == 1

    await until(waits, 10, "the message")
    rabbit.close()

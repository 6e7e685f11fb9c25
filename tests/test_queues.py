"""The registry of queues, compared with the actors, supervisord.conf, the settings and Dramatiq's own parts."""

import configparser
import inspect
import shlex
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dramatiq
import dramatiq.brokers.redis
import dramatiq.worker
import pytest
from dramatiq.brokers.rabbitmq import _RabbitmqConsumer as RabbitmqConsumer  # pyright: ignore[reportPrivateUsage] - what is held here
from dramatiq.brokers.redis import _RedisConsumer as RedisConsumer  # pyright: ignore[reportPrivateUsage] - as above
from dramatiq.message import Message
from dramatiq.middleware import Retries

from blogqueue.actors.broker import broker
from blogqueue.jobs import backoff
from blogqueue.jobs.queues import JOB_QUEUES, QUEUE_OF_ORDER, QUEUES, UPKEEP, Queue
from blogqueue.settings import settings
from blogqueue.states import OrderKind
from tests.stage import Stage, redis_broker

ROOT = Path(__file__).parents[1]
SECRETS = {
    "STRIPE_API_KEY": "stripe_api_key",
    "STRIPE_WEBHOOK_SECRET": "stripe_webhook_secret",
    "OPENAI_API_KEY": "openai_api_key",
    "SMTP_URL": "smtp_url",
    "BLOGQUEUE_SECRET_KEY": "secret_key",
    "BLOGQUEUE_ALERT_WEBHOOK_URL": "alert_webhook_url",
    "BLOGQUEUE_METRICS_TOKEN": "metrics_token",
}
"""The environment variables that are secrets, and the needs of processes that have them."""


@pytest.fixture(scope="module")
def programs() -> configparser.ConfigParser:
    read = configparser.ConfigParser(interpolation=None)
    read.read(ROOT / "supervisord.conf", encoding="utf-8")
    return read


@pytest.mark.parametrize("queue", QUEUES.values(), ids=QUEUES)
def test_each_queue_is_run_by_its_program_which_has_only_its_secrets(
    programs: configparser.ConfigParser, queue: Queue
) -> None:
    program = programs[f"program:{queue.program}"]

    # The program works on this queue
    words = shlex.split(program["command"])
    assert queue.name in words[words.index("worker") + 1 :]

    # And every secret that none of its queues needs is taken out of its environment
    needs = {need for other in QUEUES.values() if other.program == queue.program for need in other.needs}
    emptied = {pair.partition("=")[0] for pair in program["environment"].split(",")}
    assert emptied == {name for name, need in SECRETS.items() if need not in needs}


def test_no_program_works_on_a_queue_that_is_not_registered(programs: configparser.ConfigParser) -> None:
    named = [
        word
        for section in programs.sections()
        if " worker " in (command := programs[section].get("command", ""))
        for word in command.partition(" worker ")[2].split()
    ]

    assert sorted(named) == sorted(QUEUES)


@pytest.mark.parametrize("queue", QUEUES.values(), ids=QUEUES)
def test_each_queue_has_its_actor(queue: Queue) -> None:
    actor: dramatiq.Actor[Any, Any] = broker.get_actor(queue.actor)

    assert actor.queue_name == queue.name
    assert actor.options["time_limit"] == queue.time_limit_ms
    assert len(inspect.signature(actor.fn).parameters) == 1
    assert queue.get_threads(settings) >= 1


def test_no_actor_takes_messages_of_a_queue_that_is_not_registered() -> None:
    actors = [broker.get_actor(name) for name in broker.get_declared_actors()]

    assert {actor.queue_name for actor in actors} == set(QUEUES)
    assert {actor.actor_name for actor in actors} - {queue.actor for queue in QUEUES.values()} == {"minute"}
    assert broker.get_actor("minute").queue_name == UPKEEP.name


def test_each_kind_of_order_has_one_queue_of_jobs() -> None:
    assert set(QUEUE_OF_ORDER) == set(OrderKind)
    assert len({queue.job_prefix for queue in JOB_QUEUES.values()}) == len(JOB_QUEUES) == len(OrderKind)


@pytest.mark.parametrize("table", [backoff.JOBS, backoff.EMAILS, backoff.REFUNDS, backoff.MESSAGES])
def test_waits_double_up_to_the_longest_and_end_with_the_last_attempt(table: backoff.Backoff) -> None:
    waits = [table.get_wait_ms(attempt) for attempt in range(1, 300)]

    assert waits[:2] == [table.first_ms, 2 * table.first_ms]
    assert waits == sorted(waits)
    assert waits[-1] == table.longest_ms
    assert table.get_retry_ms(table.max_attempts - 1) == table.get_wait_ms(table.max_attempts - 1)
    assert table.get_retry_ms(table.max_attempts) is None


# The brokers rely on parts of Dramatiq that are not public. If an upgrade changes one, these tests name it.


def test_dramatiqs_modules_read_the_time_from_a_name_that_can_be_replaced() -> None:
    for module in (dramatiq.brokers.redis, dramatiq.worker):
        assert "current_millis" in vars(module)
        assert "current_millis()" in inspect.getsource(module)


def test_dramatiqs_consumers_have_the_parts_that_ours_build_on() -> None:
    assert list(inspect.signature(RedisConsumer).parameters) == ["broker", "queue_name", "prefetch", "timeout"]
    redis_parts = inspect.getsource(RedisConsumer)
    for part in ("self.message_cache.pop(0)", "def outstanding_message_count", 'options["redis_message_id"]'):
        assert part in redis_parts
    rabbitmq_parts = inspect.getsource(RabbitmqConsumer)
    for part in ("self.iterator = self.channel.consume(", "next(self.iterator)", "self.connection", "_tag"):
        assert part in rabbitmq_parts


def test_dramatiqs_retries_take_a_delay_as_it_is_and_ask_retry_when_first() -> None:
    source = inspect.getsource(Retries.after_process_message)

    assert "delay = exception.delay\n" in source
    assert "retry_when is not None\n            and not retry_when(retries, exception)" in source


async def test_dramatiq_keeps_fetched_messages_where_the_broker_looks_for_them(stage: Stage) -> None:
    # Given a message that this process has fetched
    assert stage
    client = redis_broker().client
    message = broker.get_actor("deliver_email").send("an id")
    assert redis_broker().get_waiting_rows("mail") == {"an id"}
    (body,) = redis_broker().do_fetch("mail", 1)

    # Then its id is in this process's set, and its body in the queue's hash
    (fetched,) = client.smembers(f"dramatiq:__acks__.{redis_broker().broker_id}.mail")
    assert client.hget("dramatiq:mail.msgs", fetched) == body
    assert dramatiq.Message.decode(body).message_id == message.message_id

    # And dropping it by its body removes both
    redis_broker().drop("mail", body)
    assert client.keys("dramatiq:mail*") == [b"dramatiq:mail.wake_ups"]


def test_a_delayed_message_wakes_an_idle_consumer_which_then_looks_at_it_ten_times_a_second(stage: Stage) -> None:
    # Given a consumer of delayed messages that holds none, and so waits for a second at a time
    assert stage
    client: Any = redis_broker().client
    queue = "backlink-integration"
    consumer = redis_broker().consume(f"{queue}.DQ", prefetch=5)
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(lambda: next(consumer) or next(consumer))  # woken, it fetches
        while not client.info("clients")["blocked_clients"]:
            assert not waiting.done()

        # When a message comes that is due later
        message: Message[Any] = Message(queue_name=queue, actor_name="a", args=(), kwargs={}, options={})
        redis_broker().enqueue(message, delay=60_000)

        # Then it has it at once, and waits less from then on
        assert waiting.result(0.5).message_id == message.message_id
    began = time.monotonic()
    assert next(consumer) is None
    assert time.monotonic() - began < 0.5

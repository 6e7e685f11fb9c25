"""A paid order is never lost: the real processes, with what a real installation meets happening to them.

What is measured in seconds here is only bounded; the benchmark (`make bench`) prints how long recovery takes.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
import redis as redis_client
from dramatiq.message import Message

from tests.product import MANY, Market, Product, market, until

WRITER, WEB, MAIL, CLOCK = "app:writer-backlinks", "app:web", "app:mail", "app:clock"
POSTGRES, REDIS = "data:postgres", "data:redis"

AWAY_SECONDS = float(os.environ.get("BLOGQUEUE_TEST_AWAY_SECONDS", "9"))
"""How long a service stays away; longer than a lease lasts. `make durability` can be told ten minutes."""

FAKETIME = next((str(path) for path in Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), "")
"""Debian's libfaketime: every clock of a process is off, but for the one that only counts."""

pytestmark = [pytest.mark.durability, pytest.mark.timeout(240 + AWAY_SECONDS)]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Generator[Product]:
    running = Product(tmp_path_factory.mktemp("product"), **MANY, BLOGQUEUE_GRACE_SECONDS="8")
    yield running
    running.stop()


@pytest.fixture(scope="module")
async def open_market(product: Product) -> AsyncGenerator[Market]:
    async with market(product) as opened:
        await opened.rows("UPDATE domains SET max_paid_links = 1000")
        yield opened


@pytest.fixture
async def shop(open_market: Market) -> AsyncGenerator[Market]:
    """The market with nothing wrong; afterwards, what must always hold, holds."""
    await open_market.faults()
    yield open_market
    await open_market.faults()
    await open_market.sound()


@pytest.fixture
def second_writer(product: Product) -> Generator[subprocess.Popen[bytes]]:
    """A worker of another host."""
    writer = product.another(WRITER)
    yield writer
    writer.send_signal(signal.SIGCONT)
    writer.terminate()
    writer.wait()


def slow(schema: str, seconds: float, times: int = 1) -> dict[str, Any]:
    return {"kind": "slow", "schema": schema, "seconds": seconds, "times": times}


async def strike(product: Product) -> None:
    """A minute passes: a clock that starts strikes at once."""
    product.take_away(CLOCK)
    product.bring_back(CLOCK)


async def at_work(shop: Market, **faults: float) -> tuple[Any, psutil.Process]:
    """An order whose worker waits for the model's second answer, and the worker's process."""
    before = (await shop.calls()).count("second_opinion")
    await shop.faults(model=[slow("second_opinion", faults.get("seconds", 20))])
    order = await shop.buy()
    await shop.asked_model("second_opinion", before)
    return order, psutil.Process(int((await shop.job(order))["lease_holder"].rpartition(":")[2]))


async def test_a_worker_that_is_killed_loses_no_order_and_pays_for_no_answer_twice(
    shop: Market, second_writer: subprocess.Popen[bytes]
) -> None:
    # Given two workers, and one of them at work on its second answer
    assert second_writer.poll() is None
    edits = (await shop.calls()).count("link_edit")
    order, worker = await at_work(shop)

    # When it is killed
    worker.kill()
    job = await shop.in_state(order, "COMPLETED")

    # Then the killed run counts, and its first answer was used
    assert job["attempts"] == 2
    assert "WorkerLost" in job["errors"]
    assert (await shop.calls()).count("link_edit") == edits + 1


async def test_a_worker_whose_master_is_killed_stops_too(product: Product, shop: Market) -> None:
    # Given the processes of a worker
    processes = product.processes(WRITER)

    # When only the first is killed
    product.send(WRITER, signal.SIGKILL, master_only=True)

    # Then the others end, supervisord starts anew, and orders are worked on
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, timeout=20)
    assert not alive
    await shop.in_state(await shop.buy(), "COMPLETED")


async def test_all_processes_killed_at_once_lose_nothing(product: Product, shop: Market) -> None:
    # Given an order at work and one that has just been paid
    order, _ = await at_work(shop, seconds=5)
    another = await shop.buy()

    # When web, workers and clock are killed at once
    for program in (WEB, WRITER, MAIL, CLOCK):
        product.send(program, signal.SIGKILL)

    # Then supervisord starts them again, and both orders are delivered
    await shop.in_state(order, "COMPLETED")
    await shop.in_state(another, "COMPLETED")
    await until(lambda: answers(shop), 30, "the web")


async def answers(shop: Market) -> bool:
    try:
        return (await shop.http.get(f"{shop.base}/health/ready")).is_success
    except httpx.TransportError:
        return False


async def test_a_worker_that_is_asleep_past_its_lease_changes_nothing_when_it_wakes(
    product: Product, shop: Market, second_writer: subprocess.Popen[bytes]
) -> None:
    # Given a worker that is stopped in the middle
    assert second_writer.poll() is None
    order, sleeper = await at_work(shop, seconds=2)
    sleeper.suspend()
    try:
        # When another has delivered meanwhile, and it wakes up
        job = await shop.in_state(order, "COMPLETED")
    finally:
        sleeper.resume()
    logs = ("writer-backlinks", "another-writer-backlinks")

    async def refused() -> bool:
        return any(
            "lease lost" in line and str(order) in line for name in logs for line in product.log(name).split("\n")
        )

    await until(refused, 30, "the late result's refusal")

    # Then there is one version, and one letter
    assert (await shop.job(order))["fence"] == job["fence"] == 2
    assert len(await shop.rows("SELECT id FROM article_versions WHERE order_id = $1", order)) == 1
    assert len(await shop.rows("SELECT id FROM letters WHERE order_id = $1 AND kind = 'backlink_ready'", order)) == 1


async def test_a_worker_that_stops_finishes_its_job_and_takes_no_new_one(
    product: Product, shop: Market, second_writer: subprocess.Popen[bytes]
) -> None:
    # Given two workers, one of them at work, and a payment page
    assert second_writer.poll() is None
    opened = await shop.opened()
    order, worker = await at_work(shop, seconds=4)

    # When it is told to stop, and the payment comes
    worker.parent().send_signal(signal.SIGTERM)  # type: ignore[union-attr]
    await shop.pay(opened)

    # Then the other worker takes that order at once, and the first finishes its own
    first = await shop.in_state(order, "COMPLETED")
    second = await shop.in_state(await shop.order_of(opened), "COMPLETED")
    assert (first["attempts"], first["fence"]) == (second["attempts"], second["fence"]) == (1, 1)
    assert second["started_at"] < first["finished_at"]
    await until(lambda: runs(product), 30, "supervisord's next worker")


async def test_what_arrives_during_a_deploy_starts_within_three_seconds(
    shop: Market, two_by_two: list[subprocess.Popen[bytes]]
) -> None:
    # Given two workers of two jobs at a time, one of them with one in hand, and payment pages
    assert all(writer.poll() is None for writer in two_by_two)
    opened = [await shop.opened() for _ in range(4)]
    order, worker = await at_work(shop, seconds=4)

    # When it is told to stop, and payments come, before it has heard of it and after
    worker.parent().send_signal(signal.SIGTERM)  # type: ignore[union-attr]
    for page in opened:
        await shop.pay(page)
        await asyncio.sleep(0.5)

    # Then each starts at once, wherever, and the one in hand is finished
    jobs = [await shop.in_state(await shop.order_of(page), "COMPLETED") for page in opened]
    assert max(job["started_at"] - job["created_at"] for job in jobs) < timedelta(seconds=3)
    assert [(job["attempts"], job["fence"]) for job in (*jobs, await shop.in_state(order, "COMPLETED"))] == [(1, 1)] * 5


@pytest.fixture
async def two_by_two(product: Product) -> AsyncGenerator[list[subprocess.Popen[bytes]]]:
    """Two workers, of two jobs at a time each, and no other."""
    surroundings = product.environment_of(WRITER) | {"BLOGQUEUE_BACKLINK_INTEGRATION_CONCURRENCY": "2"}
    product.take_away(WRITER)
    writers = [product.beside(WRITER, surroundings) for _ in range(2)]
    port = urlsplit(product.told["brokerUrl"]).port

    async def ready() -> bool:
        children = [psutil.Process(writer.pid).children() for writer in writers]
        return all(
            any(one.raddr and one.raddr.port == port for child in group for one in child.net_connections())
            for group in children
        )

    await until(ready, 30, "the workers")
    yield writers
    for writer in writers:
        os.killpg(writer.pid, signal.SIGKILL)  # one stops already, and a second TERM would leave it hanging
        writer.wait()
    product.bring_back(WRITER)


async def runs(product: Product) -> bool:
    return product.pid(WRITER) > 0


async def test_a_job_that_outlasts_the_grace_period_is_handed_back_at_once(
    product: Product, shop: Market, second_writer: subprocess.Popen[bytes]
) -> None:
    # Given two workers, one of them with a long job
    assert second_writer.poll() is None
    order, worker = await at_work(shop, seconds=30)

    # When it is told to stop
    worker.parent().send_signal(signal.SIGTERM)  # type: ignore[union-attr]
    job = await shop.in_state(order, "COMPLETED")

    # Then another run has done it, which counts as the first and waited for no lease
    assert (job["attempts"], job["fence"], job["errors"]) == (1, 2, "[]")
    await until(lambda: runs(product), 30, "supervisord's next worker")


async def test_a_redis_that_is_away_loses_neither_webhooks_nor_failing_jobs(product: Product, shop: Market) -> None:
    # Given payment pages, and an order whose job is about to fail
    opened = [await shop.opened() for _ in range(2)]
    before = (await shop.calls()).count("link_edit")
    await shop.faults(model=[slow("link_edit", 3), {"kind": "status", "code": 503}])
    failing = await shop.buy()
    await shop.asked_model("link_edit", before)

    # When Redis goes away, the job fails, and payments come at the beginning and at the end
    product.take_away(REDIS)
    paid = [await shop.pay(opened[0])]
    await until(lambda: has_failed(shop, failing), 30, "the failure")
    await shop.faults()
    await asyncio.sleep(AWAY_SECONDS)  # the fault itself
    paid.append(await shop.pay(opened[1]))
    product.bring_back(REDIS)

    # Then Stripe was answered, and all are delivered within a minute, by the same workers
    assert [answer["webhookStatus"] for answer in paid] == [200, 200]
    for order in (failing, *[await shop.order_of(page) for page in opened]):
        await shop.in_state(order, "COMPLETED", 60)


async def test_a_redis_that_hangs_keeps_no_webhook_waiting(product: Product, shop: Market) -> None:
    # Given payment pages, and a Redis that takes connections and says nothing
    opened = [await shop.opened() for _ in range(13)]

    async def timed(page: dict[str, Any]) -> tuple[int, float]:
        started = time.monotonic()
        paid = await shop.pay(page)
        return paid["webhookStatus"], time.monotonic() - started

    product.send(REDIS, signal.SIGSTOP)
    try:
        # When one payment comes, and then twelve at once
        answered = [await timed(opened[0]), *await asyncio.gather(*(timed(page) for page in opened[1:]))]
    finally:
        product.send(REDIS, signal.SIGCONT)
    back = time.monotonic()

    # Then Stripe is answered at once, and all are delivered within a minute of its return
    assert {status for status, _ in answered} == {200}
    assert max(seconds for _, seconds in answered) < 4
    for page in opened:
        await shop.in_state(await shop.order_of(page), "COMPLETED", 60 - (time.monotonic() - back) + 5)


async def has_failed(shop: Market, order: Any) -> bool:
    return (await shop.job(order))["state"] in {"DELAYED", "COMPLETED"}


async def test_a_redis_that_is_killed_keeps_the_retries_that_workers_hold(product: Product, shop: Market) -> None:
    # Given a job whose second attempt is due in 2 s
    await shop.faults(model=[{"kind": "status", "code": 503}])
    order = await shop.buy()
    await shop.in_state(order, "DELAYED")

    # When Redis is killed
    product.send(REDIS, signal.SIGKILL)

    # Then the second attempt is made
    assert (await shop.in_state(order, "COMPLETED", 60))["attempts"] == 2


async def test_a_redis_that_has_lost_everything_is_filled_again(product: Product, shop: Market) -> None:
    # Given an order that nobody works on yet
    product.take_away(WRITER)
    order = await shop.buy()
    job_id, before = (job := await shop.job(order))["id"], job["sent_at"]
    client = redis_client.Redis.from_url(product.told["redisUrl"])

    # When Redis loses everything
    client.flushall()
    client.close()
    product.bring_back(WRITER)

    async def sent_a_while_ago() -> bool:
        return bool(await shop.rows("SELECT 1 FROM jobs WHERE id = $1 AND sent_at < now() - interval '5 s'", job_id))

    async def sent_again() -> bool:
        return (await shop.job(order))["sent_at"] != before

    # A reminder of just now is not doubted; the next minute's strike is the one that counts.
    await until(sent_a_while_ago, 30, "a while")
    await strike(product)
    await until(sent_again, 60, "the sweep")

    # Then the order is delivered
    await shop.in_state(order, "COMPLETED")


async def test_a_redis_that_has_lost_everything_is_filled_again_under_a_worker_that_works_on(
    product: Product, shop: Market
) -> None:
    # Given a worker with one order in hand, and two that wait for it for a while
    worker = product.pid(WRITER)
    await shop.faults(model=[slow("second_opinion", 12)])
    orders = [await shop.buy() for _ in range(3)]
    await shop.in_state(orders[0], "ACTIVE")
    await asyncio.sleep(5)  # a reminder of just now is not doubted
    client = redis_client.Redis.from_url(product.told["redisUrl"])

    # When Redis loses everything
    client.flushall()
    client.close()

    # Then all are delivered within a minute, each by one run, by the same worker
    jobs = [await shop.in_state(order, "COMPLETED", 60) for order in orders]
    assert [job["fence"] for job in jobs] == [1, 1, 1]
    assert product.pid(WRITER) == worker


async def test_a_clock_outlives_a_redis_that_is_away(product: Product, shop: Market) -> None:
    # Given a clock that starts, and so strikes, while Redis is away, and an order that is paid then
    opened = await shop.opened()
    product.take_away(REDIS)
    try:
        product.restart(CLOCK, signal.SIGKILL)
        clock = (await until(lambda: living(product, CLOCK), 30, "the clock")).pid

        async def struck_in_vain() -> bool:
            return "this minute did not strike" in product.log("clock")

        await until(struck_in_vain, 30, "its stroke")
        await shop.pay(opened)
    finally:
        product.bring_back(REDIS)

    # When the next minute strikes
    order = await shop.order_of(opened)
    await shop.in_state(order, "COMPLETED", 65)

    # Then it is the same clock
    assert product.pid(CLOCK) == clock


async def living(product: Product, program: str) -> psutil.Process | None:
    try:
        return psutil.Process(product.pid(program))
    except psutil.NoSuchProcess:
        return None


async def test_postgresql_restarting_at_every_step_of_an_order_loses_nothing(product: Product, shop: Market) -> None:
    async def restart() -> None:
        await asyncio.to_thread(product.restart, POSTGRES, signal.SIGINT)

    # When PostgreSQL restarts before the payment, at the webhook, while the model thinks, and at the delivery
    opened = await shop.opened()
    await shop.faults(model=[slow("link_edit", 2), slow("second_opinion", 2)])
    await restart()
    await shop.pay(opened)
    await restart()
    order = await shop.order_of(opened, 60)
    await restart()
    await shop.in_state(order, "ACTIVE")
    await restart()

    # Then the order is delivered, once
    await shop.in_state(order, "COMPLETED", 120)
    assert len(await shop.rows("SELECT id FROM article_versions WHERE order_id = $1", order)) == 1
    await shop.letter("Your Backlink is Ready for Review", opened["email"])


async def test_the_web_says_try_again_while_postgresql_is_away(product: Product, shop: Market) -> None:
    # Given a payment page, and an order at work
    opened = await shop.opened()
    order, _ = await at_work(shop, seconds=2)

    # When PostgreSQL is away
    product.take_away(POSTGRES)
    try:
        asked = await shop.http.get(f"{shop.base}/api/v1/articles")
        paid = await shop.pay(opened)
        await asyncio.sleep(AWAY_SECONDS)  # the fault itself
    finally:
        product.bring_back(POSTGRES)

    # Then that is what everybody is told, and Stripe comes again
    assert (asked.status_code, asked.headers["retry-after"]) == (503, "5")
    assert paid["webhookStatus"] == 503
    await shop.in_state(order, "COMPLETED", 90)
    await shop.in_state(await shop.order_of(opened, 60), "COMPLETED", 90)


def off(seconds: int) -> dict[str, str]:
    """The surroundings of a process whose host's clock is off."""
    return {"LD_PRELOAD": FAKETIME, "FAKETIME": f"{seconds:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class Instead:
    """Processes in the place of the product's own."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._taken = {program: product.environment_of(program) for program in (WEB, WRITER)}
        for program in self._taken:
            product.take_away(program)
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, program: str, command: str, settings: dict[str, str]) -> None:
        words = (sys.executable, "-m", "blogqueue", *command.split())
        self._started.append(self._product.beside(program, self._taken[program] | settings, *words))

    def end(self) -> None:
        for process in self._started:
            process.terminate()
            process.wait()
        for program in self._taken:
            with suppress(xmlrpc.client.Fault):  # a test has brought it back
                self._product.bring_back(program)


@pytest.fixture
def instead(product: Product) -> Generator[Instead]:
    replaced = Instead(product)
    yield replaced
    replaced.end()


@pytest.mark.skipif(not FAKETIME, reason="Debian's libfaketime is not installed")
@pytest.mark.parametrize("offset", [120, -120])
async def test_hosts_whose_clocks_are_two_minutes_off_steal_and_lose_nothing(
    product: Product, shop: Market, instead: Instead, offset: int
) -> None:
    # Given a web whose clock is off, and one worker, whose clock is off the other way
    instead.start(WEB, "api", off(offset))
    instead.start(WRITER, "worker backlink-integration", off(-offset))
    await until(lambda: answers(shop), 30, "the web")

    # When orders are paid
    orders = [await shop.buy() for _ in range(3)]

    # Then they are picked up at once, and delivered
    jobs = [await shop.in_state(order, "COMPLETED") for order in orders]
    assert all(job["started_at"] - job["created_at"] < timedelta(seconds=5) for job in jobs)
    assert [(job["fence"], job["errors"]) for job in jobs] == [(1, "[]")] * 3
    claims = [
        json.loads(line) for line in product.log("another-writer-backlinks").split("\n") if str(orders[0]) in line
    ]
    wrong = datetime.fromisoformat(claims[0]["timestamp"]) - jobs[0]["started_at"]
    assert abs(wrong + timedelta(seconds=offset)) < timedelta(seconds=5)

    # And given one whose clock is right, when both work for longer than a lease lasts
    product.bring_back(WRITER)
    edits = (await shop.calls()).count("link_edit")
    await shop.faults(model=[slow("second_opinion", 11, times=2)])
    both = [await shop.buy() for _ in range(2)]
    holders = {(await shop.in_state(order, "ACTIVE"))["lease_holder"] for order in both}

    # Then neither takes the other's job
    assert len(holders) == 2
    assert [(await shop.in_state(order, "COMPLETED"))["fence"] for order in both] == [1, 1]
    assert (await shop.calls()).count("link_edit") == edits + 2


async def until_the_payment(shop: Market) -> dict[str, Any]:
    return await shop.opened()


async def until_the_first_answer(shop: Market) -> dict[str, Any]:
    before = (await shop.calls()).count("link_edit")
    await shop.faults(model=[slow("link_edit", 2)])
    await shop.pay(opened := await shop.opened())
    await shop.asked_model("link_edit", before)
    return opened


async def until_the_delivery(shop: Market) -> dict[str, Any]:
    before = (await shop.calls()).count("second_opinion")
    await shop.faults(model=[slow("second_opinion", 2)])
    await shop.pay(opened := await shop.opened())
    await shop.asked_model("second_opinion", before)
    return opened


async def until_a_retry(shop: Market) -> dict[str, Any]:
    await shop.faults(model=[{"kind": "status", "code": 503}])
    await shop.pay(opened := await shop.opened())
    await shop.in_state(await shop.order_of(opened), "DELAYED")
    return opened


async def until_the_letter_is_handed_over(shop: Market) -> dict[str, Any]:
    opened = await shop.opened()
    await shop.faults(mail=[{"kind": "slow", "seconds": 3, "to": opened["email"]}])
    await shop.pay(opened)

    async def handed_over() -> bool:
        return bool(await shop.rows("SELECT 1 FROM letters WHERE state = 'SENDING' AND \"to\" = $1", opened["email"]))

    await until(handed_over, 30, "the letter")
    return opened


@pytest.mark.parametrize(
    "come",
    [
        until_the_payment,
        until_the_first_answer,
        until_the_delivery,
        until_a_retry,
        until_the_letter_is_handed_over,
    ],
    ids=lambda come: come.__name__.replace("_", " "),
)
async def test_a_postgresql_that_is_away_from_one_phase_of_an_order_on_loses_and_doubles_nothing(
    product: Product, shop: Market, come: Callable[[Market], Awaitable[dict[str, Any]]]
) -> None:
    # Given an order that has come so far
    calls = len(await shop.calls())
    opened = await come(shop)

    # When PostgreSQL is away for a while, and the payment comes meanwhile if it was not there yet
    product.take_away(POSTGRES)
    try:
        if come is until_the_payment:
            assert (await shop.pay(opened))["webhookStatus"] == 503
        await asyncio.sleep(AWAY_SECONDS)  # the fault itself
    finally:
        product.bring_back(POSTGRES)

    # Then the order is delivered once, no answer was paid for twice, and each letter went out once
    order = await shop.order_of(opened, 60)
    await shop.in_state(order, "COMPLETED", 60)
    assert len(await shop.rows("SELECT id FROM article_versions WHERE order_id = $1", order)) == 1
    assert len(await shop.calls()) - calls == (3 if come is until_a_retry else 2)
    await shop.letter("Your Backlink is Ready for Review", opened["email"])

    async def none_on_its_way() -> bool:
        return not await shop.rows("SELECT 1 FROM letters WHERE order_id = $1 AND state <> 'SENT'", order)

    await until(none_on_its_way, 90, "the letters")
    assert await shop.mailed_twice() == []


async def test_what_is_not_ours_on_the_broker_is_logged_and_dropped(product: Product, shop: Market) -> None:
    # Given messages with another actor, other arguments, ids that do not exist, and bytes that are no message
    client = redis_client.Redis.from_url(product.told["redisUrl"])
    foreign = [
        ("backlink-integration", "steal_everything", ("x",)),
        ("backlink-integration", "integrate_backlink", (1, 2, 3)),
        ("backlink-integration", "integrate_backlink", ("backlink-int-nobody",)),
        ("backlink-integration", "integrate_backlink", ("backlink-int-\0",)),
        ("mail", "deliver_letter", ("not an id",)),
        ("mail", "deliver_letter", ("00000000-0000-0000-0000-000000000000",)),
        ("upkeep", "send_refund", ("00000000-0000-0000-0000-000000000000",)),
    ]
    for queue, actor, args in foreign:
        message = Message(queue_name=queue, actor_name=actor, args=args, kwargs={}, options={"redis_message_id": actor})
        put(client, queue, actor + str(args), message.encode())
    put(client, "backlink-integration", "junk", b"\xff not JSON")

    # When they have been read
    async def read() -> bool:
        return not any(client.llen(f"dramatiq:{queue}") for queue in ("backlink-integration", "mail", "upkeep"))

    await until(read, 30, "the queues' end")

    # Then the next order is delivered as ever
    await shop.in_state(await shop.buy(), "COMPLETED")
    logs = product.log("writer-backlinks") + product.log("another-writer-backlinks") + product.log("mail")
    assert "no message, dropped" in logs
    assert "message is not ours" in logs
    assert "steal_everything" in logs
    client.close()


def put(client: Any, queue: str, message_id: str, body: bytes) -> None:
    client.hset(f"dramatiq:{queue}.msgs", message_id, body)
    client.rpush(f"dramatiq:{queue}", message_id)


async def test_two_clocks_and_one_that_strikes_again_and_again_do_each_minutes_work_once(
    product: Product, shop: Market
) -> None:
    # Given a paid session whose webhook never came, and two clocks more
    opened = await shop.opened()
    await shop.faults(webhook=[{"kind": "drop", "times": -1}])
    await shop.pay(opened)
    clocks = [product.another(CLOCK, *psutil.Process(product.pid(CLOCK)).cmdline()) for _ in range(2)]

    # When they strike
    await strike(product)
    order = await shop.order_of(opened, 90)

    # Then there is one order, and a line of statistics a minute
    await shop.in_state(order, "COMPLETED")
    twice = await shop.rows("SELECT queue, at FROM queue_stats GROUP BY queue, at HAVING count(*) > 1")
    assert not twice
    for clock in clocks:
        clock.kill()

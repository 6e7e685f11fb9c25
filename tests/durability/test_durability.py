"""A paid order is never lost: what happens to a real installation happens to the real processes.

What is measured in seconds here is only bounded; the benchmark (`make bench`) prints how long recovery takes.
"""

import asyncio
import json
import signal
import subprocess
import sys
import xmlrpc.client
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis as redis_client
from dramatiq.message import Message

from tests.durability.breaking import (
    CLOCK,
    MAIL,
    WEB,
    WRITER,
    answers,
    at_work,
    pass_a_minute,
    runs,
    slow,
)
from tests.product import Product, Storefront, until

CLOCK_OFF = """
import datetime, os, time

off = int(os.environ["CLOCK_OFF"])
true_time, true_time_ns, true_datetime = time.time, time.time_ns, datetime.datetime
time.time = lambda: true_time() + off
time.time_ns = lambda: true_time_ns() + off * 10**9


class Kind(type):
    def __instancecheck__(cls, value):
        return isinstance(value, true_datetime)

    def __subclasscheck__(cls, kind):
        return issubclass(kind, true_datetime)


class Wrong(true_datetime, metaclass=Kind):
    def __new__(cls, *words, **more):
        return true_datetime(*words, **more)

    @classmethod
    def now(cls, tz=None):
        return true_datetime.now(tz) + datetime.timedelta(seconds=off)

    @classmethod
    def utcnow(cls):
        return true_datetime.utcnow() + datetime.timedelta(seconds=off)


datetime.datetime = Wrong
"""
"""A host's wrong clock, for a Python process; under libfaketime 0.9.10 Python 3.11 neither sleeps nor waits."""

pytestmark = [pytest.mark.durability, pytest.mark.timeout(240)]


async def test_a_worker_that_is_killed_loses_no_order_and_pays_for_no_answer_twice(
    shop: Storefront, second_writer: subprocess.Popen[bytes]
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


async def test_the_second_attempt_starts_after_two_seconds_and_the_third_after_four(
    product: Product, shop: Storefront
) -> None:
    # Given a model that fails twice
    await shop.faults(model=[{"kind": "status", "code": 503, "times": 2}])

    # When an order is worked on
    order = await shop.buy()
    assert (await shop.in_state(order, "COMPLETED"))["attempts"] == 3

    # Then each attempt starts when the one before has waited for exactly as long as it should, or at most a second more
    lines = [json.loads(line) for line in product.log("writer-backlinks").split("\n") if str(order) in line]
    failed, claimed = (
        [datetime.fromisoformat(line["timestamp"]) for line in lines if line["event"] == event]
        for event in ("job attempt failed", "job claimed")
    )
    waits = [(start - end).total_seconds() for end, start in zip(failed, claimed[1:], strict=True)]
    assert [round(wait - expected, 2) for wait, expected in zip(waits, (2, 4), strict=True)] == pytest.approx(
        [0.5, 0.5], abs=0.5
    )


async def test_all_processes_killed_at_once_lose_nothing(product: Product, shop: Storefront) -> None:
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


async def test_a_worker_that_is_asleep_past_its_lease_changes_nothing_when_it_wakes(
    product: Product, shop: Storefront, second_writer: subprocess.Popen[bytes]
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
            "job result refused" in line and str(order) in line
            for name in logs
            for line in product.log(name).split("\n")
        )

    await until(refused, 30, "the late result's refusal")

    # Then there is one version, and one email
    assert (await shop.job(order))["fencing_token"] == job["fencing_token"] == 2
    assert len(await shop.rows("SELECT id FROM article_versions WHERE order_id = $1", order)) == 1
    assert len(await shop.rows("SELECT id FROM emails WHERE order_id = $1 AND kind = 'backlink_ready'", order)) == 1


async def test_a_worker_that_stops_finishes_its_job_and_takes_no_new_one(
    product: Product, shop: Storefront, second_writer: subprocess.Popen[bytes]
) -> None:
    # Given two workers, one of them at work, and a payment page
    assert second_writer.poll() is None
    opened = await shop.opened()
    order, worker = await at_work(shop, seconds=4)

    # When it is asked to stop, and the payment arrives
    worker.send_signal(signal.SIGTERM)
    await shop.pay(opened)

    # Then the other worker takes that order at once, and the first finishes its own
    first = await shop.in_state(order, "COMPLETED")
    second = await shop.in_state(await shop.order_of(opened), "COMPLETED")
    assert (first["attempts"], first["fencing_token"]) == (second["attempts"], second["fencing_token"]) == (1, 1)
    assert second["started_at"] < first["finished_at"]
    await until(lambda: runs(product), 30, "supervisord's next worker")


async def test_what_arrives_during_a_deploy_starts_within_three_seconds(
    shop: Storefront, two_by_two: list[subprocess.Popen[bytes]]
) -> None:
    # Given two workers of two jobs at a time, one of them with one in hand, and payment pages
    assert all(writer.poll() is None for writer in two_by_two)
    opened = [await shop.opened() for _ in range(4)]
    order, worker = await at_work(shop, seconds=4)

    # When it is asked to stop, and payments arrive before it has received the signal and after
    worker.send_signal(signal.SIGTERM)
    for page in opened:
        await shop.pay(page)
        await asyncio.sleep(0.5)

    # Then each starts at once, wherever, and the one in hand is finished
    jobs = [await shop.in_state(await shop.order_of(page), "COMPLETED") for page in opened]
    assert max(job["started_at"] - job["created_at"] for job in jobs) < timedelta(seconds=3)
    assert [(job["attempts"], job["fencing_token"]) for job in (*jobs, await shop.in_state(order, "COMPLETED"))] == [
        (1, 1)
    ] * 5


async def test_a_job_that_outlasts_the_grace_period_is_handed_back_at_once(
    product: Product, shop: Storefront, second_writer: subprocess.Popen[bytes]
) -> None:
    # Given two workers, one of them with a long job
    assert second_writer.poll() is None
    order, worker = await at_work(shop, seconds=30)

    # When it is asked to stop
    worker.send_signal(signal.SIGTERM)
    job = await shop.in_state(order, "COMPLETED")

    # Then another run has done it, which counts as the first and waited for no lease
    assert (job["attempts"], job["fencing_token"], job["errors"]) == (1, 2, "[]")
    await until(lambda: runs(product), 30, "supervisord's next worker")


def off(seconds: int, folder: Path) -> dict[str, str]:
    """Return the environment of a process whose host's clock is off."""
    (folder / "sitecustomize.py").write_text(CLOCK_OFF)
    return {"CLOCK_OFF": str(seconds), "PYTHONPATH": str(folder)}


class Instead:
    """Processes that replace the product's own."""

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
async def instead(product: Product, shop: Storefront) -> AsyncGenerator[Instead]:
    replaced = Instead(product)
    yield replaced
    replaced.end()
    await until(lambda: answers(shop), 30, "the web")


@pytest.mark.parametrize("offset", [120, -120])
async def test_a_worker_whose_clock_is_two_minutes_off_steals_and_loses_nothing(
    product: Product, shop: Storefront, instead: Instead, tmp_path: Path, offset: int
) -> None:
    # Given a web whose clock is off, and one worker, whose clock is off the other way
    instead.start(WEB, "api", off(offset, tmp_path))
    instead.start(WRITER, "worker backlink-integration", off(-offset, tmp_path))
    await until(lambda: answers(shop), 30, "the web")

    # When orders are paid
    orders = [await shop.buy() for _ in range(3)]

    # Then they are picked up at once, and delivered
    jobs = [await shop.in_state(order, "COMPLETED") for order in orders]
    assert all(job["started_at"] - job["created_at"] < timedelta(seconds=5) for job in jobs)
    assert [(job["fencing_token"], job["errors"]) for job in jobs] == [(1, "[]")] * 3
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
    assert [(await shop.in_state(order, "COMPLETED"))["fencing_token"] for order in both] == [1, 1]
    assert (await shop.calls()).count("link_edit") == edits + 2


async def test_what_is_not_ours_on_the_broker_is_logged_and_dropped(product: Product, shop: Storefront) -> None:
    # Given messages with another actor, other arguments, ids that do not exist, and bytes that are no message
    client = redis_client.Redis.from_url(product.demo_file["redisUrl"])
    foreign = [
        ("backlink-integration", "steal_everything", ("x",)),
        ("backlink-integration", "integrate_backlink", (1, 2, 3)),
        ("backlink-integration", "integrate_backlink", ("backlink-int-nobody",)),
        ("backlink-integration", "integrate_backlink", ("backlink-int-\0",)),
        ("mail", "deliver_email", ("not an id",)),
        ("mail", "deliver_email", ("00000000-0000-0000-0000-000000000000",)),
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
    assert "message dropped" in logs
    assert "message skipped" in logs
    assert "steal_everything" in logs
    client.close()


def put(client: Any, queue: str, message_id: str, body: bytes) -> None:
    client.hset(f"dramatiq:{queue}.msgs", message_id, body)
    client.rpush(f"dramatiq:{queue}", message_id)


async def test_two_clocks_and_one_that_restarts_again_and_again_do_each_minutes_work_once(
    product: Product, shop: Storefront
) -> None:
    # Given a paid session whose webhook never came, and two clocks more
    opened = await shop.opened()
    await shop.faults(webhook=[{"kind": "drop", "times": -1}])
    await shop.pay(opened)
    clocks = [product.another(CLOCK, *psutil.Process(product.pid(CLOCK)).cmdline()) for _ in range(2)]

    # When a minute passes
    await pass_a_minute(product)
    order = await shop.order_of(opened)

    # Then there is one order, and a line of statistics a minute
    await shop.in_state(order, "COMPLETED")
    twice = await shop.rows("SELECT queue, at FROM queue_stats GROUP BY queue, at HAVING count(*) > 1")
    assert not twice
    for clock in clocks:
        clock.kill()

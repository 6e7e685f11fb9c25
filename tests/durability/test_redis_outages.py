"""A paid order is never lost: Redis is down, hangs, and loses everything."""

import asyncio
import signal
import time
from typing import Any

import psutil
import pytest
import redis as redis_client

from tests.durability.breaking import CLOCK, OUTAGE_SECONDS, REDIS, WRITER, at_work, pass_a_minute, slow
from tests.product import Product, Storefront, until

pytestmark = [pytest.mark.durability, pytest.mark.timeout(240 + OUTAGE_SECONDS)]


async def test_a_redis_that_is_down_loses_neither_webhooks_nor_failing_jobs(product: Product, shop: Storefront) -> None:
    # Given payment pages, and an order whose job is about to fail
    opened = [await shop.opened() for _ in range(2)]
    before = (await shop.calls()).count("link_edit")
    await shop.faults(model=[slow("link_edit", 3), {"kind": "status", "code": 503}])
    failing = await shop.buy()
    await shop.asked_model("link_edit", before)

    # When Redis goes down, the job fails, and payments arrive at the beginning and at the end
    product.take_away(REDIS)
    paid = [await shop.pay(opened[0])]
    await until(lambda: has_failed(shop, failing), 30, "the failure")
    await shop.faults()
    await asyncio.sleep(OUTAGE_SECONDS)  # the fault itself
    paid.append(await shop.pay(opened[1]))
    product.bring_back(REDIS)

    # Then Stripe was answered, and all are delivered, by the same workers
    assert [answer["webhookStatus"] for answer in paid] == [200, 200]
    for order in (failing, *[await shop.order_of(page) for page in opened]):
        await shop.in_state(order, "COMPLETED")


async def test_a_redis_that_hangs_keeps_no_webhook_waiting(product: Product, shop: Storefront) -> None:
    # Given payment pages, and a Redis that accepts connections and answers nothing
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

    # Then Stripe is answered at once, and all are delivered after its return
    assert {status for status, _ in answered} == {200}
    assert max(seconds for _, seconds in answered) < 4
    for page in opened:
        await shop.in_state(await shop.order_of(page), "COMPLETED")


async def has_failed(shop: Storefront, order: Any) -> bool:
    return (await shop.job(order))["state"] in {"DELAYED", "COMPLETED"}


async def test_a_redis_that_is_killed_keeps_the_retries_that_workers_hold(product: Product, shop: Storefront) -> None:
    # Given a job whose second attempt is due in 2 s
    await shop.faults(model=[{"kind": "status", "code": 503}])
    order = await shop.buy()
    await shop.in_state(order, "DELAYED")

    # When Redis is killed
    product.send(REDIS, signal.SIGKILL)

    # Then the second attempt is made
    assert (await shop.in_state(order, "COMPLETED"))["attempts"] == 2


async def sent_a_while_ago(shop: Storefront, job_id: str) -> None:
    """Wait until a job's message counts no longer as one that was sent just now."""

    async def sent() -> bool:
        return bool(await shop.rows("SELECT 1 FROM jobs WHERE id = $1 AND sent_at < now() - interval '5 s'", job_id))

    await until(sent, 30, "a while")


async def test_a_redis_that_has_lost_everything_is_filled_again(product: Product, shop: Storefront) -> None:
    # Given an order that nobody works on yet
    product.take_away(WRITER)
    order = await shop.buy()
    job_id, before = (job := await shop.job(order))["id"], job["sent_at"]
    client = redis_client.Redis.from_url(product.demo_file["redisUrl"])

    # When Redis loses everything
    client.flushall()
    client.close()
    product.bring_back(WRITER)

    async def sent_again() -> bool:
        return (await shop.job(order))["sent_at"] != before

    # A message that was sent just now counts as underway; the next minute sends it again.
    await sent_a_while_ago(shop, job_id)
    await pass_a_minute(product)
    await until(sent_again, 60, "the sweep")

    # Then the order is delivered
    await shop.in_state(order, "COMPLETED")


async def test_a_redis_that_has_lost_everything_is_filled_again_under_a_worker_that_works_on(
    product: Product, shop: Storefront
) -> None:
    # Given a worker with one order in hand, and two that wait for it for a while
    worker = product.pid(WRITER)
    await shop.faults(model=[slow("second_opinion", 12)])
    orders = [await shop.buy() for _ in range(3)]
    await shop.in_state(orders[0], "ACTIVE")
    await sent_a_while_ago(shop, (await shop.job(orders[2]))["id"])
    client = redis_client.Redis.from_url(product.demo_file["redisUrl"])

    # When Redis loses everything
    client.flushall()
    client.close()

    # Then all are delivered, each by one run, by the same worker
    jobs = [await shop.in_state(order, "COMPLETED") for order in orders]
    assert [job["fencing_token"] for job in jobs] == [1, 1, 1]
    assert product.pid(WRITER) == worker


async def test_a_job_that_lost_its_worker_and_its_message_goes_on_though_no_minute_begins(
    product: Product, shop: Storefront
) -> None:
    # Given an order at work, and no clock
    order, worker = await at_work(shop)
    product.take_away(CLOCK)

    # When Redis loses everything, and the worker is killed
    client = redis_client.Redis.from_url(product.demo_file["redisUrl"])
    client.flushall()
    client.close()
    worker.kill()

    # Then the mail worker, which looks every few seconds, has it sent again
    job = await shop.in_state(order, "COMPLETED")
    product.bring_back(CLOCK)
    assert job["fencing_token"] == 2
    assert "lost jobs found" in product.log("mail")


async def test_a_clock_outlives_a_redis_that_is_down(product: Product, shop: Storefront) -> None:
    # Given a clock that starts, and sends its message, while Redis is down, and an order that is paid then
    opened = await shop.opened()
    product.take_away(REDIS)
    try:
        product.restart(CLOCK, signal.SIGKILL)
        clock = (await until(lambda: living(product, CLOCK), 30, "the clock")).pid

        async def failed_to_send() -> bool:
            return "minute not sent" in product.log("clock")

        await until(failed_to_send, 30, "its first minute")
        await shop.pay(opened)
    finally:
        product.bring_back(REDIS)

    # When the next minute begins
    order = await shop.order_of(opened)
    await shop.in_state(order, "COMPLETED", 65)

    # Then it is the same clock
    assert product.pid(CLOCK) == clock


async def living(product: Product, program: str) -> psutil.Process | None:
    try:
        return psutil.Process(product.pid(program))
    except psutil.NoSuchProcess:
        return None

"""A paid order is never lost: Redis and PostgreSQL restart, hang, lose everything and are down for long."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import psutil
import pytest
import redis as redis_client

from tests.durability.breaking import (
    CLOCK,
    POSTGRES,
    REDIS,
    WEB,
    WRITER,
    at_work,
    pass_a_minute,
    slow,
)
from tests.product import Product, Storefront, until

AWAY_SECONDS = float(os.environ.get("BLOGQUEUE_TEST_AWAY_SECONDS", "9"))
"""How long a service is down; longer than a lease lasts. Ten minutes can be set for `make durability`."""

pytestmark = [pytest.mark.durability, pytest.mark.timeout(240 + AWAY_SECONDS)]


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
    await asyncio.sleep(AWAY_SECONDS)  # the fault itself
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


async def test_postgresql_restarting_at_every_step_of_an_order_loses_nothing(
    product: Product, shop: Storefront
) -> None:
    async def accepts() -> bool:
        try:
            await (await asyncpg.connect(product.demo_file["databaseUrl"])).close()
        except (OSError, asyncpg.PostgresError):
            return False
        return True

    async def restart() -> None:
        await until(accepts, 30, "PostgreSQL")  # a signal while it starts would be lost
        await asyncio.to_thread(product.restart, POSTGRES, signal.SIGINT)

    # When PostgreSQL restarts before the payment, at the webhook, while the model thinks, and at the delivery
    opened = await shop.opened()
    await shop.faults(model=[slow("link_edit", 5), slow("second_opinion", 5)])
    await restart()
    await shop.pay(opened)
    await restart()
    order = await shop.order_of(opened)
    await restart()
    await shop.in_state(order, "ACTIVE")
    await restart()

    # Then the order is delivered, once
    await shop.in_state(order, "COMPLETED", 120)
    assert len(await shop.rows("SELECT id FROM article_versions WHERE order_id = $1", order)) == 1
    await shop.email("Your Backlink is Ready for Review", opened["email"])


async def test_processes_started_without_postgresql_wait_for_it(product: Product, shop: Storefront) -> None:
    # Given a web and a writer that were started during an outage and have noticed it
    started = {"web": WEB, "writer-backlinks": WRITER}
    for program in started.values():
        product.take_away(program)
    product.take_away(POSTGRES)
    before = {name: product.log(name).count("waiting for PostgreSQL") for name in started}
    for program in started.values():
        product.bring_back(program)

    async def have_noticed() -> bool:
        return all(product.log(name).count("waiting for PostgreSQL") > count for name, count in before.items())

    await until(have_noticed, 60, "the log lines")
    waiting = {program: product.pid(program) for program in started.values()}

    # When PostgreSQL is back, and a customer buys a link
    product.bring_back(POSTGRES)

    async def sells() -> bool:
        try:
            return (await shop.http.get(f"{shop.base}/api/v1/articles")).is_success
        except httpx.TransportError:
            return False

    await until(sells, 60, "the web")
    order = await shop.buy()

    # Then the link is integrated, by the same processes
    await shop.in_state(order, "COMPLETED")
    assert {program: product.pid(program) for program in started.values()} == waiting


async def test_the_web_answers_try_again_while_postgresql_is_down(product: Product, shop: Storefront) -> None:
    # Given a payment page, and an order at work
    opened = await shop.opened()
    order, _ = await at_work(shop, seconds=2)

    # When PostgreSQL is down
    product.take_away(POSTGRES)
    try:
        asked = await shop.http.get(f"{shop.base}/api/v1/articles")
        paid = await shop.pay(opened)
        await asyncio.sleep(AWAY_SECONDS)  # the fault itself
    finally:
        product.bring_back(POSTGRES)

    # Then everybody is asked to try again, and Stripe sends its event again
    assert (asked.status_code, asked.headers["retry-after"]) == (503, "5")
    assert paid["webhookStatus"] == 503
    await shop.in_state(order, "COMPLETED")
    await shop.in_state(await shop.order_of(opened), "COMPLETED")


async def until_the_payment(shop: Storefront) -> dict[str, Any]:
    return await shop.opened()


async def until_the_first_answer(shop: Storefront) -> dict[str, Any]:
    before = (await shop.calls()).count("link_edit")
    await shop.faults(model=[slow("link_edit", 2)])
    await shop.pay(opened := await shop.opened())
    await shop.asked_model("link_edit", before)
    return opened


async def until_the_delivery(shop: Storefront) -> dict[str, Any]:
    before = (await shop.calls()).count("second_opinion")
    await shop.faults(model=[slow("second_opinion", 2)])
    await shop.pay(opened := await shop.opened())
    await shop.asked_model("second_opinion", before)
    return opened


async def until_a_retry(shop: Storefront) -> dict[str, Any]:
    await shop.faults(model=[{"kind": "status", "code": 503}])
    await shop.pay(opened := await shop.opened())
    await shop.in_state(await shop.order_of(opened), "DELAYED")
    return opened


async def until_the_email_is_handed_over(shop: Storefront) -> dict[str, Any]:
    opened = await shop.opened()
    await shop.faults(mail=[{"kind": "slow", "seconds": 3, "to": opened["email"]}])
    await shop.pay(opened)

    async def handed_over() -> bool:
        return bool(await shop.rows("SELECT 1 FROM emails WHERE state = 'SENDING' AND \"to\" = $1", opened["email"]))

    await until(handed_over, 30, "the email")
    return opened


@pytest.mark.parametrize(
    "come",
    [
        until_the_payment,
        until_the_first_answer,
        until_the_delivery,
        until_a_retry,
        until_the_email_is_handed_over,
    ],
    ids=lambda come: come.__name__.replace("_", " "),
)
async def test_a_postgresql_that_is_down_from_one_phase_of_an_order_on_loses_and_doubles_nothing(
    product: Product, shop: Storefront, come: Callable[[Storefront], Awaitable[dict[str, Any]]]
) -> None:
    # Given an order that has come so far
    calls = len(await shop.calls())
    opened = await come(shop)

    # When PostgreSQL is down for a while, and the payment arrives meanwhile if it was not made yet
    product.take_away(POSTGRES)
    try:
        if come is until_the_payment:
            assert (await shop.pay(opened))["webhookStatus"] == 503
        await asyncio.sleep(AWAY_SECONDS)  # the fault itself
    finally:
        product.bring_back(POSTGRES)

    # Then the order is delivered once, no answer was paid for twice, and each email was sent once
    order = await shop.order_of(opened)
    await shop.in_state(order, "COMPLETED")
    assert len(await shop.rows("SELECT id FROM article_versions WHERE order_id = $1", order)) == 1
    assert len(await shop.calls()) - calls == (3 if come is until_a_retry else 2)
    await shop.email("Your Backlink is Ready for Review", opened["email"])

    async def none_on_its_way() -> bool:
        return not await shop.rows("SELECT 1 FROM emails WHERE order_id = $1 AND state <> 'SENT'", order)

    await until(none_on_its_way, 90, "the emails")
    assert await shop.mailed_twice() == []

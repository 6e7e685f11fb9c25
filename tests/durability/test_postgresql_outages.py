"""A paid order is never lost: PostgreSQL restarts, and is down for long."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from tests.durability.breaking import OUTAGE_SECONDS, POSTGRES, WEB, WRITER, at_work, slow
from tests.product import Product, Storefront, until

pytestmark = [pytest.mark.durability, pytest.mark.timeout(240 + OUTAGE_SECONDS)]


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
        await asyncio.sleep(OUTAGE_SECONDS)  # the fault itself
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
        await asyncio.sleep(OUTAGE_SECONDS)  # the fault itself
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

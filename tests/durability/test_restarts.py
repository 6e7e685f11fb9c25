"""Processes that are restarted on purpose: one after another in an upgrade, or while somebody changes the code."""

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import psutil
import pytest

import blogqueue
from tests.durability.breaking import WRITER, at_work, slow, works
from tests.product import Product, Storefront, until

pytestmark = [pytest.mark.durability, pytest.mark.timeout(300)]

PROGRAMS = (WRITER, "app:writer-articles", "app:mail", "app:clock", "app:web", WRITER)


async def test_a_rolling_restart_of_every_process_loses_and_doubles_nothing(product: Product, shop: Storefront) -> None:
    # Given customers at the payment page, and a model that takes its time, so that jobs run whenever something stops
    pages = [await shop.opened() for _ in PROGRAMS]
    calls_before = Counter(await shop.calls())
    await shop.faults(model=[slow("link_edit", 1.0, times=-1)])

    # When every process is restarted, one after another, and a customer pays before each
    for program, page in zip(PROGRAMS, pages, strict=True):
        await shop.pay(page)
        order_id = await shop.order_of(page)
        if program == WRITER:
            await shop.in_state(order_id, "ACTIVE")
        await asyncio.to_thread(product.take_away, program)
        product.bring_back(program)

    # Then every order is delivered once, with one email; only a run that was cut short asks the model again
    orders = [await shop.order_of(page) for page in pages]
    jobs = [await shop.in_state(order_id, "COMPLETED") for order_id in orders]
    again = sum(job["fencing_token"] - 1 for job in jobs)
    calls = Counter(await shop.calls()) - calls_before
    assert all(len(orders) <= number <= len(orders) + again for number in calls.values()), (calls, again)
    versions = await shop.rows("SELECT job_id, count(*) AS number FROM article_versions GROUP BY 1")
    assert {row["number"] for row in versions if row["job_id"]} == {1}
    for page in pages:
        await shop.email("Your Backlink is Ready for Review", page["email"])
    assert await shop.mailed_twice() == []
    kinds = await shop.rows("SELECT order_id, count(*) AS number FROM emails WHERE kind = 'backlink_ready' GROUP BY 1")
    assert {row["number"] for row in kinds} == {1}


async def test_a_second_signal_ends_a_worker_at_once_and_another_goes_on_with_its_job(
    product: Product, shop: Storefront
) -> None:
    # Given a worker with a long job that is asked to stop
    order, worker = await at_work(shop, seconds=30)
    worker.terminate()
    await until(lambda: stops(product), 10, "its end")

    # When it is asked again
    worker.terminate()

    # Then it ends, without the answer, and the job is done by the next one
    await asyncio.to_thread(worker.wait, 5)
    job = await shop.in_state(order, "COMPLETED")
    assert (job["attempts"], job["fencing_token"]) == (2, 2)


async def test_ctrl_c_ends_a_worker_that_a_shell_runs_in_the_background(product: Product, shop: Storefront) -> None:
    # Given a worker that inherits from a shell to ignore INT, as with `&` in a script
    in_background = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh")
    command = (*in_background, sys.executable, "-m", "blogqueue", "worker", "backlink-integration")
    worker = product.beside(WRITER, product.environment_of(WRITER), *command)
    await until(lambda: works(shop, worker.pid), 60, "the worker")

    # When it gets INT, then it ends
    worker.send_signal(signal.SIGINT)
    assert await asyncio.to_thread(worker.wait, 30) == 0


async def test_a_worker_that_reloads_is_restarted_by_a_change_of_the_code(product: Product, shop: Storefront) -> None:
    command = (sys.executable, "-m", "blogqueue", "worker", "--reload", "backlink-integration")
    watching = product.beside(WRITER, product.environment_of(WRITER), *command)

    async def find_worker() -> psutil.Process | None:
        for one in psutil.Process(watching.pid).children():
            if await works(shop, one.pid):
                return one
        return None

    first = await until(find_worker, 60, "the worker")
    os.utime(Path(blogqueue.__file__))

    async def find_another() -> psutil.Process | None:
        another = await find_worker()
        return another if another and another.pid != first.pid else None

    await until(find_another, 90, "another worker")
    assert not first.is_running()

    watching.send_signal(signal.SIGINT)
    assert await asyncio.to_thread(watching.wait, 60) == 0


async def stops(product: Product) -> bool:
    return "Shutting down" in product.log("writer-backlinks").rpartition("job claimed")[2]

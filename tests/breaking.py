"""The stage on which things break: the real processes, customers, and hands that break things."""

import os
import signal
import subprocess
from collections.abc import AsyncGenerator, Generator
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from tests.product import MANY, Market, Product, market, until

WRITER, WEB, MAIL, CLOCK = "app:writer-backlinks", "app:web", "app:mail", "app:clock"
POSTGRES, REDIS = "data:postgres", "data:redis"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Generator[Product]:
    running = Product(tmp_path_factory.mktemp("product"), **MANY, BLOGQUEUE_SHUTDOWN_GRACE_SECONDS="8")
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


async def answers(shop: Market) -> bool:
    try:
        return (await shop.http.get(f"{shop.base}/health/ready")).is_success
    except httpx.TransportError:
        return False


async def runs(product: Product) -> bool:
    return product.pid(WRITER) > 0

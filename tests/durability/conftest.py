"""The whole product for tests that break it: one per module, its customers, and workers beside supervisord's own."""

import os
import signal
import subprocess
from collections.abc import AsyncGenerator, Generator

import pytest

from tests.durability.breaking import WRITER, works
from tests.product import MANY, Product, Storefront, open_storefront, until

# In the background of a shell, INT is ignored by the tests, and would be by all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Generator[Product]:
    running = Product(tmp_path_factory.mktemp("product"), **MANY, BLOGQUEUE_SHUTDOWN_GRACE_SECONDS="8")
    yield running
    running.stop()


@pytest.fixture(scope="module")
async def storefront(product: Product) -> AsyncGenerator[Storefront]:
    async with open_storefront(product) as opened:
        await opened.stock(15)
        yield opened


@pytest.fixture
async def shop(storefront: Storefront) -> AsyncGenerator[Storefront]:
    """Serve a shop without faults; afterwards, run the audit."""
    await storefront.faults()
    yield storefront
    await storefront.faults()
    await storefront.sound()


@pytest.fixture
async def second_writer(product: Product, shop: Storefront) -> AsyncGenerator[subprocess.Popen[bytes]]:
    """Run a worker as another host would; it is ready."""
    writer = product.another(WRITER)
    await until(lambda: works(shop, writer.pid), 60, "the worker")
    yield writer
    writer.send_signal(signal.SIGCONT)
    writer.terminate()
    writer.wait()


@pytest.fixture
async def two_by_two(product: Product, shop: Storefront) -> AsyncGenerator[list[subprocess.Popen[bytes]]]:
    """Run two workers with two jobs at a time each, and no other."""
    surroundings = product.environment_of(WRITER) | {"BLOGQUEUE_BACKLINK_INTEGRATION_CONCURRENCY": "2"}
    product.take_away(WRITER)
    writers = [product.beside(WRITER, surroundings) for _ in range(2)]
    for writer in writers:
        await until(lambda pid=writer.pid: works(shop, pid), 60, "the workers")
    yield writers
    for writer in writers:
        os.killpg(writer.pid, signal.SIGKILL)
        writer.wait()
    product.bring_back(WRITER)

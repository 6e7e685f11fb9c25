"""Several hosts against one PostgreSQL and one Redis: network namespaces, each with its own workers."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from urllib.parse import urlsplit

import psutil
import pytest

from tests.durability.breaking import WRITER, slow
from tests.product import MANY, Product, Storefront, open_storefront, until

pytestmark = [pytest.mark.durability, pytest.mark.timeout(240)]

OUTSIDE = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "OPENAI_BASE_URL")


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)  # noqa: S607 - iproute2, wherever it is


@pytest.fixture(scope="module")
def namespaces() -> Generator[tuple[str, str]]:
    """Create two hosts, each with a wire to this one (10.213.1.0/24 and 10.213.2.0/24); yield their names."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("network namespaces take root and Debian's iproute2")
    names = (f"bq{os.getpid()}a", f"bq{os.getpid()}b")
    try:
        for number, name in enumerate(names, start=1):
            try:
                ip("netns", "add", name)
            except subprocess.CalledProcessError as error:
                pytest.skip(f"no network namespaces here: {error.stderr.decode()}")
            ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("addr", "add", f"10.213.{number}.1/24", "dev", name)
            ip("link", "set", name, "up")
            ip("-n", name, "addr", "add", f"10.213.{number}.2/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield names
    finally:
        for name in names:
            with suppress(subprocess.CalledProcessError):
                ip("netns", "del", name)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Generator[Product]:
    running = Product(tmp_path_factory.mktemp("product"), **MANY)
    yield running
    running.stop()


@asynccontextmanager
async def passed_on(number: int, environment: dict[str, str]) -> AsyncGenerator[dict[str, str]]:
    """Forward this host's services, which listen on loopback, to a host; yield the settings that name them there."""
    async with AsyncExitStack() as stack:
        ours = f"10.213.{number}.1"
        for port in {urlsplit(environment[name]).port or 80 for name in OUTSIDE}:
            await stack.enter_async_context(
                await asyncio.start_server(lambda r, w, port=port: _pass_on(r, w, port), ours, port)
            )
        yield {name: environment[name].replace("127.0.0.1", ours) for name in OUTSIDE}


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def test_a_host_that_is_cut_off_in_the_middle_of_a_job_changes_nothing_when_it_is_back(
    product: Product, namespaces: tuple[str, str]
) -> None:
    async with open_storefront(product) as shop, AsyncExitStack() as stack:
        # Given two hosts with a worker each, and none here
        environment = psutil.Process(product.pid(WRITER)).environ()
        hosts: dict[str, subprocess.Popen[bytes]] = {}
        for number, name in enumerate(namespaces, start=1):
            settings = await stack.enter_async_context(passed_on(number, environment))
            command = ("ip", "netns", "exec", name, sys.executable, "-m", "blogqueue", "worker", "backlink-integration")
            hosts[name] = product.another(WRITER, *command, **settings)
        product.take_away(WRITER)

        # And one of them at work
        await shop.faults(model=[slow("second_opinion", 3)])
        before = (await shop.calls()).count("second_opinion")
        order = await shop.buy()
        await shop.asked_model("second_opinion", before)
        cut_off = await host_at_work(shop, order, hosts)

        # When its wire is cut, until the other has delivered
        ip("link", "set", cut_off, "down")
        job = await shop.in_state(order, "COMPLETED", 90)
        ip("link", "set", cut_off, "up")

        # Then its late result is refused when it is back
        await until(lambda: refused(product), 60, "the late result's refusal")
        assert job["attempts"] == job["fencing_token"] == 2
        assert await shop.job(order) == job
        assert len(await shop.rows("SELECT id FROM article_versions WHERE order_id = $1", order)) == 1

        # And both hosts work on
        await shop.faults()
        for following in [await shop.buy() for _ in range(4)]:
            await shop.in_state(following, "COMPLETED")
        await shop.sound()
        for host in hosts.values():
            host.send_signal(signal.SIGTERM)
            await asyncio.to_thread(host.wait, 30)  # the wires run in this very loop


async def host_at_work(shop: Storefront, order: object, hosts: dict[str, subprocess.Popen[bytes]]) -> str:
    """Return the namespace whose worker holds the lease of an order's job."""
    rows = await shop.rows("SELECT lease_holder FROM jobs WHERE order_id = $1", order)
    pid = int(rows[0]["lease_holder"].rpartition(":")[2])
    return next(name for name, host in hosts.items() if pid == host.pid)


async def refused(product: Product) -> bool:
    return "job result refused" in product.log("another-writer-backlinks")

"""What an installation costs that has nothing to do: the processes of the demo that production has as well."""

import asyncio
import tempfile
import time
from pathlib import Path

import psutil
from tests.product import MANY, Product, open_storefront

from bench import Table

SETTLE_SECONDS, SECONDS = 15, 60
NOT_OURS = ("postgres", "redis", "valkey", "blogqueue.sandbox", "blogqueue demo")
"""The servers, the sandbox and the launcher."""


async def tables() -> list[tuple[str, Table]]:
    """Return a row per process: share of a core over a minute, and memory that it does not share."""
    product = Product(Path(tempfile.mkdtemp(prefix="blogqueue-idle-")), **MANY)
    try:
        async with open_storefront(product):
            await asyncio.sleep(SETTLE_SECONDS)
            processes = _find_ours()
            before = {process: sum(process.cpu_times()[:2]) for process in processes}
            began = time.monotonic()
            await asyncio.sleep(SECONDS)
            took = time.monotonic() - began
            found = [
                (_name(process), 100 * (sum(process.cpu_times()[:2]) - spent) / took, process.memory_full_info().pss)
                for process, spent in before.items()
            ]
    finally:
        product.stop()
    rows = [(name, f"{share:.2f}", f"{size / 1e6:.0f}") for name, share, size in sorted(found)]
    total = ("all", f"{sum(share for _, share, _ in found):.2f}", f"{sum(size for _, _, size in found) / 1e6:.0f}")
    return [("An idle installation", (("process", "% of a core", "MB"), [*rows, total]))]


def _find_ours() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [one for one in children if not any(name in " ".join(one.cmdline()).lower() for name in NOT_OURS)]


def _name(process: psutil.Process) -> str:
    words = process.cmdline()
    return " ".join(word.rpartition("/")[2] for word in words[1:5])[:60]

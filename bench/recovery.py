"""How long it takes until another run has claimed the job of a killed worker, in the whole product."""

import asyncio
import os
import signal
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from tests.product import MANY, Hosts, Product, Storefront, open_storefront, until

from bench import Table

WRITER = "app:writer-backlinks"
HOSTS = 3
"""Workers beside supervisord's own, each of one job at a time; at most two are killed at once."""

THINKING_SECONDS = 8
"""How long the model takes over its second answer; the kill is in the middle."""


async def table(kills: int) -> Table:
    """Return a row per kind of kill: orders over HTTP, the sandbox's model, supervisord, default leases."""
    product = Product(
        Path(tempfile.mkdtemp(prefix="blogqueue-recovery-")), **MANY, BLOGQUEUE_BACKLINK_INTEGRATION_CONCURRENCY="1"
    )
    try:
        async with open_storefront(product) as shop:
            await shop.stock(articles=kills)
            slow = {"kind": "slow", "schema": "second_opinion", "seconds": THINKING_SECONDS, "times": -1}
            await shop.faults(model=[slow])
            groups = [await _group_killed(shop) for _ in range(max(1, kills // 5))]
            keeping = asyncio.create_task(Hosts(product, WRITER, HOSTS).keep())
            turns = asyncio.Semaphore(2)
            single = await asyncio.gather(*(_worker_killed(shop, turns) for _ in range(kills)))
            keeping.cancel()
            await shop.sound()
    finally:
        product.stop()
    rows = [
        _row("worker killed, another at hand", single),
        _row("the only worker killed; supervisord starts it again", groups),
    ]
    return ("SIGKILL in the middle of a job", "kills", "p50 s", "p95 s", "max s"), rows


def _row(name: str, seconds: list[float]) -> tuple[str, ...]:
    ordered = sorted(seconds)
    figures = (statistics.median(ordered), ordered[int(len(ordered) * 0.95)], ordered[-1])
    return (name, str(len(ordered)), *(f"{figure:.1f}" for figure in figures))


async def _worker_killed(shop: Storefront, turns: asyncio.Semaphore) -> float:
    async with turns:
        job, worker = await _at_work(shop)
        worker.kill()
        return await _taken_up(shop, job)


async def _group_killed(shop: Storefront) -> float:
    job, worker = await _at_work(shop)
    os.killpg(os.getpgid(worker.pid), signal.SIGKILL)
    taken = await _taken_up(shop, job)
    await shop.in_state(job["order_id"], "COMPLETED")
    return taken


async def _at_work(shop: Storefront) -> tuple[dict[str, Any], psutil.Process]:
    """Return a job that waits for its second answer, with the first one stored, and the process that waits."""
    order = await shop.buy()

    async def thinking() -> dict[str, Any] | None:
        job = await shop.job(order)
        return job if job["state"] == "ACTIVE" and job["model_answers"] != "[]" else None

    job = await until(thinking, 60, "the first answer")
    return job, psutil.Process(int(job["lease_holder"].rpartition(":")[2]))


async def _taken_up(shop: Storefront, job: dict[str, Any]) -> float:
    killed = time.monotonic()

    async def claimed() -> bool:
        return bool(
            await shop.rows("SELECT 1 FROM jobs WHERE id = $1 AND fencing_token > $2", job["id"], job["fencing_token"])
        )

    await until(claimed, 120, "another run", wait=0.02)
    return time.monotonic() - killed

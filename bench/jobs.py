"""Whole backlink jobs, with a model that answers at once, beside a Bull worker that does the same without any check."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from uuid import UUID

import psutil

from bench import Table, flames
from bench.orders import ARTICLES, an_order, articles_with_room
from blogqueue.actors.messages import nudge
from blogqueue.catalogue.importer import import_folder
from blogqueue.db import migrations
from blogqueue.db.engine import DB, pool
from blogqueue.db.tables.jobs import Job, Worker
from blogqueue.demo.ports import free_port
from blogqueue.outbox import Outbox
from blogqueue.states import OPEN_JOBS

BULL = Path(__file__).parents[1] / "var" / "bench" / "bull"
"""Where the Bull worker and its packages are put, out of the sight of what reads our sources."""
CONCURRENCIES = (1, 10)
ROUNDS = 3
SLOW_CALLS, SLOW_SECONDS = 50, 3.0
STEADY_ROUNDS = 4
"""Rounds of `SLOW_CALLS` jobs that are measured where one begins as another ends, after the two in which the jobs that
began at once part. A round is counted from the end of the last job of the one before."""


async def tables() -> list[tuple[str, Table]]:
    """Return both tables; the workers take turns, so that all see the same disturbances of the machine."""
    bull = await _install_bull()
    async with pool(20):
        await migrations.forwards()
        await import_folder(ARTICLES, domain="bench.example")
        async with _model(0) as url:
            found: dict[tuple[str, int], list[tuple[float, float]]] = {}
            for _ in range(ROUNDS):
                for concurrency in CONCURRENCIES:
                    found.setdefault(("blogqueue", concurrency), []).append(await _run_ours(url, concurrency))
                    if bull:
                        found.setdefault(("Bull + pg", concurrency), []).append(await _run_bull(url, concurrency))
        async with _model(SLOW_SECONDS) as url:
            slow = [await _run_slow(url) for _ in range(ROUNDS)]
            steady = [await _run_steady(url) for _ in range(ROUNDS)]
    rows = [_show(*key, runs) for key, runs in sorted(found.items(), key=lambda item: (item[0][1], item[0][0]))]
    if not bull:
        rows.append(("Bull + pg: no Node here, skipped", "", "", "", ""))
    best = max(slow)
    return [
        (
            f"Whole backlink jobs, {ROUNDS} runs of each, with a model that answers at once",
            (("worker", "at once", "jobs/s", "lowest to highest", "CPU ms a job"), rows),
        ),
        (
            f"{SLOW_CALLS} calls of the model of {SLOW_SECONDS:.0f} s at the same time, in one worker",
            (
                (f"{ROUNDS} runs of each", "median % of the ideal", "best %", "MB"),
                [
                    (
                        "all jobs begin at once",
                        f"{median(share for share, _ in slow):.0f}",
                        f"{best[0]:.0f}",
                        f"{best[1]:.0f}",
                    ),
                    ("one begins as another ends", f"{median(steady):.0f}", f"{max(steady):.0f}", ""),
                ],
            ),
        ),
    ]


def _show(name: str, concurrency: int, runs: list[tuple[float, float]]) -> tuple[str, ...]:
    rates = [rate for rate, _ in runs]
    return (
        name,
        str(concurrency),
        f"{median(rates):.1f}",
        f"{min(rates):.1f} to {max(rates):.1f}",
        f"{median(cpu for _, cpu in runs):.1f}",
    )


@asynccontextmanager
async def _model(seconds: float) -> AsyncGenerator[str]:
    port = free_port()
    model = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.model", str(port), str(seconds))
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        model.terminate()
        await model.wait()


async def _install_bull() -> bool:
    """Install the Bull worker's packages if Node is here."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    shutil.copytree(Path(__file__).parent / "bull", BULL, dirs_exist_ok=True)
    if not (BULL / "node_modules").is_dir():
        npm = await asyncio.create_subprocess_exec(
            "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=BULL, stdout=asyncio.subprocess.DEVNULL
        )
        return await npm.wait() == 0
    return True


async def _order_all() -> Outbox:
    """Create a paid order for each article with room."""
    outbox = Outbox()
    for article_id in await articles_with_room():
        outbox += await an_order(article_id)
    return outbox


async def _run_ours(url: str, concurrency: int) -> tuple[float, float]:
    """Return the jobs per second and the CPU ms per job of our worker, without its start."""
    outbox = await _order_all()
    async with _our_worker(url, concurrency) as worker:
        return await _measure(worker, len(outbox.jobs), lambda: nudge(Outbox(jobs=outbox.jobs)))


@asynccontextmanager
async def _our_worker(url: str, concurrency: int) -> AsyncGenerator[psutil.Process]:
    environment = os.environ | {
        "OPENAI_BASE_URL": url,
        "BLOGQUEUE_BACKLINK_INTEGRATION_CONCURRENCY": str(concurrency),
        "BLOGQUEUE_SHUTDOWN_GRACE_SECONDS": "3",
    }
    await DB.run_ddl("DELETE FROM workers")
    command = [sys.executable, "-m", "blogqueue", "worker", "backlink-integration"]
    worker = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.DEVNULL)
    try:
        while not await Worker.exists():  # noqa: ASYNC110 - another process says so
            await asyncio.sleep(0.1)
        async with flames.watch(worker.pid, "worker"):
            yield psutil.Process(worker.pid)
    finally:
        worker.terminate()
        await worker.wait()


async def _run_bull(url: str, concurrency: int) -> tuple[float, float]:
    """Return the same for the Bull worker."""
    outbox = await _order_all()
    orders = await _find_orders(outbox)
    environment = os.environ | {"OPENAI_BASE_URL": url, "CONCURRENCY": str(concurrency)}
    worker = await asyncio.create_subprocess_exec(
        "node", "worker.mjs", "work", cwd=BULL, env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        if worker.stdout is not None:
            await worker.stdout.readline()

        async def enqueue() -> None:
            sender = await asyncio.create_subprocess_exec(
                "node", "worker.mjs", "enqueue", cwd=BULL, env=environment, stdin=asyncio.subprocess.PIPE
            )
            await sender.communicate("\n".join(map(str, orders)).encode())

        return await _measure(psutil.Process(worker.pid), len(orders), enqueue)
    finally:
        worker.terminate()
        await worker.wait()


async def _find_orders(outbox: Outbox) -> list[UUID]:
    rows = await Job.select(Job.order_id).where(Job.id.is_in([job.id for job in outbox.jobs]))
    return [row["order_id"] for row in rows]


async def _measure(worker: psutil.Process, jobs: int, send: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    cpu = _sum_cpu(worker)
    await send()
    while await Job.exists().where(Job.state.is_in(list(OPEN_JOBS))):  # noqa: ASYNC110 - another process does the work
        await asyncio.sleep(0.05)
    spent = _sum_cpu(worker) - cpu
    rows = await Job.raw(
        "SELECT extract(epoch FROM max(finished_at) - min(started_at))::float AS total, "
        "count(*) FILTER (WHERE state = 'COMPLETED') AS completed "
        "FROM (SELECT * FROM jobs ORDER BY created_at DESC LIMIT {}) AS newest",
        jobs,
    )
    return rows[0]["completed"] / rows[0]["total"], 1000 * spent / jobs


def _sum_cpu(worker: psutil.Process) -> float:
    """Return the CPU seconds of a process and its children."""
    return sum(sum(process.cpu_times()[:2]) for process in [worker, *worker.children(recursive=True)])


async def _run_slow(url: str) -> tuple[float, float]:
    """Return how much of the ideal speed many slow calls at once have, in %, and the memory of the worker in MB."""
    outbox = Outbox()
    for article_id in (await articles_with_room())[:SLOW_CALLS]:
        outbox += await an_order(article_id)
    async with _our_worker(url, SLOW_CALLS) as worker:
        began = time.monotonic()
        await nudge(Outbox(jobs=outbox.jobs))
        while await Job.exists().where(Job.state.is_in(list(OPEN_JOBS))):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)
        took = time.monotonic() - began
        memory = sum(process.memory_info().rss for process in [worker, *worker.children(recursive=True)])
    return 100 * 2 * SLOW_SECONDS / took, memory / 1e6


async def _run_steady(url: str) -> float:
    """Return the same for a worker that always has more to do, once not all of its jobs begin and end at once."""
    outbox = Outbox()
    first, last = 2 * SLOW_CALLS, (2 + STEADY_ROUNDS) * SLOW_CALLS
    while len(outbox.jobs) < last + SLOW_CALLS:  # the last jobs run while fewer and fewer others do
        outbox += await _order_all()
    async with _our_worker(url, SLOW_CALLS):
        await nudge(Outbox(jobs=outbox.jobs))
        while await Job.exists().where(Job.state.is_in(list(OPEN_JOBS))):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
    ends = await Job.raw(
        "SELECT extract(epoch FROM finished_at)::float AS at FROM jobs ORDER BY created_at DESC LIMIT {}",
        len(outbox.jobs),
    )
    ended = sorted(row["at"] for row in ends)
    return 100 * 2 * SLOW_SECONDS * STEADY_ROUNDS / (ended[last - 1] - ended[first - 1])

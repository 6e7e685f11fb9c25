"""An order's page: how fast it is and how soon it shows a commit; the size of pages, and how soon a phone has them."""

import asyncio
import os
import shutil
import statistics
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
from playwright.async_api import Page, async_playwright

from bench import Table, flames, paint
from bench.web import measure_status
from blogqueue import tokens
from blogqueue.catalogue import versions
from blogqueue.db.engine import pool
from blogqueue.db.tables.orders import Order
from blogqueue.jobs import jobs
from blogqueue.orders import lifecycle, results
from blogqueue.settings import settings
from blogqueue.states import OrderStatus
from blogqueue.writing.link_edit.integration import LinkDraft

REQUESTS = 1_000
CHANGES = 30
OPTIONS = ["--no-sandbox", "--disable-gpu"]
ONE_ORDERS_PAGE = "an order's page, in review"
SEEN = """() => new MutationObserver(() => {
    if (document.querySelector("#order[data-status=QUALITY_CHECK]")) window.seen = Date.now();
}).observe(document.body, {childList: true, subtree: true})"""


async def tables() -> list[tuple[str, Table]]:
    """Return all four tables, from one web process; `bench.orders` has left orders to review."""
    async with pool(4), start_web() as web, httpx.AsyncClient(base_url=settings.public_url, timeout=30) as http:
        order = await _order_in_review()
        page = f"/order-status/{order.id}"
        http.headers["Cookie"] = f"order_{order.id.hex}={tokens.derive_order_token(order.id)}"
        http.headers["Accept"] = "text/html"
        rates = [await _rate(http, page, at_once) for at_once in (1, 8)]
        status = await measure_status(order.id, web)
        paths = await _paths(http, page)
        weights = [await _weight(http, name, path) for name, path in paths]
        seen = await _seen(order)
        painted = await _paint(order, dict(paths))
    return [
        (
            f"{REQUESTS} requests of one web process",
            (("what", "at once", "p50 ms", "p99 ms", "requests/s"), rates),
        ),
        ("Order status, of one web process", status),
        ("From a version's commit to the browser that shows it", seen),
        ("Bytes of a page, uncompressed", (("page", "document", "style, script, icon", "all"), weights)),
        ("Largest paint on a slow phone", painted),
    ]


@asynccontextmanager
async def start_web() -> AsyncGenerator[psutil.Process]:
    """Start a web process, and yield it once it answers."""
    web = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "blogqueue", "api", stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient(base_url=settings.public_url) as http:
            while True:
                try:
                    await http.get("/health/live")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        async with flames.watch(web.pid, "web"):
            yield psutil.Process(web.pid)
    finally:
        web.terminate()
        await web.wait()


async def _order_in_review() -> Order:
    rows = await Order.select(Order.id).where(Order.status == OrderStatus.QUALITY_CHECK).limit(1)
    order_id = rows[0]["id"]
    await Order.update({Order.access_token_hash: tokens.hash_token(tokens.derive_order_token(order_id))}).where(
        Order.id == order_id
    )
    return await lifecycle.get(order_id)


async def _rate(http: httpx.AsyncClient, path: str, at_once: int) -> tuple[str, ...]:
    took: list[float] = []

    async def ask() -> None:
        while len(took) < REQUESTS:
            began = time.perf_counter()
            (await http.get(path)).raise_for_status()
            took.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(at_once)))
    total = time.perf_counter() - began
    took.sort()
    return (
        ONE_ORDERS_PAGE,
        str(at_once),
        f"{statistics.median(took):.1f}",
        f"{took[int(len(took) * 0.99)]:.1f}",
        f"{len(took) / total:.0f}",
    )


async def _paths(http: httpx.AsyncClient, order_page: str) -> list[tuple[str, str]]:
    items = (await http.get("/api/v1/articles")).json()["data"]["items"]
    slug = items[0]["slug"]
    return [
        ("catalogue", "/"),
        ("article", f"/articles/{slug}"),
        ("form", f"/articles/{slug}/link"),
        (ONE_ORDERS_PAGE, order_page),
    ]


async def _weight(http: httpx.AsyncClient, name: str, path: str) -> tuple[str, ...]:
    document = len((await http.get(path)).content)
    static = ["style.css", "icon.svg"] + (["order.css", "live.js", "times.js"] if "order-status" in path else [])
    beside = sum([len((await http.get(f"/static/{file}")).content) for file in static])
    return name, f"{document:,}", f"{beside:,}", f"{document + beside:,}"


async def _seen(order: Order) -> Table:
    """Return one row, from the live page in a browser; it says so if there is no Chromium."""
    header = ("changes", "how", "p50 ms", "p99 ms", "max ms")
    chromium = _find_chromium()
    if chromium is None:
        return header, [("0", "no Chromium is here", "", "", "")]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        page = await browser.new_page()
        await page.goto(f"{settings.public_url}/order-status/{order.id}?access={tokens.derive_order_token(order.id)}")
        await page.evaluate(SEEN)
        took = sorted([await _one_change(order, page) for _ in range(CHANGES)])
        await browser.close()
    return header, [
        (
            str(CHANGES),
            Path(chromium).name,
            f"{statistics.median(took):.0f}",
            f"{took[int(len(took) * 0.99)]:.0f}",
            f"{took[-1]:.0f}",
        )
    ]


async def _paint(order: Order, paths: dict[str, str]) -> Table:
    """Return the rows of `paint`, or none if there is no Chromium."""
    chromium = _find_chromium()
    if chromium is None:
        return ("page",), []
    access = f"?access={tokens.derive_order_token(order.id)}"
    addresses = {
        name: settings.public_url + path + (access if name == ONE_ORDERS_PAGE else "") for name, path in paths.items()
    }
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        measured = await paint.measure(browser, addresses)
        await browser.close()
    return measured


def _find_chromium() -> str | None:
    return os.environ.get("BLOGQUEUE_TEST_CHROMIUM") or shutil.which("chromium")


async def _one_change(order: Order, page: Page) -> float:
    """Return the ms from the commit of a regenerated version until the page shows it."""
    version = await versions.get((await lifecycle.get(order.id)).version_id)
    metadata = version.backlink_metadata
    draft = LinkDraft(
        content=version.content_md,
        edit=metadata["edit"],
        qc_attempts=1,
        qc_status=version.last_qc_status or "",
        qc_notes=version.last_qc_notes,
    )
    job = (await lifecycle.regenerate(order.id)).jobs[0]
    claim = await jobs.claim(job.id, "bench")
    if not isinstance(claim, jobs.Claim):
        raise TypeError(f"{job.id} could not be claimed")
    await page.wait_for_selector("#order[data-status=PROCESSING]")
    await page.evaluate("window.seen = 0")
    made = {name: metadata[name] for name in ("base_article_version_id", "edit")}
    await results.deliver(claim, draft, **made)
    committed = time.time() * 1000
    await page.wait_for_selector("#order[data-status=QUALITY_CHECK]")
    return float(await page.evaluate("window.seen")) - committed

"""When a phone on a slow network has painted the largest part of a page (LCP, https://web.dev/articles/lcp).

The phone is Lighthouse's "slow 4G" profile: four times slower than this machine, 1.6 Mbit/s, 150 ms per round trip
(https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md).
"""

import statistics
from collections.abc import Mapping

from playwright.async_api import Browser, ViewportSize

from bench import Table

LOADS = 5
SLOWER = 4
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
"""Latency in ms, throughput in bytes per second."""

PHONE: ViewportSize = {"width": 390, "height": 844}
GOOD_MS = 2_500
"""What web.dev calls a good LCP."""

LCP = """() => new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
    .observe({type: "largest-contentful-paint", buffered: true}))"""


async def measure(browser: Browser, addresses: Mapping[str, str]) -> Table:
    """Load each page, given by its name and address, with an empty cache; return a row for each."""
    rows = [(name, *await _load(browser, address)) for name, address in addresses.items()]
    return ("page", "LCP p50 ms", "LCP max ms"), rows


async def _load(browser: Browser, address: str) -> tuple[str, str]:
    took: list[float] = []
    for _ in range(LOADS):
        context = await browser.new_context(viewport=PHONE, device_scale_factor=3, is_mobile=True, has_touch=True)
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        await session.send("Network.emulateNetworkConditions", NETWORK)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        await page.goto(address, wait_until="load")
        took.append(float(await page.evaluate(LCP)))
        await context.close()
    return f"{statistics.median(took):.0f}", f"{max(took):.0f}"

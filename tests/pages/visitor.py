"""A customer or editor with a browser, and the standards that every page must meet."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request

from blogqueue.settings import settings
from tests.stage import Bought, Stage
from tests.thoroughness import THOROUGH

SCREENSHOTS = os.environ.get("BLOGQUEUE_SCREENSHOTS", "")
"""The folder for screenshots of every page, on a desktop and on a phone; "" for none."""

PAGE_BYTES = 100_000
SIZES = ((1280, 800, ""), (960, 600, "desktop"), (768, 1024, ""), (320, 640, ""), (375, 620, "phone"))
"""Width and height in px, and the name of the screenshot; by default those with a picture are left out."""

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

IN_ANOTHER_LOOK = {"runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "link-in-text-block"]}}
"""The rules whose findings change with the colours or the width; for all of them axe takes twice as long."""

AXE_RUN = """async (options) => {
  const found = await axe.run(document, { ...options, resultTypes: ["violations"] });
  return found.violations.map((rule) => `${rule.id}: ${rule.nodes[0].html}`);
}"""


@dataclass
class Visitor:
    """A person with a browser window, and what the browser reported: requests, errors, violations of the CSP."""

    stage: Stage
    page: Page
    requests: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])

    @classmethod
    async def arrive(cls, stage: Stage, context: BrowserContext) -> "Visitor":
        visitor = cls(stage, await context.new_page())
        visitor.page.on("request", visitor._note_request)
        visitor.page.on("console", visitor._note_message)
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        return visitor

    def _note_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _note_message(self, message: ConsoleMessage) -> None:
        # Chromium also reports every response with an error status, which tests may cause on purpose.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    async def go(self, path: str) -> None:
        await self.page.goto(settings.public_url + path)

    async def open_order(self, order: Bought) -> None:
        """Open the order with the link from its email."""
        await self.go(f"/order-status/{order.id}?access={order.access}")

    async def heading(self) -> str:
        return await self.page.inner_text("h1 >> nth=0")

    async def shows(self, text: str) -> None:
        """Wait until the page shows a text."""
        await self.page.get_by_text(text).first.wait_for()

    async def check(self, rules: dict[str, Any] = RULES) -> None:
        """Expect no errors, no requests to other hosts, no horizontal scrolling and no accessibility problems."""
        hosts = {urlsplit(url).netloc for url in self.requests if urlsplit(url).scheme != "data"}
        assert hosts <= {urlsplit(settings.public_url).netloc}
        assert self.complaints == []
        await self.fits()
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE_SCRIPT)
        # A bar that stays in sight covers what is behind it until one scrolls, and axe measures what it leaves.
        await self.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        # Only what is wrong leaves the browser: the whole report is 100 times as long, and takes three times as long.
        broken = await self.page.evaluate(AXE_RUN, rules)
        assert broken == [], f"{self.page.url}: {broken}"

    async def fits(self) -> None:
        """Expect no horizontal scrolling."""
        wide = await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"

    async def check_in_all_sizes(self, name: str, *, again: bool = False) -> None:
        """Check the page's weight, and the page at widths from 1280 to 320 px and in dark mode; take screenshots.

        By default axe sees it twice: at a desk in light colours, and on the narrowest phone in dark ones. `again`
        is for another state of a page that axe sees in other tests: it sees this one only with `make thorough`.
        """
        page = self.page
        assert await self.weight() < PAGE_BYTES
        for width, height, device in SIZES:
            if device and not (SCREENSHOTS or THOROUGH):
                continue
            await page.set_viewport_size({"width": width, "height": height})
            await (self.check() if THOROUGH or (width == 1280 and not again) else self.fits())
            if name and device:
                await self.picture(f"{name}-{device}")
        if THOROUGH or not again:
            await page.emulate_media(color_scheme="dark")
            await self.check(RULES if THOROUGH else IN_ANOTHER_LOOK)
            await page.emulate_media(color_scheme="light")
        await page.set_viewport_size({"width": 1280, "height": 800})

    async def picture(self, name: str) -> None:
        """Take a screenshot, if screenshots are wanted."""
        if SCREENSHOTS:
            await self.page.evaluate("scrollTo(0, 0)")
            await self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")

    async def weight(self) -> int:
        """Return the bytes of the page's document, styles and scripts as transferred."""
        return await self.page.evaluate(
            "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            ".filter((entry) => entry.initiatorType !== 'fetch').reduce((sum, entry) => sum + entry.transferSize, 0)"
        )

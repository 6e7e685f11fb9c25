"""A customer with a browser, and what every page of theirs must be like."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request

from blogqueue.settings import settings
from tests.stage import Bought, Stage

SCREENSHOTS = os.environ.get("BLOGQUEUE_SCREENSHOTS", "")
"""An existing folder in which walks leave a picture of each page, at a desk and on a phone; "" for none."""

PAGE_BYTES = 100_000
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

AXE_RUN = """async (options) => {
  const found = await axe.run(document, options);
  return found.violations.map((rule) => `${rule.id}: ${rule.nodes[0].html}`);
}"""


@dataclass
class Visitor:
    """Somebody before a browser window, and what the browser noticed: requests, errors, breaches of the CSP."""

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
        # What Chromium says of any answer with an error status is no breach of anything.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    async def go(self, path: str) -> None:
        await self.page.goto(settings.public_url + path)

    async def open_order(self, order: Bought) -> None:
        """The link in the letter."""
        await self.go(f"/order-status/{order.id}?access={order.access}")

    async def heading(self) -> str:
        return await self.page.inner_text("h1 >> nth=0")

    async def shows(self, text: str) -> None:
        """Wait until it is on the page."""
        await self.page.get_by_text(text).first.wait_for()

    async def is_sound(self) -> None:
        """No complaints, nothing from elsewhere, nothing wider than the window, no accessibility rule broken."""
        hosts = {urlsplit(url).netloc for url in self.requests if urlsplit(url).scheme != "data"}
        assert hosts <= {urlsplit(settings.public_url).netloc}
        assert self.complaints == []
        wide = await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE_SCRIPT)
        # Only what is wrong leaves the browser: the whole report is 100 times as long, and takes three times as long.
        broken = await self.page.evaluate(AXE_RUN, RULES)
        assert broken == [], f"{self.page.url}: {broken}"

    async def looks_well(self, name: str) -> None:
        """The page is light, and sound in windows from a desk's to 320 px, light and dark; its picture is kept."""
        page = self.page
        assert await self.weight() < PAGE_BYTES
        for width, height, device in ((1280, 800, ""), (960, 600, "desktop"), (375, 620, "phone"), (320, 640, "")):
            await page.set_viewport_size({"width": width, "height": height})
            await self.is_sound()
            if name and device:
                await self.picture(f"{name}-{device}")
        await page.emulate_media(color_scheme="dark")
        await self.is_sound()
        await page.emulate_media(color_scheme="light")
        await page.set_viewport_size({"width": 1280, "height": 800})

    async def picture(self, name: str) -> None:
        """Keep the window's picture under a name, where pictures are wanted."""
        if SCREENSHOTS:
            await self.page.evaluate("scrollTo(0, 0)")
            await self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")

    async def weight(self) -> int:
        """The bytes of the page's document, styles and scripts, as they came."""
        return await self.page.evaluate(
            "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            ".filter((entry) => entry.initiatorType !== 'fetch').reduce((sum, entry) => sum + entry.transferSize, 0)"
        )

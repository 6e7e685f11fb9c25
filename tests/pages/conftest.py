"""A real browser: Debian's Chromium, or the one that BLOGQUEUE_TEST_CHROMIUM names, driven by Playwright."""

import os
import shutil
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

pytest.register_assert_rewrite("tests.pages.visitor")  # here, before any test imports it

if TYPE_CHECKING:
    from tests.pages.visitor import Visitor
    from tests.stage import Stage

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # With the page that `profile` keeps open, all pages of the shop share one process of Chromium, which has compiled
    # axe and our scripts already; a new process takes 2 s of a processor.
    "--process-per-site",
]


expect.set_options(timeout=30_000)  # bounds what hangs; a busy machine may take seconds


@pytest.fixture(scope="session")
async def chromium() -> AsyncGenerator[Browser]:
    path = os.environ.get("BLOGQUEUE_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium is here: apt-get install chromium, or name one in BLOGQUEUE_TEST_CHROMIUM")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def profile(chromium: Browser, running_stage: "Stage") -> AsyncGenerator[BrowserContext]:
    """Return the browser profile that all tests share; its first page stays open."""
    context = await chromium.new_context(viewport={"width": 1280, "height": 900})
    await (await context.new_page()).goto(f"{running_stage.http.base_url}/robots.txt")
    yield context
    await context.close()


@pytest.fixture
async def context(profile: BrowserContext) -> AsyncGenerator[BrowserContext]:
    """Return a context without cookies, stored data and cached files; a new one would take Chromium a second."""
    from blogqueue.settings import settings  # noqa: PLC0415 - as below

    yield profile
    kept, *pages = profile.pages
    for page in pages:
        await page.close()
    session = await profile.new_cdp_session(kept)
    await session.send("Network.clearBrowserCache")
    await session.send("Storage.clearDataForOrigin", {"origin": settings.public_url, "storageTypes": "all"})
    await session.detach()
    await profile.clear_cookies()
    await profile.unroute_all()


@pytest.fixture
async def ana(stage: "Stage", context: BrowserContext) -> "Visitor":
    """Return Ana, a customer, with an open browser window."""
    from tests.pages.visitor import Visitor  # noqa: PLC0415 - the settings must stand before it is imported

    return await Visitor.arrive(stage, context)


@pytest.fixture
async def edith(stage: "Stage", context: BrowserContext) -> "Visitor":
    """Return Edith, an editor, with an open browser window; she is not signed in yet."""
    from tests.pages.visitor import Visitor  # noqa: PLC0415 - as above

    return await Visitor.arrive(stage, context)

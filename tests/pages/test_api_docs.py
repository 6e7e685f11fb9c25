"""The description of the API as a page, in a real browser."""

import json

import pytest
from playwright.async_api import Browser

from blogqueue.settings import settings
from tests.pages.visitor import SCREENSHOTS, Visitor
from tests.stage import Stage

WIDEST = """[...document.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth)
.map((one) => one.className || one.tagName).slice(0, 8).join(", ")"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_the_docs_show_every_call_and_load_nothing_from_elsewhere(
    stage: Stage, chromium: Browser, scheme: str, width: int
) -> None:
    context = await chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    try:
        visitor = await Visitor.arrive(stage, context)
        await visitor.go("/api/docs")
        await visitor.page.locator(".opblock").first.wait_for()
        await visitor.page.locator(".opblock").first.click()
        await visitor.page.locator(".opblock.is-open .responses-wrapper").first.wait_for()

        document = (await stage.http.get("/api/openapi.json")).json()
        calls = [operation for path in document["paths"].values() for operation in path.values()]
        assert await visitor.page.locator(".opblock").count() == len(calls)
        assert visitor.complaints == []
        assert all(url.startswith((settings.public_url, "data:")) for url in visitor.requests)
        if SCREENSHOTS:
            await visitor.picture(f"api-docs-{width}-{scheme}")
        wide = await visitor.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, await visitor.page.evaluate(WIDEST)
    finally:
        await context.close()


async def test_the_document_is_served_and_litestars_own_pages_are_not(stage: Stage) -> None:
    answer = await stage.http.get("/api/openapi.json")

    assert json.loads(answer.text)["openapi"] == "3.1.0"
    assert (await stage.http.get("/schema")).status_code == 404
    assert (await stage.http.get("/schema/openapi.json")).status_code == 404

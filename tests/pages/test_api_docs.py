"""The description of the API as a page, in a real browser."""

import json

import pytest

from blogqueue.settings import settings
from tests.pages.visitor import Visitor
from tests.stage import Stage

WIDEST = """[...document.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth)
.map((one) => one.className || one.tagName).slice(0, 8).join(", ")"""


@pytest.mark.thorough
async def test_the_docs_show_every_call_and_load_nothing_from_elsewhere(stage: Stage, ana: Visitor) -> None:
    # When Ana opens the docs, and a call in them
    await ana.go("/api/docs")
    await ana.page.locator(".opblock").first.wait_for()
    await ana.page.locator(".opblock").first.click()
    await ana.page.locator(".opblock.is-open .responses-wrapper").first.wait_for()

    # Then every call is there
    document = (await stage.http.get("/api/openapi.json")).json()
    calls = [operation for path in document["paths"].values() for operation in path.values()]
    assert await ana.page.locator(".opblock").count() == len(calls)

    # And they fit a desk and a phone, in light and dark colours
    for scheme in ("light", "dark"):
        await ana.page.emulate_media(color_scheme=scheme)
        for width in (1280, 390):
            await ana.page.set_viewport_size({"width": width, "height": 900})
            await ana.picture(f"api-docs-{width}-{scheme}")
            wide = await ana.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, await ana.page.evaluate(WIDEST)
    assert ana.complaints == []
    assert all(url.startswith((settings.public_url, "data:")) for url in ana.requests)


async def test_the_document_is_served_and_litestars_own_pages_are_not(stage: Stage) -> None:
    answer = await stage.http.get("/api/openapi.json")

    assert json.loads(answer.text)["openapi"] == "3.1.0"
    assert (await stage.http.get("/schema")).status_code == 404
    assert (await stage.http.get("/schema/openapi.json")).status_code == 404

"""Errors, as a browser shows them: in the same style, saying what happened and when to come again."""

import re

import httpx
import pytest
from playwright.async_api import Route

from blogqueue.app import create_app
from blogqueue.db.engine import DB
from blogqueue.settings import settings
from tests.stage import Stage

pytest.register_assert_rewrite("tests.pages.visitor")
from tests.pages.visitor import Visitor  # noqa: E402 - its asserts are to be rewritten

HTML = {"accept": "text/html"}


async def test_who_asks_too_often_is_told_when_to_come_again(stage: Stage, ana: Visitor) -> None:
    # Given an address of its own, at a web of its own
    app = httpx.ASGITransport(create_app(), client=("203.0.113.9", 4711))  # type: ignore[arg-type] - ASGI, typed twice
    async with httpx.AsyncClient(transport=app, base_url=stage.http.base_url) as somebody:
        # When it asks for links once more than it may
        for _ in range(settings.max_purchases_per_hour_per_ip):
            asked = await somebody.post("/order-link", data={"email": "no address"}, headers=HTML)
            assert asked.status_code == 422
        refused = await somebody.post("/order-link", data={"email": "no address"}, headers=HTML)

    # Then a page says so
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert re.search(r"Please try again in (an hour|\d+ minutes)\.", refused.text)
    assert "Too many requests" in refused.text and 'lang="en"' in refused.text

    # And it looks like the others
    async def again(route: Route) -> None:
        await route.fulfill(status=200, content_type="text/html", body=refused.text)

    await ana.page.route("**/order-link", again)
    await ana.go("/order-link")
    await ana.looks_well("too-often")


async def test_what_goes_wrong_on_our_side_is_said_without_its_cause(stage: Stage) -> None:
    # Given a database whose tables are not those that the code knows
    await DB.run_ddl("ALTER TABLE articles RENAME TO articles_of_another_release")
    try:
        # When somebody opens the catalogue, as a page and as a program
        shown = await stage.http.get("/", headers=HTML)
        told = await stage.http.get("/api/v1/articles")
    finally:
        await DB.run_ddl("ALTER TABLE articles_of_another_release RENAME TO articles")

    # Then both hear that it is our fault, and nothing of tables
    assert (shown.status_code, told.status_code) == (500, 500)
    assert "Something went wrong on our side" in shown.text
    assert told.json()["error"]["code"] == "internal"
    assert "articles_of" not in shown.text + told.text and "does not exist" not in shown.text + told.text


async def test_a_page_that_is_only_read_says_so(stage: Stage) -> None:
    refused = await stage.http.delete("/", headers=HTML)

    assert refused.status_code == 405
    assert "GET" in refused.headers["allow"]
    assert "This does not work here" in refused.text
    assert "Method Not Allowed" not in refused.text


async def test_a_form_that_is_too_long_is_told_so_in_words(stage: Stage) -> None:
    await stage.article()

    refused = await stage.http.post("/articles/soil-that-lasts/link", data={"notes": "n" * 100_000}, headers=HTML)

    assert refused.status_code == 413
    assert "Please shorten your text and send it again" in refused.text


async def test_every_answer_says_its_kind_also_of_a_file(stage: Stage) -> None:
    style = re.search(r'href="(/static/style[^"]*)"', (await stage.http.get("/", headers=HTML)).text)
    assert style is not None

    for path in (style[1], "/", "/nowhere", "/api/v1/articles"):
        assert (await stage.http.get(path)).headers["x-content-type-options"] == "nosniff"


async def test_whoever_came_by_https_comes_by_it_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "strict-transport-security" not in (await stage.http.get("/terms")).headers

    monkeypatch.setattr(settings, "public_url", "https://links.example")

    assert "max-age=" in (await stage.http.get("/terms")).headers["strict-transport-security"]

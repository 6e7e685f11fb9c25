"""Error pages: in the style of the others, saying what happened and when to try again."""

import re

import httpx
import pytest
from playwright.async_api import Route

from blogqueue.app import create_app
from blogqueue.db.engine import DB
from blogqueue.settings import settings
from tests.pages.visitor import Visitor
from tests.stage import Stage

HTML = {"accept": "text/html"}


@pytest.mark.thorough
async def test_a_rate_limited_visitor_reads_when_to_try_again(stage: Stage, ana: Visitor) -> None:
    # Given a visitor with an IP address of their own
    app = httpx.ASGITransport(create_app(), client=("203.0.113.9", 4711))  # type: ignore[arg-type] - ASGI, typed twice
    async with httpx.AsyncClient(transport=app, base_url=stage.http.base_url) as somebody:
        # When they ask for links more often than allowed
        for _ in range(settings.max_purchases_per_hour_per_ip):
            asked = await somebody.post("/order-link", data={"email": "no address"}, headers=HTML)
            assert asked.status_code == 422
        refused = await somebody.post("/order-link", data={"email": "no address"}, headers=HTML)

    # Then an error page says when to try again
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert re.search(r"Please try again in (an hour|\d+ minutes)\.", refused.text)
    assert "Too many requests" in refused.text and 'lang="en"' in refused.text

    # And it looks like the other pages
    async def again(route: Route) -> None:
        await route.fulfill(status=200, content_type="text/html", body=refused.text)

    await ana.page.route("**/order-link", again)
    await ana.go("/order-link")
    await ana.check_in_all_sizes("too-often")


async def test_internal_errors_do_not_show_their_cause(stage: Stage) -> None:
    # Given a database that lacks a table
    await DB.run_ddl("ALTER TABLE articles RENAME TO articles_of_another_release")
    try:
        # When a browser and a program ask for the catalogue
        shown = await stage.http.get("/", headers=HTML)
        told = await stage.http.get("/api/v1/articles")
    finally:
        await DB.run_ddl("ALTER TABLE articles_of_another_release RENAME TO articles")

    # Then both read that it is our fault, and nothing about tables
    assert (shown.status_code, told.status_code) == (500, 500)
    assert "Something went wrong on our side" in shown.text
    assert told.json()["error"]["code"] == "internal"
    assert "articles_of" not in shown.text + told.text and "does not exist" not in shown.text + told.text


async def test_a_wrong_method_gets_an_error_page(stage: Stage) -> None:
    refused = await stage.http.delete("/", headers=HTML)

    assert refused.status_code == 405
    assert "GET" in refused.headers["allow"]
    assert "This does not work here" in refused.text
    assert "Method Not Allowed" not in refused.text


async def test_a_form_that_is_too_long_gets_an_error_page(stage: Stage) -> None:
    await stage.article()

    refused = await stage.http.post("/articles/soil-that-lasts/link", data={"notes": "n" * 100_000}, headers=HTML)

    assert refused.status_code == 413
    assert "Please shorten your text and send it again" in refused.text


async def test_no_response_lets_browsers_guess_its_content_type(stage: Stage) -> None:
    style = re.search(r'href="(/static/style[^"]*)"', (await stage.http.get("/", headers=HTML)).text)
    assert style is not None

    for path in (style[1], "/", "/nowhere", "/api/v1/articles"):
        assert (await stage.http.get(path)).headers["x-content-type-options"] == "nosniff"


async def test_browsers_are_told_to_keep_using_https(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "strict-transport-security" not in (await stage.http.get("/terms")).headers

    monkeypatch.setattr(settings, "public_url", "https://links.example")

    assert "max-age=" in (await stage.http.get("/terms")).headers["strict-transport-security"]

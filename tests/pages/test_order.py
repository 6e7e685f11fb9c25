"""The order page with its buttons, and the form that emails lost links again."""

import asyncio
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from blogqueue.db.tables.jobs import Job
from blogqueue.settings import settings
from tests.people import LONG
from tests.stage import Bought, Stage

HTML = {"accept": "text/html"}


async def open_order(stage: Stage, order: Bought) -> str:
    """Return the page as a browser sees it that has opened the emailed link."""
    await stage.http.get(f"/order-status/{order.id}", params={"access": order.access})
    page = await stage.http.get(f"/order-status/{order.id}", headers=HTML)
    assert page.status_code == 200
    return page.text


async def press(stage: Stage, order: Bought, button: str, version: str) -> httpx.Response:
    return await stage.http.post(f"/order-status/{order.id}/{button}", data={"version": version}, headers=HTML)


async def sign_in_link(stage: Stage) -> dict[str, Any]:
    """Return the email with the link to all orders; it is stored after the response, so that times reveal nothing."""
    async with asyncio.timeout(10):
        while not (mails := [m for m in await stage.mails() if m["subject"] == "Your orders"]):
            await stage.drain("mail")
    assert len(mails) == 1
    return mails[0]


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def test_the_change_is_shown_word_by_word(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())

    version = (await stage.status(order))["version"]

    text = "".join(run["text"] for run in version["change"] if run["kind"] != "removed")
    assert [run["text"] for run in version["change"] if run["link"]] == ["a guide to mulching"]
    assert (
        text.replace("a guide to mulching", "[a guide to mulching](https://www.anasgarden.example/mulch-guide)")
        in (version["content"])
    )
    assert version["html"].count('<p id="changed">') == 1


@pytest.mark.parametrize("button", ["submit", "regenerate"])
async def test_a_double_click_acts_once(stage: Stage, button: str) -> None:
    # Given the page of an order in review
    order = await stage.delivered(await stage.article())
    version = version_on(await open_order(stage, order))

    # When a button is pressed twice at once
    answers = await asyncio.gather(*(press(stage, order, button, version) for _ in range(2)))

    # Then it acts once, and the other click reports that the order has moved on
    said = sorted(answer.headers["location"].rpartition("notice=")[2] for answer in answers)
    assert [answer.status_code for answer in answers] == [303, 303]
    assert said == sorted([{"submit": "submitted", "regenerate": "regenerating"}[button], "wrong_state"])
    assert await Job.count() == (2 if button == "regenerate" else 1)
    page = (await stage.http.get(f"/order-status/{order.id}?notice=wrong_state", headers=HTML)).text
    assert "the order has moved on" in page
    await stage.drain()
    await stage.sound()


@pytest.mark.parametrize("button", ["submit", "regenerate"])
async def test_a_button_of_an_outdated_page_does_nothing(stage: Stage, button: str) -> None:
    # Given a page that was opened before a regeneration
    order = await stage.delivered(await stage.article())
    stale = version_on(await open_order(stage, order))
    await stage.regenerate(order)
    await stage.drain()
    newer = (await stage.status(order))["version"]["versionId"]

    # When its button is pressed
    answer = await press(stage, order, button, stale)

    # Then nothing has changed
    assert answer.headers["location"].endswith("notice=stale_version")
    status = await stage.status(order)
    assert (status["status"], status["version"]["versionId"]) == ("QUALITY_CHECK", newer)


async def test_a_button_pressed_from_another_website_does_nothing(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())
    version = version_on(await open_order(stage, order))

    answer = await stage.http.post(
        f"/order-status/{order.id}/submit", data={"version": version}, headers=HTML | {"sec-fetch-site": "cross-site"}
    )

    assert answer.headers["location"].endswith("notice=cross_site")
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"


async def test_regenerating_too_often_is_refused_and_keeps_the_version(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "max_regenerations_per_hour_per_order", 1)
    order = await stage.delivered(await stage.article())
    await press(stage, order, "regenerate", version_on(await open_order(stage, order)))
    await stage.drain()

    answer = await press(stage, order, "regenerate", version_on(await open_order(stage, order)))

    assert answer.headers["location"].endswith("notice=too_many_requests")
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"


async def test_without_its_token_an_order_looks_like_one_that_does_not_exist(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())

    for button in ("", "/submit", "/regenerate"):
        pages: list[str] = []
        for order_id in (order.id, uuid4()):
            path = f"/order-status/{order_id}{button}"
            answer = await (stage.http.post(path, data={}) if button else stage.http.get(path, headers=HTML))
            assert answer.status_code == 404
            pages.append(answer.text.replace(str(order_id), ""))
        assert pages[0] == pages[1]
        assert 'action="/order-link"' in pages[0]


async def test_asking_for_a_link_never_reveals_whether_there_is_an_order(stage: Stage) -> None:
    await stage.buy(await stage.article())
    await stage.sandbox.delete("/mailbox.json")

    answers = [
        await stage.http.post("/order-link", data={"email": email}, headers=HTML)
        for email in ("nobody@customers.example", "ana@customers.example")
    ]

    assert answers[0].status_code == answers[1].status_code == 200
    assert answers[0].text == answers[1].text
    assert (await sign_in_link(stage))["to"] == ["ana@customers.example"]
    assert await stage.mails("nobody@") == []
    refused = await stage.http.post("/order-link", data={"email": "no address"}, headers=HTML)
    assert refused.status_code == 422
    assert "This is not an email address." in refused.text and "no address" in refused.text


async def test_links_may_be_asked_for_a_number_of_times_and_paying_does_not_count(stage: Stage) -> None:
    async def ask() -> httpx.Response:
        return await stage.http.post("/order-link", data={"email": "nobody@customers.example"}, headers=HTML)

    # Given somebody who has asked for links as often as a network may in an hour, but for once, and who buys
    for _ in range(settings.max_purchases_per_hour_per_ip - 1):
        assert (await ask()).status_code == 200
    await stage.buy(await stage.article())

    # When they ask again, and again
    last, one_more = await ask(), await ask()

    # Then the first is answered, and the second is told when to come back
    assert (last.status_code, one_more.status_code) == (200, 429)
    assert 1 <= int(one_more.headers["retry-after"]) <= 3601


async def test_only_our_own_notices_are_shown(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await open_order(stage, order)

    page = await stage.http.get(f"/order-status/{order.id}", params={"notice": "<b>You won</b>"}, headers=HTML)

    assert "You won" not in page.text


async def test_without_javascript_a_notice_disappears_when_it_is_no_longer_true(stage: Stage) -> None:
    # Given an order that was just regenerated
    order = await stage.delivered(await stage.article())
    answer = await press(stage, order, "regenerate", version_on(await open_order(stage, order)))
    told = await stage.http.get(answer.headers["location"], headers=HTML)
    assert "Your link is being regenerated." in told.text

    # Then the page reloads without the notice, and the old address does not show it either once the version is ready
    assert f'<meta http-equiv="refresh" content="5;url=/order-status/{order.id}">' in told.text
    await stage.drain()
    assert "being regenerated" not in (await stage.http.get(answer.headers["location"], headers=HTML)).text


async def test_the_token_is_neither_cached_nor_sent_as_a_referrer(stage: Stage) -> None:
    order = await stage.buy(await stage.article())

    moved = await stage.http.get(f"/order-status/{order.id}", params={"access": order.access})

    assert moved.status_code == 303
    assert moved.headers["cache-control"] == "no-store"
    assert moved.headers["referrer-policy"] == "no-referrer"


async def test_the_estimate_includes_the_jobs_ahead_in_the_queue(stage: Stage) -> None:
    # Given jobs that took two minutes each
    article_id = await stage.article(content=LONG, max_paid_links=9)
    first, second, third = [await stage.delivered(article_id, anchorText=f"guide number {n}") for n in range(3)]
    await Job.raw("UPDATE jobs SET finished_at = claimed_at + interval '2 minutes'")

    # When three orders are regenerated, and the first is being processed
    said = [(await stage.regenerate(order)).json()["data"]["estimatedTime"] for order in (first, second, third)]
    await Job.raw("UPDATE jobs SET state = 'ACTIVE' WHERE order_id = {} AND state = 'WAITING'", first.id)

    # Then each estimate includes the jobs before it
    assert said == ["about 2 minutes", "about 4 minutes", "about 6 minutes"]
    estimates = [(await stage.status(order))["estimatedTime"] for order in (first, second, third)]
    assert estimates == ["about 2 minutes", "about 4 minutes", "about 6 minutes"]

"""From paid to order without a detour, and the page with all orders of an address."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from blogqueue.actors.messages import nudge
from blogqueue.db.tables.orders import CustomerSignIn, Order, Purchase
from blogqueue.orders import access, sign_ins
from blogqueue.settings import settings
from tests.pages.visitor import Visitor
from tests.people import LONG
from tests.stage import Stage

HTML = {"accept": "text/html"}
ANA, BEN = "ana@customers.example", "ben@customers.example"


async def mailed_links(stage: Stage, to: str = ANA) -> list[str]:
    """Return the tokens of the links to all orders that were mailed to an address."""
    await stage.drain("mail")
    words = [word for mail in await stage.mails(to) for word in mail["text"].split()]
    return [parse_qs(urlsplit(word).query)["token"][0] for word in words if "/orders/sign-in?" in word]


async def ask_for_link(stage: Stage, email: str = ANA) -> None:
    answer = await stage.http.post("/order-link", data={"email": email}, headers=HTML)
    assert answer.status_code == 200, answer.text


async def sign_in(stage: Stage, email: str = ANA) -> httpx.Response:
    """Sign an address in, in the browser that `stage.http` is."""
    before = len(await mailed_links(stage, email))
    await ask_for_link(stage, email)
    async with asyncio.timeout(10):
        while len(links := await mailed_links(stage, email)) == before:
            pass
    return await stage.http.post("/orders/sign-in", data={"token": links[-1]})


async def confirm(stage: Stage, **changes: Any) -> tuple[str, dict[str, str]]:
    """Ask for a link and go to pay for it in a browser; the payment page's address, and the browser's cookies."""
    assert (await stage.ask(await stage.article(), **changes)).status_code == 202
    answer = await stage.http.post("/purchase/confirm", data={"token": await stage.magic_token()})
    assert answer.status_code == 303
    cookies = dict(stage.http.cookies)
    stage.http.cookies.clear()
    return answer.headers["location"], cookies


async def come_back(stage: Stage, session_id: str, cookies: Mapping[str, str]) -> httpx.Response:
    stage.http.cookies.clear()
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    answer = await stage.http.get(f"/purchase/return?session_id={session_id}", headers=HTML | {"cookie": cookie})
    stage.http.cookies.clear()
    return answer


async def test_the_browser_that_paid_returns_to_its_order_and_no_other_one_does(stage: Stage) -> None:
    # Given somebody who went to pay, and the payment whose webhook did not arrive
    checkout, cookies = await confirm(stage)
    session_id = (await Purchase.select(Purchase.session_id))[0]["session_id"]
    waiting = await come_back(stage, session_id, cookies)
    assert waiting.status_code == 200
    assert "Nothing has been paid yet" in waiting.text and "This page opens your order as soon as" in waiting.text
    await stage.faults(webhook=[{"kind": "drop", "times": -1}])
    await stage.pay(checkout)
    await Purchase.raw("UPDATE purchases SET stripe_checked_at = NULL")

    # When it comes back, then the order opens at once, and stays open in this browser
    back = await come_back(stage, session_id, cookies)
    [order] = await Order.select(Order.id, Order.access_number)
    assert (back.status_code, back.headers["location"]) == (303, f"/order-status/{order['id']}")
    opened = {"cookie": back.headers["set-cookie"].partition(";")[0]}
    assert (await stage.http.get(back.headers["location"], headers=opened)).status_code == 200

    # But the session's id opens nothing for anybody else, nor with the cookie of another payment
    name = next(iter(cookies))
    for others in ({}, {name: "made-up"}, {name: "%C3%A9"}, {name: ""}, {"payment_0000000000000000": cookies[name]}):
        stranger = await come_back(stage, session_id, others)
        assert stranger.status_code == 200 and "set-cookie" not in stranger.headers
        assert "/order-status/" not in stranger.text and "ana@" not in stranger.text

    # And neither does the return once the access to the order was revoked
    await nudge(await access.replace_link(order["id"]))
    assert (await come_back(stage, session_id, cookies)).status_code == 200


async def test_one_emailed_link_opens_all_orders_of_an_address_once(stage: Stage) -> None:
    # Given more orders than one page shows of Ana, and one of Ben
    article = await stage.article(content=LONG, max_paid_links=9)
    orders = [await stage.delivered(article, anchorText=f"guide number {number}") for number in range(3)]
    bens = await stage.delivered(article, email=BEN, anchorText="worm farming")
    await Order.update({Order.access_token_hash: "of another secret key"}).where(Order.id == orders[0].id)
    stage.http.cookies.clear()

    # When Ana asks for the link, typing her address in capitals, and opens it, then nothing has happened yet
    await ask_for_link(stage, ANA.upper())
    async with asyncio.timeout(10):
        while not (links := await mailed_links(stage)):
            pass
    assert len(links) == 1
    page = await stage.http.get("/orders/sign-in", params={"token": links[0]}, headers=HTML)
    assert "Show my orders" in page.text and "set-cookie" not in page.headers
    assert "All your orders" not in (await stage.http.get("/orders")).text

    # And when she presses its button, then all her orders are there, with their numbers, and open
    answer = await stage.http.post("/orders/sign-in", data={"token": links[0]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/orders")
    assert all(flag in answer.headers["set-cookie"].lower() for flag in ("httponly", "samesite=lax"))
    listed = (await stage.http.get("/orders", headers=HTML)).text
    assert all(f"/order-status/{order.id}" in listed for order in orders)
    assert str(bens.id) not in listed and "worm farming" not in listed
    for order in orders:
        assert (await stage.http.get(f"/order-status/{order.id}")).status_code == 200
    assert (await stage.http.get(f"/order-status/{bens.id}")).status_code == 404
    assert (await stage.http.get(f"/order-status/{uuid4()}")).status_code == 404
    status = (await stage.http.get(f"/api/v1/purchase/status/{orders[0].id}")).json()["data"]
    assert status["orderNumber"] in listed and status["orderNumber"].startswith("BQ-")

    # And the link works only once
    again = await stage.http.post("/orders/sign-in", data={"token": links[0]})
    assert again.status_code == 410 and "has been used" in again.text and "set-cookie" not in again.headers
    await stage.sound()


async def test_an_order_whose_link_has_ended_is_not_listed_to_who_has_the_link(stage: Stage) -> None:
    # Given a browser that has opened two orders, one of which was completed long ago
    article = await stage.article(content=LONG, max_paid_links=9)
    old, new = await stage.submitted(article), await stage.delivered(article, anchorText="a guide to pots")
    await stage.approve(old)
    for order in (old, new):
        await stage.http.get(f"/order-status/{order.id}", params={"access": order.access})
    listed = (await stage.http.get("/orders", headers=HTML)).text
    assert str(old.id) in listed and str(new.id) in listed

    # When its link has ended
    long_ago = datetime.now(UTC) - timedelta(days=settings.access_days, seconds=1)
    await Order.update({Order.completed_at: long_ago}).where(Order.id == old.id)

    # Then it is not listed any more, as it is not opened
    listed = (await stage.http.get("/orders", headers=HTML)).text
    assert str(old.id) not in listed and str(new.id) in listed


async def test_orders_are_found_by_number_words_and_status(stage: Stage) -> None:
    article = await stage.article(content=LONG, max_paid_links=9)
    first = await stage.delivered(article, anchorText="a guide to mulching")
    second = await stage.buy(article, anchorText="50% off pots")
    numbers = {row["id"]: row["number"] for row in await Order.select(Order.id, Order.number)}
    await sign_in(stage)

    async def find(**query: str) -> set[str]:
        page = (await stage.http.get("/orders", params=query, headers=HTML)).text
        return {str(one.id) for one in (first, second) if str(one.id) in page}

    both, one, other = {str(first.id), str(second.id)}, {str(first.id)}, {str(second.id)}
    assert await find() == await find(q="soil") == await find(q="greenbench.example") == both
    for typed in (f"BQ-{numbers[first.id]}", f"bq {numbers[first.id]}", f"#{numbers[first.id]}", "mulching"):
        assert await find(q=typed) == one, typed
    assert await find(q="50%") == other
    assert await find(status="QUALITY_CHECK") == one
    assert await find(status="nonsense", number="-1") == await find(number="1" * 4400) == both
    for query in ({"q": "nothing like it"}, {"q": "%"}, {"number": "7"}, {"q": "BQ-999999999999999"}):
        assert await find(**query) == (other if query == {"q": "%"} else set())


async def test_sessions_end_by_sign_out_by_their_time_and_for_all_devices(stage: Stage) -> None:
    # Given Ana, signed in on two devices
    order = await stage.buy(await stage.article())
    path = f"/order-status/{order.id}"
    await sign_in(stage)
    desk = dict(stage.http.cookies)
    stage.http.cookies.clear()
    await sign_in(stage)
    phone = dict(stage.http.cookies)

    async def opens(device: Mapping[str, str]) -> bool:
        stage.http.cookies.clear()
        cookie = "; ".join(f"{name}={value}" for name, value in device.items())
        return (await stage.http.get(path, headers={"cookie": cookie})).status_code == 200

    assert [await opens(desk), await opens(phone)] == [True, True]

    # When she signs out on one, then only that is signed out; and when everywhere, then both are
    async def sign_out(device: Mapping[str, str], **form: str) -> None:
        stage.http.cookies.clear()
        stage.http.cookies.update(dict(device))
        assert (await stage.http.post("/orders/sign-out", data=form)).status_code == 303

    await sign_out(phone)
    assert [await opens(desk), await opens(phone)] == [True, False]
    await sign_out(desk, where="everywhere")
    assert not await opens(desk)

    # And a link and a session end with their time, and are deleted with their emails a week later
    stage.http.cookies.clear()
    await sign_in(stage)
    late = dict(stage.http.cookies)
    assert await opens(late)
    await CustomerSignIn.raw(
        "UPDATE customer_sign_ins SET session_expires_at = session_expires_at - interval '30 days'"
    )
    assert not await opens(late)
    await CustomerSignIn.raw("UPDATE customer_sign_ins SET session_expires_at = now() - interval '8 days'")
    await stage.minute()
    assert await CustomerSignIn.count() == 0
    assert (await Order.raw("SELECT count(*) AS n FROM emails WHERE kind = 'your_orders'"))[0]["n"] == 0


async def test_an_expired_link_signs_nobody_in_and_a_mailbox_is_not_flooded(stage: Stage) -> None:
    await stage.buy(await stage.article())
    for _ in range(5):
        await nudge(await sign_ins.email_link(ANA))
    await nudge(await sign_ins.email_link("nobody@customers.example"))
    links = await mailed_links(stage)
    assert len(links) == sign_ins.LINKS.most
    assert await mailed_links(stage, "nobody@") == []

    await CustomerSignIn.raw("UPDATE customer_sign_ins SET token_expires_at = token_expires_at - interval '1 hour'")
    answers = [await stage.http.post("/orders/sign-in", data={"token": token}) for token in (links[0], "made-up", "")]

    assert [answer.status_code for answer in answers] == [410, 404, 404]
    assert "has expired" in answers[0].text
    assert await CustomerSignIn.count().where(CustomerSignIn.session_hash.is_not_null()) == 0


@pytest.mark.thorough
async def test_the_pages_of_your_orders_meet_the_standards(stage: Stage, ana: Visitor) -> None:
    await ana.go("/orders")
    await ana.check_in_all_sizes("orders-signed-out")
    article = await stage.article(content=LONG, max_paid_links=9)
    orders = [await stage.delivered(article, anchorText=f"guide number {number}") for number in range(3)]
    await ana.open_order(orders[0])
    await ana.go("/orders")
    await ana.shows("that you have opened in this browser")
    assert await ana.page.locator("main li").count() == 1
    await ana.check_in_all_sizes("orders-opened")

    await nudge(await sign_ins.email_link(ANA))
    [token] = await mailed_links(stage)
    await ana.go(f"/orders/sign-in?token={token}")
    await ana.check_in_all_sizes("orders-sign-in")
    await ana.page.click("text=Show my orders")
    await ana.shows("3 orders")
    await ana.check_in_all_sizes("orders")
    await ana.go(f"/orders/sign-in?token={token}")
    await ana.check_in_all_sizes("orders-link-used")

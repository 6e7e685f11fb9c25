"""An article is sold as many links as its domain allows and its text has room for, whoever asks, holds or pays."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from blogqueue.audit import audit
from blogqueue.catalogue import articles, paid_links, rooms, slots
from blogqueue.db import history
from blogqueue.db.tables.catalogue import Domain
from blogqueue.db.tables.orders import Order, OrderEvent, Purchase
from blogqueue.errors import ConflictError
from blogqueue.sandbox.text import derive_number
from blogqueue.writing.markdown.links import Link
from tests.people import ANA, BEN, CLEO, LONG, ONE_ROOM, PARAGRAPH, anchors
from tests.stage import Stage

THREE = "# Three\n\n" + "\n\n".join(PARAGRAPH.format(n=n).strip() for n in (1, 2, 3)) + "\n\nGoodbye.\n"
"""Three paragraphs in a row that may take a link: room for two, or for one in the middle."""

TO_THE_MIDDLE = next(
    url
    for url in (f"https://site-{n}.example/" for n in range(100))
    if derive_number(url, "a guide to mulching") % 3 == 1
)
"""A target that the sandbox's writer puts into the second of three paragraphs."""


async def free(stage: Stage, article_id: UUID) -> int:
    """Return the number of free slots that everybody shows, which must be the same number."""
    one = (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]
    listed = (await stage.http.get("/api/v1/articles")).json()["data"]["items"]
    with_room = (await stage.http.get("/api/v1/articles", params={"free": "true"})).json()["data"]["items"]
    number: int = one["linksFree"]
    assert [found["linksFree"] for found in listed if found["id"] == str(article_id)] == [number]
    assert (str(article_id) in [found["id"] for found in with_room]) == (number > 0)
    page = (await stage.http.get(f"/articles/{one['slug']}")).text
    catalogue = (await stage.http.get("/")).text
    form = (await stage.http.get(f"/articles/{one['slug']}/link")).text
    for shown in (page, catalogue):
        assert (f"{number} slot" in shown) == (number > 0)
    assert ("Before you pay" in form) == (number > 0)
    return number


async def refused(stage: Stage, article_id: UUID, **changes: Any) -> str:
    answer = await stage.ask(article_id, **changes)
    assert answer.status_code == 409, answer.text
    return answer.json()["error"]["code"]


async def broken_rules() -> list[int]:
    return [finding.number for finding in await audit() if finding.offenders]


@pytest.mark.parametrize(
    ("content", "bound", "expected"),
    [(THREE, 5, 2), (THREE, 1, 1), (ONE_ROOM, 5, 1), ("# A list\n\n- an item\n- another\n", 5, 0), (LONG, 3, 3)],
    ids=["room", "bound", "one paragraph", "no room", "long"],
)
async def test_one_number_of_free_links_is_shown_everywhere(
    stage: Stage, content: str, bound: int, expected: int
) -> None:
    article_id = await stage.article(content=content, max_paid_links=bound)

    assert await free(stage, article_id) == expected


async def test_what_an_article_has_room_for_is_sold_delivered_and_no_more(stage: Stage) -> None:
    # Given an article with room for two, and a link that the model would put into the middle one of three paragraphs
    article_id = await stage.article(content=THREE, max_paid_links=5)
    ana = await stage.submitted(article_id, targetUrl=TO_THE_MIDDLE)
    assert await free(stage, article_id) == 1

    # When another one buys, nobody else can
    ben = await stage.submitted(article_id, **BEN)
    assert await free(stage, article_id) == 0
    assert await refused(stage, article_id, **CLEO) == "sold_out"

    # Then both are published, the later one first, without being integrated again
    for order in (ben, ana):
        assert (await stage.approve(order)).json()["data"]["status"] == "COMPLETED"
    assert await anchors(stage, article_id) == ["a guide to mulching", "worm farming"]
    assert await free(stage, article_id) == 0
    assert await refused(stage, article_id, **CLEO) == "no_room"
    await stage.drain()
    await stage.sound()


async def test_a_link_that_would_take_anothers_room_is_integrated_again_before_it_is_published(stage: Stage) -> None:
    # Given a link in the middle of three paragraphs, where it was the last one that the domain sold
    article_id = await stage.article(content=THREE, max_paid_links=1)
    ana = await stage.submitted(article_id, targetUrl=TO_THE_MIDDLE)
    before = (await stage.status(ana))["version"]["content"]
    assert before.index("mulching") in range(before.index("Paragraph 2"), before.index("Paragraph 3"))

    # When the domain sells more, and there is room for another
    await Domain.update({Domain.max_paid_links: 2}, force=True)
    ben = await stage.submitted(article_id, **BEN)
    assert (await stage.approve(ana)).json()["data"]["status"] == "PROCESSING"

    # Then it goes into another paragraph, and both are published
    await stage.drain()
    await stage.submit(ana, (await stage.status(ana))["version"]["versionId"])
    for order in (ana, ben):
        assert (await stage.approve(order)).json()["data"]["status"] == "COMPLETED"
    await stage.drain()
    await stage.sound()


async def test_a_text_without_room_for_open_orders_needs_a_reason(stage: Stage) -> None:
    # Given two open orders and a hold, in a text with room for three
    article_id = await stage.article(content=LONG, max_paid_links=3)
    two = [await stage.delivered(article_id, **changes) for changes in (ANA, BEN)]
    await stage.ask(article_id, **CLEO)
    await stage.open_link("cleo@customers.example")
    assert await free(stage, article_id) == 0

    # When an editor brings a text with room for one
    with pytest.raises(ConflictError) as refusal:
        await articles.publish_text(article_id, ONE_ROOM, actor="edith")

    # Then it is refused with the orders' names
    assert refusal.value.code == "no_room"
    assert all(str(order.id) in refusal.value.message for order in two)
    assert "room for 1 more link" in refusal.value.message
    await stage.sound()

    # When the editor gives a reason, it is published; history names each order, and the hold ends
    await articles.publish_text(article_id, ONE_ROOM, actor="edith", override="The rest was wrong.")
    for order in two:
        lines = OrderEvent.select(OrderEvent.actor, OrderEvent.detail)
        noted = await lines.where(OrderEvent.order_id == order.id, OrderEvent.action == history.ROOM_TAKEN)
        assert [(line["actor"], line["detail"]) for line in noted] == [("edith", "The rest was wrong.")]
    paying = await stage.checkout(await stage.magic_token("cleo@customers.example"))
    assert paying.json()["error"]["code"] == "sold_out"
    assert await free(stage, article_id) == 0
    await stage.sound()

    # And a text that changes nothing about it needs none
    await articles.publish_text(article_id, ONE_ROOM.replace("One", "Some"), actor="edith")


async def test_more_open_orders_than_room_break_a_rule_of_the_audit(stage: Stage) -> None:
    article_id = await stage.article(content=ONE_ROOM)
    await stage.delivered(article_id)
    assert await broken_rules() == []

    await stage.by_force("UPDATE purchases SET state = 'OPEN', slot_held_until = now() + interval '1 hour'")

    assert 10 in await broken_rules()


async def test_room_is_counted_again_when_the_rules_have_changed(stage: Stage) -> None:
    # Given an article whose room was counted by other rules, and one whose room was never counted
    stale = await stage.article(content=ONE_ROOM)
    new = await stage.article(content=THREE, slug="another")
    await stage.by_force(
        "UPDATE article_versions SET room = 4, room_rules = 'older'",
        f"UPDATE article_versions SET room = NULL, room_rules = '' WHERE article_id = '{new}'",  # noqa: S608 - an id
    )
    assert await free_of(stage, new) == 0

    # When somebody asks, it is counted for that article at once; and each minute for all
    assert (await stage.ask(new)).status_code == 202
    assert (await free_of(stage, stale), await free_of(stage, new)) == (3, 2)
    await stage.minute()
    assert (await free_of(stage, stale), await free_of(stage, new)) == (1, 2)
    assert await rooms.recount_all(limit=10) == 0


async def free_of(stage: Stage, article_id: UUID) -> int:
    return (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["linksFree"]


async def test_nobody_holds_a_slot_before_opening_the_emailed_link(stage: Stage) -> None:
    # Given an article with one slot, and somebody who asked with a mistyped address
    article_id = await stage.article(max_paid_links=1)
    await stage.ask(article_id, email="ana@customer.example")
    assert await free_of(stage, article_id) == 1

    # When the right address asks too, and opens the link, the slot is held, once and for 30 minutes
    await stage.ask(article_id)
    assert "Your link slot is reserved for 30 minutes" in (await stage.open_link()).text
    assert await free_of(stage, article_id) == 0
    held = await Purchase.select(Purchase.slot_held_until).where(Purchase.slot_held_until.is_not_null())
    await stage.open_link()
    assert held == await Purchase.select(Purchase.slot_held_until).where(Purchase.slot_held_until.is_not_null())

    # Then the other link leads nowhere, until the hold is over
    late = await stage.open_link("ana@customer.example")
    assert (late.status_code, "Sold out for now" in late.text) == (409, True)
    await Purchase.raw("UPDATE purchases SET slot_held_until = now() WHERE slot_held_until IS NOT NULL")
    assert await free_of(stage, article_id) == 1
    assert (await stage.open_link("ana@customer.example")).status_code == 200
    assert (await stage.checkout(await stage.magic_token())).json()["error"]["code"] == "sold_out"


async def test_the_same_request_by_the_same_address_replaces_the_earlier_one(stage: Stage) -> None:
    # Given the last slot of an article, held by Ana
    article_id = await stage.article(max_paid_links=1)
    await stage.ask(article_id)
    first = await stage.magic_token()
    await stage.open_link()

    # When she asks for the same again, and somebody else for another link
    assert (await stage.ask(article_id, notes="Another note.", email="Ana@customers.example")).status_code == 202
    assert await refused(stage, article_id, **BEN) == "sold_out"

    # Then the first one goes on until she opens the second one
    assert (await stage.http.get("/purchase/confirm", params={"token": first})).status_code == 200
    assert (await stage.open_link("Ana@customers.example")).status_code == 200
    assert (await stage.http.get("/purchase/confirm", params={"token": first})).status_code == 410
    states = await Purchase.select(Purchase.state).order_by(Purchase.created_at)
    assert [row["state"] for row in states] == ["EXPIRED", "OPEN"]
    await stage.sound()

    # And a link that was bought with one of them is not sold again with the other
    opened = await stage.checkout(await stage.magic_token("Ana@customers.example"))
    await stage.pay(opened.json()["data"]["checkoutUrl"])
    assert await refused(stage, article_id) == "sold_out"


async def test_the_purchase_that_would_exceed_the_bound_is_refused_before_payment(stage: Stage) -> None:
    # Given an article with two places, and an owner who lowers that to one while two purchases are in flight
    article_id = await stage.article(content=LONG, max_paid_links=2)
    tokens: list[str] = []
    for changes in (ANA, BEN):
        assert (await stage.ask(article_id, **changes)).status_code == 202
        email = changes.get("email", "ana@customers.example")
        assert (await stage.open_link(email)).status_code == 200
        tokens.append(await stage.magic_token(email))
    assert (await stage.ask(article_id, **CLEO)).json()["error"]["code"] == "sold_out"
    await Domain.update({Domain.max_paid_links: 1}, force=True)

    # When both go on to the payment page
    first, second = [await stage.checkout(token) for token in tokens]

    # Then the one that came first may pay, and the other may not
    assert first.status_code == 200
    assert (second.status_code, second.json()["error"]["code"]) == (409, "sold_out")


async def test_a_payment_beyond_the_bound_that_slips_through_is_refunded(stage: Stage) -> None:
    # Given two open payment pages, when the owner lowers the bound to one
    article_id = await stage.article(content=LONG, max_paid_links=2)
    pages: list[str] = []
    for changes in (ANA, BEN):
        await stage.ask(article_id, **changes)
        token = await stage.magic_token(changes.get("email", "ana@customers.example"))
        pages.append((await stage.checkout(token)).json()["data"]["checkoutUrl"])
    await Domain.update({Domain.max_paid_links: 1}, force=True)

    # When both are paid
    await asyncio.gather(*(stage.pay(page) for page in pages))
    await stage.minute()

    # Then one is worked on and the other's money is on its way back
    rows = await Order.select().order_by(Order.status)
    assert [(row["status"], row["refund_state"]) for row in rows] == [
        ("FAILED", "SUCCEEDED"),
        ("QUALITY_CHECK", "NONE"),
    ]
    assert rows[0]["failure_reason"] == "unfulfillable"
    await stage.sound()


async def test_a_lowered_bound_takes_no_place_from_orders_that_are_paid(stage: Stage) -> None:
    # Given three places sold, one of them published, when the owner lowers their number to one
    article_id = await stage.article(content=LONG, max_paid_links=3)
    ana, ben, cleo = [await stage.submitted(article_id, **changes) for changes in (ANA, BEN, CLEO)]
    await stage.approve(ana)
    await Domain.update({Domain.max_paid_links: 1}, force=True)
    assert (await stage.ask(article_id, email="dan@customers.example")).json()["error"]["code"] == "sold_out"

    # When the others are approved, one of them after it was worked in again
    assert (await stage.approve(ben)).json()["data"]["status"] == "COMPLETED"
    if (await stage.approve(cleo)).json()["data"]["status"] == "PROCESSING":
        await stage.drain()
        await stage.submit(cleo, (await stage.status(cleo))["version"]["versionId"])
        assert (await stage.approve(cleo)).json()["data"]["status"] == "COMPLETED"

    # Then all three stand
    assert await anchors(stage, article_id) == ["a guide to mulching", "collecting rain", "worm farming"]
    await stage.drain()
    await stage.sound()


async def test_what_is_sold_of_one_article_counts_for_no_other(stage: Stage) -> None:
    # Given an article with a live link, a dropped one, a failed order and two open ones, and another with a live link
    article_id = await stage.article(content=LONG, max_paid_links=9, rel="nofollow")
    other = await stage.article(content=LONG, slug="another")
    people = [ANA, BEN, CLEO, *({"email": f"{n}@customers.example", "anchorText": f"offer {n}"} for n in "de")]
    live, dropped, failed, *is_open = [await stage.buy(article_id, **person) for person in people]
    elsewhere = await stage.buy(other, email="finn@customers.example", anchorText="a shed")
    for order, changes in (
        (live, "status = 'COMPLETED', completed_at = now()"),
        (dropped, "status = 'COMPLETED', completed_at = now(), link_dropped_at = now(), rel = 'none'"),
        (failed, "status = 'FAILED'"),
        (elsewhere, "status = 'COMPLETED', completed_at = now()"),
    ):
        await Order.raw(f"UPDATE orders SET {changes} WHERE id = {{}}", order.id)  # noqa: S608 - the texts above

    # Then each is counted once, where it belongs
    assert (await slots.count_sold(article_id), await slots.count_sold(other)) == (3, 1)
    assert await slots.find_open(article_id) == [order.id for order in is_open]
    assert await slots.find_open(other) == []
    assert [paid.order_id for paid in await paid_links.find(other)] == [elsewhere.id]
    assert [(paid.order_id, paid.rel) for paid in await paid_links.find(article_id)] == [(live.id, "nofollow")]
    assert [(paid.order_id, paid.rel) for paid in await paid_links.find_dropped(article_id)] == [(dropped.id, "")]

    # And the next link leaves room for what the domain still sells, or at least for the open orders
    assert await slots.count_to_leave(article_id) == 9 - 1 - 1
    await Domain.update({Domain.max_paid_links: 3}, force=True)
    assert await slots.count_to_leave(article_id) == len(is_open)

    # And a link that is sold in one article is for sale in the other
    sold = Link("https://www.anasgarden.example/mulch-guide", "a shed")
    assert (await slots.is_sold(article_id, sold), await slots.is_sold(other, sold)) == (False, True)

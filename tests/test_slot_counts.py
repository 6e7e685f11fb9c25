"""Each number of an article's slots counts its own orders and holds, and no other article's."""

from uuid import UUID

from blogqueue.catalogue import slots
from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import Domain
from blogqueue.db.tables.orders import Purchase
from tests.people import BEN, CLEO, LONG, ONE_ROOM
from tests.stage import Stage
from tests.test_slots import THREE, TO_THE_MIDDLE


async def held(article_id: UUID) -> list[str]:
    """Return who holds a slot of an article, those who came first first."""
    rows = await Purchase.raw(
        f"SELECT email FROM purchases WHERE article_id = {{}} AND {slots.HELD} ORDER BY created_at",  # noqa: S608 - a constant
        article_id,
    )
    return [row["email"] for row in rows]


async def test_no_fewer_than_no_slots_are_free_after_the_rules_have_become_stricter(stage: Stage) -> None:
    article_id = await stage.article(content=LONG, max_paid_links=3)
    for customer in ({}, BEN, CLEO):
        await stage.buy(article_id, **customer)

    await Domain.update({Domain.max_paid_links: 1}, force=True)

    assert await slots.count_free(article_id) == await slots.count_free(article_id, by_rule=True) == 0


async def test_open_orders_of_another_article_take_no_room(stage: Stage) -> None:
    article_id = await stage.article(content=ONE_ROOM, slug="one-room")
    other = await stage.article(content=LONG, max_paid_links=3)
    await stage.buy(other)
    await stage.buy(other, **BEN)

    assert await slots.count_free(article_id) == 1


async def test_a_text_leaves_room_for_what_its_article_still_sells(stage: Stage) -> None:
    # Given an article with one link of three, and another one with none
    article_id = await stage.article(content=LONG, max_paid_links=3)
    other = await stage.article(content=LONG, slug="another")
    await stage.approve(await stage.submitted(article_id))

    assert [await slots.count_to_leave(one) for one in (article_id, other)] == [1, 2]


async def test_a_text_with_less_room_ends_the_newest_holds_of_its_article_alone(stage: Stage) -> None:
    # Given an open order and two holds, and a newer hold of another article
    article_id = await stage.article(content=LONG, max_paid_links=5)
    other = await stage.article(content=LONG, slug="another")
    await stage.buy(article_id)
    await stage.asked_and_opened(article_id, **BEN)
    await stage.asked_and_opened(article_id, **CLEO)
    await stage.asked_and_opened(other, email="dora@customers.example")

    # When the text has room for two links more
    async with transaction():
        await slots.release_excess(article_id, room=2)

    assert await held(article_id) == [BEN["email"]]
    assert await held(other) == ["dora@customers.example"]


async def test_a_hold_for_which_a_published_link_leaves_no_room_ends(stage: Stage) -> None:
    # Given a link in the middle of three paragraphs, and a domain that has since begun to sell two
    article_id = await stage.article(content=THREE, max_paid_links=1)
    order = await stage.submitted(article_id, targetUrl=TO_THE_MIDDLE)
    await Domain.update({Domain.max_paid_links: 2}, force=True)
    await stage.asked_and_opened(article_id, **BEN)
    assert await held(article_id) == [BEN["email"]]

    # When it is published, though its room was never counted
    await stage.by_force("UPDATE article_versions SET room = NULL, room_rules = ''")
    assert (await stage.approve(order)).json()["data"]["status"] == "COMPLETED"

    assert await held(article_id) == []
    await stage.sound()

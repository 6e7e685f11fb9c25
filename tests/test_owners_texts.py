"""An owner writes on, and loses no paid link by it."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from blogqueue import articles, catalogue
from blogqueue.errors import ConflictError
from blogqueue.tables import OrderEvent
from tests.cast import LONG, anchors, live
from tests.stage import GARDEN, Bought, Stage


async def completed(stage: Stage, article_id: UUID, **changes: Any) -> Bought:
    order = await stage.submitted(article_id, **changes)
    assert (await stage.approve(order)).json()["data"]["status"] == "COMPLETED"
    return order


LINK = "[a guide to mulching](https://www.anasgarden.example/mulch-guide)"


@pytest.mark.parametrize(
    "instead",
    [
        "a guide to mulching",
        LINK.replace("guide to", "guide for"),
        LINK.replace("mulch-guide", "other"),
        LINK.replace(")", ' "title")'),
        f"`{LINK}`",
        f"{LINK} and {LINK}",
    ],
    ids=["dropped", "other words", "other target", "a title", "as code", "twice"],
)
async def test_an_owners_text_that_drops_or_alters_a_paid_link_is_refused_with_the_orders_name(
    stage: Stage, instead: str
) -> None:
    # Given a published article with a paid link
    article_id = await stage.article()
    order = await completed(stage, article_id)
    text = await live(stage, article_id)

    # When the owner publishes a text without it
    assert text.count(LINK) == 1
    with pytest.raises(ConflictError, match=str(order.id)):
        await articles.publish_text(article_id, text.replace(LINK, instead), who="edith")

    # Then the article is what it was
    assert await live(stage, article_id) == text
    await stage.drain()
    await stage.sound()


async def test_an_owners_text_that_keeps_the_paid_links_is_the_next_version(stage: Stage) -> None:
    article_id = await stage.article()
    await completed(stage, article_id)
    text = (await live(stage, article_id)).replace("# Soil that lasts", "# Soil that stays")

    version_id = await articles.publish_text(article_id, text, who="edith")

    assert await live(stage, article_id) == text
    assert await articles.publish_text(article_id, text, who="edith") == version_id
    await stage.drain()
    await stage.sound()


async def test_an_override_is_recorded_and_the_place_is_free_again(stage: Stage) -> None:
    # Given a paid link whose target has become a trap
    article_id = await stage.article(max_paid_links=1)
    order = await completed(stage, article_id)

    # When the owner publishes the text without it, and says why
    await articles.publish_text(article_id, GARDEN, who="edith", override="It leads to malware now.")

    # Then that stands in the order's history, and nothing is broken
    rows = await OrderEvent.select().where(OrderEvent.order_id == order.id).order_by(OrderEvent.id)
    assert (rows[-1]["who"], rows[-1]["what"], rows[-1]["note"]) == (
        "edith",
        "paid link dropped",
        "It leads to malware now.",
    )
    assert await catalogue.places(article_id) == 1
    await stage.drain()
    await stage.sound()


async def test_an_approval_and_an_owners_text_at_the_same_moment_lose_nothing(stage: Stage) -> None:
    # Given an order in review
    article_id = await stage.article(content=LONG)
    order = await stage.submitted(article_id)
    text = LONG.replace("# A long article", "# Another heading")

    # When it is approved while the owner publishes a text that knows nothing of it
    approved, _ = await asyncio.gather(
        stage.approve(order), articles.publish_text(article_id, text, who="edith"), return_exceptions=True
    )

    # Then either the approval came second and stands in the owner's text, or the owner was refused
    assert not isinstance(approved, BaseException)
    assert approved.json()["data"]["status"] == "COMPLETED"
    assert await anchors(stage, article_id) == ["a guide to mulching"]
    await stage.drain()
    await stage.sound()


async def test_an_article_with_paid_links_is_not_taken_down_without_a_recorded_reason(stage: Stage) -> None:
    article_id = await stage.article()
    order = await completed(stage, article_id)

    with pytest.raises(ConflictError, match=str(order.id)):
        await articles.take_down(article_id, who="edith")
    await articles.take_down(article_id, who="edith", override="A court said so.")
    assert (await stage.http.get(f"/api/v1/articles/{article_id}")).status_code == 404
    await articles.put_back(article_id, who="edith")

    assert await anchors(stage, article_id) == ["a guide to mulching"]
    await stage.drain()
    await stage.sound()

"""An owner writes on, and loses no paid link by it."""

import asyncio

import pytest

from blogqueue.audit import audit
from blogqueue.catalogue import articles, slots
from blogqueue.db.tables.catalogue import Article, Domain
from blogqueue.db.tables.orders import OrderEvent
from blogqueue.errors import ConflictError
from tests.people import LONG, anchors, completed, live, notes
from tests.stage import GARDEN, Stage, bearer

NO_ROOM = "# A list\n\n- an item\n- another\n"
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
        f"~~{LINK}~~",
        f"**{LINK}**",
        LINK.replace("a guide to mulching", "*a guide to mulching*"),
        LINK.replace("a guide to mulching", "`a guide to mulching`"),
    ],
    ids=[
        "dropped",
        "other words",
        "other target",
        "a title",
        "as code",
        "twice",
        "struck through",
        "strong",
        "words emphasised",
        "words as code",
    ],
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
        await articles.publish_text(article_id, text.replace(LINK, instead), actor="edith")

    # Then the article is what it was
    assert await live(stage, article_id) == text
    await stage.drain()
    await stage.sound()


async def test_an_owners_text_that_keeps_the_paid_links_is_the_next_version(stage: Stage) -> None:
    article_id = await stage.article()
    await completed(stage, article_id)
    text = (await live(stage, article_id)).replace("# Soil that lasts", "# Soil that stays")

    version_id = await articles.publish_text(article_id, text, actor="edith")

    assert await live(stage, article_id) == text
    assert await articles.publish_text(article_id, text, actor="edith") == version_id
    await stage.drain()
    await stage.sound()


async def test_an_override_is_recorded_and_the_place_is_free_again(stage: Stage) -> None:
    # Given a paid link whose target has become a trap
    article_id = await stage.article(max_paid_links=1)
    order = await completed(stage, article_id)

    # When the owner publishes the text without it, and says why
    await articles.publish_text(article_id, GARDEN, actor="edith", override="It leads to malware now.")

    # Then that stands in the order's history, and nothing is broken
    rows = await OrderEvent.select().where(OrderEvent.order_id == order.id).order_by(OrderEvent.id)
    assert (rows[-1]["actor"], rows[-1]["action"], rows[-1]["detail"]) == (
        "edith",
        "paid link dropped",
        "It leads to malware now.",
    )
    assert await slots.count_free(article_id) == 1
    await stage.drain()
    await stage.sound()


async def test_an_approval_and_an_owners_text_at_the_same_moment_lose_nothing(stage: Stage) -> None:
    # Given an order in review
    article_id = await stage.article(content=LONG)
    order = await stage.submitted(article_id)
    text = LONG.replace("# A long article", "# Another heading")

    # When it is approved while the owner publishes a text that knows nothing of it
    approved, _ = await asyncio.gather(
        stage.approve(order), articles.publish_text(article_id, text, actor="edith"), return_exceptions=True
    )

    # Then either the approval came second and stands in the owner's text, or the owner was refused
    assert not isinstance(approved, BaseException)
    assert approved.json()["data"]["status"] == "COMPLETED"
    assert await anchors(stage, article_id) == ["a guide to mulching"]
    await stage.drain()
    await stage.sound()


async def test_an_article_with_paid_links_is_not_taken_down_without_a_recorded_reason(stage: Stage) -> None:
    # Given an article with a paid link
    article_id = await stage.article()
    order = await completed(stage, article_id)
    with pytest.raises(ConflictError, match=str(order.id)):
        await articles.take_down(article_id, actor="edith")

    # When it is taken down with a reason
    await articles.take_down(article_id, actor="edith", override="A court said so.")

    # Then the order's history says so, and its page does not say that it is live
    assert (await stage.http.get(f"/api/v1/articles/{article_id}")).status_code == 404
    assert (await notes(order))[-1] == ("article taken down", "A court said so.")
    page = (await stage.http.get(f"/order-status/{order.id}", headers=bearer(order.access))).text
    assert "has been taken down since" in page
    assert "Open the live article" not in page and "/articles/soil-that-lasts" not in page
    await stage.sound()

    # When it is put back, then all is as before
    await articles.put_back(article_id, actor="edith")
    assert (await notes(order))[-1] == ("article put back", "")
    assert await anchors(stage, article_id) == ["a guide to mulching"]
    await stage.drain()
    await stage.sound()


async def test_an_article_that_is_off_the_site_without_a_word_is_a_breach(stage: Stage) -> None:
    article_id = await stage.article()
    order = await completed(stage, article_id)
    await articles.take_down(article_id, actor="edith", override="A court said so.")
    await articles.put_back(article_id, actor="edith")
    await stage.drain()

    await Article.update({Article.status: "UNPUBLISHED"}).where(Article.id == article_id)

    assert [(found.number, found.offenders) for found in await audit() if found.offenders] == [(5, [str(order.id)])]


async def test_a_new_text_does_not_put_an_article_back_on_the_site(stage: Stage) -> None:
    # Given an article that was taken down
    article_id = await stage.article()
    await articles.take_down(article_id, actor="edith")
    await stage.signed_in()

    # When an owner publishes a text of it
    page = await stage.http.get(f"/admin/articles/{article_id}")
    form = page.text.partition('name="form" value="')[2][:43]
    base = page.text.partition('name="base" value="')[2][:36]
    said = {"form": form, "base": base, "text": LONG}
    answer = await stage.http.post(f"/admin/articles/{article_id}", data=said)

    # Then the page has said, and says again, what comes first
    assert "before you publish a new text" in page.text
    assert answer.status_code == 409 and "The article was taken down; put it back first." in answer.text
    assert (await Article.select(Article.status))[0]["status"] == "UNPUBLISHED"


async def test_a_page_that_was_opened_before_the_first_text_does_not_overwrite_it(stage: Stage) -> None:
    # Given Edith's page of a draft, opened before another editor published its first text
    article_id = await stage.article()
    draft = Article(domain_id=(await Domain.select())[0]["id"], slug="new", title="New")
    await Article.insert(draft)
    await stage.signed_in()
    form = (await stage.http.get(f"/admin/articles/{draft.id}")).text.partition('name="form" value="')[2][:43]
    await articles.publish_text(draft.id, LONG, actor="erik")

    # When she publishes hers, twice
    said = {"form": form, "base": "", "text": "# Mine\n\nText.\n"}
    first = await stage.http.post(f"/admin/articles/{draft.id}", data=said)
    base = first.text.partition('name="base" value="')[2].partition('"')[0]
    second = await stage.http.post(f"/admin/articles/{draft.id}", data=said | {"base": base})

    # Then she is told, and what she wrote is still in the form
    assert (first.status_code, second.status_code) == (409, 409)
    assert "Another version has gone live since" in first.text and "# Mine" in first.text
    assert await live(stage, draft.id) == LONG
    assert article_id

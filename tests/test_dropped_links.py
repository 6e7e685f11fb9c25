"""Paid links that an editor's text drops or brings back, and open orders that it touches."""

import html

import httpx
import pytest

from blogqueue.catalogue import articles, slots
from blogqueue.db.tables.catalogue import Article
from blogqueue.errors import ConflictError
from blogqueue.writing.markdown.links import Link, format_link
from tests.forms import press, press_again
from tests.payments import minute_with_refunds_due
from tests.people import BEN, CLEO, LONG, completed, live, notes
from tests.stage import GARDEN, Stage, bearer, order_row

NO_ROOM = "# A list\n\n- an item\n- another\n"
LINK = "[a guide to mulching](https://www.anasgarden.example/mulch-guide)"


async def test_a_dropped_link_that_comes_back_is_a_paid_one_again(stage: Stage) -> None:
    # Given a paid link that the owner dropped
    article_id = await stage.article(max_paid_links=1)
    order = await completed(stage, article_id)
    text = await live(stage, article_id)
    await articles.publish_text(article_id, GARDEN, actor="edith", override="A mistake.")
    assert (
        "the link was removed from it on"
        in (await stage.http.get(f"/order-status/{order.id}", headers=bearer(order.access))).text
    )

    # When a text carries it again
    version_id = await articles.publish_text(article_id, text, actor="edith")

    # Then it has its rel and its guard, the place is taken, and the order's history says so
    page = (await stage.http.get("/articles/soil-that-lasts")).text
    assert 'rel="sponsored">a guide to mulching</a>' in page
    assert await slots.count_free(article_id) == 0
    with pytest.raises(ConflictError, match=str(order.id)):
        await articles.publish_text(article_id, GARDEN, actor="edith")
    assert (await notes(order))[-2:] == [
        ("paid link dropped", "A mistake."),
        ("paid link restored", f"version {version_id}"),
    ]
    await stage.drain()
    await stage.sound()


async def test_a_dropped_link_does_not_come_back_to_a_place_that_was_sold_again_nor_altered(stage: Stage) -> None:
    # Given a dropped link, whose place another customer has bought
    article_id = await stage.article(max_paid_links=1, content=LONG)
    order = await completed(stage, article_id)
    text = await live(stage, article_id)
    await articles.publish_text(article_id, LONG, actor="edith", override="A mistake.")
    with pytest.raises(ConflictError, match="exactly as it was sold"):
        await articles.publish_text(article_id, text.replace(LINK, f"{LINK} {LINK}"), actor="edith")
    await stage.submitted(article_id, **BEN)

    # When a text carries it again, then it is refused with the order's name
    with pytest.raises(ConflictError, match="the article needs a free link slot") as refused:
        await articles.publish_text(article_id, text, actor="edith", override="All the same.")
    assert str(order.id) in str(refused.value.details)
    assert await live(stage, article_id) == LONG
    await stage.drain()
    await stage.sound()


async def test_a_dropped_link_comes_back_to_an_article_that_an_editor_has_made_exclusive(stage: Stage) -> None:
    # Given two paid links, a third in review, and an editor who has made the article exclusive since
    article_id = await stage.article(content=LONG)
    ana = await completed(stage, article_id)
    await completed(stage, article_id, **BEN)
    await stage.submitted(article_id, **CLEO)
    await Article.update({Article.exclusive: True}).where(Article.id == article_id)
    text = await live(stage, article_id)

    # When a text drops Ana's link by mistake, and another brings it back
    await articles.publish_text(article_id, text.replace(LINK, "a guide"), actor="edith", override="A mistake.")
    await articles.publish_text(article_id, text, actor="edith")

    # Then it is a paid link again, and no other is for sale
    assert (await order_row(ana))["link_dropped_at"] is None
    assert (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["linksFree"] == 0
    await stage.drain()
    await stage.sound()


async def test_a_text_with_the_link_of_an_open_order_is_refused_and_the_order_is_still_published(
    stage: Stage,
) -> None:
    # Given Ana's link in review, and Edith who wants another word in her version
    article_id = await stage.article(content=LONG)
    order = await stage.submitted(article_id)
    text = (await stage.status(order))["version"]["content"].replace("# A long article", "# A longer article")
    await stage.signed_in()
    path = f"/admin/articles/{article_id}"

    # When she publishes that version with the other word, also with a reason
    refused = [await press(stage, path, path, text=text, override=reason) for reason in ("", "One word was wrong.")]

    # Then it is refused with the order and its link, and no reason is asked for
    for answer in refused:
        assert answer.status_code == 409 and "has the link of an order that is still open" in answer.text
        assert str(order.id) in answer.text and html.escape(LINK) in answer.text
        assert "# A longer article" in answer.text and 'name="override"' not in answer.text
    assert await live(stage, article_id) == LONG

    # Then the order is published, and her other word after it
    assert (await stage.approve(order)).json()["data"]["status"] == "COMPLETED"
    assert (await press(stage, path, path, text=text)).status_code == 200
    assert await live(stage, article_id) == text
    await stage.drain()
    await stage.sound()


async def test_a_reason_is_asked_for_only_where_it_helps(stage: Stage) -> None:
    # Given an article with a paid link and Edith
    article_id = await stage.article()
    await completed(stage, article_id)
    await stage.signed_in()
    path = f"/admin/articles/{article_id}"

    # When her text drops the link, and when it was written from an older version
    dropped = await press(stage, path, path, text=GARDEN)
    outdated = await press(stage, path, path, text=GARDEN, base="")

    # Then she is asked for a reason for the first one
    assert (dropped.status_code, outdated.status_code) == (409, 409)
    assert "Paid links would be lost" in dropped.text and 'name="override"' in dropped.text
    assert "Another version has gone live" in outdated.text and 'name="override"' not in outdated.text


async def test_a_text_is_refused_for_lost_links_and_for_open_orders_without_room_at_once(stage: Stage) -> None:
    # Given Ana's published link and Ben's open order, and a text with neither her link nor room for his
    article_id = await stage.article(content=LONG)
    ana = await completed(stage, article_id)
    ben = await stage.delivered(article_id, **BEN)
    await stage.signed_in()
    path = f"/admin/articles/{article_id}"

    # When Edith publishes it, then she reads of both before she gives a reason
    refused = await press(stage, path, path, text=NO_ROOM)
    assert refused.status_code == 409 and 'name="override"' in refused.text
    refusal = refused.text.partition('role="alert"')[2].partition("</p>")[0]
    assert str(ana.id) in refusal and str(ben.id) in refusal

    # When she gives one, then it is in the history of both
    answer = await press_again(stage, refused, path, text=NO_ROOM, override="A court said so.")
    assert answer.status_code == 200
    assert (await notes(ana))[-1] == ("paid link dropped", "A court said so.")
    assert (await notes(ben))[-1] == ("room taken", "A court said so.")


async def test_a_reason_is_for_the_orders_that_were_named_and_no_others(stage: Stage) -> None:
    # Given links of Ana and Cleo, and Edith who was refused a text without Ana's; since then Ben has paid for one
    article_id = await stage.article(content=LONG)
    ana, cleo = [await completed(stage, article_id, **changes) for changes in ({}, CLEO)]
    text = await live(stage, article_id)
    cleos = format_link(Link(str(CLEO["targetUrl"]), str(CLEO["anchorText"])))
    await stage.signed_in()
    path = f"/admin/articles/{article_id}"
    refused = await press(stage, path, path, text=f"{NO_ROOM}\n{cleos}\n")
    assert refused.status_code == 409 and str(cleo.id) not in _get_refusal(refused)
    ben = await stage.delivered(article_id, **BEN)

    # When she gives a reason for the same text, which has no room for Ben's link
    again = await press_again(stage, refused, path, text=f"{NO_ROOM}\n{cleos}\n", override="A court said so.")

    # Then she reads of Ben, too, and nothing is published
    assert again.status_code == 409 and await live(stage, article_id) == text
    assert all(str(one.id) in _get_refusal(again) for one in (ana, ben))

    # When she gives a reason for that, but has deleted Cleo's link as well, then she reads of all three
    third = await press_again(stage, again, path, text=NO_ROOM, override="A court said so.")
    assert third.status_code == 409 and await live(stage, article_id) == text
    assert all(str(one.id) in _get_refusal(third) for one in (ana, ben, cleo))

    # When she gives a reason for them, then it is in the history of each
    last = await press_again(stage, third, path, text=NO_ROOM, override="All of it.")
    assert last.status_code == 200 and await live(stage, article_id) == NO_ROOM
    for order, action in ((ana, "paid link dropped"), (ben, "room taken"), (cleo, "paid link dropped")):
        assert (await notes(order))[-1] == (action, "All of it.")


def _get_refusal(answer: httpx.Response) -> str:
    return answer.text.partition('role="alert"')[2].partition("</p>")[0]


async def test_a_link_that_a_text_has_by_now_is_not_paid_for_in_vain(stage: Stage) -> None:
    # Given Ana on the payment page, Ben with a mailed link and Cleo's failed order, and a text with all their links
    article_id = await stage.article(content=LONG, max_paid_links=5)
    await stage.faults(model=[{"kind": "status", "code": 400}])
    cleo = await stage.buy(article_id, **CLEO)
    await stage.email("Order Processing Issue", "cleo@customers.example")
    ana = await stage.asked_and_opened(article_id)
    await stage.ask(article_id, **BEN)
    links = [LINK, *(format_link(Link(one["targetUrl"], one["anchorText"])) for one in (BEN, CLEO))]
    await articles.publish_text(article_id, LONG + "".join(f"\n\nSee {link}.\n" for link in links), actor="edith")
    calls = await stage.model_calls()

    # When Ana pays, Ben opens his link, and Cleo's order is retried
    await stage.pay(ana["checkoutUrl"])
    ben = await stage.open_link("ben@customers.example")
    retried = await stage.judge(cleo, "retry")

    # Then Ana is refunded without a call of the model, and the others read that the article has their links
    order = await stage.received()
    assert (await order_row(order))["failure_reason"] == "unfulfillable"
    assert await stage.model_calls() == calls
    assert ben.status_code == 409 and "This article already has this link" in ben.text
    assert (retried.status_code, retried.json()["error"]["code"]) == (409, "already_there")
    await minute_with_refunds_due(stage)
    await stage.refund_state(order, "SUCCEEDED")

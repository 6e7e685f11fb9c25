"""Approving and rejecting: whatever happens at the same moment, no paid link is lost, and no rejected one is paid."""

import asyncio
from typing import Any

import pytest

from blogqueue.catalogue import articles
from blogqueue.db.tables.catalogue import ArticleVersion, Domain
from blogqueue.db.tables.orders import OrderEvent
from blogqueue.states import OrderStatus
from blogqueue.writing.markdown.blocks import find_eligible_blocks
from blogqueue.writing.markdown.links import find_links
from tests.people import ANA, BEN, CLEO, LONG, ONE_ROOM, anchors, live
from tests.stage import Bought, Stage, moves, order_row


async def submitted_again(stage: Stage, order: Bought) -> None:
    """Let the customer submit the version of a new integration."""
    await stage.drain()
    version = (await stage.status(order))["version"]
    assert (await stage.submit(order, version["versionId"])).status_code == 200


# ---- publishing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, 1])
async def test_two_orders_on_one_article_approved_in_either_order_are_both_published(stage: Stage, first: int) -> None:
    # Given two links, each integrated into the same published text
    article_id = await stage.article(content=LONG)
    two = [await stage.submitted(article_id), await stage.submitted(article_id, **BEN)]

    # When one is approved, and then the other
    answers = [await stage.approve(two[first]), await stage.approve(two[1 - first])]

    # Then both are live, the second as the same edit on the newer text
    assert [answer.json()["data"]["status"] for answer in answers] == ["COMPLETED", "COMPLETED"]
    assert await anchors(stage, article_id) == ["a guide to mulching", "worm farming"]
    second = two[1 - first].id
    versions = ArticleVersion.select().where(ArticleVersion.order_id == second).order_by(ArticleVersion.version_num)
    made, rebased = await versions.output(load_json=True)
    assert made["backlink_review_status"] == "SUPERSEDED"
    assert rebased["backlink_review_status"] == "APPROVED"
    assert rebased["backlink_metadata"]["integration_type"] == "customer_backlink_rebase"
    await stage.drain()
    await stage.sound()


async def test_two_orders_on_one_article_approved_at_the_same_moment_are_both_published(stage: Stage) -> None:
    article_id = await stage.article(content=LONG)
    two = [await stage.submitted(article_id), await stage.submitted(article_id, **BEN)]

    answers = await asyncio.gather(*(stage.approve(order) for order in two))

    assert [answer.json()["data"]["status"] for answer in answers] == ["COMPLETED", "COMPLETED"]
    assert await anchors(stage, article_id) == ["a guide to mulching", "worm farming"]
    await stage.drain()
    await stage.sound()


async def test_one_order_approved_ten_times_at_once_is_published_once(stage: Stage) -> None:
    # Given an order in review
    article_id = await stage.article()
    order = await stage.submitted(article_id)

    # When ten editors approve it at the same moment
    answers = await asyncio.gather(*(stage.approve(order) for _ in range(10)))

    # Then one succeeds, and the others learn who it was
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    refused = next(answer for answer in answers if answer.status_code == 409).json()["error"]
    assert refused["code"] == "wrong_state"
    assert "COMPLETED" in refused["message"] and "approve, by edith-" in refused["message"]
    assert [what for what, _, _ in await moves(order)].count("approve") == 1
    await stage.drain()
    assert [mail["subject"] for mail in await stage.mails("ana@")].count("Your link is published") == 1
    await stage.sound()


async def test_of_three_orders_on_one_block_one_is_published_and_two_are_integrated_again(stage: Stage) -> None:
    # Given three links in the one paragraph that an editor has left, in spite of the open orders
    article_id = await stage.article(content=LONG)
    three = [await stage.delivered(article_id, **changes) for changes in (ANA, BEN, CLEO)]
    assert len(find_eligible_blocks(ONE_ROOM)) == 1
    await articles.publish_text(article_id, ONE_ROOM, actor="edith", override="The rest was wrong.")
    for order in three:
        await stage.regenerate(order)
        await stage.drain()
        await stage.submit(order, (await stage.status(order))["version"]["versionId"])

    # When all three are approved at the same moment
    answers = await asyncio.gather(*(stage.approve(order) for order in three))

    # Then one is live; the paragraph of the others has changed, so they have new jobs and emails
    statuses = [answer.json()["data"]["status"] for answer in answers]
    assert sorted(statuses) == ["COMPLETED", "PROCESSING", "PROCESSING"]
    await stage.sound()
    assert len(await anchors(stage, article_id)) == 1
    await stage.drain("mail")
    again = [order for order, status in zip(three, statuses, strict=True) if status == "PROCESSING"]
    for order in again:
        email = (await order_row(order))["customer_email"]
        assert "We are adding your link again" in [mail["subject"] for mail in await stage.mails(email)]

    # When their jobs find no paragraph left beside the paid link
    await stage.drain()

    # Then they fail with a date for their refund, and the paid link stays
    for order in again:
        row = await order_row(order)
        assert (row["status"], row["failure_reason"]) == ("FAILED", "job_failed")
        assert row["refund_due_at"] is not None
    assert len(await anchors(stage, article_id)) == 1
    await stage.sound()


async def test_three_orders_on_one_article_with_room_are_all_published(stage: Stage) -> None:
    # Given three links in the short garden article, approved at once
    article_id = await stage.article(content=LONG)
    three = [await stage.submitted(article_id, **changes) for changes in (ANA, BEN, CLEO)]
    await asyncio.gather(*(stage.approve(order) for order in three))

    # When those that met another's link are integrated again
    for order in three:
        if (await stage.status(order))["status"] == OrderStatus.PROCESSING:
            await submitted_again(stage, order)
            assert (await stage.approve(order)).json()["data"]["status"] == "COMPLETED"

    # Then all three are live
    assert await anchors(stage, article_id) == ["a guide to mulching", "collecting rain", "worm farming"]
    await stage.drain()
    await stage.sound()


async def test_a_newer_text_takes_the_edit_if_its_paragraph_is_untouched(stage: Stage) -> None:
    # Given an order in review, and a newer text with another heading
    article_id = await stage.article(content=LONG)
    order = await stage.submitted(article_id)
    await articles.publish_text(article_id, LONG.replace("# A long article", "# A longer article"), actor="edith")

    # When it is approved
    answer = await stage.approve(order)

    # Then the newer text has the link
    assert answer.json()["data"]["status"] == "COMPLETED"
    text = await live(stage, article_id)
    assert text.startswith("# A longer article") and find_links(text)[0].anchor_text == "a guide to mulching"
    await stage.drain()
    await stage.sound()


async def test_a_newer_text_without_the_paragraph_has_the_link_integrated_again(stage: Stage) -> None:
    # Given an order in review whose paragraph has been rewritten since
    article_id = await stage.article()
    order = await stage.submitted(article_id)
    await articles.publish_text(article_id, LONG, actor="edith")

    # When it is approved
    answer = await stage.approve(order)

    # Then it is integrated again, and published by the second approval
    assert answer.json()["data"]["status"] == "PROCESSING"
    assert find_links(await live(stage, article_id)) == []
    await submitted_again(stage, order)
    assert (await stage.approve(order)).json()["data"]["status"] == "COMPLETED"
    assert await anchors(stage, article_id) == ["a guide to mulching"]
    await stage.drain()
    await stage.sound()


async def edit_of(order: Bought) -> dict[str, Any]:
    """Return the edit that made an order's version."""
    version = await ArticleVersion.select().where(ArticleVersion.order_id == order.id).output(load_json=True)
    return version[0]["backlink_metadata"]["edit"]


@pytest.mark.parametrize("how", ["in a comment", "last", "lead"])
async def test_a_link_is_not_published_where_none_may_be_now(stage: Stage, how: str) -> None:
    # Given an order in review, whose paragraph has been moved to where no link may be
    article_id = await stage.article(content=LONG)
    order = await stage.submitted(article_id)
    edit = await edit_of(order)
    paragraph = LONG[edit["start"] : edit["end"]]
    rest = LONG.replace(paragraph, "").removeprefix("# A long article\n\n")
    newer = {
        "in a comment": LONG.replace(paragraph, f"{{% comment %}}\n\n{paragraph}\n\n{{% endcomment %}}"),
        "last": f"# A long article\n\n{rest}\n{paragraph}\n",
        "lead": f"# A long article\n\n{paragraph}\n\n{rest}",
    }[how]
    assert newer.count(paragraph) == 1
    await articles.publish_text(article_id, newer, actor="owner")

    # When it is approved
    answer = await stage.approve(order)

    # Then it is integrated again, elsewhere, and the history says why
    assert answer.json()["data"]["status"] == "PROCESSING"
    assert await live(stage, article_id) == newer
    of_people = (OrderEvent.order_id == order.id) & (OrderEvent.actor != "worker")
    rows = await OrderEvent.select(OrderEvent.detail).where(of_people).order_by(OrderEvent.id)
    assert "unfit_block: The edited paragraph may not take a link now" in rows[-1]["detail"]
    await stage.drain()
    await stage.sound()


async def test_an_edit_of_one_of_two_equal_paragraphs_is_not_applied_to_the_other(stage: Stage) -> None:
    # Given a text that contains every paragraph twice, and an order in review
    half = "\n\n".join(LONG.split("\n\n")[1:13])
    twins = f"# Twins\n\n{half}\n\n{half}\n"
    article_id = await stage.article(content=twins)
    order = await stage.submitted(article_id)
    edit = await edit_of(order)
    assert twins.count(twins[edit["start"] : edit["end"]]) == 2

    # When the paragraph with its link is changed, and it is approved
    newer = twins[: edit["start"]] + "Something short." + twins[edit["end"] :]
    await articles.publish_text(article_id, newer, actor="owner")
    answer = await stage.approve(order)

    # Then the other one is unchanged
    assert answer.json()["data"]["status"] == "PROCESSING"
    assert await live(stage, article_id) == newer
    await stage.drain()
    await stage.sound()


@pytest.mark.parametrize(
    ("rel", "attribute"), [("sponsored", ' rel="sponsored"'), ("nofollow", ' rel="nofollow"'), ("none", "")]
)
async def test_a_published_link_has_the_rel_that_its_domain_had_when_it_was_sold(
    stage: Stage, rel: str, attribute: str
) -> None:
    order = await stage.submitted(await stage.article(rel=rel))
    await Domain.update({Domain.rel: "sponsored"}, force=True)

    await stage.approve(order)

    page = (await stage.http.get("/articles/soil-that-lasts")).text
    assert f'<a href="https://www.anasgarden.example/mulch-guide"{attribute}>a guide to mulching</a>' in page
    await stage.drain()
    await stage.sound()


async def test_a_version_that_is_not_the_orders_is_not_approved(stage: Stage) -> None:
    article_id = await stage.article(content=LONG)
    ana, ben = await stage.submitted(article_id), await stage.submitted(article_id, **BEN)

    answer = await stage.judge(ana, "approve", versionId=str((await order_row(ben))["version_id"]))

    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "stale_version"
    assert (await stage.status(ana))["status"] == "ADMIN_REVIEW"


@pytest.mark.parametrize("verb", ["approve", "reject"])
async def test_an_order_that_is_not_in_review_is_not_decided(stage: Stage, verb: str) -> None:
    order = await stage.delivered(await stage.article())

    answer = await stage.judge(order, verb, **({"reason": "No."} if verb == "reject" else {}))

    assert answer.status_code == 409
    assert "QUALITY_CHECK: version delivered, by worker" in answer.json()["error"]["message"]


async def test_an_order_that_is_no_longer_in_review_says_what_moved_it_and_why(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await stage.judge(order, "reject", reason="It does not fit.")
    await stage.drain()
    await stage.refund_state(order, "SUCCEEDED")

    message = (await stage.approve(order)).json()["error"]["message"]

    assert "it is FAILED: reject, by edith-" in message and "“It does not fit”" in message


# ---- rejecting -----------------------------------------------------------------------------------------------------

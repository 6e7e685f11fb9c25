"""What a customer may do with an order: take an earlier version, cancel, or be silent."""

from uuid import UUID

import pytest

from blogqueue.catalogue import articles, versions
from blogqueue.db.tables.catalogue import Domain
from blogqueue.db.tables.orders import Order, OrderEvent
from tests.payments import dispute
from tests.people import LONG
from tests.stage import Bought, Stage, bearer, order_row


async def on_page(stage: Stage, order: Bought) -> str:
    stage.http.cookies.set(f"order_{order.id.hex}", order.access)
    return (await stage.http.get(f"/order-status/{order.id}")).text


async def submit_earlier(stage: Stage, order: Bought, version_id: str) -> tuple[int, str]:
    said = {"orderId": str(order.id), "versionId": version_id, "earlier": True}
    answer = await stage.http.post("/api/v1/purchase/submit-for-review", json=said, headers=bearer(order.access))
    return answer.status_code, answer.json().get("error", {}).get("code", "")


async def regenerated(stage: Stage) -> tuple[UUID, Bought, str, str]:
    """An article and an order with two versions: the article's id, the order, and the ids of the versions."""
    article_id = await stage.article(content=LONG)
    order = await stage.delivered(article_id)
    first = (await stage.status(order))["version"]["versionId"]
    await stage.regenerate(order)
    await stage.drain()
    return article_id, order, first, (await stage.status(order))["version"]["versionId"]


async def test_an_earlier_version_is_submitted_checked_again_and_published(stage: Stage) -> None:
    # Given an order with two versions, and another text that went live since, in which both still fit
    article_id, order, first, second = await regenerated(stage)
    await articles.publish_text(article_id, LONG.replace("# A long", "# A longer"), actor="edith")
    assert f'value="{first}"' in await on_page(stage, order)

    # When Ana submits the first one, then it is the one that is reviewed and published
    assert await submit_earlier(stage, order, first) == (200, "")
    assert str((await order_row(order))["version_id"]) == first
    assert await submit_earlier(stage, order, second) == (409, "wrong_state")
    assert (await stage.approve(order)).json()["data"]["status"] == "COMPLETED"
    live = (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["content"]
    assert "# A longer" in live and live.count("[a guide to mulching](https://www.anasgarden.example/mulch-guide)") == 1
    await stage.drain()
    await stage.sound()


async def test_an_earlier_version_that_does_not_fit_any_more_is_not_submitted(stage: Stage) -> None:
    # Given an order with two versions, and a text without the paragraph of the first one
    article_id, order, first, second = await regenerated(stage)
    edit = (await versions.get(UUID(first))).backlink_metadata["edit"]
    newer = LONG[: edit["start"]] + "Other words." + LONG[edit["end"] :]
    await articles.publish_text(article_id, newer, actor="edith")
    base = str((await Order.raw("SELECT id FROM article_versions WHERE order_id IS NULL LIMIT 1"))[0]["id"])

    # Then neither is submitted, and the current version stays
    assert await submit_earlier(stage, order, first) == (409, "version_outdated")
    assert (await submit_earlier(stage, order, base))[0] == 404
    row = await order_row(order)
    assert (row["status"], str(row["version_id"])) == ("QUALITY_CHECK", second)


@pytest.mark.parametrize("code", ["on_hold", "unpublished"])
async def test_what_keeps_an_earlier_version_from_review_is_said_as_it_is(stage: Stage, code: str) -> None:
    # Given an order with two versions, whose payment is disputed, or whose article was taken down
    article_id, order, first, second = await regenerated(stage)
    if code == "on_hold":
        await dispute(stage, order)
    else:
        await articles.take_down(article_id, actor="edith")

    # When Ana submits the first one, then she reads why that is not possible, and the current version stays
    assert await submit_earlier(stage, order, first) == (409, code)
    row = await order_row(order)
    assert (row["status"], str(row["version_id"])) == ("QUALITY_CHECK", second)


@pytest.mark.parametrize("ready", [False, True])
async def test_an_order_is_cancelled_before_the_review_where_its_domain_allows_it(stage: Stage, *, ready: bool) -> None:
    # Given an order of a domain that lets nobody cancel
    article_id = await stage.article()
    order = await (stage.delivered if ready else stage.buy)(article_id)
    action, data = "/api/v1/purchase/cancel", {"orderId": str(order.id)}
    refused = await stage.http.post(action, json=data, headers=bearer(order.access))
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_cancellable")
    assert "Cancel this order" not in await on_page(stage, order)

    # When the domain allows it, and Ana cancels on the page
    await Domain.update({Domain.can_cancel: True}, force=True)
    assert "Cancel this order" in await on_page(stage, order)
    await stage.http.post(f"/order-status/{order.id}/cancel", data={})

    # Then no worker goes on, her money is refunded once, and she reads one true thing
    await stage.drain()
    await stage.refund_state(order, "SUCCEEDED")
    status = await stage.status(order)
    assert (status["failureReason"], status["statusMessage"]) == (
        "cancelled_by_customer",
        "You cancelled the order; your payment was refunded",
    )
    assert "You cancelled this order" in await on_page(stage, order)
    await stage.email("You cancelled your order")
    assert (await stage.judge(order, "retry")).status_code == 409
    again = await stage.http.post(action, json=data, headers=bearer(order.access))
    assert again.status_code == 409
    await stage.sound()


async def silent_for(stage: Stage, days: int) -> None:
    await stage.by_force(f"UPDATE order_events SET created_at = created_at - interval '{days} days'")  # noqa: S608 - ours


async def test_a_silent_customer_is_reminded_twice_and_then_the_domain_decides(stage: Stage) -> None:
    # Given a version that waits for Ana
    order = await stage.delivered(await stage.article())
    subject = "Your link is waiting for your review"

    async def reminders() -> list[str]:
        return [mail["text"] for mail in await stage.mails() if mail["subject"] == subject]

    # Then she is reminded after three and after seven days, once each
    await stage.minute()
    assert await reminders() == []
    await silent_for(stage, 3)
    await stage.minute()
    await stage.minute()
    assert len(await reminders()) == 1
    await silent_for(stage, 4)
    await stage.minute()
    await stage.minute()
    assert len(await reminders()) == 2 and "Nothing happens to it" in (await reminders())[-1]

    # And after fourteen the version waits on, or is submitted where the domain says so
    await silent_for(stage, 7)
    await stage.minute()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    await Domain.update({Domain.after_silence: "submit"}, force=True)
    await stage.minute()
    assert (await stage.status(order))["status"] == "ADMIN_REVIEW"
    lines = await OrderEvent.select(OrderEvent.actor).where(OrderEvent.action == "submit")
    assert lines == [{"actor": "clock"}]
    assert len(await reminders()) == 2
    await stage.sound()


async def test_the_timeline_says_what_happened_and_how_long_editors_take(stage: Stage) -> None:
    # Given an order in review, and five decisions that took editors two hours each
    order = await stage.submitted(await stage.article())
    for number in range(5):
        await stage.by_force(
            "INSERT INTO order_events (order_id, created_at, actor, action, from_status, to_status, detail) VALUES "  # noqa: S608 - ours
            f"('{UUID(int=number)}', now() - interval '2 hours', 'customer', 'submit', '', 'ADMIN_REVIEW', ''), "
            f"('{UUID(int=number)}', now(), 'edith', 'approve', 'ADMIN_REVIEW', 'COMPLETED', '')"
        )

    status = await stage.status(order)

    assert [one["what"] for one in status["timeline"]] == ["received", "ready", "submitted"]
    assert 7_000 < status["editorSeconds"] < 7_400
    page = await on_page(stage, order)
    assert "This usually takes about 2 hours." in page and "Submitted for review" in page
    assert 'rel="nofollow noopener noreferrer"' in page

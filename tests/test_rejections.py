"""A rejected order is refunded, once, and its customer reads why."""

import asyncio

import pytest

from blogqueue import editors
from blogqueue.db.tables.catalogue import ArticleVersion
from blogqueue.reviews import approval
from blogqueue.writing.markdown.links import find_links
from tests.people import live
from tests.stage import Stage, bearer, moves, order_row


async def test_a_rejected_order_is_refunded_and_its_customer_told_why(stage: Stage) -> None:
    # Given an order in review
    article_id = await stage.article()
    order = await stage.submitted(article_id)

    # When it is rejected
    answer = await stage.judge(order, "reject", reason="The page sells what this site does not.")

    # Then it is FAILED, its refund begun, its version rejected
    assert answer.json()["data"] | {"orderId": 0} == {
        "orderId": 0,
        "status": "FAILED",
        "failureReason": "rejected",
        "refundState": "INITIATED",
    }
    assert (await ArticleVersion.select().where(ArticleVersion.order_id == order.id))[0][
        "backlink_review_status"
    ] == "REJECTED"

    # And Stripe refunds the payment
    await stage.email("Your payment was refunded")
    assert (await order_row(order))["refund_state"] == "SUCCEEDED"
    mails = await stage.mails("ana@")
    assert [mail["subject"] for mail in mails][-2:] == ["Your link was not approved", "Your payment was refunded"]
    assert "The page sells what this site does not." in mails[-2]["text"]
    assert find_links(await live(stage, article_id)) == []

    # And it is never retried
    retried = await stage.judge(order, "retry")
    assert (retried.status_code, retried.json()["error"]["code"]) == (409, "refund_begun")
    assert (await moves(order))[-3:] == [
        ("reject", "ADMIN_REVIEW", "FAILED"),
        ("refund initiated", "", ""),
        ("refund succeeded", "", ""),
    ]
    await stage.sound()


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\u202eb"])
async def test_a_rejection_needs_a_reason_that_can_be_read(stage: Stage, reason: str) -> None:
    order = await stage.submitted(await stage.article())

    answer = await stage.judge(order, "reject", reason=reason)

    assert answer.status_code == 422
    assert (await stage.status(order))["status"] == "ADMIN_REVIEW"


@pytest.mark.parametrize("body", ["{}", None, '{"versionId": null}'])
async def test_a_rejection_over_json_without_a_reason_names_the_field(stage: Stage, body: str | None) -> None:
    order = await stage.submitted(await stage.article())
    token = await editors.issue_token("edith")

    answer = await stage.http.post(
        f"/api/v1/admin/orders/{order.id}/reject",
        content=body,
        headers=bearer(token) | {"content-type": "application/json"},
    )

    assert answer.status_code == 400, answer.text
    assert [(one["field"], one["rule"]) for one in answer.json()["error"]["details"]] == [("reason", "required")]


async def test_the_versions_of_a_refunded_order_are_superseded(stage: Stage) -> None:
    # Given an order with a version, whose regeneration fails
    order = await stage.delivered(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 400, "times": -1}])
    await stage.regenerate(order)
    await stage.drain()
    assert (await stage.status(order))["status"] == "FAILED"

    # When it is refunded
    await stage.judge(order, "refund")

    # Then its version is superseded
    rows = await ArticleVersion.select().where(ArticleVersion.order_id == order.id)
    assert [row["backlink_review_status"] for row in rows] == ["SUPERSEDED"]
    await stage.drain()
    await stage.refund_state(order, "SUCCEEDED")
    await stage.sound()


async def test_approved_and_rejected_at_the_same_moment_is_one_of_the_two(stage: Stage) -> None:
    article_id = await stage.article()
    order = await stage.submitted(article_id)

    answers = await asyncio.gather(
        *(stage.judge(order, "approve") for _ in range(3)),
        *(stage.judge(order, "reject", reason="No.") for _ in range(3)),
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    await stage.drain()
    row = await order_row(order)
    outcome = (row["status"], row["refund_state"], len(find_links(await live(stage, article_id))))
    assert outcome in {("COMPLETED", "NONE", 1), ("FAILED", "SUCCEEDED", 0)}
    await stage.sound()


async def test_a_refund_that_failed_is_shown_and_requested_again(stage: Stage) -> None:
    # Given a rejected order whose refund fails at the bank
    order = await stage.submitted(await stage.article())
    await stage.sandbox.put("/faults", json={"stripe": [{"kind": "refund_fails", "seconds": 0, "path": "/v1/refunds"}]})
    await stage.judge(order, "reject", reason="No.")
    await stage.drain()
    await stage.refund_state(order, "FAILED")
    await stage.alert("A refund failed")
    await stage.sound()

    # When an editor requests it again
    answer = await stage.judge(order, "refund")

    # Then it succeeds, and a third request is refused
    assert answer.status_code == 202, answer.text
    await stage.drain()
    await stage.refund_state(order, "SUCCEEDED")
    again = await stage.judge(order, "refund")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "wrong_state")
    await stage.sound()


async def test_a_disputed_order_is_neither_approved_nor_rejected(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    intent = (await order_row(order))["payment_data"]["paymentIntent"]
    await stage.sandbox.post("/disputes", json={"paymentIntent": intent})

    answers = [await stage.judge(order, "approve"), await stage.judge(order, "reject", reason="No.")]

    assert [answer.json()["error"]["code"] for answer in answers] == ["on_hold", "on_hold"]


async def test_every_suggested_reason_is_accepted() -> None:
    assert all(0 < len(reason) <= approval.REASON_LENGTH for reason in approval.REASONS)

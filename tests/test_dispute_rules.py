"""Each rule of disputes, one small difference at a time."""

import pytest

from blogqueue.audit import audit
from blogqueue.db.tables.catalogue import ArticleVersion
from blogqueue.db.tables.payments import Refund
from tests.payments import (
    failed_order,
    minute_with_refunds_due,
    payment_intent,
    receive_event,
    refund_by_editor,
)
from tests.people import BEN, LONG
from tests.stage import Bought, Stage, order_row


async def dispute_event(stage: Stage, order: Bought, kind: str, status: str) -> None:
    subject = {"id": "du_1", "payment_intent": await payment_intent(order), "status": status}
    assert (await receive_event(stage, f"charge.dispute.{kind}", subject)).status_code == 200


@pytest.mark.parametrize("status", ["won", "warning_closed"])
async def test_a_dispute_that_was_won_or_withdrawn_releases_its_order(stage: Stage, status: str) -> None:
    order = await stage.delivered(await stage.article())
    await dispute_event(stage, order, "created", "needs_response")
    assert (await order_row(order))["on_hold"]

    await dispute_event(stage, order, "closed", status)

    assert not (await order_row(order))["on_hold"]
    assert (await stage.status(order))["canSubmitForReview"]


async def test_a_lost_dispute_leaves_no_version_to_review(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await dispute_event(stage, order, "created", "needs_response")

    await dispute_event(stage, order, "closed", "lost")

    versions = await ArticleVersion.select(ArticleVersion.backlink_review_status).where(
        ArticleVersion.order_id == order.id
    )
    assert [row["backlink_review_status"] for row in versions] == ["SUPERSEDED"]


async def test_a_dispute_of_an_order_that_was_refunded_by_hand_puts_nothing_on_hold(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())
    charge = {"id": "ch_1", "payment_intent": await payment_intent(order), "amount_refunded": 4900, "refunded": True}
    await receive_event(stage, "charge.refunded", charge)
    assert (await order_row(order))["failure_reason"] == "payment_reversed"

    await dispute_event(stage, order, "created", "needs_response")

    assert not (await order_row(order))["on_hold"]


async def test_a_lost_dispute_of_a_refunded_order_is_only_recorded(stage: Stage) -> None:
    order = await failed_order(stage)
    await refund_by_editor(stage, order)
    await dispute_event(stage, order, "created", "needs_response")

    await dispute_event(stage, order, "closed", "lost")

    row = await order_row(order)
    assert (row["failure_reason"], row["refund_state"], row["on_hold"]) == ("job_failed", "SUCCEEDED", False)
    assert "Your order has ended" not in [mail["subject"] for mail in await stage.mails()]


async def test_a_completed_order_on_hold_can_only_be_released(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await stage.approve(order)
    await dispute_event(stage, order, "created", "needs_response")

    assert (await stage.judge(order, "end")).json()["error"]["code"] == "wrong_state"
    assert (await stage.judge(order, "release")).status_code == 200

    assert ((await order_row(order))["status"], (await order_row(order))["on_hold"]) == ("COMPLETED", False)
    await stage.sound()


async def failed_with_refunds_unsent(stage: Stage) -> tuple[Bought, Bought]:
    """Two failed orders whose refunds Stripe has not taken yet."""
    article_id = await stage.article(content=LONG)
    await stage.faults(model=[{"kind": "status", "code": 400, "times": -1}])
    orders = await stage.buy(article_id), await stage.buy(article_id, **BEN)
    await stage.drain()
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": -1}])
    for order in orders:
        await stage.judge(order, "refund")
    await stage.drain()
    return orders


async def test_a_lost_dispute_cancels_no_refund_of_another_order(stage: Stage) -> None:
    ana, ben = await failed_with_refunds_unsent(stage)
    await dispute_event(stage, ana, "created", "needs_response")

    await dispute_event(stage, ana, "closed", "lost")

    assert (await order_row(ana))["refund_state"] == "FAILED"
    assert (await order_row(ben))["refund_state"] == "INITIATED"
    assert sorted(row["state"] for row in await Refund.select(Refund.state)) == ["FAILED", "INITIATED"]


async def test_a_lost_dispute_cancels_no_refund_that_stripe_has(stage: Stage) -> None:
    order = await failed_order(stage)
    await stage.faults(stripe=[{"kind": "refund_pending", "seconds": 60}])
    await stage.judge(order, "refund")
    await minute_with_refunds_due(stage)
    await dispute_event(stage, order, "created", "needs_response")

    await dispute_event(stage, order, "closed", "lost")

    assert (await order_row(order))["refund_state"] == "INITIATED"


async def test_a_lost_dispute_keeps_why_a_refund_failed(stage: Stage) -> None:
    order = await failed_order(stage)
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": -1}])
    await stage.judge(order, "refund")
    await stage.drain()
    await Refund.update({Refund.state: "FAILED", Refund.error: "the card was closed"}, force=True)
    await dispute_event(stage, order, "created", "needs_response")

    await dispute_event(stage, order, "closed", "lost")

    assert (await Refund.select(Refund.error))[0]["error"] == "the card was closed"


async def test_a_refund_that_waits_for_a_dispute_breaks_no_rule(stage: Stage) -> None:
    order = await failed_order(stage)
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": -1}])
    await stage.judge(order, "refund")
    await stage.drain()
    await Refund.raw("UPDATE refunds SET run_at = clock_timestamp() - interval '1 hour'")
    assert [one.number for one in await audit() if one.offenders] == [8]

    await dispute_event(stage, order, "created", "needs_response")

    await stage.sound()

"""Each rule of refunds and disputes, one small difference at a time."""

import pytest

from blogqueue.audit import audit
from blogqueue.db.tables.catalogue import ArticleVersion
from blogqueue.db.tables.payments import Refund
from tests.payments import (
    STRIPE_KEY,
    dispute,
    minute_with_refunds_due,
    payment_intent,
    receive_event,
    refunds_at_stripe,
)
from tests.people import BEN, LONG
from tests.stage import Bought, Stage, bearer, order_row


async def failed_order(stage: Stage) -> Bought:
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 400}])
    await stage.email("Order Processing Issue")
    return order


async def refund(stage: Stage, order: Bought, *, fails: bool = False) -> None:
    """Let an editor refund an order, and wait for the refund's end."""
    if fails:
        await stage.faults(stripe=[{"kind": "refund_fails", "seconds": 0.1}])
    assert (await stage.judge(order, "refund")).status_code == 202
    await stage.drain()
    await stage.refund_state(order, "FAILED" if fails else "SUCCEEDED")


async def test_a_refund_is_of_the_whole_price_and_names_its_order(stage: Stage) -> None:
    order = await failed_order(stage)
    await refund(stage, order)

    made = [one for one in await refunds_at_stripe(stage) if one["metadata"].get("order_id") == str(order.id)]

    assert [(one["amount"], one["payment_intent"]) for one in made] == [(4900, await payment_intent(order))]


async def test_a_failed_refund_is_made_anew_and_a_late_event_of_the_first_one_changes_nothing(stage: Stage) -> None:
    # Given an order whose refund failed, and a second request that Stripe has not taken yet
    order = await failed_order(stage)
    await refund(stage, order, fails=True)
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": 3}])
    assert (await stage.judge(order, "refund")).status_code == 202
    await stage.drain()

    # When an event of the first request arrives
    first = {"id": "re_first", "status": "succeeded", "metadata": {"order_id": str(order.id)}}
    await receive_event(stage, "refund.updated", first)

    # Then it is not taken for the second one, which is then made under a key of its own
    assert (await order_row(order))["refund_state"] == "INITIATED"
    await minute_with_refunds_due(stage)
    await stage.refund_state(order, "SUCCEEDED")
    made = [one for one in await refunds_at_stripe(stage) if one["metadata"].get("order_id") == str(order.id)]
    assert [one["metadata"].get("number") for one in made] == ["2", None]
    assert (await stage.judge(order, "refund")).json()["error"]["code"] == "wrong_state"
    await stage.sound()


async def test_a_failure_that_stripe_repeats_does_not_keep_a_refund_back(stage: Stage) -> None:
    order = await failed_order(stage)
    await stage.faults(stripe=[{"kind": "status", "code": 500, "saved": True, "path": "/v1/refunds"}])

    await refund(stage, order)

    assert [one["amount"] for one in await refunds_at_stripe(stage)] == [4900]
    await stage.sound()


async def test_a_failed_refund_that_is_made_by_hand_in_stripe_has_succeeded(stage: Stage) -> None:
    # Given an order whose refund failed, and a refund of its payment that has succeeded once
    order = await failed_order(stage)
    await refund(stage, order, fails=True)

    # When an operator refunds the payment in Stripe, a minute later
    await stage.by_force("UPDATE refunds SET updated_at = updated_at - interval '1 minute'")
    intent = {"payment_intent": await payment_intent(order)}
    by_hand = (await stage.sandbox.post("/v1/refunds", data=intent, headers=STRIPE_KEY)).json()

    # Then that is the order's refund, and the customer is told
    await stage.email("Your payment was refunded")
    assert [(row["state"], row["stripe_refund_id"]) for row in await Refund.select()] == [("SUCCEEDED", by_hand["id"])]
    await stage.sound()

    # And if the bank sends it back, the refund has failed, and can be made again
    sent_back = {"id": by_hand["id"], "payment_intent": await payment_intent(order), "status": "failed"}
    await receive_event(stage, "refund.failed", sent_back)
    await stage.refund_state(order, "FAILED")
    assert (await stage.judge(order, "refund")).status_code == 202


async def test_a_late_event_of_a_refund_that_failed_makes_no_other(stage: Stage) -> None:
    # Given a refund that failed, and the event of its beginning, which was not delivered
    order = await failed_order(stage)
    await stage.faults(webhook=[{"kind": "drop", "type": "charge.refunded"}])
    await refund(stage, order, fails=True)
    listed = (await stage.sandbox.get("/v1/events?type=charge.refunded", headers=STRIPE_KEY)).json()["data"]

    # When it comes at last
    await stage.sandbox.post("/webhooks/redeliver", json={"eventId": listed[0]["id"]})
    await stage.drain()

    # Then nothing is refunded that nobody decided
    assert [row["state"] for row in await Refund.select()] == ["FAILED"]
    assert len(await refunds_at_stripe(stage)) == 1


async def test_a_customer_whose_bank_sent_the_refund_back_is_told_of_the_next_one(stage: Stage) -> None:
    # Given a refund that had succeeded, of which the customer was told, before the bank sent it back
    order = await failed_order(stage)
    await refund(stage, order)
    made = (await Refund.select())[0]["stripe_refund_id"]
    sent_back = {"id": made, "status": "failed", "metadata": {"order_id": str(order.id)}}
    await receive_event(stage, "refund.failed", sent_back)
    await stage.refund_state(order, "FAILED")

    # When it is made again
    await refund(stage, order)

    # Then both emails were sent
    await stage.drain()
    assert [mail["subject"] for mail in await stage.mails()].count("Your payment was refunded") == 2


@pytest.mark.parametrize("before", ["none", "failed"])
async def test_a_disputed_order_is_not_refunded_by_hand(stage: Stage, before: str) -> None:
    order = await failed_order(stage)
    if before == "failed":
        await refund(stage, order, fails=True)
    await dispute(stage, order)

    answer = await stage.judge(order, "refund")

    assert answer.json()["error"]["code"] == "wrong_state"
    assert "disputed" in answer.json()["error"]["message"]
    assert await Refund.count().where(Refund.state == "INITIATED") == 0


async def test_an_order_that_has_not_failed_is_not_refunded(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())

    answer = await stage.judge(order, "refund")

    assert answer.json()["error"]["code"] == "wrong_state"
    assert "it is QUALITY_CHECK, its refund NONE" in answer.json()["error"]["message"]
    assert await Refund.count() == 0


async def test_an_order_whose_payment_was_refunded_by_hand_is_not_refunded(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())
    charge = {"id": "ch_1", "payment_intent": await payment_intent(order), "amount_refunded": 4900, "refunded": True}
    await receive_event(stage, "charge.refunded", charge)

    answer = await stage.judge(order, "refund")

    assert "charged back or refunded in Stripe" in answer.json()["error"]["message"]
    assert await Refund.count() == 0


async def test_a_canceled_refund_is_a_failed_one(stage: Stage) -> None:
    order = await failed_order(stage)
    await stage.faults(stripe=[{"kind": "refund_pending", "seconds": 60}])
    await stage.judge(order, "refund")
    await stage.drain()
    made = (await Refund.select())[0]["stripe_refund_id"]

    await receive_event(
        stage, "refund.updated", {"id": made, "status": "canceled", "metadata": {"order_id": str(order.id)}}
    )

    assert (await order_row(order))["refund_state"] == "FAILED"
    await stage.alert("A refund failed")


async def test_a_refund_that_failed_first_and_then_succeeds_has_succeeded(stage: Stage) -> None:
    order = await failed_order(stage)
    await refund(stage, order, fails=True)
    made = (await Refund.select())[0]["stripe_refund_id"]

    await receive_event(
        stage, "refund.updated", {"id": made, "status": "succeeded", "metadata": {"order_id": str(order.id)}}
    )

    assert (await order_row(order))["refund_state"] == "SUCCEEDED"
    await stage.email("Your payment was refunded")


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
    await refund(stage, order)
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


async def test_our_own_refund_does_not_end_its_order_a_second_time(stage: Stage) -> None:
    order = await failed_order(stage)
    await refund(stage, order)
    charge = {"id": "ch_1", "payment_intent": await payment_intent(order), "amount_refunded": 4900, "refunded": True}

    await receive_event(stage, "charge.refunded", charge)

    assert (await order_row(order))["failure_reason"] == "job_failed"
    subjects = [mail["subject"] for mail in await stage.mails("operator@")]
    assert "blogqueue: A payment was refunded in Stripe" not in subjects


async def test_a_failed_refund_that_was_made_by_hand_alerts_the_operator(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    failed = {"id": "re_by_hand", "payment_intent": await payment_intent(order), "status": "failed"}

    await receive_event(stage, "refund.failed", failed)

    await stage.alert("A refund made in Stripe failed")


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


async def test_after_a_part_was_refunded_by_hand_an_orders_refund_is_what_is_left(stage: Stage) -> None:
    order = await failed_order(stage)
    part = {"payment_intent": await payment_intent(order), "amount": 1000}
    await stage.sandbox.post("/v1/refunds", data=part, headers=bearer("sk_test_of_the_tests"))
    await stage.alert("A payment was refunded in Stripe")

    await refund(stage, order)

    assert sorted(one["amount"] for one in await refunds_at_stripe(stage)) == [1000, 3900]
    await stage.sound()


async def test_a_refund_that_waits_for_a_dispute_breaks_no_rule(stage: Stage) -> None:
    order = await failed_order(stage)
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": -1}])
    await stage.judge(order, "refund")
    await stage.drain()
    await Refund.raw("UPDATE refunds SET run_at = clock_timestamp() - interval '1 hour'")
    assert [one.number for one in await audit() if one.offenders] == [8]

    await dispute_event(stage, order, "created", "needs_response")

    await stage.sound()

"""Each rule of refunds, one small difference at a time."""

import pytest

from blogqueue.db.tables.payments import Refund
from tests.payments import (
    STRIPE_KEY,
    all_events_of,
    dispute,
    failed_order,
    minute_with_refunds_due,
    payment_intent,
    receive_event,
    refund_by_editor,
    refunds_at_stripe,
)
from tests.stage import Stage, bearer, order_row


async def test_a_refund_is_of_the_whole_price_and_names_its_order(stage: Stage) -> None:
    order = await failed_order(stage)
    await refund_by_editor(stage, order)

    made = [one for one in await refunds_at_stripe(stage) if one["metadata"].get("order_id") == str(order.id)]

    assert [(one["amount"], one["payment_intent"]) for one in made] == [(4900, await payment_intent(order))]


async def test_a_failed_refund_is_made_anew_and_a_late_event_of_the_first_one_changes_nothing(stage: Stage) -> None:
    # Given an order whose refund failed, and a second request that Stripe has not taken yet
    order = await failed_order(stage)
    await refund_by_editor(stage, order, fails=True)
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

    await refund_by_editor(stage, order)

    assert [one["amount"] for one in await refunds_at_stripe(stage)] == [4900]
    await stage.sound()


async def test_a_failed_refund_that_is_made_by_hand_in_stripe_has_succeeded(stage: Stage) -> None:
    # Given an order whose refund failed, and a refund of its payment that has succeeded once
    order = await failed_order(stage)
    await refund_by_editor(stage, order, fails=True)

    # When an operator refunds the payment in Stripe, a minute later
    await stage.by_force("UPDATE refunds SET updated_at = updated_at - interval '1 minute'")
    intent = {"payment_intent": await payment_intent(order)}
    by_hand = (await stage.sandbox.post("/v1/refunds", data=intent, headers=STRIPE_KEY)).json()

    # Then that is the order's refund, and the customer is told
    await stage.email("Your payment was refunded")
    assert [(row["state"], row["stripe_refund_id"]) for row in await Refund.select()] == [("SUCCEEDED", by_hand["id"])]
    await stage.sound()

    # And if the bank sends it back, the refund has failed, and can be made again
    await all_events_of(stage, by_hand["id"])
    sent_back = {"id": by_hand["id"], "payment_intent": await payment_intent(order), "status": "failed"}
    await receive_event(stage, "refund.failed", sent_back)
    await stage.refund_state(order, "FAILED")
    assert (await stage.judge(order, "refund")).status_code == 202


async def test_a_late_event_of_a_refund_that_failed_makes_no_other(stage: Stage) -> None:
    # Given a refund that failed, and the event of its beginning, which was not delivered
    order = await failed_order(stage)
    await stage.faults(webhook=[{"kind": "drop", "type": "charge.refunded"}])
    await refund_by_editor(stage, order, fails=True)
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
    await refund_by_editor(stage, order)
    made = (await Refund.select())[0]["stripe_refund_id"]
    await all_events_of(stage, made)
    sent_back = {"id": made, "status": "failed", "metadata": {"order_id": str(order.id)}}
    await receive_event(stage, "refund.failed", sent_back)
    await stage.refund_state(order, "FAILED")

    # When it is made again
    await refund_by_editor(stage, order)

    # Then both emails were sent
    await stage.drain()
    assert [mail["subject"] for mail in await stage.mails()].count("Your payment was refunded") == 2


@pytest.mark.parametrize("before", ["none", "failed"])
async def test_a_disputed_order_is_not_refunded_by_hand(stage: Stage, before: str) -> None:
    order = await failed_order(stage)
    if before == "failed":
        await refund_by_editor(stage, order, fails=True)
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
    await refund_by_editor(stage, order, fails=True)
    made = (await Refund.select())[0]["stripe_refund_id"]

    await receive_event(
        stage, "refund.updated", {"id": made, "status": "succeeded", "metadata": {"order_id": str(order.id)}}
    )

    assert (await order_row(order))["refund_state"] == "SUCCEEDED"
    await stage.email("Your payment was refunded")


async def test_our_own_refund_does_not_end_its_order_a_second_time(stage: Stage) -> None:
    order = await failed_order(stage)
    await refund_by_editor(stage, order)
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


async def test_after_a_part_was_refunded_by_hand_an_orders_refund_is_what_is_left(stage: Stage) -> None:
    order = await failed_order(stage)
    part = {"payment_intent": await payment_intent(order), "amount": 1000}
    await stage.sandbox.post("/v1/refunds", data=part, headers=bearer("sk_test_of_the_tests"))
    await stage.alert("A payment was refunded in Stripe")

    await refund_by_editor(stage, order)

    assert sorted(one["amount"] for one in await refunds_at_stripe(stage)) == [1000, 3900]
    await stage.sound()

"""A payment that matches no purchase, or pays for one again, is held until the operator decides."""

from typing import Any

import pytest

from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.observation import Alert
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.db.tables.payments import HeldPayment
from tests.payments import STRIPE_KEY, event_of, purchase_row, receive_event, two_open_pages
from tests.stage import Stage, order_row


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({Purchase.price: 9900}, "the amount is 49.00 EUR instead of 99.00 EUR"),
        ({Purchase.currency: "USD"}, "the currency is EUR instead of USD"),
    ],
)
async def test_a_payment_that_does_not_match_its_purchase_is_held_for_the_operator(
    stage: Stage, change: dict[Any, Any], reason: str
) -> None:
    # Given an open payment page, and a purchase that has changed since
    opened = await stage.asked_and_opened(await stage.article())
    await Purchase.update(change).where(Purchase.session_id == opened["sessionId"])

    # When it is paid
    await stage.pay(opened["checkoutUrl"])

    # Then there is no order, and the operator gets an alert
    assert reason in (await stage.alert("A payment is held"))["text"]
    assert await Order.count() == await Job.count() == 0
    assert reason in (await stage.held())[0]["reason"]
    await stage.sound()


async def test_a_duplicate_payment_is_held_and_returned_once(stage: Stage) -> None:
    # Given a purchase that was paid twice
    first, second = await two_open_pages(stage)
    await stage.pay(first["checkoutUrl"])
    await stage.pay(second["checkoutUrl"])

    # Then it is one order, and the alert names the duplicate
    assert second["sessionId"] in (await stage.alert("A payment is held: its purchase has been paid already"))["text"]
    assert await Order.count() == await Job.count() == 1
    assert (await stage.decide(second["sessionId"], "accept")).json()["error"]["code"] == "paid_twice"

    # When the operator returns it twice
    assert (await stage.decide(second["sessionId"], "return")).status_code == 200
    assert (await stage.decide(second["sessionId"], "return")).json()["error"]["code"] == "wrong_state"

    # Then it is refunded once, the customer is told, and the order goes on
    await stage.email("We refunded your payment")
    listed = (await stage.sandbox.get("/v1/refunds?limit=100", headers=STRIPE_KEY)).json()["data"]
    assert [one["metadata"].get("held_session") for one in listed].count(second["sessionId"]) == 1
    assert await stage.held() == []
    assert (await stage.status(await stage.received()))["status"] == "QUALITY_CHECK"
    await stage.sound()


async def test_a_right_payment_after_a_wrong_one_is_an_order_and_the_wrong_one_stays_held(stage: Stage) -> None:
    first, second = await two_open_pages(stage)
    await Purchase.update({Purchase.price: 9900}, force=True)
    await stage.pay(first["checkoutUrl"])
    assert await Order.count() == 0
    await Purchase.update({Purchase.price: 4900}, force=True)

    await stage.pay(second["checkoutUrl"])

    assert (await order_row(await stage.received()))["session_id"] == second["sessionId"]
    assert [one["sessionId"] for one in await stage.held()] == [first["sessionId"]]
    await stage.sound()


async def held_for_its_amount(stage: Stage) -> str:
    """Hold a payment of 49.00 for what now costs 99.00; return its session."""
    opened = await stage.asked_and_opened(await stage.article())
    await Purchase.update({Purchase.price: 9900}).where(Purchase.session_id == opened["sessionId"])
    await stage.pay(opened["checkoutUrl"])
    return str(opened["sessionId"])


async def test_a_held_payment_that_is_accepted_is_an_order_at_the_price_that_was_paid(stage: Stage) -> None:
    session_id = await held_for_its_amount(stage)

    assert (await stage.decide(session_id, "accept")).status_code == 200

    order = await stage.received()
    assert (await order_row(order))["price"] == 4900
    assert (await stage.status(order))["status"] == "PROCESSING"
    assert (await stage.decide(session_id, "return")).json()["error"]["code"] == "wrong_state"
    await stage.sound()


async def test_a_held_payment_that_is_disputed_meanwhile_is_not_accepted(stage: Stage) -> None:
    session_id = await held_for_its_amount(stage)
    intent = (await stage.held())[0]["paymentIntent"]
    await stage.sandbox.post("/disputes", json={"paymentIntent": intent})

    assert "is held, and has no order" in (await stage.alert("A payment is disputed"))["text"]
    assert (await stage.decide(session_id, "accept")).json()["error"]["code"] == "reversed"
    assert (await stage.decide(session_id, "return")).json()["error"]["code"] == "refused"
    assert "charged back" in (await stage.held())[0]["error"]
    assert (await stage.decide(session_id, "dismiss")).status_code == 200
    await stage.sound()


async def test_a_dispute_of_a_payment_of_others_is_no_matter_of_a_held_one(stage: Stage) -> None:
    await held_for_its_amount(stage)

    unknown = {"id": "du_1", "payment_intent": "pi_of_another_shop", "status": "needs_response"}
    assert (await receive_event(stage, "charge.dispute.created", unknown)).status_code == 200

    assert await Alert.count().where(Alert.summary == "A payment is disputed") == 0


async def test_a_held_payment_is_returned_even_if_stripe_is_unavailable_for_a_while(stage: Stage) -> None:
    # Given a held payment, and a Stripe that does not answer
    session_id = await held_for_its_amount(stage)
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": 3}])
    assert (await stage.decide(session_id, "return")).status_code == 503
    assert [(one["state"], "A fault is set in the sandbox" in one["error"]) for one in await stage.held()] == [
        ("RETURNING", True)
    ]

    # When it answers again
    await HeldPayment.raw("UPDATE held_payments SET updated_at = updated_at - interval '1 minute'")
    await stage.minute()

    # Then it is refunded, and the purchase is over
    await stage.email("We refunded your payment")
    assert (await purchase_row())["state"] == "EXPIRED"
    assert await stage.held() == []
    await stage.sound()


async def test_a_held_payment_that_was_dealt_with_outside_is_dismissed(stage: Stage) -> None:
    session_id = await held_for_its_amount(stage)

    assert (await stage.decide(session_id, "dismiss")).status_code == 200

    assert await stage.held() == []
    assert (await stage.decide("cs_unknown", "dismiss")).status_code == 404
    await stage.sound()


async def test_a_payment_that_was_refunded_before_its_webhook_arrived_is_held(stage: Stage) -> None:
    # Given a payment whose webhook is late
    opened = await stage.asked_and_opened(await stage.article())
    await stage.faults(webhook=[{"kind": "drop", "type": "checkout.session.completed"}])
    paid = await stage.pay(opened["checkoutUrl"])

    # And that somebody has refunded in Stripe since
    session = (await stage.sandbox.get(f"/v1/checkout/sessions/{opened['sessionId']}", headers=STRIPE_KEY)).json()
    await stage.sandbox.post("/v1/refunds", data={"payment_intent": session["payment_intent"]}, headers=STRIPE_KEY)
    await event_of(stage, "charge.refunded")

    # When the webhook arrives at last
    await stage.sandbox.post("/webhooks/redeliver", json={"eventId": paid["eventId"]})

    # Then there is no order
    assert "disputed or refunded before it was fulfilled" in (await stage.alert("A payment is held"))["text"]
    assert await Order.count() == 0
    await stage.sound()

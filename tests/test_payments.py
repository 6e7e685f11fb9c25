"""Money comes in many ways: late, twice, out of order, not as asked, and back again. One payment is one order."""

import asyncio
from typing import Any

import pytest

from blogqueue.actors.messages import minute
from blogqueue.tables import Job, Order, Purchase
from tests.stage import Bought, Stage, order_row


async def strike(stage: Stage) -> None:
    """A minute passes."""
    minute.send()
    await stage.drain()


async def event_of(stage: Stage, kind: str) -> str:
    """The newest event of a kind, waited for; its id."""
    for _ in range(500):
        for delivery in reversed((await stage.sandbox.get("/webhooks.json")).json()):
            if delivery["type"] == kind and delivery["status"] == 200:
                return str(delivery["event"])
        await asyncio.sleep(0.02)
    raise AssertionError(f"no {kind} was taken")


async def purchase() -> dict[str, Any]:
    return (await Purchase.select())[0]


async def payment_intent(order: Bought) -> str:
    return str((await order_row(order))["payment_data"]["paymentIntent"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({Purchase.price: 9900}, "the amount is 4900, asked was 9900"),
        ({Purchase.currency: "USD"}, "the currency is eur, asked was USD"),
        ({Purchase.session_id: "cs_another"}, "the purchase's is cs_another"),
    ],
)
async def test_a_payment_that_is_not_what_was_asked_is_held_for_the_operator(
    stage: Stage, change: dict[Any, Any], said: str
) -> None:
    # Given an open payment page, and a purchase that asks for something else by now
    opened = await stage.asked_and_opened(await stage.article())
    await Purchase.update(change).where(Purchase.session_id == opened["sessionId"])

    # When it is paid
    await stage.pay(opened["checkoutUrl"])

    # Then nothing is worked on, and the operator knows
    assert said in (await stage.alert("A payment is held"))["text"]
    assert await Order.count() == await Job.count() == 0
    await stage.sound()


async def test_the_same_event_a_hundred_times_at_once_is_one_order(stage: Stage) -> None:
    await stage.buy(await stage.article())
    event = await event_of(stage, "checkout.session.completed")

    again = await stage.sandbox.post("/webhooks/redeliver", json={"eventId": event, "times": 100, "concurrently": True})

    assert again.json()["statuses"] == [200] * 100
    assert await Order.count() == await Job.count() == 1
    await stage.sound()


async def test_a_session_that_expired_before_its_payment_was_heard_of_is_an_order_all_the_same(stage: Stage) -> None:
    # Given a paid session whose events come in the wrong order
    opened = await stage.asked_and_opened(await stage.article())
    await Purchase.update({Purchase.state: "EXPIRED"}).where(Purchase.session_id == opened["sessionId"])

    await stage.pay(opened["checkoutUrl"])

    assert (await order_row(await stage.received()))["status"] == "PROCESSING"
    await stage.sound()


async def test_a_payment_that_takes_days_holds_its_place_and_becomes_an_order_when_it_is_there(stage: Stage) -> None:
    # Given an article with one place, and a bank debit for it that is on its way
    article_id = await stage.article(max_paid_links=1)
    opened = await stage.asked_and_opened(article_id)
    await stage.sandbox.post(f"{opened['checkoutUrl']}/pay-delayed", headers={"accept": "application/json"})
    assert await Order.count() == 0

    # When the payment page's time is long over
    await Purchase.raw("UPDATE purchases SET holds_until = now() - interval '1 minute', session_expires_at = now()")
    await strike(stage)

    # Then the place is still held, and nothing more is asked for
    assert (await stage.ask(article_id, email="ben@customers.example")).json()["error"]["code"] == "sold_out"

    # And when the money is there, it is an order
    await stage.sandbox.post(f"{opened['checkoutUrl']}/settle-delayed", headers={"accept": "application/json"})
    assert (await order_row(await stage.received()))["status"] == "PROCESSING"
    await stage.sound()


async def test_who_clicks_the_magic_link_while_a_payment_is_on_its_way_is_not_asked_to_pay_again(stage: Stage) -> None:
    await stage.ask(await stage.article())
    token = await stage.magic_token()
    opened = (await stage.checkout(token)).json()["data"]
    await stage.sandbox.post(f"{opened['checkoutUrl']}/pay-delayed", headers={"accept": "application/json"})
    await Purchase.raw("UPDATE purchases SET session_expires_at = now()")

    assert (await stage.checkout(token)).json()["error"]["code"] == "payment_pending"


async def test_a_payment_that_fails_after_days_lets_its_place_go(stage: Stage) -> None:
    article_id = await stage.article(max_paid_links=1)
    opened = await stage.asked_and_opened(article_id)
    await stage.sandbox.post(f"{opened['checkoutUrl']}/pay-delayed", headers={"accept": "application/json"})

    await stage.sandbox.post(f"{opened['checkoutUrl']}/fail-delayed", headers={"accept": "application/json"})

    assert (await purchase())["state"] == "EXPIRED"
    assert await Order.count() == 0
    assert (await stage.ask(article_id, email="ben@customers.example")).status_code == 202


async def test_money_that_was_given_back_before_its_payment_was_heard_of_is_held(stage: Stage) -> None:
    # Given a payment whose webhook is late
    opened = await stage.asked_and_opened(await stage.article())
    await stage.faults(webhook=[{"kind": "drop", "type": "checkout.session.completed"}])
    paid = await stage.pay(opened["checkoutUrl"])

    # And that somebody has given back in Stripe meanwhile
    session = (await stage.sandbox.get(f"/v1/checkout/sessions/{opened['sessionId']}", headers=stripe_key())).json()
    await stage.sandbox.post("/v1/refunds", data={"payment_intent": session["payment_intent"]}, headers=stripe_key())
    await event_of(stage, "charge.refunded")

    # When the webhook comes at last
    await stage.sandbox.post("/webhooks/redeliver", json={"eventId": paid["eventId"]})

    # Then nobody works for nothing
    assert "reversed before it was settled" in (await stage.alert("A payment is held"))["text"]
    assert await Order.count() == 0
    await stage.sound()


async def test_an_order_whose_money_was_given_back_by_hand_is_frozen(stage: Stage) -> None:
    # Given an order that its customer could submit
    order = await stage.delivered(await stage.article())
    version = (await stage.status(order))["version"]["versionId"]

    # When its payment is given back in Stripe
    await stage.sandbox.post("/v1/refunds", data={"payment_intent": await payment_intent(order)}, headers=stripe_key())
    await stage.alert("A payment was given back in Stripe")

    # Then it goes no further
    assert (await stage.submit(order, version)).json()["error"]["code"] == "frozen"
    assert (await stage.regenerate(order)).json()["error"]["code"] == "frozen"
    await stage.sound()


async def test_a_disputed_order_is_neither_approved_nor_refunded(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())

    await stage.sandbox.post("/disputes", json={"paymentIntent": await payment_intent(order)})
    await stage.alert("A payment is disputed")

    assert (await stage.approve(order)).json()["error"]["code"] == "frozen"
    assert (await order_row(order))["refund_state"] == "NONE"
    await stage.sound()


async def test_the_same_link_is_sold_once_for_an_article(stage: Stage) -> None:
    article_id = await stage.article()
    await stage.buy(article_id)

    again = await stage.ask(article_id, email="ben@customers.example")

    assert again.status_code == 409
    assert again.json()["error"]["code"] == "already_there"


async def test_two_who_pay_for_the_same_link_at_once_are_one_order_and_one_refund(stage: Stage) -> None:
    # Given two open payment pages for the same link
    article_id = await stage.article()
    await stage.ask(article_id)
    await stage.ask(article_id, email="ben@customers.example")
    pages = [
        (await stage.checkout(await stage.magic_token(email))).json()["data"]["checkoutUrl"]
        for email in ("ana@customers.example", "ben@customers.example")
    ]

    # When both are paid
    for page in pages:
        await stage.pay(page)

    # Then the first has an order, and the second's money goes back
    assert (await order_row(await stage.received("ana@customers.example")))["status"] == "PROCESSING"
    late = await stage.received("ben@customers.example")
    assert (await order_row(late))["failure_reason"] == "unfulfillable"
    await strike(stage)
    await stage.letter("Your payment was refunded", "ben@customers.example")
    await stage.sound()


async def test_a_webhook_hours_late_finds_the_order_made(stage: Stage) -> None:
    # Given a payment that reconciliation has found
    opened = await stage.asked_and_opened(await stage.article())
    await stage.faults(webhook=[{"kind": "drop", "type": "checkout.session.completed"}])
    paid = await stage.pay(opened["checkoutUrl"])
    await strike(stage)
    order = await stage.received()
    assert await Job.count() == 1

    # When its webhook comes after all
    again = await stage.sandbox.post("/webhooks/redeliver", json={"eventId": paid["eventId"]})

    # Then nothing happens
    assert again.json()["statuses"] == [200]
    assert await Order.count() == await Job.count() == 1
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    await stage.sound()


def stripe_key() -> dict[str, str]:
    return {"authorization": "Bearer sk_test_of_the_tests"}

"""A payment may arrive late, twice, out of order, with a wrong amount, or be disputed: one payment is one order."""

import asyncio
from typing import Any

import pytest

from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.db.tables.payments import HeldPayment, StripeEvent
from blogqueue.payments import fulfillment, reconciliation
from tests.stage import Stage, order_row


async def event_of(stage: Stage, kind: str) -> str:
    """Wait for the newest event of a kind, and return its id."""
    for _ in range(500):
        for delivery in reversed((await stage.sandbox.get("/webhooks.json")).json()):
            if delivery["type"] == kind and delivery["status"] == 200:
                return str(delivery["event"])
        await asyncio.sleep(0.02)
    raise AssertionError(f"no {kind} was taken")


async def purchase() -> dict[str, Any]:
    return (await Purchase.select())[0]


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


async def test_a_session_is_ended_at_stripe_before_the_next_one_is_opened(stage: Stage) -> None:
    # Given an open payment page, whose time is over by our clock
    await stage.ask(await stage.article())
    token = await stage.magic_token()
    first = (await stage.checkout(token)).json()["data"]
    await Purchase.raw(
        "UPDATE purchases SET session_expires_at = now(), token_expires_at = now() + interval '1 minute'"
    )

    # When the magic link is clicked again
    second = (await stage.checkout(token)).json()["data"]

    # Then there is another page, and the first one accepts no payment any more
    assert second["sessionId"] != first["sessionId"]
    assert (await stage.sandbox.post(f"{first['checkoutUrl']}/pay")).status_code == 409
    await event_of(stage, "checkout.session.expired")
    await stage.pay(second["checkoutUrl"])
    assert (await order_row(await stage.received()))["status"] == "PROCESSING"
    await stage.sound()


async def two_open_pages(stage: Stage) -> list[dict[str, Any]]:
    """Two payment pages of one purchase, both open at Stripe, of which we know the second only."""
    await stage.ask(await stage.article())
    token = await stage.magic_token()
    first = (await stage.checkout(token)).json()["data"]
    await Purchase.raw("UPDATE purchases SET session_id = NULL, session_expires_at = now() + interval '-1 second'")
    return [first, (await stage.checkout(token)).json()["data"]]


async def test_a_payment_of_an_earlier_page_is_an_order_also_without_its_webhook(stage: Stage) -> None:
    first, second = await two_open_pages(stage)
    await stage.faults(webhook=[{"kind": "drop", "type": "checkout.session.completed"}])
    await stage.pay(first["checkoutUrl"])

    await stage.minute()

    assert (await order_row(await stage.received()))["session_id"] == first["sessionId"] != second["sessionId"]
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
    listed = (await stage.sandbox.get("/v1/refunds?limit=100", headers=stripe_key())).json()["data"]
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

    assert (await stage.decide(session_id, "accept")).json()["error"]["code"] == "reversed"
    assert (await stage.decide(session_id, "return")).json()["error"]["code"] == "refused"
    assert "charged back" in (await stage.held())[0]["error"]
    assert (await stage.decide(session_id, "dismiss")).status_code == 200
    await stage.sound()


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
    assert (await purchase())["state"] == "EXPIRED"
    assert await stage.held() == []
    await stage.sound()


async def test_a_held_payment_that_was_dealt_with_outside_is_dismissed(stage: Stage) -> None:
    session_id = await held_for_its_amount(stage)

    assert (await stage.decide(session_id, "dismiss")).status_code == 200

    assert await stage.held() == []
    assert (await stage.decide("cs_unknown", "dismiss")).status_code == 404
    await stage.sound()


@pytest.mark.parametrize(("code", "alert"), [(400, "A purchase cannot be paid"), (401, "Stripe refuses the API key")])
async def test_an_error_of_stripes_that_lasts_is_not_please_try_again(stage: Stage, code: int, alert: str) -> None:
    # Given a purchase whose checkout Stripe refuses for good
    await stage.ask(await stage.article())
    token = await stage.magic_token()
    await stage.faults(stripe=[{"kind": "status", "code": code, "times": -1}])

    # When its customer tries twice
    answers = [await stage.checkout(token) for _ in range(2)]
    page = await stage.http.post("/purchase/confirm", data={"token": token})

    # Then nobody is told to try again, and the operator is told once
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "cannot_be_paid")
        assert "trying again will not help" in answer.json()["error"]["message"]
    assert (page.status_code, "Try again" in page.text) == (409, False)
    await stage.send_alerts()
    alerts = await Email.select(Email.subject).where(Email.kind == "operator_alert")
    assert [alert in row["subject"] for row in alerts] == [True]

    # And once it is repaired, the same link works
    await stage.faults(stripe=[])
    assert (await stage.checkout(token)).status_code == 200


async def test_a_key_that_stripe_refuses_alerts_the_operator_though_nobody_buys(stage: Stage) -> None:
    await stage.faults(stripe=[{"kind": "status", "code": 401, "times": -1}])

    await stage.minute()
    await stage.minute()

    await stage.faults(stripe=[])
    assert "STRIPE_API_KEY" in (await stage.alert("Stripe refuses the API key"))["text"]
    assert await Email.count().where(Email.kind == "operator_alert") == 1


async def test_the_return_page_asks_stripe_only_while_the_order_is_unknown(stage: Stage) -> None:
    # Given an unpaid session, whose page was opened before and after the payment
    opened = await stage.asked_and_opened(await stage.article())
    page = f"/purchase/return?session_id={opened['sessionId']}"
    assert "Nothing has been paid yet" in (await stage.http.get(page)).text

    # When it is opened again at once, and after the order is there, while Stripe answers nothing
    await stage.faults(stripe=[{"kind": "status", "code": 500, "times": -1}])
    reloaded = (await stage.http.get(page)).text
    await stage.pay(opened["checkoutUrl"])
    await Purchase.raw("UPDATE purchases SET stripe_checked_at = NULL")
    paid = (await stage.http.get(page)).text

    # Then Stripe was not asked
    assert "Nothing has been paid yet" in reloaded
    assert "Request received!" in paid


async def test_a_new_title_does_not_change_the_payment_page_that_was_asked_for(stage: Stage) -> None:
    # Given a payment page whose answer from Stripe was cut off
    article_id = await stage.article()
    await stage.ask(article_id)
    token = await stage.magic_token()
    await stage.faults(stripe=[{"kind": "drop_after", "path": "/v1/checkout/sessions", "times": 3}])
    assert (await stage.checkout(token)).status_code == 503

    # When the article has another title at the next click
    await Article.update({Article.title: "Soil that lasts for ever"}).where(Article.id == article_id)

    assert (await stage.checkout(token)).status_code == 200


async def test_the_same_event_a_hundred_times_at_once_is_one_order(stage: Stage) -> None:
    await stage.buy(await stage.article())
    event = await event_of(stage, "checkout.session.completed")

    again = await stage.sandbox.post("/webhooks/redeliver", json={"eventId": event, "times": 100, "concurrently": True})

    assert again.json()["statuses"] == [200] * 100
    assert await Order.count() == await Job.count() == 1
    await stage.sound()


async def test_a_session_that_expired_before_its_payment_arrived_is_still_an_order(stage: Stage) -> None:
    # Given a paid session whose events arrive in the wrong order
    opened = await stage.asked_and_opened(await stage.article())
    await Purchase.update({Purchase.state: "EXPIRED"}).where(Purchase.session_id == opened["sessionId"])

    await stage.pay(opened["checkoutUrl"])

    assert (await order_row(await stage.received()))["status"] == "PROCESSING"
    await stage.sound()


async def test_a_payment_that_takes_days_holds_its_slot_and_becomes_an_order_when_it_succeeds(stage: Stage) -> None:
    # Given an article with one link slot, and a bank debit for it that is on its way
    article_id = await stage.article(max_paid_links=1)
    opened = await stage.asked_and_opened(article_id)
    await stage.sandbox.post(f"{opened['checkoutUrl']}/pay-delayed", headers={"accept": "application/json"})
    assert await Order.count() == 0

    # When the payment page's time is long over
    await Purchase.raw("UPDATE purchases SET slot_held_until = now() - interval '1 minute', session_expires_at = now()")
    await stage.minute()

    # Then the slot is still held
    assert (await stage.ask(article_id, email="ben@customers.example")).json()["error"]["code"] == "sold_out"

    # And when the payment succeeds, it is an order
    await stage.sandbox.post(f"{opened['checkoutUrl']}/settle-delayed", headers={"accept": "application/json"})
    assert (await order_row(await stage.received()))["status"] == "PROCESSING"
    await stage.sound()


async def test_a_magic_link_does_not_ask_to_pay_again_while_a_payment_is_on_its_way(stage: Stage) -> None:
    await stage.ask(await stage.article())
    token = await stage.magic_token()
    opened = (await stage.checkout(token)).json()["data"]
    await stage.sandbox.post(f"{opened['checkoutUrl']}/pay-delayed", headers={"accept": "application/json"})
    await Purchase.raw("UPDATE purchases SET session_expires_at = now()")

    assert (await stage.checkout(token)).json()["error"]["code"] == "payment_pending"


async def test_a_payment_that_fails_after_days_frees_its_slot(stage: Stage) -> None:
    article_id = await stage.article(max_paid_links=1)
    opened = await stage.asked_and_opened(article_id)
    await stage.sandbox.post(f"{opened['checkoutUrl']}/pay-delayed", headers={"accept": "application/json"})

    await stage.sandbox.post(f"{opened['checkoutUrl']}/fail-delayed", headers={"accept": "application/json"})

    assert (await purchase())["state"] == "EXPIRED"
    assert not (await purchase())["payment_pending"]
    assert await Order.count() == 0
    await stage.email("Your payment did not go through")
    assert (await stage.ask(article_id, email="ben@customers.example")).status_code == 202


async def delayed(stage: Stage) -> dict[str, Any]:
    """A payment page whose payment is on its way, and its webhooks lost from now on."""
    opened = await stage.asked_and_opened(await stage.article(max_paid_links=1))
    await stage.sandbox.post(f"{opened['checkoutUrl']}/pay-delayed", headers={"accept": "application/json"})
    await stage.faults(webhook=[{"kind": "drop", "times": -1}])
    return opened


async def test_a_delayed_payment_that_failed_without_a_webhook_is_found_and_reported(stage: Stage) -> None:
    opened = await delayed(stage)
    await stage.sandbox.post(f"{opened['checkoutUrl']}/fail-delayed", headers={"accept": "application/json"})

    await stage.minute()

    # Then its slot is free, and its customer may try again
    assert (await purchase())["state"] == "EXPIRED"
    email = await stage.email("Your payment did not go through")
    token = next(word for word in email["text"].split() if "/purchase/confirm?" in word).partition("token=")[2]
    assert (await stage.http.post("/purchase/renew", data={"token": token})).status_code == 303


async def test_a_declined_card_is_not_a_failed_payment_while_its_page_is_open(stage: Stage) -> None:
    opened = await stage.asked_and_opened(await stage.article())
    await stage.sandbox.post(f"{opened['checkoutUrl']}/decline", headers={"accept": "application/json"})
    await Purchase.raw("UPDATE purchases SET slot_held_until = now() - interval '1 second'")

    await stage.minute()

    assert (await purchase())["state"] == "OPEN"
    await stage.pay(opened["checkoutUrl"])
    assert (await order_row(await stage.received()))["status"] == "PROCESSING"


async def test_a_delayed_payment_is_looked_up_every_five_minutes(stage: Stage) -> None:
    opened = await delayed(stage)

    assert await reconciliation.claim_unresolved() == [opened["sessionId"]]
    assert await reconciliation.claim_unresolved() == []
    await Purchase.raw("UPDATE purchases SET stripe_checked_at = stripe_checked_at - interval '5 minutes'")
    assert await reconciliation.claim_unresolved() == [opened["sessionId"]]


async def test_a_session_that_stripe_does_not_have_is_looked_up_once(stage: Stage) -> None:
    await stage.asked_and_opened(await stage.article())
    await Purchase.raw("UPDATE purchases SET session_id = 'cs_unknown', slot_held_until = now()")

    await stage.minute()

    assert (await purchase())["state"] == "EXPIRED"


async def test_a_session_that_cannot_be_fulfilled_does_not_block_the_others(stage: Stage) -> None:
    # Given two paid sessions whose webhooks were lost, the one that Stripe lists first impossible to fulfill
    article_id = await stage.article()
    await stage.faults(webhook=[{"kind": "drop", "times": 2}])
    pages = [await stage.asked_and_opened(article_id, email="ben@customers.example", anchorText="mulching for all")]
    pages.append(await stage.asked_and_opened(article_id))
    for page in pages:
        await stage.pay(page["checkoutUrl"])
    await Purchase.update({Purchase.details: {}}).where(Purchase.session_id == pages[1]["sessionId"])

    # When two minutes pass
    await stage.minute()
    await stage.minute()

    # Then the other has its order, and the operator was alerted once
    assert (await order_row(await stage.received("ben@customers.example")))["session_id"] == pages[0]["sessionId"]
    assert pages[1]["sessionId"] in (await stage.alert("A payment cannot be fulfilled"))["text"]
    assert len(await stage.mails("operator@")) == 1


TOLD = ["A payment cannot be fulfilled", "An event from Stripe cannot be handled"]


async def test_a_webhook_that_cannot_be_handled_alerts_once_and_is_delivered_again(stage: Stage) -> None:
    opened = await stage.asked_and_opened(await stage.article())
    kept = (await Purchase.select(Purchase.details))[0]["details"]
    await Purchase.raw("UPDATE purchases SET details = '[]'")

    paid = await stage.pay(opened["checkoutUrl"])
    assert paid["webhookStatus"] == 500
    again = await stage.sandbox.post("/webhooks/redeliver", json={"eventId": paid["eventId"]})
    assert again.json()["statuses"] == [500]
    await Email.raw("UPDATE emails SET run_at = run_at - interval '1 minute'")
    await stage.minute()
    assert paid["eventId"] in (await stage.alert("An event from Stripe cannot be handled"))["text"]
    subjects = [mail["subject"] for mail in await stage.mails("operator@")]
    assert sorted(subjects) == [f"blogqueue: {told}" for told in TOLD]

    # And once it can be, it is
    await Purchase.raw("UPDATE purchases SET details = {}::jsonb", kept)
    await stage.sandbox.post("/webhooks/redeliver", json={"eventId": paid["eventId"]})
    assert (await order_row(await stage.received()))["status"] == "PROCESSING"


async def test_a_dispute_that_arrives_while_its_payment_is_fulfilled_makes_no_order(stage: Stage) -> None:
    # Given a payment whose webhook is late, and a dispute of it that is being stored
    opened = await stage.asked_and_opened(await stage.article())
    await stage.faults(webhook=[{"kind": "drop", "type": "checkout.session.completed"}])
    paid = await stage.pay(opened["checkoutUrl"])
    session = (await stage.sandbox.get(f"/v1/checkout/sessions/{opened['sessionId']}", headers=stripe_key())).json()
    async with transaction():
        await fulfillment.lock_payment(session["payment_intent"])
        dispute = {"data": {"object": {"payment_intent": session["payment_intent"]}}}
        await StripeEvent.insert(StripeEvent(id="evt_dispute", type="charge.dispute.created", payload=dispute))

        # When the payment is fulfilled at this very moment
        fulfilling = asyncio.create_task(stage.sandbox.post("/webhooks/redeliver", json={"eventId": paid["eventId"]}))
        waits = "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        async with asyncio.timeout(10):
            while not (await Order.raw(waits))[0]["n"]:  # noqa: ASYNC110 - PostgreSQL's own waiting
                await asyncio.sleep(0.02)
    await fulfilling

    # Then it waited for the dispute, and there is no order
    assert "disputed or refunded before it was fulfilled" in (await stage.alert("A payment is held"))["text"]
    assert await Order.count() == 0


async def test_a_payment_that_was_refunded_before_its_webhook_arrived_is_held(stage: Stage) -> None:
    # Given a payment whose webhook is late
    opened = await stage.asked_and_opened(await stage.article())
    await stage.faults(webhook=[{"kind": "drop", "type": "checkout.session.completed"}])
    paid = await stage.pay(opened["checkoutUrl"])

    # And that somebody has refunded in Stripe since
    session = (await stage.sandbox.get(f"/v1/checkout/sessions/{opened['sessionId']}", headers=stripe_key())).json()
    await stage.sandbox.post("/v1/refunds", data={"payment_intent": session["payment_intent"]}, headers=stripe_key())
    await event_of(stage, "charge.refunded")

    # When the webhook arrives at last
    await stage.sandbox.post("/webhooks/redeliver", json={"eventId": paid["eventId"]})

    # Then there is no order
    assert "disputed or refunded before it was fulfilled" in (await stage.alert("A payment is held"))["text"]
    assert await Order.count() == 0
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

    # Then the first has an order, and the second is refunded
    assert (await order_row(await stage.received("ana@customers.example")))["status"] == "PROCESSING"
    late = await stage.received("ben@customers.example")
    assert (await order_row(late))["failure_reason"] == "unfulfillable"
    await stage.minute()
    await stage.email("Your payment was refunded", "ben@customers.example")
    await stage.sound()


async def test_a_webhook_that_is_hours_late_finds_its_order(stage: Stage) -> None:
    # Given a payment that reconciliation has found
    opened = await stage.asked_and_opened(await stage.article())
    await stage.faults(webhook=[{"kind": "drop", "type": "checkout.session.completed"}])
    paid = await stage.pay(opened["checkoutUrl"])
    await stage.minute()
    order = await stage.received()
    assert await Job.count() == 1

    # When its webhook arrives after all
    again = await stage.sandbox.post("/webhooks/redeliver", json={"eventId": paid["eventId"]})

    # Then nothing happens
    assert again.json()["statuses"] == [200]
    assert await Order.count() == await Job.count() == 1
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    await stage.sound()


def stripe_key() -> dict[str, str]:
    return {"authorization": "Bearer sk_test_of_the_tests"}

"""A payment may arrive late, twice, out of order, with a wrong amount, or be disputed: one payment is one order."""

import asyncio

import pytest

from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.db.tables.payments import StripeEvent
from blogqueue.payments import fulfillment
from tests.payments import STRIPE_KEY, event_of, two_open_pages
from tests.stage import Stage, order_row


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


async def test_a_payment_of_an_earlier_page_is_an_order_also_without_its_webhook(stage: Stage) -> None:
    first, second = await two_open_pages(stage)
    await stage.faults(webhook=[{"kind": "drop", "type": "checkout.session.completed"}])
    await stage.pay(first["checkoutUrl"])

    await stage.minute()

    assert (await order_row(await stage.received()))["session_id"] == first["sessionId"] != second["sessionId"]
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


async def test_a_failure_that_stripe_repeats_does_not_close_the_payment_page(stage: Stage) -> None:
    # Given a Stripe that failed while it made the session, and answers so for the same idempotency key ever after
    await stage.ask(await stage.article())
    token = await stage.magic_token()
    await stage.faults(stripe=[{"kind": "status", "code": 500, "saved": True, "path": "/v1/checkout/sessions"}])

    # When the customer goes on to the payment, and back, and on again
    opened = [await stage.checkout(token) for _ in range(3)]

    # Then there is one page to pay on
    assert [answer.status_code for answer in opened] == [200, 200, 200]
    assert len({answer.json()["data"]["sessionId"] for answer in opened}) == 1


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
    session = (await stage.sandbox.get(f"/v1/checkout/sessions/{opened['sessionId']}", headers=STRIPE_KEY)).json()
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

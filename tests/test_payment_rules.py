"""Each rule of fulfillment and held payments, one small difference at a time."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.db.tables.payments import HeldPayment, StripeEvent
from blogqueue.payments.checkout import MAX_SESSIONS
from tests.payments import (
    receive_event,
    refunds_at_stripe,
    session_at_stripe,
)
from tests.stage import Stage, order_row

COMPLETED = "checkout.session.completed"


async def paid_without_webhook(stage: Stage) -> dict[str, Any]:
    """A paid session of 49.00 EUR, as Stripe has it, whose webhook was lost."""
    opened = await stage.asked_and_opened(await stage.article())
    await stage.faults(webhook=[{"kind": "drop", "type": COMPLETED}])
    await stage.pay(opened["checkoutUrl"])
    return await session_at_stripe(stage, opened["sessionId"])


async def purchase() -> dict[str, Any]:
    return (await Purchase.select())[0]


async def held_state() -> str:
    return str((await HeldPayment.select(HeldPayment.state))[0]["state"])


@pytest.mark.parametrize(
    ("difference", "reason"),
    [
        ({"amount_total": 4899}, "the amount is 48.99 EUR instead of 49.00 EUR"),
        ({"amount_total": 4901}, "the amount is 49.01 EUR instead of 49.00 EUR"),
        ({"currency": "usd"}, "the currency is USD instead of EUR"),
        ({"mode": "subscription"}, "the mode is subscription instead of payment"),
        ({"client_reference_id": "another purchase"}, "the client_reference_id is not the purchase's id"),
        ({"livemode": True}, "Stripe's test mode"),
        ({"payment_status": "no_payment_required", "amount_total": 0, "payment_intent": None}, "the amount is 0"),
    ],
)
async def test_a_payment_that_differs_in_one_field_is_held(
    stage: Stage, difference: dict[str, Any], reason: str
) -> None:
    session = await paid_without_webhook(stage)

    assert (await receive_event(stage, COMPLETED, session | difference)).status_code == 200

    assert [reason in one["reason"] for one in await stage.held()] == [True]
    assert ((await purchase())["state"], await Order.count()) == ("HELD", 0)
    assert reason in (await purchase())["held_reason"]
    await stage.sound()


async def test_a_held_session_without_a_payment_can_only_be_dismissed(stage: Stage) -> None:
    session = await paid_without_webhook(stage)
    await receive_event(stage, COMPLETED, session | {"amount_total": 4901, "payment_intent": None})

    for decision in ("accept", "return"):
        assert (await stage.decide(session["id"], decision)).json()["error"]["code"] == "no_payment"

    assert (await stage.decide(session["id"], "dismiss")).status_code == 200


async def test_the_email_about_a_returned_payment_names_the_article_that_was_asked_for(stage: Stage) -> None:
    # Given a held payment for a new article, of a purchase from before names were kept
    asked = await stage.ask_article(await stage.site())
    assert asked.status_code == 202, asked.text
    opened = (await stage.checkout(await stage.magic_token())).json()["data"]
    await Purchase.update({Purchase.price: 99000, Purchase.subject: ""}, force=True)
    await stage.pay(opened["checkoutUrl"])

    assert (await stage.decide(opened["sessionId"], "return")).status_code == 200

    email = await stage.email("We refunded your payment")
    assert "a new article about “Growing tomatoes on a balcony”" in email["text"]


async def test_a_held_payment_is_held_once_however_many_events_tell_of_it(stage: Stage) -> None:
    session = await paid_without_webhook(stage) | {"amount_total": 4901}
    for kind in (COMPLETED, "checkout.session.async_payment_succeeded"):
        assert (await receive_event(stage, kind, session)).status_code == 200

    assert await HeldPayment.count() == 1
    outcomes = await StripeEvent.select(StripeEvent.outcome).order_by(StripeEvent.received_at)
    assert [row["outcome"].partition(":")[0] for row in outcomes] == ["held", "fulfilled before"]


async def test_an_event_keeps_what_became_of_it(stage: Stage) -> None:
    order = await stage.buy(await stage.article())

    events = await StripeEvent.select().where(StripeEvent.type == COMPLETED)

    assert [row["outcome"] for row in events] == [f"order {order.id}"]
    assert events[0]["handled_at"] is not None


async def test_a_session_that_expires_after_it_was_paid_changes_nothing(stage: Stage) -> None:
    order = await stage.buy(await stage.article())

    await receive_event(stage, "checkout.session.expired", {"id": (await order_row(order))["session_id"]})

    assert (await purchase())["state"] == "PAID"
    await stage.sound()


async def test_a_link_slot_is_held_ten_minutes_longer_than_its_session(stage: Stage) -> None:
    await stage.asked_and_opened(await stage.article())

    row = await purchase()

    assert row["slot_held_until"] - row["session_expires_at"] == timedelta(minutes=10)


async def test_a_purchase_opens_so_many_sessions_and_no_more(stage: Stage) -> None:
    await stage.ask(await stage.article())
    token = await stage.magic_token()
    for _ in range(MAX_SESSIONS):
        assert (await stage.checkout(token)).status_code == 200
        await Purchase.raw(
            "UPDATE purchases SET session_expires_at = now() - interval '1 second', "
            "token_expires_at = now() + interval '1 minute'"
        )

    assert (await stage.checkout(token)).json()["error"]["code"] == "token_expired"
    assert (await purchase())["session_number"] == MAX_SESSIONS


async def hold_wrong_amount(stage: Stage) -> dict[str, Any]:
    """A payment that is held because its purchase costs more by now; its session."""
    session = await paid_without_webhook(stage)
    await Purchase.update({Purchase.price: 9900}, force=True)
    await receive_event(stage, COMPLETED, session)
    return session


async def test_a_returned_payment_that_the_bank_sends_back_is_held_and_returned_again(stage: Stage) -> None:
    # Given a held payment that is returned, and whose refund fails
    session = await hold_wrong_amount(stage)
    await stage.faults(stripe=[{"kind": "refund_fails", "seconds": 0.1}])
    assert (await stage.decide(session["id"], "return")).status_code == 200

    # Then it is held again, and the operator knows
    assert session["id"] in (await stage.alert("The refund of a held payment failed"))["text"]
    assert [(one["state"], one["error"]) for one in await stage.held()] == [("HELD", "the bank sent the refund back")]

    # When it is returned again, then Stripe makes a second refund of the whole amount
    assert (await stage.decide(session["id"], "return")).status_code == 200
    made = [one for one in await refunds_at_stripe(stage) if one["metadata"].get("held_session") == session["id"]]
    assert [one["amount"] for one in made] == [4900, 4900]
    assert await held_state() == "RETURNED"

    # And the customer gets an email of each
    await stage.drain()
    assert [mail["subject"] for mail in await stage.mails()].count("We refunded your payment") == 2
    await stage.sound()


async def test_a_purchase_stays_held_until_its_last_payment_is_returned(stage: Stage) -> None:
    # Given a purchase with two held payments
    session = await hold_wrong_amount(stage)
    other = session | {"id": f"cs_test_{uuid4().hex}"}
    await receive_event(stage, COMPLETED, other)
    assert len(await stage.held()) == 2

    # Then it is over only when both are returned
    await stage.decide(session["id"], "return")
    assert (await purchase())["state"] == "HELD"
    await stage.decide(other["id"], "return")
    assert (await purchase())["state"] == "EXPIRED"


async def test_a_payment_that_is_being_returned_is_not_accepted(stage: Stage) -> None:
    session = await hold_wrong_amount(stage)
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": 3}])
    assert (await stage.decide(session["id"], "return")).status_code == 503

    assert (await stage.decide(session["id"], "accept")).json()["error"]["code"] == "wrong_state"
    assert (await held_state(), await Order.count()) == ("RETURNING", 0)


async def test_a_refund_that_fails_after_its_payment_was_dismissed_changes_nothing(stage: Stage) -> None:
    session = await hold_wrong_amount(stage)
    await stage.decide(session["id"], "dismiss")

    failed = {"id": "re_late", "status": "failed", "metadata": {"held_session": session["id"]}}
    assert (await receive_event(stage, "refund.failed", failed)).status_code == 200

    assert await held_state() == "DISMISSED"

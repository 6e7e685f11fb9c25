"""A payment may take days: its slot is kept until the money has come, or has failed to."""

from typing import Any

from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.payments import reconciliation
from tests.payments import purchase_row
from tests.stage import Stage, order_row


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

    assert (await purchase_row())["state"] == "EXPIRED"
    assert not (await purchase_row())["payment_pending"]
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
    assert (await purchase_row())["state"] == "EXPIRED"
    email = await stage.email("Your payment did not go through")
    token = next(word for word in email["text"].split() if "/purchase/confirm?" in word).partition("token=")[2]
    assert (await stage.http.post("/purchase/renew", data={"token": token})).status_code == 303


async def test_a_declined_card_is_not_a_failed_payment_while_its_page_is_open(stage: Stage) -> None:
    opened = await stage.asked_and_opened(await stage.article())
    await stage.sandbox.post(f"{opened['checkoutUrl']}/decline", headers={"accept": "application/json"})
    await Purchase.raw("UPDATE purchases SET slot_held_until = now() - interval '1 second'")

    await stage.minute()

    assert (await purchase_row())["state"] == "OPEN"
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

    assert (await purchase_row())["state"] == "EXPIRED"

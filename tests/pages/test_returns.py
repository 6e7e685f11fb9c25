"""The page after the payment, and the emailed link opened again, in a real browser."""

import pytest

from blogqueue.db.tables.orders import Purchase
from tests.pages.visitor import Visitor
from tests.stage import Stage

pytestmark = pytest.mark.thorough


async def test_the_return_page_shows_the_state_of_the_payment(stage: Stage, ana: Visitor) -> None:
    opened = await stage.asked_and_opened(await stage.article())
    back = f"/purchase/return?session_id={opened['sessionId']}"

    # Nothing paid, and an unknown payment
    await ana.go(back)
    assert await ana.heading() == "Nothing has been paid yet"
    await ana.check_in_all_sizes("returned-unpaid", again=True)
    assert "ana@" not in await ana.page.content()
    await ana.go("/purchase/return?session_id=made-up")
    assert await ana.heading() == "Nothing has been paid yet"
    await ana.check()

    # Stripe does not respond, some seconds later: it is not asked more often
    await Purchase.raw("UPDATE purchases SET stripe_checked_at = NULL")
    await stage.faults(stripe=[{"kind": "status", "code": 500, "times": -1}])
    await ana.go(back)
    assert await ana.heading() == "Please wait a moment"
    await ana.check()
    await stage.faults(stripe=[])

    # A payment that takes days, also after opening the emailed link again
    await stage.sandbox.post(f"{opened['checkoutUrl']}/pay-delayed", headers={"accept": "application/json"})
    await ana.go(back)
    assert await ana.heading() == "Your payment is on its way"
    await ana.check_in_all_sizes("returned-pending", again=True)
    await ana.go(f"/purchase/confirm?token={await stage.magic_token()}")
    assert await ana.heading() == "Your payment is on its way"
    assert await ana.page.locator("main button").count() == 0

    # Paid
    await stage.sandbox.post(f"{opened['checkoutUrl']}/settle-delayed", headers={"accept": "application/json"})
    await ana.go(back)
    assert await ana.heading() == "Request received!"
    await ana.check_in_all_sizes("returned")
    assert "A link in “Soil that lasts”, on Green Bench" in await ana.page.inner_text("main")
    assert "ana@" not in await ana.page.content()


async def test_a_held_payment_is_not_called_received(stage: Stage, ana: Visitor) -> None:
    # Given a payment whose amount does not match the purchase
    opened = await stage.asked_and_opened(await stage.article())
    await Purchase.raw("UPDATE purchases SET price = price + 100")
    await stage.pay(opened["checkoutUrl"])

    await ana.go(f"/purchase/return?session_id={opened['sessionId']}")

    assert await ana.heading() == "We are checking your payment"
    assert await ana.page.locator("main a[href='mailto:help@blogqueue.example']").count() == 1
    await ana.check()


async def test_an_expired_payment_page_is_not_called_an_expired_link(stage: Stage, ana: Visitor) -> None:
    await stage.asked_and_opened(await stage.article())
    token = await stage.magic_token()
    await Purchase.raw(
        "UPDATE purchases SET state = 'EXPIRED', token_expires_at = now() - interval '2 hours', "
        "session_expires_at = now() - interval '1 hour'"
    )

    await ana.go(f"/purchase/confirm?token={token}")

    assert await ana.heading() == "The payment page has expired"
    await ana.page.click("text=Email me a new link")
    await ana.shows("ana@customers.example")
    assert await ana.page.get_attribute("main a.button", "href") == "/articles/soil-that-lasts/link"

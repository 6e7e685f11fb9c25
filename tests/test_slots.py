"""An article bears so many paid links, also with several purchases on their way."""

import asyncio

from blogqueue.db.tables.catalogue import Domain
from blogqueue.db.tables.orders import Order
from tests.people import ANA, BEN, CLEO, LONG, anchors
from tests.stage import Stage


async def test_the_purchase_that_would_exceed_the_bound_is_refused_before_payment(stage: Stage) -> None:
    # Given an article with two places, and an owner who lowers that to one while two purchases are in flight
    article_id = await stage.article(content=LONG, max_paid_links=2)
    tokens: list[str] = []
    for changes in (ANA, BEN):
        assert (await stage.ask(article_id, **changes)).status_code == 202
        tokens.append(await stage.magic_token(changes.get("email", "ana@customers.example")))
    assert (await stage.ask(article_id, **CLEO)).json()["error"]["code"] == "sold_out"
    await Domain.update({Domain.max_paid_links: 1}, force=True)

    # When both go on to the payment page
    first, second = [await stage.checkout(token) for token in tokens]

    # Then the one that came first may pay, and the other may not
    assert first.status_code == 200
    assert (second.status_code, second.json()["error"]["code"]) == (409, "sold_out")


async def test_a_payment_beyond_the_bound_that_slips_through_is_refunded(stage: Stage) -> None:
    # Given two open payment pages, when the owner lowers the bound to one
    article_id = await stage.article(content=LONG, max_paid_links=2)
    pages: list[str] = []
    for changes in (ANA, BEN):
        await stage.ask(article_id, **changes)
        token = await stage.magic_token(changes.get("email", "ana@customers.example"))
        pages.append((await stage.checkout(token)).json()["data"]["checkoutUrl"])
    await Domain.update({Domain.max_paid_links: 1}, force=True)

    # When both are paid
    await asyncio.gather(*(stage.pay(page) for page in pages))
    await stage.minute()

    # Then one is worked on and the other's money is on its way back
    rows = await Order.select().order_by(Order.status)
    assert [(row["status"], row["refund_state"]) for row in rows] == [
        ("FAILED", "SUCCEEDED"),
        ("QUALITY_CHECK", "NONE"),
    ]
    assert rows[0]["failure_reason"] == "unfulfillable"
    await stage.sound()


async def test_a_lowered_bound_takes_no_place_from_orders_that_are_paid(stage: Stage) -> None:
    # Given three places sold, one of them published, when the owner lowers their number to one
    article_id = await stage.article(content=LONG, max_paid_links=3)
    ana, ben, cleo = [await stage.submitted(article_id, **changes) for changes in (ANA, BEN, CLEO)]
    await stage.approve(ana)
    await Domain.update({Domain.max_paid_links: 1}, force=True)
    assert (await stage.ask(article_id, email="dan@customers.example")).json()["error"]["code"] == "sold_out"

    # When the others are approved, one of them after it was worked in again
    assert (await stage.approve(ben)).json()["data"]["status"] == "COMPLETED"
    if (await stage.approve(cleo)).json()["data"]["status"] == "PROCESSING":
        await stage.drain()
        await stage.submit(cleo, (await stage.status(cleo))["version"]["versionId"])
        assert (await stage.approve(cleo)).json()["data"]["status"] == "COMPLETED"

    # Then all three stand
    assert await anchors(stage, article_id) == ["a guide to mulching", "collecting rain", "worm farming"]
    await stage.drain()
    await stage.sound()

"""Which sessions Stripe is asked about, and whose purchase the news of a payment change."""

from typing import Any

import pytest

from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.payments import fulfillment
from blogqueue.payments.reconciliation import claim_unresolved, fulfill_by_id, reconcile
from blogqueue.settings import settings
from tests.payments import session_at_stripe
from tests.stage import Stage


async def test_a_session_is_asked_about_when_its_time_is_over_and_then_every_five_minutes(stage: Stage) -> None:
    mine = [(await stage.asked_and_opened(await stage.article()))["sessionId"]]

    for changes, found in (
        ("SET stripe_checked_at = NULL", []),  # its slot is still held
        ("SET slot_held_until = now() - interval '1 second'", mine),
        ("SET state = state", []),  # Stripe has just been asked
        ("SET stripe_checked_at = now() - interval '4 minutes'", []),
        ("SET stripe_checked_at = now() - interval '5 minutes'", mine),
        ("SET stripe_checked_at = NULL, slot_held_until = now() + interval '1 hour', payment_pending = true", mine),
        ("SET stripe_checked_at = NULL, state = 'EXPIRED'", []),
    ):
        await stage.by_force(f"UPDATE purchases {changes}")
        assert await claim_unresolved() == found, changes


async def test_a_delayed_payment_keeps_the_slot_of_its_own_open_purchase_alone(stage: Stage) -> None:
    article_id = await stage.article(max_paid_links=3)
    opened = await stage.asked_and_opened(article_id)
    await stage.asked_and_opened(article_id, email="ben@customers.example", anchorText="mulch")
    delayed = await session_at_stripe(stage, opened["sessionId"]) | {"status": "complete", "payment_status": "unpaid"}

    await receive(delayed)
    assert await pending() == {opened["sessionId"]}

    # And news that come after the purchase has ended change nothing
    await stage.by_force("UPDATE purchases SET state = 'EXPIRED', payment_pending = false")
    await receive(delayed)
    assert await pending() == set()


async def test_a_paid_session_is_looked_for_a_while_longer_than_it_may_be_open(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = await stage.asked_and_opened(await stage.article())
    await stage.faults(webhook=[{"kind": "drop", "times": -1}])
    await stage.pay(opened["checkoutUrl"])
    monkeypatch.setattr(settings, "checkout_ttl_minutes", 0)

    await reconcile()

    assert await Order.count() == 1


async def test_a_purchase_that_says_nothing_of_exclusive_buys_an_article_that_is_not(stage: Stage) -> None:
    await stage.ask_article(await stage.site())
    opened = (await stage.checkout(await stage.magic_token())).json()["data"]
    await stage.by_force("UPDATE purchases SET details = details - 'exclusive'")  # as before there were exclusive ones

    await stage.pay(opened["checkoutUrl"])

    assert await Order.count() == 1
    assert await Article.count().where(Article.exclusive.eq(value=True)) == 0


async def test_a_customer_who_returns_lets_stripe_be_asked_now_and_then_until_there_is_an_order(stage: Stage) -> None:
    opened = await stage.asked_and_opened(await stage.article())
    session_id = opened["sessionId"]
    await stage.faults(webhook=[{"kind": "drop", "times": -1}])

    # Not paid yet: asked once, and again after some seconds
    await fulfill_by_id(session_id)
    assert await asked() == 1
    await stage.pay(opened["checkoutUrl"])
    await fulfill_by_id(session_id)
    assert await Order.count() == 0
    await stage.by_force("UPDATE purchases SET stripe_checked_at = now() - interval '10 seconds'")
    await fulfill_by_id(session_id)
    assert await Order.count() == 1

    # Then there is nothing to ask any more
    await stage.by_force("UPDATE purchases SET stripe_checked_at = NULL")
    await fulfill_by_id(session_id)
    assert await asked() == 0


async def asked() -> int:
    """Of how many sessions Stripe has been asked."""
    return await Purchase.count().where(Purchase.stripe_checked_at.is_not_null())


async def receive(session: dict[str, Any]) -> None:
    async with transaction():
        await fulfillment.fulfill(session)


async def pending() -> set[str]:
    rows = await Purchase.select(Purchase.session_id).where(Purchase.payment_pending.eq(value=True))
    return {row["session_id"] for row in rows}

"""An order is refunded once, and only when it should be, whatever Stripe answers or fails to answer."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import Domain
from blogqueue.db.tables.orders import Order
from blogqueue.db.tables.payments import Refund
from blogqueue.errors import ConflictError
from blogqueue.orders import lifecycle
from blogqueue.payments import refunds
from tests.payments import STRIPE_KEY, all_events_of, minute_with_refunds_due, refunds_at_stripe
from tests.stage import Bought, Stage, order_row


async def failed(stage: Stage) -> Bought:
    """An order whose job failed, past its grace period."""
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 400}])
    await stage.email("Order Processing Issue")
    await Order.update({Order.refund_due_at: Order.created_at}).where(Order.id == order.id)
    return order


async def test_refunds_that_are_over_or_on_hold_keep_no_other_waiting(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an order that was refunded, and one whose refund is due after it
    monkeypatch.setattr(refunds, "BEGUN_AT_ONCE", 1)
    await failed(stage)
    await minute_with_refunds_due(stage)
    await stage.email("Your payment was refunded")
    await stage.faults(model=[{"kind": "status", "code": 400}])
    second = await stage.buy(await stage.article(slug="soil-ben"), email="ben@customers.example")
    await stage.drain()
    await Order.update({Order.refund_due_at: datetime.now(UTC)}).where(Order.id == second.id)

    await minute_with_refunds_due(stage)

    await stage.refund_state(second, "SUCCEEDED")


async def test_an_order_in_its_grace_period_is_not_refunded(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 400}])
    await stage.email("Order Processing Issue")

    await minute_with_refunds_due(stage)

    assert (await order_row(order))["refund_state"] == "NONE"
    await stage.sound()


async def test_only_a_failed_order_that_is_paid_and_undisputed_is_refunded_and_it_alone(stage: Stage) -> None:
    # Given two orders that FAILED, their grace periods over
    article = await stage.article(max_paid_links=3)
    order, other = await stage.buy(article), await stage.buy(article, email="ben@customers.example", anchorText="mulch")
    await stage.by_force(
        "UPDATE orders SET status = 'FAILED', failure_reason = 'job_failed', refund_due_at = created_at"
    )

    # Then neither is refunded while something speaks against it
    for change, back in (
        ("SET status = 'PROCESSING', failure_reason = NULL", "SET status = 'FAILED', failure_reason = 'job_failed'"),
        ("SET on_hold = true", "SET on_hold = false"),
        ("SET failure_reason = 'payment_reversed'", "SET failure_reason = 'job_failed'"),
        ("SET refund_state = 'FAILED'", "SET refund_state = 'NONE'"),
    ):
        await stage.by_force(f"UPDATE orders {change}")
        assert await begin(order) == (), change
        assert (await refunds.begin_due()).refunds == (), change
        await stage.by_force(f"UPDATE orders {back}")

    # And one alone is refunded when it is asked for
    assert len(await begin(order)) == 1
    assert (await order_row(other))["refund_state"] == "NONE"


async def begin(order: Bought) -> tuple[UUID, ...]:
    async with transaction():
        return (await refunds.begin(order.id, actor="edith")).refunds


async def test_a_call_that_was_cut_off_after_stripe_did_it_makes_one_refund(stage: Stage) -> None:
    order = await failed(stage)
    before = len(await refunds_at_stripe(stage))
    await stage.faults(
        stripe=[{"kind": "drop_after", "path": "/v1/refunds", "method": "POST", "times": 3}],
        webhook=[{"kind": "drop", "times": -1}],
    )
    await minute_with_refunds_due(stage)
    assert (await order_row(order))["refund_state"] == "INITIATED"

    await stage.sandbox.delete("/faults")
    await minute_with_refunds_due(stage)

    assert len(await refunds_at_stripe(stage)) == before + 1
    assert (await order_row(order))["refund_state"] == "SUCCEEDED"
    await stage.email("Your payment was refunded")
    await stage.sound()


async def test_a_refund_is_asked_for_under_its_orders_idempotency_key(stage: Stage) -> None:
    # Given a refund that Stripe has made
    order = await failed(stage)
    await minute_with_refunds_due(stage)
    made = (await refunds_at_stripe(stage))[0]

    # When Stripe gets the same call under the order's key again
    asked = {name: made[name] for name in ("payment_intent", "amount")} | {"metadata[order_id]": str(order.id)}
    again = await stage.sandbox.post(
        "/v1/refunds", data=asked, headers=STRIPE_KEY | {"idempotency-key": f"refund:{order.id}"}
    )

    # Then it repeats its first answer, which it can only do if it knows the key
    assert again.headers.get("idempotent-replayed") == "true"
    assert again.json()["id"] == made["id"]


async def test_a_refund_that_stripe_has_is_found_although_its_key_is_forgotten(stage: Stage) -> None:
    # Given a refund that Stripe made, and days later a first call of ours
    order = await failed(stage)
    intent = (await order_row(order))["payment_data"]["paymentIntent"]
    await stage.faults(webhook=[{"kind": "drop", "times": -1}])
    headers = {"authorization": "Bearer sk_test_of_the_tests"}
    await stage.sandbox.post(
        "/v1/refunds", data={"payment_intent": intent, "metadata[order_id]": str(order.id)}, headers=headers
    )
    before = len(await refunds_at_stripe(stage))

    await minute_with_refunds_due(stage)

    assert len(await refunds_at_stripe(stage)) == before
    await stage.email("Your payment was refunded")
    await stage.sound()


async def test_a_refund_is_put_off_while_stripe_is_unavailable(stage: Stage) -> None:
    order = await failed(stage)
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": 3}])
    await minute_with_refunds_due(stage)
    assert (await order_row(order))["refund_state"] == "INITIATED"
    assert "A fault is set in the sandbox" in (await Refund.select())[0]["error"]

    await minute_with_refunds_due(stage)

    await stage.email("Your payment was refunded")
    await stage.sound()


async def test_a_pending_refund_is_looked_up_until_it_succeeds(stage: Stage) -> None:
    # Given a refund that takes a while, and webhooks that never arrive
    order = await failed(stage)
    await stage.faults(stripe=[{"kind": "refund_pending", "seconds": 0.5}], webhook=[{"kind": "drop", "times": -1}])
    await minute_with_refunds_due(stage)

    # When the minutes pass
    while (await order_row(order))["refund_state"] == "INITIATED":
        await minute_with_refunds_due(stage)

    assert (await order_row(order))["refund_state"] == "SUCCEEDED"
    assert (await Refund.select())[0]["attempts"] == 0
    await stage.email("Your payment was refunded")


async def test_a_refund_that_stripe_has_is_never_given_up(stage: Stage) -> None:
    # Given a refund that takes a while, and has been looked up for days
    order = await failed(stage)
    await stage.faults(stripe=[{"kind": "refund_pending", "seconds": 60}], webhook=[{"kind": "drop", "times": -1}])
    await minute_with_refunds_due(stage)
    await Refund.raw("UPDATE refunds SET attempts = 1000, created_at = created_at - interval '2 days'")

    # When Stripe fails for a moment
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds/*", "times": 3}])
    await minute_with_refunds_due(stage)

    # Then it is still on its way, and is looked up again within the hour
    assert (await order_row(order))["refund_state"] == "INITIATED"
    assert "A refund failed" not in [mail["subject"] for mail in await stage.mails("operator@")]
    waits = await Refund.raw("SELECT EXTRACT(EPOCH FROM run_at - clock_timestamp()) AS s FROM refunds")
    assert 3500 < waits[0]["s"] <= 3600


@pytest.mark.parametrize(
    ("attempts", "state", "alert"),
    [(5, "INITIATED", "A refund is late"), (78, "INITIATED", ""), (79, "FAILED", "A refund failed")],
)
async def test_a_refund_that_stripe_does_not_accept_alerts_early_and_fails_after_days(
    stage: Stage, attempts: int, state: str, alert: str
) -> None:
    order = await failed(stage)
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": -1}])
    async with transaction():
        await refunds.begin(order.id, actor="clock")
    await Refund.raw("UPDATE refunds SET attempts = {}", attempts)

    await minute_with_refunds_due(stage)

    if alert:
        await stage.alert(alert)
    assert ((await order_row(order))["refund_state"], (await Refund.select())[0]["attempts"]) == (state, attempts + 1)
    await stage.sound()


async def test_a_refund_that_the_bank_sends_back_is_shown_to_the_operator(stage: Stage) -> None:
    order = await failed(stage)
    await stage.faults(stripe=[{"kind": "refund_fails", "seconds": 0.1}])
    await minute_with_refunds_due(stage)

    await stage.alert("A refund failed")

    assert (await order_row(order))["refund_state"] == "FAILED"


async def test_a_refund_that_succeeded_and_then_failed_is_failed(stage: Stage) -> None:
    order = await failed(stage)
    await minute_with_refunds_due(stage)
    await stage.email("Your payment was refunded")

    refund = (await Refund.select())[0]
    await all_events_of(stage, refund["stripe_refund_id"])
    async with transaction():
        await refunds.record_status(refund["stripe_refund_id"], "failed")

    assert (await order_row(order))["refund_state"] == "FAILED"


async def test_a_refund_that_begins_twice_is_one(stage: Stage) -> None:
    order = await failed(stage)
    async with transaction():
        await refunds.begin(order.id, actor="clock")
    async with transaction():
        await refunds.begin(order.id, actor="edith")

    assert await Refund.count() == 1


async def test_an_order_whose_link_slot_was_sold_since_is_not_retried(stage: Stage) -> None:
    # Given a failed order of an article with one link slot, and another who bought it
    order = await failed(stage)
    await Domain.update({Domain.max_paid_links: 1}).where(Domain.host == "greenbench.example")
    article_id = (await order_row(order))["article_id"]
    await stage.buy(article_id, email="ben@customers.example", anchorText="a mulching handbook")

    # Then it cannot be retried, only refunded
    with pytest.raises(ConflictError, match="has been sold since"):
        await lifecycle.retry(order.id, actor="operator")
    assert (await order_row(order))["status"] == "FAILED"

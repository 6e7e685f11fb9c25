"""What happens to one refund, or to one held payment, happens to no other."""

import asyncio
from typing import Any

import pytest

from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import OrderEvent, Purchase
from blogqueue.db.tables.payments import HeldPayment, Refund
from blogqueue.payments import refunds
from tests.payments import receive_event, refunds_at_stripe
from tests.people import BEN
from tests.stage import Bought, Stage


@pytest.fixture
async def order(stage: Stage) -> Bought:
    """Ana's order, which is being refunded, as Ben's is; Stripe has not been asked yet."""
    article = await stage.article(max_paid_links=3)
    order, other = await stage.buy(article), await stage.buy(article, **BEN)
    await stage.by_force("UPDATE orders SET status = 'FAILED', failure_reason = 'job_failed'")
    for one in (order, other):
        async with transaction():
            assert (await refunds.begin(one.id, actor="edith")).refunds
    return order


async def record(refund: str, status: str, **metadata: str) -> None:
    """Record a refund's status at Stripe, as its event does."""
    async with transaction():
        await refunds.record_status(refund, status, **metadata)


async def stored(order: Bought) -> tuple[list[tuple[str, str | None]], list[tuple[str, str | None]]]:
    """Return the state and Stripe's id of the order's refund, and those of all others."""
    rows: list[dict[str, Any]] = await Refund.select(Refund.order_id, Refund.state, Refund.stripe_refund_id)
    its, others = (
        [(row["state"], row["stripe_refund_id"]) for row in rows if (row["order_id"] == order.id) is wanted]
        for wanted in (True, False)
    )
    return its, others


async def test_a_refunds_status_is_its_orders_alone(order: Bought) -> None:
    await record("re_ana", "succeeded", order_id=str(order.id))

    assert await stored(order) == ([("SUCCEEDED", "re_ana")], [("INITIATED", None)])


async def test_a_status_that_is_known_is_recorded_once(order: Bought) -> None:
    for _ in range(2):
        await record("re_ana", "succeeded", order_id=str(order.id))

    assert await OrderEvent.count().where(OrderEvent.action == "refund succeeded") == 1


async def test_a_call_that_failed_puts_its_own_refund_off_alone(stage: Stage, order: Bought) -> None:
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": 3}])
    refund = (await Refund.select(Refund.id).where(Refund.order_id == order.id))[0]["id"]

    await refunds.send(refund)

    assert [(row["id"] == refund, row["attempts"], row["error"] != "") for row in await Refund.select()] in (
        [(True, 1, True), (False, 0, False)],
        [(False, 0, False), (True, 1, True)],
    )


async def test_an_event_of_another_request_or_of_a_second_refund_changes_nothing(order: Bought) -> None:
    await record("re_late", "succeeded", order_id=str(order.id), request_number="2")
    assert (await stored(order))[0] == [("INITIATED", None)]

    await record("re_ana", "pending", order_id=str(order.id))
    await record("re_second", "succeeded", order_id=str(order.id))

    assert (await stored(order))[0] == [("INITIATED", "re_ana")]


@pytest.fixture
async def held(stage: Stage) -> tuple[str, str]:
    """The sessions of two held payments, Ana's and Ben's."""
    article = await stage.article(max_paid_links=3)
    opened = [await stage.asked_and_opened(article), await stage.asked_and_opened(article, **BEN)]
    await Purchase.update({Purchase.price: 9900}, force=True)
    for one in opened:
        await stage.pay(one["checkoutUrl"])
    return opened[0]["sessionId"], opened[1]["sessionId"]


async def a_minute_later(stage: Stage) -> dict[str, tuple[str, str]]:
    """Let a minute pass for held payments too; return the state and error of each by its session."""
    await HeldPayment.raw("UPDATE held_payments SET updated_at = updated_at - interval '1 minute'")
    await stage.minute()
    return {row["session_id"]: (row["state"], row["error"]) for row in await HeldPayment.select()}


async def returned_at_stripe(stage: Stage) -> list[str]:
    return [one["metadata"]["held_session"] for one in await refunds_at_stripe(stage)]


async def test_one_held_payment_is_returned_and_the_other_stays(stage: Stage, held: tuple[str, str]) -> None:
    first, second = held

    # When one is to be returned while Stripe fails, and the article has another title by now
    await Article.update({Article.title: "Earth that lasts"}, force=True)
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": -1}])
    assert (await stage.decide(first, "return")).status_code == 503
    await stage.faults(stripe=[])

    # Then it is tried again after a minute, and no sooner; the other one waits for its own decision
    await stage.minute()
    rows = {row["session_id"]: row for row in await HeldPayment.select()}
    assert (rows[first]["state"], rows[second]["state"]) == ("RETURNING", "HELD")
    assert (rows[first]["error"] != "", rows[second]["error"]) == (True, "")
    assert await a_minute_later(stage) == {first: ("RETURNED", ""), second: ("HELD", "")}
    assert await returned_at_stripe(stage) == [first]
    assert "“Soil that lasts”" in (await stage.email("We refunded your payment"))["text"]
    assert [one["sessionId"] for one in await stage.held()] == [second]
    await stage.sound()


async def test_a_payment_that_stripe_refuses_to_return_is_held_again_alone(stage: Stage, held: tuple[str, str]) -> None:
    # Given two payments that are to be returned as soon as Stripe answers
    first, second = held
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": -1}])
    for session in held:
        assert (await stage.decide(session, "return")).status_code == 503

    # When Stripe refuses the first of them, and fails for the other
    await stage.faults(
        stripe=[
            {"kind": "status", "code": 400, "path": "/v1/refunds"},
            {"kind": "status", "code": 500, "path": "/v1/refunds", "times": -1},
        ]
    )
    after = await a_minute_later(stage)

    # Then only the first is held again
    assert (after[first][0], after[second][0]) == ("HELD", "RETURNING")


async def test_of_two_payments_that_are_being_returned_one_is_returned(stage: Stage, held: tuple[str, str]) -> None:
    first, second = held
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": -1}])
    for session in held:
        assert (await stage.decide(session, "return")).status_code == 503

    await stage.faults(stripe=[])
    assert (await stage.decide(first, "return")).status_code == 200

    assert {row["session_id"]: row["state"] for row in await HeldPayment.select()} == {
        first: "RETURNED",
        second: "RETURNING",
    }


@pytest.mark.parametrize("code", [200, 400, 500])
async def test_a_payment_that_is_dismissed_while_stripe_is_asked_stays_dismissed(
    stage: Stage, held: tuple[str, str], code: int
) -> None:
    # Given a Stripe that takes its time for a refund
    faults: list[dict[str, Any]] = [{"kind": "slow", "seconds": 0.5, "path": "/v1/refunds"}]
    if code != 200:
        faults[0] = {"kind": "status", "code": 500, "path": "/v1/refunds", "times": 1}
        faults.append({"kind": "status", "code": code, "path": "/v1/refunds", "times": 2})
    await stage.faults(stripe=faults)
    asked = asyncio.create_task(stage.decide(held[0], "return"))

    # When the operator says meanwhile that it was dealt with
    async with asyncio.timeout(10):
        while await HeldPayment.count().where(HeldPayment.state == "RETURNING") == 0:  # noqa: ASYNC110 - our own call
            await asyncio.sleep(0.01)
    assert (await stage.decide(held[0], "dismiss")).status_code == 200
    await asked

    # Then Stripe's answer changes nothing
    assert [one["sessionId"] for one in await stage.held()] == [held[1]]
    assert sorted(row["state"] for row in await HeldPayment.select()) == ["DISMISSED", "HELD"]


async def test_while_stripe_fails_one_held_payment_a_minute_is_tried_in_turn(
    stage: Stage, held: tuple[str, str]
) -> None:
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": -1}])
    for session in held:
        await stage.decide(session, "return")

    tried: list[list[str]] = []
    for _ in range(2):
        await HeldPayment.update({HeldPayment.error: ""}, force=True)
        after = await a_minute_later(stage)
        tried.append([session for session in held if after[session][1]])

    assert tried == [[held[0]], [held[1]]]


async def test_a_refund_that_a_bank_sends_back_holds_its_payment_alone(stage: Stage, held: tuple[str, str]) -> None:
    for session in held:
        assert (await stage.decide(session, "return")).status_code == 200

    failed = {"id": "re_sent_back", "status": "failed", "metadata": {"held_session": held[0]}}
    await receive_event(stage, "refund.failed", failed)

    assert [one["sessionId"] for one in await stage.held()] == [held[0]]

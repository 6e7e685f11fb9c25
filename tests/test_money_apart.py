"""What happens to one refund, or to one held payment, happens to no other."""

from typing import Any

import pytest

from blogqueue.db.engine import transaction
from blogqueue.db.tables.orders import OrderEvent, Purchase
from blogqueue.db.tables.payments import HeldPayment, Refund
from blogqueue.payments import refunds
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


async def test_an_event_of_another_request_or_of_a_second_refund_changes_nothing(order: Bought) -> None:
    await record("re_late", "succeeded", order_id=str(order.id), request_number="2")
    assert (await stored(order))[0] == [("INITIATED", None)]

    await record("re_ana", "pending", order_id=str(order.id))
    await record("re_second", "succeeded", order_id=str(order.id))

    assert (await stored(order))[0] == [("INITIATED", "re_ana")]


async def test_one_held_payment_is_returned_and_the_other_stays(stage: Stage) -> None:
    # Given two held payments
    article = await stage.article(max_paid_links=3)
    opened = [await stage.asked_and_opened(article), await stage.asked_and_opened(article, **BEN)]
    await Purchase.update({Purchase.price: 9900}, force=True)
    for one in opened:
        await stage.pay(one["checkoutUrl"])
    first, second = (one["sessionId"] for one in opened)

    # When one is to be returned while Stripe fails
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": -1}])
    assert (await stage.decide(first, "return")).status_code == 503
    await stage.faults(stripe=[])

    # Then it is tried again after a minute, and no sooner; the other one waits for its own decision
    for state in ("RETURNING", "RETURNED"):
        await stage.minute()
        held = {row["session_id"]: row for row in await HeldPayment.select()}
        assert (held[first]["state"], held[second]["state"]) == (state, "HELD")
        assert (held[first]["error"] != "", held[second]["error"]) == (state == "RETURNING", "")
        await HeldPayment.raw("UPDATE held_payments SET updated_at = updated_at - interval '1 minute'")
    assert [one["sessionId"] for one in await stage.held()] == [second]
    await stage.sound()

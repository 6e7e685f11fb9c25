"""While a payment is disputed its order is on hold, until the bank or an operator decides."""

import pytest

from blogqueue.actors.integrate import integrate_link
from blogqueue.actors.run import Run
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order
from blogqueue.db.tables.payments import Refund
from blogqueue.jobs import jobs
from blogqueue.outbox import Outbox
from blogqueue.payments import refunds
from tests.payments import dispute, minute_with_refunds_due, payment_intent
from tests.stage import Bought, Stage, bearer, moves, order_row

STRIPE_KEY = bearer("sk_test_of_the_tests")


async def close(stage: Stage, dispute_id: str, status: str) -> None:
    closed = await stage.sandbox.post(f"/disputes/{dispute_id}/close", json={"status": status})
    assert closed.json()["webhookStatus"] == 200


async def refund_in_stripe(stage: Stage, order: Bought, **part: int) -> str:
    """Refund the payment by hand in Stripe; the text of the operator's alert about it."""
    asked = {"payment_intent": await payment_intent(order), **part}
    await stage.sandbox.post("/v1/refunds", data=asked, headers=STRIPE_KEY)
    return str((await stage.alert("A payment was refunded in Stripe"))["text"])


async def job_state(order: Bought) -> str:
    return str((await Job.select(Job.state).where(Job.order_id == order.id))[0]["state"])


async def test_a_disputed_order_is_not_worked_on_until_the_dispute_is_won(stage: Stage) -> None:
    # Given a disputed order whose job was about to run
    order = await stage.buy(await stage.article())
    calls = await stage.model_calls()
    disputed = await dispute(stage, order)
    await stage.alert("A payment is disputed")

    # When minutes pass
    await stage.minute()
    await stage.minute()

    # Then the model was not asked, and its customer knows why
    assert await stage.model_calls() == calls
    assert await job_state(order) == "CANCELLED"
    status = await stage.status(order)
    assert (status["onHold"], status["statusMessage"]) == (True, "On hold: the payment is disputed")
    await stage.sound()

    # And once the dispute is won, the order is delivered
    await close(stage, disputed, "won")
    await stage.drain()
    status = await stage.status(order)
    assert (status["onHold"], status["status"]) == (False, "QUALITY_CHECK")
    await stage.sound()


async def test_a_worker_in_the_middle_of_a_disputed_order_changes_nothing(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    claim = await jobs.claim(f"backlink-int-{order.id}", "a worker")
    assert isinstance(claim, jobs.Claim)

    await dispute(stage, order)

    with pytest.raises(jobs.LostLeaseError):
        await integrate_link(Run(claim))
    assert (await order_row(order))["status"] == "PROCESSING"
    assert "Your Backlink is Ready for Review" not in [mail["subject"] for mail in await stage.mails()]
    await stage.sound()


@pytest.mark.parametrize("reached", ["buy", "delivered", "submitted"])
async def test_a_lost_dispute_ends_the_order_whatever_its_status(stage: Stage, reached: str) -> None:
    order = await getattr(stage, reached)(await stage.article())
    disputed = await dispute(stage, order)

    await close(stage, disputed, "lost")

    row = await order_row(order)
    assert (row["status"], row["failure_reason"], row["on_hold"]) == ("FAILED", "payment_reversed", False)
    assert "charged back by your bank" in (await stage.email("Your order has ended"))["text"]
    await stage.alert("A dispute was lost")
    await stage.minute()
    assert await Refund.count() == 0
    for verb in ("retry", "refund"):
        assert (await stage.judge(order, verb)).status_code == 409
    assert (await stage.http.get(f"/order-status/{order.id}?access={order.access}")).status_code in {200, 303}
    await stage.sound()


async def test_a_lost_dispute_of_a_completed_order_is_recorded(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await stage.approve(order)
    disputed = await dispute(stage, order)

    await close(stage, disputed, "lost")

    row = await order_row(order)
    assert (row["status"], row["failure_reason"], row["on_hold"]) == ("COMPLETED", None, False)
    events = await Order.raw("SELECT action FROM order_events WHERE order_id = {}", order.id)
    assert "dispute lost" in [event["action"] for event in events]
    await stage.sound()


async def test_an_order_with_two_disputes_is_on_hold_while_one_of_them_is_open(stage: Stage) -> None:
    # Given an order whose payment is disputed twice
    order = await stage.delivered(await stage.article())
    first, second = await dispute(stage, order), await dispute(stage, order)
    await stage.alert("2 payments are disputed")

    # When the first is won
    await close(stage, first, "won")

    # Then nothing can be done with the order
    version = (await stage.status(order))["version"]["versionId"]
    assert (await stage.submit(order, version)).status_code == 409
    assert (await order_row(order))["on_hold"]

    # And once the second is won too, the order goes on
    await close(stage, second, "won")
    assert not (await order_row(order))["on_hold"]
    assert (await stage.submit(order, version)).status_code == 200
    await stage.sound()


async def test_a_prevented_dispute_ends_the_order_because_stripe_has_refunded_it(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())

    await close(stage, await dispute(stage, order), "prevented")

    row = await order_row(order)
    assert (row["status"], row["failure_reason"], row["on_hold"]) == ("FAILED", "payment_reversed", False)
    assert "was refunded to you" in (await stage.email("Your order has ended"))["text"]
    assert "before it became a charge-back" in (await stage.alert("A dispute was prevented"))["text"]
    await stage.sound()


async def test_a_dispute_whose_end_arrives_first_puts_nothing_on_hold(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())
    await stage.faults(webhook=[{"kind": "drop", "type": "charge.dispute.created"}])
    opened = await stage.sandbox.post("/disputes", json={"paymentIntent": await payment_intent(order)})
    await close(stage, opened.json()["disputeId"], "won")

    await stage.sandbox.post("/webhooks/redeliver", json={"eventId": opened.json()["eventId"]})

    assert not (await order_row(order))["on_hold"]


async def test_an_operator_releases_an_order_on_hold_or_ends_it(stage: Stage) -> None:
    # Given two disputed orders
    article_id = await stage.article()
    ana = await stage.buy(article_id)
    ben = await stage.buy(article_id, email="ben@customers.example", anchorText="a mulching handbook")
    for order in (ana, ben):
        assert (await stage.judge(order, "release")).json()["error"]["code"] == "not_on_hold"
        await dispute(stage, order)

    # When the operator releases one and ends the other
    assert (await stage.judge(ana, "release")).status_code == 200
    assert (await stage.judge(ben, "end")).json()["data"]["failureReason"] == "payment_reversed"

    # Then one is delivered, and the other has ended
    await stage.drain()
    assert (await stage.status(ana))["status"] == "QUALITY_CHECK"
    assert (await stage.status(ben))["statusMessage"] == "The payment was reversed"
    await stage.email("Your order has ended", "ben@customers.example")
    await stage.sound()


async def test_a_payment_that_is_refunded_by_hand_ends_its_order(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())
    version = (await stage.status(order))["version"]["versionId"]

    alert = await refund_in_stripe(stage, order)

    assert "The order has ended." in alert
    assert ("payment refunded in Stripe in full", "QUALITY_CHECK", "FAILED") in await moves(order)
    row = await order_row(order)
    assert (row["status"], row["failure_reason"], row["refund_state"]) == ("FAILED", "payment_reversed", "NONE")
    assert "refunded to you" in (await stage.email("Your order has ended"))["text"]
    assert (await stage.submit(order, version)).status_code == 409
    await stage.minute()
    assert await Refund.count() == 0
    await stage.sound()


async def test_a_payment_that_is_refunded_in_part_is_recorded_and_the_order_goes_on(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())
    version = (await stage.status(order))["version"]["versionId"]

    alert = await refund_in_stripe(stage, order, amount=1000)

    assert "The order goes on" in alert
    assert "payment refunded in Stripe in part" in [action for action, _, _ in await moves(order)]
    assert (await stage.submit(order, version)).status_code == 200
    assert (await stage.approve(order)).json()["data"]["status"] == "COMPLETED"
    await stage.sound()


async def test_a_completed_order_stays_so_when_its_payment_is_refunded_by_hand(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await stage.approve(order)

    alert = await refund_in_stripe(stage, order)

    assert "The order is COMPLETED and stays so." in alert
    assert (await order_row(order))["status"] == "COMPLETED"
    await stage.sound()


async def refund_under_way(stage: Stage) -> Bought:
    """A failed order whose refund Stripe has not taken yet."""
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 400}])
    await stage.email("Order Processing Issue")
    await stage.faults(stripe=[{"kind": "status", "code": 500, "path": "/v1/refunds", "times": 3}])
    await stage.judge(order, "refund")
    await stage.drain()
    assert (await order_row(order))["refund_state"] == "INITIATED"
    return order


async def test_a_refund_waits_while_its_payment_is_disputed_and_is_cancelled_if_it_is_lost(stage: Stage) -> None:
    # Given a refund under way whose payment is disputed
    order = await refund_under_way(stage)
    disputed = await dispute(stage, order)

    # Then it is not sent, even if a message says so, nor announced
    await minute_with_refunds_due(stage)
    assert await refunds.send((await Refund.select(Refund.id))[0]["id"]) == Outbox()
    assert (await Refund.select(Refund.attempts))[0]["attempts"] == 1
    assert "refund" not in (await stage.status(order))["statusMessage"]
    page = await stage.http.get(f"/order-status/{order.id}?access={order.access}", follow_redirects=True)
    assert "Your refund of" not in page.text
    await stage.sound()

    # And when the dispute is lost, it is cancelled
    await close(stage, disputed, "lost")
    await minute_with_refunds_due(stage)
    row = await order_row(order)
    assert (row["failure_reason"], row["refund_state"]) == ("payment_reversed", "FAILED")
    assert (await stage.judge(order, "refund")).status_code == 409
    await stage.sound()


async def test_a_refund_that_waited_for_a_won_dispute_is_sent(stage: Stage) -> None:
    order = await refund_under_way(stage)
    disputed = await dispute(stage, order)
    await close(stage, disputed, "won")

    await minute_with_refunds_due(stage)

    assert (await Refund.select(Refund.attempts))[0]["attempts"] == 2  # the sandbox refunds no disputed charge

"""Stripe's refunds, disputes and lost answers, tested with its own unmodified client."""

import httpx
import pytest
import stripe

from tests.sandbox.conftest import Shop, pay_session, stripe_client


async def test_a_payment_is_refunded_once_with_its_events(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    intent = str((await pay_session(client, http)).payment_intent)

    refund = await client.v1.refunds.create_async(
        {"payment_intent": intent, "reason": "requested_by_customer", "metadata": {"order_id": "7"}}
    )

    assert (refund.status, refund.amount, refund.payment_intent) == ("succeeded", 4900, intent)
    events = await shop.wait_for("refund.created", "charge.refunded", "refund.updated")
    charge = next(event.data.object for event in events if event.type == "charge.refunded")
    assert (charge["refunded"], charge["amount_refunded"], charge["payment_intent"]) == (True, 4900, intent)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"payment_intent": intent})
    assert (refused.value.code, refused.value.http_status) == ("charge_already_refunded", 400)
    assert [r.id for r in (await client.v1.refunds.list_async({"payment_intent": intent})).data] == [refund.id]
    stored = await client.v1.refunds.retrieve_async(refund.id)
    assert stored.metadata is not None and stored.metadata["order_id"] == "7"


async def test_a_payment_can_be_refunded_in_parts_but_not_beyond_its_amount(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    intent = str((await pay_session(client, http)).payment_intent)

    await client.v1.refunds.create_async({"payment_intent": intent, "amount": 4000})

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        await client.v1.refunds.create_async({"payment_intent": intent, "amount": 901})
    assert (await client.v1.refunds.create_async({"payment_intent": intent})).amount == 900


async def test_a_disputed_payment_cannot_be_refunded(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    intent = str((await pay_session(client, http)).payment_intent)

    opened = (await http.post("/disputes", json={"paymentIntent": intent})).json()

    events = await shop.wait_for("charge.dispute.created")
    assert opened["webhookStatus"] == 200 and opened["eventId"] == events[-1].id
    assert events[-1].data.object["payment_intent"] == intent
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"payment_intent": intent})
    assert refused.value.code == "charge_disputed"
    await http.post(f"/disputes/{opened['disputeId']}/close", json={"status": "lost"})
    assert (await shop.wait_for("charge.dispute.closed"))[-1].data.object["status"] == "lost"


async def test_a_fault_can_be_limited_to_some_calls(client: stripe.StripeClient, http: httpx.AsyncClient) -> None:
    await http.put(
        "/faults", json={"stripe": [{"kind": "status", "code": 503, "method": "POST", "path": "/v1/refunds*"}]}
    )
    intent = str((await pay_session(client, http)).payment_intent)

    with pytest.raises(stripe.APIError):
        await client.v1.refunds.create_async({"payment_intent": intent})


async def test_a_dropped_answer_is_repeated_for_the_same_idempotency_key(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    intent = str((await pay_session(client, http)).payment_intent)
    await http.put("/faults", json={"stripe": [{"kind": "drop_after", "path": "/v1/refunds"}]})

    with pytest.raises(stripe.APIConnectionError):
        await client.v1.refunds.create_async({"payment_intent": intent}, {"idempotency_key": "k8"})

    assert len((await client.v1.refunds.list_async({"payment_intent": intent})).data) == 1
    again = await client.v1.refunds.create_async({"payment_intent": intent}, {"idempotency_key": "k8"})
    assert again.amount == 4900


async def test_a_dropped_answer_is_repeated_for_the_clients_own_retry(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    intent = str((await pay_session(client, http)).payment_intent)
    await http.put("/faults", json={"stripe": [{"kind": "drop_after", "path": "/v1/refunds"}]})

    async with stripe_client(str(http.base_url).rstrip("/"), retries=2) as stubborn:
        refund = await stubborn.v1.refunds.create_async({"payment_intent": intent})

    assert refund.status == "succeeded"


@pytest.mark.parametrize(
    "outcome",
    [("refund_pending", "succeeded", "refund.updated"), ("refund_fails", "failed", "refund.failed")],
)
async def test_a_refund_can_be_pending_and_can_fail(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop, outcome: tuple[str, str, str]
) -> None:
    kind, status, last = outcome
    intent = str((await pay_session(client, http)).payment_intent)
    await http.put("/faults", json={"stripe": [{"kind": kind, "seconds": 0}]})

    refund = await client.v1.refunds.create_async({"payment_intent": intent})

    assert refund.status == "pending"
    events = await shop.wait_for("refund.created", last)
    assert events[-1].data.object["status"] == status
    assert (await client.v1.refunds.retrieve_async(refund.id)).status == status
    charge = await client.v1.charges.retrieve_async(str(refund.charge))
    assert charge.amount_refunded == (4900 if status == "succeeded" else 0)

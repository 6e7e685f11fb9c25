"""A webhook that is not Stripe's changes nothing; one that is, but odd, loses no payment."""

import json
import time
from typing import Any

import pytest

from blogqueue.db.tables.orders import Order
from blogqueue.db.tables.payments import StripeEvent
from tests.stage import Stage, bearer, signed


def event(**changes: Any) -> bytes:
    payload = {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "data": {"object": {"id": "cs_1", "payment_status": "paid", "metadata": {}}},
    }
    return json.dumps(payload | changes).encode()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"stripe-signature": ""},
        {"stripe-signature": "t=1,v1=00"},
        {"stripe-signature": "t=1,v1=\u00e9".encode("latin-1")},
        signed(event(), secret="whsec_of_somebody_else"),
        signed(event(), at=int(time.time()) - 3600),
        signed(event(id="evt_2")),
    ],
    ids=["none", "empty", "garbage", "not ASCII", "another secret", "an hour old", "of another body"],
)
async def test_a_webhook_with_a_bad_signature_is_refused(stage: Stage, headers: dict[str, Any]) -> None:
    answer = await stage.http.post("/api/v1/purchase/webhook", content=event(), headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_signature")
    assert await StripeEvent.count() == 0
    assert await Order.count() == 0


async def test_a_signed_webhook_of_another_kind_is_kept_and_answered(stage: Stage) -> None:
    payload = event(type="customer.created")

    answer = await stage.http.post("/api/v1/purchase/webhook", content=payload, headers=signed(payload))

    assert answer.status_code == 200
    assert await StripeEvent.count() == 1
    assert await Order.count() == 0


DEEP = b'{"id": "evt_1", "type": "x", "data": {"object": ' + b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"}}"


@pytest.mark.parametrize(
    "payload",
    [
        event(id="e" * 256),
        event(id=""),
        event(type="t" * 101),
        event(type=7),
        event(data={"object": []}),
        event(data={"object": {"payment_status": "paid"}}),
        event(data={"object": {"id": "cs_1", "payment_status": "paid", "metadata": []}}),
        event(type="checkout.session.expired", data={"object": {}}),
        event(type="refund.updated", data={"object": {"status": "failed"}}),
        event(type="charge.refunded", data={"object": {"id": "ch_1", "payment_intent": {}}}),
        event(type="charge.refunded", data={"object": {"id": "ch_1", "amount_refunded": "all"}}),
        event(data={"object": {"id": "s" * 256}}),
        DEEP,
    ],
)
async def test_a_signed_webhook_whose_subject_is_malformed_is_refused(stage: Stage, payload: bytes) -> None:
    answer = await stage.http.post("/api/v1/purchase/webhook", content=payload, headers=signed(payload))

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_event")
    assert await StripeEvent.count() == 0


async def test_a_payment_whose_event_holds_a_nul_character_is_not_lost(stage: Stage) -> None:
    # Given a payment whose customer has a NUL in their name
    opened = await stage.asked_and_opened(await stage.article())
    await stage.faults(webhook=[{"kind": "drop"}])
    await stage.pay(opened["checkoutUrl"])
    key = bearer("sk_test_of_the_tests")
    session = (await stage.sandbox.get(f"/v1/checkout/sessions/{opened['sessionId']}", headers=key)).json()
    session["customer_details"]["name"] = "A\0na"

    payload = event(data={"object": session})
    answer = await stage.http.post("/api/v1/purchase/webhook", content=payload, headers=signed(payload))

    assert answer.status_code == 200
    assert await Order.count() == 1


@pytest.mark.parametrize(
    ("amount", "shown"), [(4_800, "48.00 EUR"), (None, "None"), ("4900", "4900"), (49.5, "49.5"), (0, "0.00 EUR")]
)
async def test_a_payment_of_another_amount_is_held_whatever_form_it_has(
    stage: Stage, amount: object, shown: str
) -> None:
    opened = await stage.asked_and_opened(await stage.article())
    await stage.faults(webhook=[{"kind": "drop"}])
    await stage.pay(opened["checkoutUrl"])
    key = bearer("sk_test_of_the_tests")
    session = (await stage.sandbox.get(f"/v1/checkout/sessions/{opened['sessionId']}", headers=key)).json()

    payload = event(data={"object": session | {"amount_total": amount}})
    answer = await stage.http.post("/api/v1/purchase/webhook", content=payload, headers=signed(payload))

    assert answer.status_code == 200
    assert await Order.count() == 0
    assert f"the amount is {shown} instead of 49.00 EUR" in (await stage.held())[0]["reason"]

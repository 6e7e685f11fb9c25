"""Webhooks: signed, repeated until taken, over restarts, and wrong in every way that is asked for."""

import asyncio
from pathlib import Path

import httpx
import pytest
import stripe

from blogqueue.sandbox import webhooks
from tests.sandbox.conftest import Shop, opened, sandbox_at, stripe_client, wish


async def test_paying_sends_a_signed_event_before_it_answers(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    session = await opened(client)

    answer = await http.post(f"{session.url}/pay")

    assert [(event.type, event.api_version) for event in shop.events] == [
        ("checkout.session.completed", webhooks.API_VERSION)
    ]
    subject = shop.events[0].data.object
    assert (subject["id"], subject["payment_status"], subject["amount_total"]) == (session.id, "paid", 4900)
    assert answer.json() == {
        "sessionId": session.id,
        "eventId": shop.events[0].id,
        "webhookStatus": 200,
        "delivered": True,
        "successUrl": f"https://shop.example/return?session_id={session.id}",
    }


async def test_an_event_that_is_not_taken_comes_again_until_it_is(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "WAITS", (0, 0, 0))
    shop.answers += [500, 400, 302, 202]
    session = await opened(client)

    said = (await http.post(f"{session.url}/pay")).json()
    assert (said["delivered"], said["webhookStatus"]) == (False, 500)
    pending = await client.v1.events.list_async({"delivery_success": False})
    assert said["eventId"] in [event.id for event in pending.data]

    told = await shop.wait_for(*["checkout.session.completed"] * 4)
    assert {event.id for event in told} == {said["eventId"]}
    assert await is_taken(client, said["eventId"])
    assert len(shop.events) == 4


async def is_taken(client: stripe.StripeClient, event_id: str) -> bool:
    """Whether the event is soon listed among those that were delivered."""
    for _ in range(100):
        taken = await client.v1.events.list_async({"delivery_success": True})
        if event_id in [event.id for event in taken.data]:
            return True
    return False


async def test_an_event_is_sent_again_on_demand(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    session = await opened(client)
    event = (await http.post(f"{session.url}/pay")).json()["eventId"]

    in_a_row = await http.post("/webhooks/redeliver", json={"eventId": event, "times": 2})
    at_once = await http.post("/webhooks/redeliver", json={"eventId": event, "times": 3, "concurrently": True})

    assert (in_a_row.json(), at_once.json()) == ({"statuses": [200] * 2}, {"statuses": [200] * 3})
    assert [received.id for received in shop.events] == [event] * 6
    attempts = [attempt for attempt in (await http.get("/webhooks.json")).json() if attempt["event"] == event]
    assert [attempt["status"] for attempt in attempts] == [200] * 6
    assert (await http.post("/webhooks/redeliver", json={"eventId": "evt_no"})).status_code == 404
    assert (await http.post("/webhooks/redeliver", json={"eventId": event, "times": 0})).status_code == 400


async def test_a_dropped_event_comes_only_on_demand(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    await http.put("/faults", json={"webhook": [{"kind": "drop", "type": "checkout.session.*"}]})
    session = await opened(client)

    said = (await http.post(f"{session.url}/pay")).json()

    assert (said["delivered"], said["webhookStatus"], shop.events) == (False, None, [])
    await http.post("/webhooks/redeliver", json={"eventId": said["eventId"]})
    assert [event.id for event in shop.events] == [said["eventId"]]


async def test_a_duplicate_fault_sends_each_event_so_often(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    await http.put("/faults", json={"webhook": [{"kind": "duplicate", "times_each": 3}]})
    session = await opened(client)

    await http.post(f"{session.url}/pay")

    assert len(shop.events) == 3 and len({event.id for event in shop.events}) == 1


async def test_a_delayed_event_comes_after_the_answer(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    await http.put("/faults", json={"webhook": [{"kind": "delay", "seconds": 0.2}]})
    session = await opened(client)

    said = (await http.post(f"{session.url}/pay")).json()

    assert (said["delivered"], shop.events) == (False, [])
    assert [event.id for event in await shop.wait_for("checkout.session.completed")] == [said["eventId"]]


async def test_a_reordered_event_comes_after_the_next_one(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    await http.put("/faults", json={"webhook": [{"kind": "reorder"}]})
    session = await opened(client)

    await http.post(f"{session.url}/pay-delayed")
    await http.post(f"{session.url}/settle-delayed")

    told = await shop.wait_for("checkout.session.completed", "checkout.session.async_payment_succeeded")
    assert [event.type for event in told] == [
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
    ]


async def test_a_reordered_event_that_is_the_last_one_comes_all_the_same(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    await http.put("/faults", json={"webhook": [{"kind": "reorder", "seconds": 0.1}]})
    session = await opened(client)

    await http.post(f"{session.url}/pay")

    assert len(await shop.wait_for("checkout.session.completed")) == 1


async def test_what_happened_survives_a_restart_and_is_delivered_after_it(
    tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a payment whose webhook nobody could hear
    async with (
        sandbox_at(tmp_path, "http://127.0.0.1:9/nobody") as sandbox,
        stripe_client(sandbox.config.url) as client,
    ):
        session = await client.v1.checkout.sessions.create_async(wish(), {"idempotency_key": "k"})
        async with httpx.AsyncClient() as http:
            said = (await http.post(f"{session.url}/pay")).json()
        assert (said["delivered"], said["webhookStatus"]) == (False, None)

    # When the sandbox comes back, and the shop too
    monkeypatch.setattr(webhooks, "WAITS", (0, 1))
    async with sandbox_at(tmp_path, shop.url) as sandbox, stripe_client(sandbox.config.url) as client:
        told = await shop.wait_for("checkout.session.completed")
        kept = await client.v1.checkout.sessions.retrieve_async(session.id)
        again = await client.v1.checkout.sessions.create_async(wish(), {"idempotency_key": "k"})

    # Then everything is where it was
    assert [event.id for event in told] == [said["eventId"]]
    assert (kept.status, kept.payment_status) == ("complete", "paid")
    assert again.id == session.id


async def test_an_api_call_does_not_wait_for_the_webhook(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    session = await opened(client)
    async with shop.arrived:
        # While the shop holds its door shut, the session ends all the same.
        ended = await asyncio.wait_for(client.v1.checkout.sessions.expire_async(session.id), 5)
        assert ended.status == "expired" and not shop.events
    assert len(await shop.wait_for("checkout.session.expired")) == 1
    assert (await http.get("/health")).json() == {"status": "ok"}

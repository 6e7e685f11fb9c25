"""Webhooks: signed, repeated until accepted, also over restarts, and faulty in every way that can be set."""

import asyncio
from pathlib import Path

import httpx
import pytest
import stripe

from blogqueue.sandbox import webhooks
from tests.sandbox.conftest import Shop, open_session, serve_sandbox, session_params, stripe_client


async def test_paying_sends_a_signed_event_before_it_answers(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    session = await open_session(client)

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


async def test_an_event_is_sent_again_until_it_is_accepted(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "WAITS", (0, 0, 0))
    shop.answers += [500, 400, 302, 202]
    session = await open_session(client)

    paid = (await http.post(f"{session.url}/pay")).json()
    assert (paid["delivered"], paid["webhookStatus"]) == (False, 500)
    pending = await client.v1.events.list_async({"delivery_success": False})
    assert paid["eventId"] in [event.id for event in pending.data]

    events = await shop.wait_for(*["checkout.session.completed"] * 4)
    assert {event.id for event in events} == {paid["eventId"]}
    assert await is_accepted(client, paid["eventId"])
    assert len(shop.events) == 4


async def is_accepted(client: stripe.StripeClient, event_id: str) -> bool:
    """Return whether the event is soon listed as delivered."""
    for _ in range(100):
        accepted = await client.v1.events.list_async({"delivery_success": True})
        if event_id in [event.id for event in accepted.data]:
            return True
    return False


async def test_an_event_is_sent_again_on_demand(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    session = await open_session(client)
    event = (await http.post(f"{session.url}/pay")).json()["eventId"]

    in_a_row = await http.post("/webhooks/redeliver", json={"eventId": event, "times": 2})
    at_once = await http.post("/webhooks/redeliver", json={"eventId": event, "times": 3, "concurrently": True})

    assert (in_a_row.json(), at_once.json()) == ({"statuses": [200] * 2}, {"statuses": [200] * 3})
    assert [received.id for received in shop.events] == [event] * 6
    attempts = [attempt for attempt in (await http.get("/webhooks.json")).json() if attempt["event"] == event]
    assert [attempt["status"] for attempt in attempts] == [200] * 6
    assert (await http.post("/webhooks/redeliver", json={"eventId": "evt_no"})).status_code == 404
    assert (await http.post("/webhooks/redeliver", json={"eventId": event, "times": 0})).status_code == 400


async def test_a_dropped_event_is_sent_only_on_demand(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    await http.put("/faults", json={"webhook": [{"kind": "drop", "type": "checkout.session.*"}]})
    session = await open_session(client)

    paid = (await http.post(f"{session.url}/pay")).json()

    assert (paid["delivered"], paid["webhookStatus"], shop.events) == (False, None, [])
    await http.post("/webhooks/redeliver", json={"eventId": paid["eventId"]})
    assert [event.id for event in shop.events] == [paid["eventId"]]


async def test_a_duplicate_fault_sends_each_event_several_times(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    await http.put("/faults", json={"webhook": [{"kind": "duplicate", "times_each": 3}]})
    session = await open_session(client)

    await http.post(f"{session.url}/pay")

    assert len(shop.events) == 3 and len({event.id for event in shop.events}) == 1


async def test_a_delayed_event_is_sent_after_the_answer(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    await http.put("/faults", json={"webhook": [{"kind": "delay", "seconds": 0.2}]})
    session = await open_session(client)

    paid = (await http.post(f"{session.url}/pay")).json()

    assert (paid["delivered"], shop.events) == (False, [])
    assert [event.id for event in await shop.wait_for("checkout.session.completed")] == [paid["eventId"]]


async def test_a_reordered_event_is_sent_after_the_next_one(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    await http.put("/faults", json={"webhook": [{"kind": "reorder"}]})
    session = await open_session(client)

    await http.post(f"{session.url}/pay-delayed")
    await http.post(f"{session.url}/settle-delayed")

    events = await shop.wait_for("checkout.session.completed", "checkout.session.async_payment_succeeded")
    assert [event.type for event in events] == [
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
    ]


async def test_a_reordered_event_without_a_next_one_is_still_sent(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    await http.put("/faults", json={"webhook": [{"kind": "reorder", "seconds": 0.1}]})
    session = await open_session(client)

    await http.post(f"{session.url}/pay")

    assert len(await shop.wait_for("checkout.session.completed")) == 1


async def test_sessions_and_events_survive_a_restart_and_are_delivered_after_it(
    tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a payment whose webhook got no answer
    async with (
        serve_sandbox(tmp_path, "http://127.0.0.1:9/nobody") as sandbox,
        stripe_client(sandbox.config.url) as client,
    ):
        session = await client.v1.checkout.sessions.create_async(session_params(), {"idempotency_key": "k"})
        async with httpx.AsyncClient() as http:
            paid = (await http.post(f"{session.url}/pay")).json()
        assert (paid["delivered"], paid["webhookStatus"]) == (False, None)

    # When the sandbox restarts, and the shop answers
    monkeypatch.setattr(webhooks, "WAITS", (0, 1))
    async with serve_sandbox(tmp_path, shop.url) as sandbox, stripe_client(sandbox.config.url) as client:
        events = await shop.wait_for("checkout.session.completed")
        stored = await client.v1.checkout.sessions.retrieve_async(session.id)
        again = await client.v1.checkout.sessions.create_async(session_params(), {"idempotency_key": "k"})

    # Then the event arrives, and the session and its idempotency key are unchanged
    assert [event.id for event in events] == [paid["eventId"]]
    assert (stored.status, stored.payment_status) == ("complete", "paid")
    assert again.id == session.id


async def test_an_api_call_does_not_wait_for_the_webhook(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    session = await open_session(client)
    async with shop.changed:
        # The session expires while the shop does not answer.
        ended = await asyncio.wait_for(client.v1.checkout.sessions.expire_async(session.id), 5)
        assert ended.status == "expired" and not shop.events
    assert len(await shop.wait_for("checkout.session.expired")) == 1
    assert (await http.get("/health")).json() == {"status": "ok"}

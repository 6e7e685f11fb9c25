"""Stripe's idempotency keys, tested with its own unmodified client."""

import asyncio

import httpx
import pytest
import stripe

from tests.sandbox.conftest import session_params


async def test_an_idempotency_key_repeats_the_first_result(client: stripe.StripeClient) -> None:
    sessions = client.v1.checkout.sessions
    first = await sessions.create_async(session_params(), {"idempotency_key": "k1"})
    again = await sessions.create_async(session_params(), {"idempotency_key": "k1"})

    assert first.id == again.id
    assert first.last_response is not None and "idempotent-replayed" not in first.last_response.headers
    assert again.last_response is not None and again.last_response.headers["idempotent-replayed"] == "true"


async def test_an_idempotency_key_with_other_parameters_is_an_error(client: stripe.StripeClient) -> None:
    sessions = client.v1.checkout.sessions
    await sessions.create_async(session_params(), {"idempotency_key": "k2"})

    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        await sessions.create_async(session_params(client_reference_id="other"), {"idempotency_key": "k2"})


async def test_an_idempotency_key_in_use_is_a_conflict(client: stripe.StripeClient, http: httpx.AsyncClient) -> None:
    await http.put("/faults", json={"stripe": [{"kind": "slow", "seconds": 0.3}]})
    sessions = client.v1.checkout.sessions

    both = await asyncio.gather(
        *(sessions.create_async(session_params(), {"idempotency_key": "k3"}) for _ in range(2)), return_exceptions=True
    )

    refused = [one for one in both if isinstance(one, stripe.StripeError)]
    assert [error.http_status for error in refused] == [409]
    assert "idempotency_key_in_use" in str(refused[0].http_body)


async def test_a_refused_call_does_not_use_up_its_idempotency_key(client: stripe.StripeClient) -> None:
    sessions = client.v1.checkout.sessions
    with pytest.raises(stripe.InvalidRequestError):
        await sessions.create_async(session_params(mode="gift"), {"idempotency_key": "k4"})

    assert (await sessions.create_async(session_params(), {"idempotency_key": "k4"})).status == "open"


async def test_a_status_fault_does_not_use_up_the_idempotency_key(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    await http.put("/faults", json={"stripe": [{"kind": "status", "code": 500}, {"kind": "status", "code": 429}]})
    sessions = client.v1.checkout.sessions

    with pytest.raises(stripe.APIError):
        await sessions.create_async(session_params(), {"idempotency_key": "k5"})
    with pytest.raises(stripe.RateLimitError):
        await sessions.create_async(session_params(), {"idempotency_key": "k5"})

    assert (await sessions.create_async(session_params(), {"idempotency_key": "k5"})).status == "open"


async def test_a_saved_status_fault_is_repeated_for_its_idempotency_key(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    await http.put("/faults", json={"stripe": [{"kind": "status", "code": 500, "saved": True}]})
    sessions = client.v1.checkout.sessions

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            await sessions.create_async(session_params(), {"idempotency_key": "k6"})

    assert (await sessions.create_async(session_params(), {"idempotency_key": "k7"})).status == "open"

"""The sandbox to the real, unmodified clients."""

import json
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import openai
import pytest
import stripe

from blogqueue.sandbox.state import KINDS, Faults, Store
from blogqueue.settings import settings
from tests.stage import Stage, bearer

SCHEMA = {
    "type": "object",
    "properties": {
        "block": {"type": "string", "enum": ["p01", "p04"]},
        "mode": {"type": "string", "enum": ["append", "replace"]},
        "text": {"type": "string"},
    },
    "required": ["block", "mode", "text"],
    "additionalProperties": False,
}
WISH = {"target_url": "https://a.example/x", "anchor_text": "some words", "customer_notes": "", "refused": []}


pytestmark = pytest.mark.usefixtures("stage")


@pytest.fixture(scope="module")
async def client() -> AsyncGenerator[stripe.StripeClient]:
    http_client = stripe.HTTPXClient()
    yield stripe.StripeClient(
        settings.stripe_api_key.get_secret_value(),
        base_addresses={"api": settings.stripe_api_base},
        http_client=http_client,
        max_network_retries=0,
    )
    await http_client.close_async()


async def session(client: stripe.StripeClient, key: str, **changes: Any) -> stripe.checkout.Session:
    params: Any = {
        "mode": "payment",
        "success_url": "https://shop.example/return?session_id={CHECKOUT_SESSION_ID}",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": "eur", "unit_amount": 4900, "product_data": {"name": "A link"}},
            }
        ],
    }
    return await client.v1.checkout.sessions.create_async(params | changes, {"idempotency_key": key})


async def ask_model() -> Any:
    messages: Any = [{"role": "user", "content": json.dumps(WISH)}]
    text: Any = {"format": {"type": "json_schema", "name": "link_edit", "schema": SCHEMA, "strict": True}}
    async with openai.AsyncOpenAI(
        api_key=settings.openai_api_key.get_secret_value(), base_url=settings.openai_base_url, max_retries=0
    ) as model:
        return await model.responses.create(model="sandbox-writer", input=messages, text=text)


async def test_an_idempotency_key_gives_the_same_session_and_refuses_other_parameters(
    client: stripe.StripeClient,
) -> None:
    first, second = await session(client, "k1"), await session(client, "k1")
    assert first.id == second.id
    with pytest.raises(stripe.IdempotencyError):
        await session(client, "k1", client_reference_id="other")


async def test_a_session_needs_what_stripe_needs(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="expires_at"):
        await session(client, "k2", expires_at=int(time.time()) + 60)
    with pytest.raises(stripe.InvalidRequestError, match="500 characters"):
        await session(client, "k3", metadata={"note": "n" * 501})


async def test_an_expired_session_cannot_be_paid(stage: Stage, client: stripe.StripeClient) -> None:
    opened = await session(client, "k4")

    ended = await client.v1.checkout.sessions.expire_async(opened.id)

    assert ended.status == "expired"
    assert (await stage.sandbox.post(f"/checkout/{opened.id}/pay")).status_code == 409


async def test_a_payment_is_refunded_once(stage: Stage, client: stripe.StripeClient) -> None:
    opened = await session(client, "k5")
    await stage.sandbox.post(f"/checkout/{opened.id}/pay")
    paid = await client.v1.checkout.sessions.retrieve_async(opened.id)
    assert (paid.status, paid.payment_status) == ("complete", "paid")

    refund = await client.v1.refunds.create_async({"payment_intent": str(paid.payment_intent)})

    assert (refund.status, refund.amount) == ("succeeded", 4900)
    with pytest.raises(stripe.InvalidRequestError, match="already been refunded"):
        await client.v1.refunds.create_async({"payment_intent": str(paid.payment_intent)})


async def test_a_wrong_key_is_refused(stage: Stage) -> None:
    answer = await stage.sandbox.get("/v1/checkout/sessions/x", headers=bearer("sk_wrong"))

    assert answer.status_code == 401


async def test_the_writer_derives_an_edit_that_holds_the_link_once() -> None:
    edit = json.loads((await ask_model()).output_text)

    assert edit["block"] in {"p01", "p04"}
    assert edit["text"].count("[some words](https://a.example/x)") == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "code": 429, "retry_after": 7}, openai.RateLimitError),
        ({"kind": "status", "code": 500}, openai.InternalServerError),
        ({"kind": "cut"}, openai.APIError),
    ],
)
async def test_a_fault_reaches_the_client_as_its_own_error(
    stage: Stage, fault: dict[str, Any], error: type[Exception]
) -> None:
    await stage.sandbox.put("/faults", json={"model": [fault]})

    with pytest.raises(error):
        await ask_model()
    assert (await ask_model()).status == "completed"


async def test_an_unknown_fault_is_refused_with_what_is_known(stage: Stage) -> None:
    answer = await stage.sandbox.put("/faults", json={"mail": [{"kind": "earthquake"}]})

    assert answer.status_code == 400
    assert "drop_after_data" in answer.json()["error"]


def test_every_fault_stands_in_the_documentation() -> None:
    said = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    for kinds in KINDS.values():
        for kind in kinds:
            assert f"`{kind}`" in said


def test_a_fault_with_times_minus_one_stays() -> None:
    faults = Faults()
    faults.set({"model": [{"kind": "status", "times": -1}]})

    assert all(faults.take("model", schema="link_edit") for _ in range(5))


def test_what_was_kept_survives_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("mails", "1", {"subject": "a"})
    store.close()

    again = Store(tmp_path)
    assert again.all("mails") == [{"subject": "a"}]
    again.close()

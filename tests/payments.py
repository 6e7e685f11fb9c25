"""What happens to payments in several tests, beside what the stage knows."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx

from blogqueue.db.tables.orders import Purchase
from blogqueue.db.tables.payments import Refund, StripeEvent
from tests.stage import Bought, Stage, bearer, order_row, signed

STRIPE_KEY = bearer("sk_test_of_the_tests")

_LAST_EVENT = """
SELECT id FROM stripe_events WHERE type = 'refund.updated' AND payload->'data'->'object'->>'id' = {}
"""


async def payment_intent(order: Bought) -> str:
    return str((await order_row(order))["payment_data"]["paymentIntent"])


async def dispute(stage: Stage, order: Bought) -> str:
    """Let the customer's bank dispute the payment; the dispute's id."""
    opened = await stage.sandbox.post("/disputes", json={"paymentIntent": await payment_intent(order)})
    assert opened.json()["webhookStatus"] == 200
    return str(opened.json()["disputeId"])


async def minute_with_refunds_due(stage: Stage) -> None:
    """Let a minute pass in which every refund that is under way is due."""
    await Refund.raw("UPDATE refunds SET run_at = clock_timestamp() - interval '1 second' WHERE state = 'INITIATED'")
    await stage.minute()


async def receive_event(stage: Stage, kind: str, subject: dict[str, Any]) -> httpx.Response:
    """Deliver an event that the sandbox does not send, signed as Stripe signs it."""
    event = {"id": f"evt_{uuid4().hex}", "type": kind, "data": {"object": subject}}
    payload = json.dumps(event).encode()
    return await stage.http.post("/api/v1/purchase/webhook", content=payload, headers=signed(payload))


async def session_at_stripe(stage: Stage, session_id: str) -> dict[str, Any]:
    return (await stage.sandbox.get(f"/v1/checkout/sessions/{session_id}", headers=STRIPE_KEY)).json()


async def refunds_at_stripe(stage: Stage) -> list[dict[str, Any]]:
    """The newest refunds first."""
    return (await stage.sandbox.get("/v1/refunds?limit=100", headers=STRIPE_KEY)).json()["data"]


async def purchase_row() -> dict[str, Any]:
    """The only purchase."""
    return (await Purchase.select())[0]


async def event_of(stage: Stage, kind: str) -> str:
    """Wait for the newest event of a kind, and return its id."""
    for _ in range(500):
        for delivery in reversed((await stage.sandbox.get("/webhooks.json")).json()):
            if delivery["type"] == kind and delivery["status"] == 200:
                return str(delivery["event"])
        await asyncio.sleep(0.02)
    raise AssertionError(f"no {kind} was taken")


async def all_events_of(stage: Stage, refund_id: str) -> None:
    """Wait until Stripe's last event of a refund that succeeds is here, which would undo one that a test makes up."""
    async with asyncio.timeout(10):
        while not await StripeEvent.raw(_LAST_EVENT, refund_id):  # noqa: ASYNC110 - another process's event
            await asyncio.sleep(0.02)
    await stage.drain()


async def two_open_pages(stage: Stage) -> list[dict[str, Any]]:
    """Two payment pages of one purchase, both open at Stripe, of which we know the second only."""
    await stage.ask(await stage.article())
    token = await stage.magic_token()
    first = (await stage.checkout(token)).json()["data"]
    await Purchase.raw("UPDATE purchases SET session_id = NULL, session_expires_at = now() + interval '-1 second'")
    return [first, (await stage.checkout(token)).json()["data"]]


async def failed_order(stage: Stage) -> Bought:
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 400}])
    await stage.email("Order Processing Issue")
    return order


async def refund_by_editor(stage: Stage, order: Bought, *, fails: bool = False) -> None:
    """Let an editor refund an order, and wait for the refund's end."""
    if fails:
        await stage.faults(stripe=[{"kind": "refund_fails", "seconds": 0.1}])
    assert (await stage.judge(order, "refund")).status_code == 202
    await stage.drain()
    await stage.refund_state(order, "FAILED" if fails else "SUCCEEDED")

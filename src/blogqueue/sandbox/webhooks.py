"""Signed events to the product's webhook, sent again with growing pauses until they are taken."""

import asyncio
import json
import time
import uuid
from typing import Any

import httpx
import stripe
from litestar import Request, Response, get, post

from blogqueue.sandbox.state import JSON, Sandbox, of

API_VERSION = "2026-10-28.endive"
WAITS = (1, 2, 4, 8, 16, 30)
"""Seconds before each further try; the last one repeats. Stripe's own take minutes to hours, for three days."""

TIMEOUT_SECONDS = 20
_tasks: set[asyncio.Task[None]] = set()


async def emit(sandbox: Sandbox, kind: str, subject: JSON) -> JSON:
    """Make an event and try to deliver it; the event, with the webhook's status in `sandbox_status` (None: none)."""
    event: JSON = {
        "id": f"evt_{uuid.uuid4().hex}",
        "object": "event",
        "api_version": API_VERSION,
        "created": int(time.time()),
        "livemode": False,
        "type": kind,
        "data": {"object": subject},
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
    }
    sandbox.store.put("events", event["id"], event)
    fault = sandbox.faults.take("webhook", type=kind) or {"kind": ""}
    if fault["kind"] == "drop":
        sandbox.store.put("dropped", event["id"], {"id": event["id"]})
        return event | {"sandbox_status": None}
    if fault["kind"] == "delay":
        _later(_after(sandbox, event, float(fault.get("seconds", 5))))
        return event | {"sandbox_status": None}
    status = await deliver(sandbox, event)
    for _ in range(int(fault.get("times_each", 2)) - 1 if fault["kind"] == "duplicate" else 0):
        await deliver(sandbox, event)
    if status != 200:  # noqa: PLR2004 - taken
        _later(_retry(sandbox, event))
    return event | {"sandbox_status": status}


async def deliver(sandbox: Sandbox, event: JSON) -> int | None:
    """Send an event once; the webhook's status, or None if it cannot be reached."""
    payload = json.dumps(event)
    signature = stripe.WebhookSignature.generate_signature_header(payload, sandbox.config.webhook_secret, None)
    status: int | None = None
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            headers = {"stripe-signature": signature, "content-type": "application/json"}
            answer = await client.post(sandbox.config.webhook_url, content=payload, headers=headers)
            status = answer.status_code
    except httpx.HTTPError:
        pass
    attempt = {"event": event["id"], "type": event["type"], "at": time.time(), "status": status}
    sandbox.store.put("deliveries", uuid.uuid4().hex, attempt)
    return status


def delivered(sandbox: Sandbox, event_id: str) -> bool:
    """Whether the webhook has taken an event."""
    return any(d["event"] == event_id and d["status"] == 200 for d in sandbox.store.all("deliveries"))  # noqa: PLR2004


def resume(sandbox: Sandbox) -> None:
    """Go on with what an earlier run of the sandbox had not delivered."""
    dropped = {event["id"] for event in sandbox.store.all("dropped")}
    taken = {delivery["event"] for delivery in sandbox.store.all("deliveries") if delivery["status"] == 200}  # noqa: PLR2004
    for event in sandbox.store.all("events"):
        if event["id"] not in dropped | taken:
            _later(_retry(sandbox, event))


def stop() -> None:
    """Stop trying."""
    for task in _tasks:
        task.cancel()


@post("/webhooks/redeliver", status_code=200)
async def redeliver(request: Request[Any, Any, Any]) -> Response[Any]:
    """Send an event again: `{eventId, times?: 1, concurrently?: false}`; the statuses."""
    sandbox, asked = of(request), await request.json()
    event = sandbox.store.get("events", str(asked.get("eventId")))
    if event is None:
        return Response({"error": "there is no such event"}, status_code=404)
    times = int(asked.get("times", 1))
    if asked.get("concurrently"):
        statuses = list(await asyncio.gather(*(deliver(sandbox, event) for _ in range(times))))
    else:
        statuses = [await deliver(sandbox, event) for _ in range(times)]
    return Response({"statuses": statuses})


@get("/webhooks.json")
async def list_deliveries(request: Request[Any, Any, Any]) -> list[JSON]:
    """Every delivery, oldest first."""
    return of(request).store.all("deliveries")


async def _after(sandbox: Sandbox, event: JSON, seconds: float) -> None:
    await asyncio.sleep(seconds)
    if await deliver(sandbox, event) != 200:  # noqa: PLR2004 - taken
        await _retry(sandbox, event)


async def _retry(sandbox: Sandbox, event: JSON) -> None:
    for wait in (*WAITS, *[WAITS[-1]] * 500):
        await asyncio.sleep(wait)
        if await deliver(sandbox, event) == 200:  # noqa: PLR2004 - taken
            return


def _later(work: Any) -> None:  # noqa: ANN401 - a coroutine
    task = asyncio.get_running_loop().create_task(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


HANDLERS = [redeliver, list_deliveries]

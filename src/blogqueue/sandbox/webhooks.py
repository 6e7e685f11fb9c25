"""Signed events to the product's webhook, sent again at growing intervals until it accepts them."""

import asyncio
import hashlib
import hmac
import json
import time
import uuid
from fnmatch import fnmatchcase
from typing import Any

import httpx
from litestar import Request, Response, get, post
from litestar.params import FromPath

from blogqueue.sandbox import forms
from blogqueue.sandbox.calls import answer_call, fetch, paginate
from blogqueue.sandbox.state import JSON, Sandbox, get_sandbox

API_VERSION = "2026-10-28.endive"
WAITS = (1, 2, 4, 8, 16, 30)
"""Seconds before each retry; the last one repeats. Stripe waits minutes to hours, for up to three days."""

RETRIES = 500
"""How often the last wait repeats: about four hours."""

HELD_SECONDS = 5
"""How long a "delay" or "reorder" fault holds an event, unless it says."""

MAX_REDELIVERIES = 100


@get("/v1/events")
async def list_events(request: Request[Any, Any, Any]) -> Response[Any]:
    """List events, newest first, filtered by `type` (* matches anything), `types[]`, `created`, `delivery_success`."""

    def find(sandbox: Sandbox, asked: JSON) -> JSON:
        forms.get_choice(asked, "delivery_success", ("true", "false"))
        events = sandbox.store.all("events")
        if "delivery_success" in asked:
            pending = 0 if asked["delivery_success"] == "true" else 1
            events = [event for event in events if event["pending_webhooks"] == pending]
        patterns = [asked["type"]] if "type" in asked else forms.get_list(asked, "types") or ["*"]
        matching = [event for event in events if any(fnmatchcase(event["type"], pattern) for pattern in patterns)]
        return paginate(matching, asked, "/v1/events")

    return await answer_call(request, find)


@get("/v1/events/{event_id:str}")
async def retrieve_event(request: Request[Any, Any, Any], event_id: FromPath[str]) -> Response[Any]:
    """Return an event."""
    return await answer_call(request, lambda sandbox, _: fetch(sandbox, "events", event_id))


@get("/v1/webhook_endpoints")
async def list_endpoints(request: Request[Any, Any, Any]) -> Response[Any]:
    """List the one endpoint, which gets every event."""

    def find(sandbox: Sandbox, asked: JSON) -> JSON:
        url = sandbox.config.webhook_url
        endpoint: JSON = {"id": "we_sandbox", "object": "webhook_endpoint", "url": url, "livemode": False}
        endpoint |= {"created": 1_790_000_000, "enabled_events": ["*"], "metadata": {}, "status": "enabled"}
        return paginate([endpoint] if url else [], asked, "/v1/webhook_endpoints")

    return await answer_call(request, find)


@post("/webhooks/redeliver", status_code=200)
async def redeliver(request: Request[Any, Any, Any]) -> Response[Any]:
    """Send an event again: `{eventId, times?: 1, concurrently?: false}`; return the webhook's statuses."""
    sandbox, asked = get_sandbox(request), await request.json()
    event = sandbox.store.get("events", str(asked.get("eventId")))
    if event is None:
        return Response({"error": "there is no such event"}, status_code=404)
    times = asked.get("times", 1)
    if not isinstance(times, int) or not 1 <= times <= MAX_REDELIVERIES:
        return Response({"error": f"times must be from 1 to {MAX_REDELIVERIES}"}, status_code=400)
    if asked.get("concurrently"):
        statuses = list(await asyncio.gather(*(deliver(sandbox, event) for _ in range(times))))
    else:
        statuses = [await deliver(sandbox, event) for _ in range(times)]
    return Response({"statuses": statuses})


@get("/webhooks.json")
async def list_deliveries(request: Request[Any, Any, Any]) -> list[JSON]:
    """Return all deliveries, oldest first."""
    return get_sandbox(request).store.all("deliveries")


def announce(sandbox: Sandbox, *changes: tuple[str, JSON]) -> None:
    """Store an event for each (type, object), and deliver them in the background in this order."""
    events = [_store(sandbox, kind, subject) for kind, subject in changes]

    async def send_all() -> None:
        for event in events:
            await _send(sandbox, event)

    sandbox.run_in_background(send_all())


async def emit(sandbox: Sandbox, kind: str, subject: JSON) -> tuple[JSON, int | None]:
    """Store an event and deliver it now; return it and the webhook's status, None if there was no answer."""
    event = _store(sandbox, kind, subject)
    return event, await _send(sandbox, event)


async def deliver(sandbox: Sandbox, event: JSON) -> int | None:
    """Send an event once; return the webhook's status, or None if there was no answer."""
    payload = json.dumps(event)
    status: int | None = None
    if sandbox.config.webhook_url:
        headers = {
            "stripe-signature": sign(payload, sandbox.config.webhook_secret),
            "content-type": "application/json; charset=utf-8",
        }
        headers["user-agent"] = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
        try:
            reply = await sandbox.http.post(sandbox.config.webhook_url, content=payload, headers=headers)
            status = reply.status_code
        except httpx.HTTPError:
            pass
    attempt = {"event": event["id"], "type": event["type"], "at": time.time(), "status": status}
    sandbox.store.put("deliveries", uuid.uuid4().hex, attempt)
    if is_accepted(status):
        sandbox.store.put("events", event["id"], event | {"pending_webhooks": 0})
    return status


def sign(payload: str, secret: str) -> str:
    """Return the Stripe-Signature header of a payload (docs.stripe.com/webhooks#verify-manually)."""
    at = int(time.time())
    code = hmac.new(secret.encode(), f"{at}.{payload}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={code}"


def is_accepted(status: int | None) -> bool:
    """Return whether a status accepts an event: any 2xx does."""
    return status is not None and 200 <= status < 300  # noqa: PLR2004 - RFC 9110 §15.3


def resume(sandbox: Sandbox) -> None:
    """Continue to deliver the events that an earlier run of the sandbox could not deliver."""
    for event in sandbox.store.where("events", "pending_webhooks", 1):
        if sandbox.store.get("dropped", event["id"]) is None:
            sandbox.run_in_background(_retry(sandbox, event))


def _store(sandbox: Sandbox, kind: str, subject: JSON) -> JSON:
    event: JSON = {
        "id": f"evt_{uuid.uuid4().hex[:24]}",
        "object": "event",
        "api_version": API_VERSION,
        "created": int(time.time()),
        "data": {"object": subject},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
    sandbox.store.put("events", event["id"], event)
    # A copy: the subject may change before the event is sent.
    return fetch(sandbox, "events", event["id"])


async def _send(sandbox: Sandbox, event: JSON) -> int | None:
    """Deliver an event for the first time, as its fault says; retry in the background if it is not accepted."""
    fault = sandbox.faults.take("webhook", type=event["type"])
    if fault["kind"] == "drop":
        sandbox.store.put("dropped", event["id"], {"id": event["id"]})
        return None
    if fault["kind"] == "delay":
        sandbox.run_in_background(_retry(sandbox, event, first_after=float(fault.get("seconds", HELD_SECONDS))))
        return None
    if fault["kind"] == "reorder":
        sandbox.held.append(event)
        sandbox.run_in_background(_release(sandbox, event, float(fault.get("seconds", HELD_SECONDS))))
        return None
    status = await deliver(sandbox, event)
    for _ in range(int(fault.get("times_each", 2)) - 1 if fault["kind"] == "duplicate" else 0):
        await deliver(sandbox, event)
    if not is_accepted(status):
        sandbox.run_in_background(_retry(sandbox, event))
    for waiting in sandbox.held.copy():
        await _release(sandbox, waiting, 0)
    return status


async def _release(sandbox: Sandbox, event: JSON, seconds: float) -> None:
    """Deliver an event that a fault held back, unless it was released before."""
    await asyncio.sleep(seconds)
    if event in sandbox.held:
        sandbox.held.remove(event)
        await _retry(sandbox, event, first_after=0)


async def _retry(sandbox: Sandbox, event: JSON, *, first_after: float = WAITS[0]) -> None:
    """Deliver an event until the webhook accepts it, now or by another delivery."""
    for wait in (first_after, *WAITS[1:], *[WAITS[-1]] * RETRIES):
        await asyncio.sleep(wait)
        stored = sandbox.store.get("events", event["id"])
        if stored is None or not stored["pending_webhooks"] or is_accepted(await deliver(sandbox, event)):
            return


HANDLERS = [list_events, retrieve_event, list_endpoints, redeliver, list_deliveries]

"""Signed events to the product's webhook, sent again with growing pauses until they are taken."""

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
from blogqueue.sandbox.calls import answer, found, page
from blogqueue.sandbox.state import JSON, Sandbox, of

API_VERSION = "2026-10-28.endive"
WAITS = (1, 2, 4, 8, 16, 30)
"""Seconds before each further try; the last one repeats. Stripe's own take minutes to hours, for three days."""

TRIES = 500
"""About four hours of them."""

HELD_SECONDS = 5
MOST_AT_ONCE = 100


@get("/v1/events")
async def list_events(request: Request[Any, Any, Any]) -> Response[Any]:
    """Events, newest first; `type` (* stands for anything), `types[]`, `created` and `delivery_success` filter."""

    def find(sandbox: Sandbox, asked: JSON) -> JSON:
        forms.one_of(asked, "delivery_success", ("true", "false"))
        events = sandbox.store.all("events")
        if "delivery_success" in asked:
            pending = 0 if asked["delivery_success"] == "true" else 1
            events = [event for event in events if event["pending_webhooks"] == pending]
        patterns = [asked["type"]] if "type" in asked else forms.items(asked, "types") or ["*"]
        fitting = [event for event in events if any(fnmatchcase(event["type"], pattern) for pattern in patterns)]
        return page(fitting, asked, "/v1/events")

    return await answer(request, find)


@get("/v1/events/{event_id:str}")
async def retrieve_event(request: Request[Any, Any, Any], event_id: FromPath[str]) -> Response[Any]:
    """One event."""
    return await answer(request, lambda sandbox, _: found(sandbox.store.get("events", event_id), "event", event_id))


@post("/webhooks/redeliver", status_code=200)
async def redeliver(request: Request[Any, Any, Any]) -> Response[Any]:
    """Send an event again: `{eventId, times?: 1, concurrently?: false}`; the statuses."""
    sandbox, asked = of(request), await request.json()
    event = sandbox.store.get("events", str(asked.get("eventId")))
    if event is None:
        return Response({"error": "there is no such event"}, status_code=404)
    times = asked.get("times", 1)
    if not isinstance(times, int) or not 1 <= times <= MOST_AT_ONCE:
        return Response({"error": f"times is from 1 to {MOST_AT_ONCE}"}, status_code=400)
    if asked.get("concurrently"):
        statuses = list(await asyncio.gather(*(deliver(sandbox, event) for _ in range(times))))
    else:
        statuses = [await deliver(sandbox, event) for _ in range(times)]
    return Response({"statuses": statuses})


@get("/webhooks.json")
async def list_deliveries(request: Request[Any, Any, Any]) -> list[JSON]:
    """Every delivery, oldest first."""
    return of(request).store.all("deliveries")


def announce(sandbox: Sandbox, *said: tuple[str, JSON]) -> None:
    """Keep an event for each (type, object), and deliver them in the background, in this order at first."""
    events = [_kept(sandbox, kind, subject) for kind, subject in said]

    async def send_all() -> None:
        for event in events:
            await _send(sandbox, event)

    sandbox.later(send_all())


async def emit(sandbox: Sandbox, kind: str, subject: JSON) -> tuple[JSON, int | None]:
    """Keep an event and deliver it now: the event, and the webhook's status (None if nobody was reached)."""
    event = _kept(sandbox, kind, subject)
    return event, await _send(sandbox, event)


async def deliver(sandbox: Sandbox, event: JSON) -> int | None:
    """Send an event once; the webhook's status, or None if it cannot be reached."""
    payload = json.dumps(event)
    status: int | None = None
    if sandbox.config.webhook_url:
        headers = {
            "stripe-signature": signature(payload, sandbox.config.webhook_secret),
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
    if taken(status):
        sandbox.store.put("events", event["id"], event | {"pending_webhooks": 0})
    return status


def signature(payload: str, secret: str) -> str:
    """The header that proves who sent a payload, and when (docs.stripe.com/webhooks#verify-manually)."""
    at = int(time.time())
    code = hmac.new(secret.encode(), f"{at}.{payload}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={code}"


def taken(status: int | None) -> bool:
    """Whether the webhook has taken an event: any 2xx answer says so."""
    return status is not None and 200 <= status < 300  # noqa: PLR2004 - RFC 9110 §15.3


def resume(sandbox: Sandbox) -> None:
    """Go on with what an earlier run of the sandbox had not delivered."""
    for event in sandbox.store.where("events", "pending_webhooks", 1):
        if sandbox.store.get("dropped", event["id"]) is None:
            sandbox.later(_retry(sandbox, event))


def _kept(sandbox: Sandbox, kind: str, subject: JSON) -> JSON:
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
    # What was just kept: the subject may change before the event is sent.
    return found(sandbox.store.get("events", event["id"]), "event", event["id"])


async def _send(sandbox: Sandbox, event: JSON) -> int | None:
    """Deliver an event for the first time, as the faults want it; go on in the background if it is not taken."""
    fault = sandbox.faults.take("webhook", type=event["type"])
    if fault["kind"] == "drop":
        sandbox.store.put("dropped", event["id"], {"id": event["id"]})
        return None
    if fault["kind"] == "delay":
        sandbox.later(_retry(sandbox, event, first_after=float(fault.get("seconds", HELD_SECONDS))))
        return None
    if fault["kind"] == "reorder":
        sandbox.held.append(event)
        sandbox.later(_release(sandbox, event, float(fault.get("seconds", HELD_SECONDS))))
        return None
    status = await deliver(sandbox, event)
    for _ in range(int(fault.get("times_each", 2)) - 1 if fault["kind"] == "duplicate" else 0):
        await deliver(sandbox, event)
    if not taken(status):
        sandbox.later(_retry(sandbox, event))
    for waiting in sandbox.held.copy():
        await _release(sandbox, waiting, 0)
    return status


async def _release(sandbox: Sandbox, event: JSON, seconds: float) -> None:
    """Deliver an event that was held back, if nobody has meanwhile."""
    await asyncio.sleep(seconds)
    if event in sandbox.held:
        sandbox.held.remove(event)
        await _retry(sandbox, event, first_after=0)


async def _retry(sandbox: Sandbox, event: JSON, *, first_after: float = WAITS[0]) -> None:
    """Deliver an event until it is taken, by this or by another hand."""
    for wait in (first_after, *WAITS[1:], *[WAITS[-1]] * TRIES):
        await asyncio.sleep(wait)
        kept = sandbox.store.get("events", event["id"])
        if kept is None or not kept["pending_webhooks"] or taken(await deliver(sandbox, event)):
            return


HANDLERS = [list_events, retrieve_event, redeliver, list_deliveries]

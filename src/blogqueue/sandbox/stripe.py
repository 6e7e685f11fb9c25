"""Stripe's API as far as the product uses it: checkout sessions, refunds, events, with idempotency keys and its errors.

Shapes follow docs.stripe.com/api at version 2026-10-28.endive.
"""

import asyncio
import hashlib
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post
from litestar.params import FromPath

from blogqueue.sandbox import webhooks
from blogqueue.sandbox.state import JSON, Sandbox, of

SESSION_SECONDS = (1_800, 86_400)
METADATA_LENGTH = 500
PAGE = 10


class StripeError(Exception):
    """An answer in Stripe's error shape."""

    def __init__(self, status: int, message: str, *, kind: str = "invalid_request_error", **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **more}}


@post("/v1/checkout/sessions", status_code=200)
async def create_session(request: Request[Any, Any, Any]) -> Response[Any]:
    """Open a checkout session."""
    return await _answer(request, _create_session)


@get("/v1/checkout/sessions")
async def list_sessions(request: Request[Any, Any, Any]) -> Response[Any]:
    """Sessions, newest first."""

    async def find(sandbox: Sandbox, asked: JSON) -> JSON:
        wanted = {name: asked[name] for name in ("status", "payment_intent") if name in asked}
        sessions = [await current(sandbox, session) for session in sandbox.store.all("sessions")]
        since = int(asked.get("created", {}).get("gte", 0)) if isinstance(asked.get("created"), dict) else 0
        found = [s for s in sessions if s["created"] >= since and all(s[n] == v for n, v in wanted.items())]
        return _page(found, asked, "/v1/checkout/sessions")

    return await _answer(request, find)


@get("/v1/checkout/sessions/{session_id:str}")
async def retrieve_session(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """One session as it is now."""
    return await _answer(request, lambda sandbox, _: find_session(sandbox, session_id))


@post("/v1/checkout/sessions/{session_id:str}/expire", status_code=200)
async def expire_session(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """End an open session unpaid."""

    async def end(sandbox: Sandbox, _: JSON) -> JSON:
        session = await find_session(sandbox, session_id)
        if session["status"] != "open":
            raise StripeError(400, 'Only Checkout Sessions with a status in ["open"] can be expired.')
        return await expire(sandbox, session)

    return await _answer(request, end)


@post("/v1/refunds", status_code=200)
async def create_refund(request: Request[Any, Any, Any]) -> Response[Any]:
    """Give money back."""
    return await _answer(request, _create_refund)


@get("/v1/refunds/{refund_id:str}")
async def retrieve_refund(request: Request[Any, Any, Any], refund_id: FromPath[str]) -> Response[Any]:
    """One refund."""

    async def find(sandbox: Sandbox, _: JSON) -> JSON:
        return _found(sandbox.store.get("refunds", refund_id), "refund", refund_id)

    return await _answer(request, find)


@get("/v1/events")
async def list_events(request: Request[Any, Any, Any]) -> Response[Any]:
    """Events, newest first; `types[]` and `delivery_success` filter."""

    async def find(sandbox: Sandbox, asked: JSON) -> JSON:
        types = set(asked["types"].values()) if isinstance(asked.get("types"), dict) else set[str]()
        events = [event for event in sandbox.store.all("events") if not types or event["type"] in types]
        if "delivery_success" in asked:
            wanted = asked["delivery_success"] == "true"
            events = [event for event in events if webhooks.delivered(sandbox, event["id"]) == wanted]
        return _page(events, asked, "/v1/events")

    return await _answer(request, find)


async def find_session(sandbox: Sandbox, session_id: str) -> JSON:
    """A session as it is now; its time may have run out. Raises StripeError."""
    return await current(sandbox, _found(sandbox.store.get("sessions", session_id), "checkout.session", session_id))


async def current(sandbox: Sandbox, session: JSON) -> JSON:
    """The session, expired if its time has run out."""
    if session["status"] == "open" and session["expires_at"] <= time.time():
        return await expire(sandbox, session)
    return session


async def expire(sandbox: Sandbox, session: JSON) -> JSON:
    """End a session unpaid, and tell of it."""
    session |= {"status": "expired", "url": None}
    sandbox.store.put("sessions", session["id"], session)
    await webhooks.emit(sandbox, "checkout.session.expired", session)
    return session


async def complete(sandbox: Sandbox, session: JSON, *, paid: bool) -> JSON:
    """The customer has done their part: paid at once, or with a method that takes its time. The event."""
    session |= {
        "status": "complete",
        "payment_status": "paid" if paid else "unpaid",
        "payment_intent": session["payment_intent"] or f"pi_{uuid.uuid4().hex}",
    }
    sandbox.store.put("sessions", session["id"], session)
    return await webhooks.emit(sandbox, "checkout.session.completed", session)


async def _create_session(sandbox: Sandbox, asked: JSON) -> JSON:
    for name in ("mode", "success_url", "line_items"):
        if name not in asked:
            raise StripeError(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    now = int(time.time())
    expires_at = int(asked.get("expires_at", now + SESSION_SECONDS[1]))
    # A little slack for the way here, as Stripe's own clock would leave.
    if not now + SESSION_SECONDS[0] - 5 <= expires_at <= now + SESSION_SECONDS[1] + 5:
        raise StripeError(400, "`expires_at` must be between 30 minutes and 24 hours from now.", param="expires_at")
    metadata: JSON = asked.get("metadata", {})
    for name, value in metadata.items():
        if len(value) > METADATA_LENGTH:
            raise StripeError(
                400, f"Metadata values can have up to {METADATA_LENGTH} characters.", param=f"metadata[{name}]"
            )
    items = [item["price_data"] | {"quantity": int(item.get("quantity", 1))} for item in asked["line_items"].values()]
    amount = sum(int(item["unit_amount"]) * item["quantity"] for item in items)
    session_id = f"cs_test_{uuid.uuid4().hex}"
    session = {
        "id": session_id,
        "object": "checkout.session",
        "mode": asked["mode"],
        "status": "open",
        "payment_status": "unpaid",
        "payment_intent": None,
        "amount_subtotal": amount,
        "amount_total": amount,
        "currency": items[0]["currency"],
        "client_reference_id": asked.get("client_reference_id"),
        "customer_email": asked.get("customer_email"),
        "metadata": metadata,
        "success_url": asked["success_url"],
        "cancel_url": asked.get("cancel_url"),
        "url": f"{sandbox.config.url}/checkout/{session_id}",
        "created": now,
        "expires_at": expires_at,
        "livemode": False,
        # Not Stripe's: what the payment page shows.
        "sandbox_title": items[0].get("product_data", {}).get("name", ""),
    }
    sandbox.store.put("sessions", session_id, session)
    return session


async def _create_refund(sandbox: Sandbox, asked: JSON) -> JSON:
    intent = asked.get("payment_intent")
    session = next((s for s in sandbox.store.all("sessions") if intent and s["payment_intent"] == intent), None)
    if session is None:
        raise StripeError(404, f"No such payment_intent: '{intent}'", code="resource_missing", param="payment_intent")
    refunds = [refund for refund in sandbox.store.all("refunds") if refund["payment_intent"] == intent]
    left = session["amount_total"] - sum(refund["amount"] for refund in refunds if refund["status"] != "failed")
    amount = int(asked.get("amount", left))
    if left <= 0:
        raise StripeError(400, f"Charge for {intent} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        raise StripeError(400, f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})")
    fails = sandbox.faults.take("stripe", kind="refund_fails")
    refund: JSON = {
        "id": f"re_{uuid.uuid4().hex}",
        "object": "refund",
        "amount": amount,
        "currency": session["currency"],
        "payment_intent": intent,
        "metadata": asked.get("metadata", {}),
        "status": "failed" if fails else "succeeded",
        "created": int(time.time()),
    }
    sandbox.store.put("refunds", refund["id"], refund)
    await webhooks.emit(sandbox, "refund.failed" if fails else "refund.created", refund)
    return refund


async def _answer(request: Request[Any, Any, Any], work: Callable[[Sandbox, JSON], Awaitable[JSON]]) -> Response[Any]:
    """One API call: key, faults, idempotency, the work, and errors in Stripe's shape."""
    sandbox = of(request)
    asked = nested(parse_qsl((await request.body()).decode())) or nested(
        parse_qsl(request.scope["query_string"].decode())
    )
    headers = {"request-id": f"req_{uuid.uuid4().hex}"}
    try:
        fault = await _let_in(sandbox, request)
        body = await _once(sandbox, request, asked, work)
        if fault["kind"] == "drop_after":
            return Response(json.dumps(body)[:20], headers=headers | {"content-length": "9999"})
    except StripeError as error:
        return Response(error.body, status_code=error.status, headers=headers)
    return Response(body, headers=headers)


async def _let_in(sandbox: Sandbox, request: Request[Any, Any, Any]) -> JSON:
    """Check the key and do what a fault says before the work; the fault, for what it says after it."""
    if request.headers.get("authorization") != f"Bearer {sandbox.config.stripe_key}":
        raise StripeError(401, "Invalid API Key provided.")
    fault = sandbox.faults.take("stripe", method=request.method) or {"kind": ""}
    if fault["kind"] == "slow":
        await asyncio.sleep(float(fault.get("seconds", 1)))
    if fault["kind"] == "status":
        raise StripeError(int(fault.get("code", 500)), "Stripe is not well.", kind="api_error")
    return fault


async def _once(
    sandbox: Sandbox, request: Request[Any, Any, Any], asked: JSON, work: Callable[[Sandbox, JSON], Awaitable[JSON]]
) -> JSON:
    """The first result of an idempotency key, whatever comes later (docs.stripe.com/api/idempotent_requests)."""
    key = request.headers.get("idempotency-key")
    if request.method != "POST" or not key:
        return await work(sandbox, asked)
    parameters = hashlib.sha256(json.dumps([request.url.path, asked], sort_keys=True).encode()).hexdigest()
    known = sandbox.store.get("idempotency", key)
    if known is None:
        known = dict[str, Any](parameters=parameters, body=await work(sandbox, asked))
        sandbox.store.put("idempotency", key, known)
    if known["parameters"] != parameters:
        message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        raise StripeError(400, message, kind="idempotency_error")
    body: JSON = known["body"]
    return body


def nested(pairs: list[tuple[str, str]]) -> JSON:
    """Stripe's form encoding as JSON: a[b][0]=c becomes {"a": {"b": {"0": "c"}}}."""
    whole: JSON = {}
    for name, value in pairs:
        *path, last = name.replace("]", "").split("[")
        inner = whole
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last or str(len(inner))] = value
    return whole


def _page(found: list[JSON], asked: JSON, url: str) -> JSON:
    """A page of a list, newest first, after `starting_after` or before `ending_before`."""
    newest = found[::-1]
    ids = [item["id"] for item in newest]
    limit = int(asked.get("limit", PAGE))
    if "ending_before" in asked:
        before = newest[: ids.index(asked["ending_before"])] if asked["ending_before"] in ids else newest
        return {"object": "list", "url": url, "has_more": len(before) > limit, "data": before[-limit:]}
    start = ids.index(asked["starting_after"]) + 1 if asked.get("starting_after") in ids else 0
    return {"object": "list", "url": url, "has_more": len(ids) > start + limit, "data": newest[start : start + limit]}


def _found(thing: JSON | None, noun: str, key: str) -> JSON:
    if thing is None:
        raise StripeError(404, f"No such {noun}: '{key}'", code="resource_missing", param="id")
    return thing


HANDLERS = [
    create_session,
    list_sessions,
    retrieve_session,
    expire_session,
    create_refund,
    retrieve_refund,
    list_events,
]

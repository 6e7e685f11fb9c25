"""How Stripe handles a call: API key, faults, idempotency key, the work, and an answer or error in its shape."""

import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from litestar import Litestar, Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Send

from blogqueue.sandbox.forms import StripeError, get_integer, get_object, parse_form
from blogqueue.sandbox.state import JSON, Sandbox, get_sandbox

PAGE = 10
LONGEST_PAGE = 100
KEY_LENGTH = 255
"""docs.stripe.com/api/pagination and docs.stripe.com/api/idempotent_requests"""

Work = Callable[[Sandbox, JSON], JSON | Awaitable[JSON]]


async def answer_call(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Handle one API call, from its API key to its answer."""
    sandbox = get_sandbox(request)
    headers = {
        "request-id": f"req_{uuid.uuid4().hex[:14]}",
        "stripe-version": request.headers.get("stripe-version", ""),
    }
    try:
        _check_key(sandbox, request)
        about = {"method": request.method, "path": request.url.path}
        fault = sandbox.faults.take("stripe", "slow", "status", "drop_after", **about)
        body = await _run_once(sandbox, request, work, fault, headers)
    except StripeError as error:
        return Response(error.body, status_code=error.status, headers=headers)
    return CutResponse(body) if fault["kind"] == "drop_after" else Response(body, headers=headers)


class CutResponse(Response[JSON]):
    """A response whose connection ends in the middle of the body."""

    def to_asgi_response(self, app: Litestar | None, request: Request[Any, Any, Any], **_: Any) -> ASGIResponse:  # noqa: ANN401, ARG002 - the base class's signature
        """Return a response that sends only the first half of the body."""
        return _Half(body=json.dumps(self.content).encode(), media_type="application/json", status_code=200)


class _Half(ASGIResponse):
    async def send_body(self, send: Send, receive: Receive) -> None:  # noqa: ARG002 - the base class's signature
        # The body is shorter than announced, so uvicorn closes the connection.
        await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})


def _check_key(sandbox: Sandbox, request: Request[Any, Any, Any]) -> None:
    authorization = request.headers.get("authorization", "")
    if not authorization:
        raise StripeError(401, "You did not provide an API key. Provide it in the Authorization header, as Bearer.")
    if authorization != f"Bearer {sandbox.config.stripe_key}":
        raise StripeError(401, f"Invalid API Key provided: {authorization.removeprefix('Bearer ')[:7]}****")


async def _run_once(
    sandbox: Sandbox, request: Request[Any, Any, Any], work: Work, fault: JSON, headers: dict[str, str]
) -> JSON:
    """Run a call once per idempotency key; return its first result (docs.stripe.com/api/idempotent_requests).

    Other parameters with the same key are an error, and so is a second call while the first is running. A call that
    was refused before it began does not use up its key. Raises StripeError.
    """
    pairs = parse_qsl((await request.body()).decode()) or parse_qsl(request.scope["query_string"].decode())
    asked = parse_form(pairs)
    key = request.headers.get("idempotency-key", "")
    if request.method != "POST" or not key:
        await _apply_fault(sandbox, fault)
        return await _run(work, sandbox, asked)
    if len(key) > KEY_LENGTH:
        raise StripeError(400, f"Idempotency keys may have up to {KEY_LENGTH} characters.", kind="idempotency_error")
    headers["idempotency-key"] = key
    parameters = hashlib.sha256(json.dumps([request.url.path, asked], sort_keys=True).encode()).hexdigest()
    if key in sandbox.keys_in_use:
        message = "There is currently another in-progress request using this Idempotency Key. Please try again later."
        raise StripeError(409, message, code="idempotency_key_in_use")
    sandbox.keys_in_use.add(key)
    try:
        await _apply_fault(sandbox, fault)
        known = sandbox.store.get("idempotency", key)
        if known is not None:
            return _replay(known, parameters, key, headers)
        body = await _run(work, sandbox, asked)
        result = {"parameters": parameters, "body": body, "request": headers["request-id"]}
        sandbox.store.put("idempotency", key, result)
    except SavedError as error:
        result = {"parameters": parameters, "body": error.body, "status": error.status}
        sandbox.store.put("idempotency", key, result)
        raise
    finally:
        sandbox.keys_in_use.discard(key)
    return body


class SavedError(StripeError):
    """An error of a call that had begun: Stripe repeats it for each call with the same idempotency key."""


def _replay(known: JSON, parameters: str, key: str, headers: dict[str, str]) -> JSON:
    """Return or raise the first result of a key again. Raises StripeError."""
    if known["parameters"] != parameters:
        message = (
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request."
        )
        raise StripeError(400, message, kind="idempotency_error")
    headers["idempotent-replayed"] = "true"
    headers["original-request"] = known.get("request", "")
    if "status" in known:
        again = StripeError(known["status"], "")
        again.body = known["body"]
        raise again
    body: JSON = known["body"]
    return body


async def _apply_fault(sandbox: Sandbox, fault: JSON) -> None:
    """Wait or fail before the work, as the fault says. Raises StripeError."""
    if fault["kind"] == "slow":
        await sandbox.pause(float(fault.get("seconds", 1)))
    if fault["kind"] == "status":
        code = int(fault.get("code", 500))
        kind = "rate_limit_error" if code == HTTPStatus.TOO_MANY_REQUESTS else "api_error"
        raise (SavedError if fault.get("saved") else StripeError)(code, "A fault is set in the sandbox.", kind=kind)


async def _run(work: Work, sandbox: Sandbox, asked: JSON) -> JSON:
    result = work(sandbox, asked)
    return result if isinstance(result, dict) else await result


def paginate(objects: list[JSON], asked: JSON, path: str) -> JSON:
    """Return a page, newest first, of objects given oldest first; `starting_after` and `ending_before` are obeyed.

    Raises StripeError.
    """
    limit = get_integer(asked, "limit", PAGE)
    if not 1 <= limit <= LONGEST_PAGE:
        raise StripeError(400, f"Invalid integer: limit must be from 1 to {LONGEST_PAGE}", param="limit")
    newest = [item for item in objects[::-1] if _matches_created(item, asked)]
    ids = [item["id"] for item in newest]
    for name in ("starting_after", "ending_before"):
        if name in asked and asked[name] not in ids:
            raise StripeError(400, f"No such object: '{asked[name]}'", code="resource_missing", param=name)
    if "ending_before" in asked:
        before = newest[: ids.index(asked["ending_before"])]
        return {"object": "list", "url": path, "has_more": len(before) > limit, "data": before[-limit:]}
    start = ids.index(asked["starting_after"]) + 1 if "starting_after" in asked else 0
    return {"object": "list", "url": path, "has_more": len(ids) > start + limit, "data": newest[start : start + limit]}


def _matches_created(item: JSON, asked: JSON) -> bool:
    """Return whether an object matches `created`: a second, or bounds `gt`, `gte`, `lt`, `lte`."""
    if "created" not in asked:
        return True
    if not isinstance(asked["created"], dict):
        return bool(item["created"] == get_integer(asked, "created", 0))
    bounds = get_object(asked, "created")
    at = int(item["created"])
    return (
        at > get_integer(bounds, "gt", -1)
        and at >= get_integer(bounds, "gte", 0)
        and at < get_integer(bounds, "lt", at + 1)
        and at <= get_integer(bounds, "lte", at)
    )


def fetch(sandbox: Sandbox, kind: str, key: str, param: str = "id") -> JSON:
    """Return a stored object of a kind ("charges"). Raises StripeError."""
    stored = sandbox.store.get(kind, key)
    if stored is None:
        noun = "checkout.session" if kind == "sessions" else kind.removesuffix("s")
        raise StripeError(404, f"No such {noun}: '{key}'", code="resource_missing", param=param)
    return stored

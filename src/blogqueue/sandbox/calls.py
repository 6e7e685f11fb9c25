"""How Stripe takes a call: key, faults, idempotency key, the work, and an answer or an error in its shape."""

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

from blogqueue.sandbox.forms import StripeError, integer, mapping, nested
from blogqueue.sandbox.state import JSON, Sandbox, of

PAGE = 10
LONGEST_PAGE = 100
KEY_LENGTH = 255

Work = Callable[[Sandbox, JSON], JSON | Awaitable[JSON]]


async def answer(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """One API call, from the key to the answer."""
    sandbox = of(request)
    headers = {
        "request-id": f"req_{uuid.uuid4().hex[:14]}",
        "stripe-version": request.headers.get("stripe-version", ""),
    }
    try:
        _check_key(sandbox, request)
        about = {"method": request.method, "path": request.url.path}
        fault = sandbox.faults.take("stripe", "slow", "status", "drop_after", **about)
        body = await _once(sandbox, request, work, fault, headers)
    except StripeError as error:
        return Response(error.body, status_code=error.status, headers=headers)
    return Cut(body) if fault["kind"] == "drop_after" else Response(body, headers=headers)


class Cut(Response[JSON]):
    """An answer whose connection ends within the body."""

    def to_asgi_response(self, app: Litestar | None, request: Request[Any, Any, Any], **_: Any) -> ASGIResponse:  # noqa: ANN401, ARG002 - the base's
        """The half that is sent."""
        return _Half(body=json.dumps(self.content).encode(), media_type="application/json", status_code=200)


class _Half(ASGIResponse):
    async def send_body(self, send: Send, receive: Receive) -> None:  # noqa: ARG002 - the base's
        # uvicorn misses the rest and closes the connection.
        await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})


def _check_key(sandbox: Sandbox, request: Request[Any, Any, Any]) -> None:
    said = request.headers.get("authorization", "")
    if not said:
        raise StripeError(401, "You did not provide an API key. Provide it in the Authorization header, as Bearer.")
    if said != f"Bearer {sandbox.config.stripe_key}":
        raise StripeError(401, f"Invalid API Key provided: {said.removeprefix('Bearer ')[:7]}****")


async def _once(
    sandbox: Sandbox, request: Request[Any, Any, Any], work: Work, fault: JSON, headers: dict[str, str]
) -> JSON:
    """The first result of an idempotency key, whatever comes later (docs.stripe.com/api/idempotent_requests).

    Other parameters are an error, and so is a second call while the first is at work; a call that was refused before
    it began leaves nothing behind.
    """
    pairs = parse_qsl((await request.body()).decode()) or parse_qsl(request.scope["query_string"].decode())
    asked = nested(pairs)
    key = request.headers.get("idempotency-key", "")
    if request.method != "POST" or not key:
        await _suffer(sandbox, fault)
        return await _done(work, sandbox, asked)
    if len(key) > KEY_LENGTH:
        raise StripeError(400, f"Idempotency keys may have up to {KEY_LENGTH} characters.", kind="idempotency_error")
    headers["idempotency-key"] = key
    said = hashlib.sha256(json.dumps([request.url.path, asked], sort_keys=True).encode()).hexdigest()
    if key in sandbox.keys_in_use:
        message = "There is currently another in-progress request using this Idempotency Key. Please try again later."
        raise StripeError(409, message, code="idempotency_key_in_use")
    sandbox.keys_in_use.add(key)
    try:
        await _suffer(sandbox, fault)
        known = sandbox.store.get("idempotency", key)
        if known is not None:
            return _replayed(known, said, key, headers)
        body = await _done(work, sandbox, asked)
        sandbox.store.put("idempotency", key, {"parameters": said, "body": body, "request": headers["request-id"]})
    except SavedError as error:
        sandbox.store.put("idempotency", key, {"parameters": said, "body": error.body, "status": error.status})
        raise
    finally:
        sandbox.keys_in_use.discard(key)
    return body


class SavedError(StripeError):
    """An error of a call that had begun: Stripe gives it again to whoever comes with the same key."""


def _replayed(known: JSON, said: str, key: str, headers: dict[str, str]) -> JSON:
    if known["parameters"] != said:
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


async def _suffer(sandbox: Sandbox, fault: JSON) -> None:
    """What a fault does before the work. Raises StripeError."""
    if fault["kind"] == "slow":
        await sandbox.pause(float(fault.get("seconds", 1)))
    if fault["kind"] == "status":
        code = int(fault.get("code", 500))
        kind = "rate_limit_error" if code == HTTPStatus.TOO_MANY_REQUESTS else "api_error"
        raise (SavedError if fault.get("saved") else StripeError)(code, "The sandbox was told to fail.", kind=kind)


async def _done(work: Work, sandbox: Sandbox, asked: JSON) -> JSON:
    done = work(sandbox, asked)
    return done if isinstance(done, dict) else await done


def page(found: list[JSON], asked: JSON, path: str) -> JSON:
    """A page of a list that is given oldest first: newest first, after `starting_after` or before `ending_before`.

    Raises StripeError.
    """
    limit = integer(asked, "limit", PAGE)
    if not 1 <= limit <= LONGEST_PAGE:
        raise StripeError(400, f"Invalid integer: limit must be from 1 to {LONGEST_PAGE}", param="limit")
    newest = [item for item in found[::-1] if _created_fits(item, asked)]
    ids = [item["id"] for item in newest]
    for name in ("starting_after", "ending_before"):
        if name in asked and asked[name] not in ids:
            raise StripeError(400, f"No such object: '{asked[name]}'", code="resource_missing", param=name)
    if "ending_before" in asked:
        before = newest[: ids.index(asked["ending_before"])]
        return {"object": "list", "url": path, "has_more": len(before) > limit, "data": before[-limit:]}
    start = ids.index(asked["starting_after"]) + 1 if "starting_after" in asked else 0
    return {"object": "list", "url": path, "has_more": len(ids) > start + limit, "data": newest[start : start + limit]}


def _created_fits(item: JSON, asked: JSON) -> bool:
    """Whether an object was made when `created` asks: a second, or bounds `gt`, `gte`, `lt`, `lte`."""
    if "created" not in asked:
        return True
    if not isinstance(asked["created"], dict):
        return bool(item["created"] == integer(asked, "created", 0))
    bounds = mapping(asked, "created")
    at = int(item["created"])
    return (
        at > integer(bounds, "gt", -1)
        and at >= integer(bounds, "gte", 0)
        and at < integer(bounds, "lt", at + 1)
        and at <= integer(bounds, "lte", at)
    )


def found(thing: JSON | None, noun: str, key: str, param: str = "id") -> JSON:
    """The thing, if there is one. Raises StripeError."""
    if thing is None:
        raise StripeError(404, f"No such {noun}: '{key}'", code="resource_missing", param=param)
    return thing

"""What holds for every answer of the web process: a request id, a log line, HEAD, and two headers for browsers."""

import asyncio
import re
import time
from typing import cast
from uuid import uuid4

from litestar.types import ASGIApp, HTTPReceiveMessage, HTTPScope, Message, Receive, Scope, Send

from blogqueue import log, traces
from blogqueue.api import metrics
from blogqueue.settings import settings

REQUEST_ID = "X-Request-Id"

_KEPT_ID = re.compile(rb"[0-9A-Za-z][0-9A-Za-z-]{15,63}")
"""The ids of callers and proxies that are kept, such as nginx's $request_id and UUIDs."""

CLIENT_LEFT = 499
"""The status in the log of a request whose client left before the answer began, as nginx has it."""

UNLOGGED = ("/static/", "/admin/tables/assets/", "/health/", metrics.PATH)
"""Paths whose requests are logged at level debug only: they are many, and say little."""

PUBLIC = ("/static/", "/admin/tables/assets/", "/api/docs", "/api/openapi.json", "/api/v1/articles", "/api/v1/domains")
"""What everybody may see, so that caches may keep it for as long as its own headers say."""


def wrap(app: ASGIApp) -> ASGIApp:
    """Wrap an application so that it answers HEAD like GET, and all its answers have the common headers."""

    async def edge(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id, path = _choose_id(scope), scope["path"]  # a mounted application's part is cut off later
        status = CLIENT_LEFT
        log.begin(request_id)

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _complete(list(message["headers"]), request_id, path)
            await send(message)

        call = (scope, receive, send_with_headers)
        if scope["method"] == "HEAD":
            call = _as_get(scope, send_with_headers)
        try:
            with traces.span(scope["method"]) as running:
                await app(*call)
                if running is not None:
                    running.update_name(f"{scope['method']} {_name_route(call[0])}")
                    running.set_attribute("http.response.status_code", status)
        finally:
            _log_answer(scope["method"], path, call[0], status, time.perf_counter() - began)

    return edge


def _choose_id(scope: HTTPScope) -> str:
    """Return the id that the caller or a proxy gave the request, if it has the form of one, or a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _KEPT_ID.fullmatch(given) else uuid4().hex


def _name_route(scope: Scope) -> str:
    """Return the template of a request's path, or the beginning that a mounted application has."""
    handler = scope.get("route_handler")
    return scope.get("path_template") or (min(handler.paths) if handler else "(none)")


def _log_answer(method: str, path: str, scope: Scope, status: int, seconds: float) -> None:
    """Count a request, and log one line about it: its route and not its path, as paths can contain tokens."""
    route = _name_route(scope)
    metrics.count(method, route, status, seconds)
    about = {}
    if order_id := scope.get("path_params", {}).get("order_id"):
        about["order"] = str(order_id)
    write = log.logger.debug if path.startswith(UNLOGGED) else log.logger.info
    write(
        "request answered",
        method=method,
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
        **about,
    )


def _as_get(scope: Scope, send: Send) -> tuple[Scope, Receive, Send]:
    """Return a HEAD request as a GET whose body is not sent; a stream hears that its caller has left."""
    body_left_out = asyncio.Event()
    received = False

    async def receive() -> HTTPReceiveMessage:
        nonlocal received
        if not received:
            received = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await body_left_out.wait()
        return {"type": "http.disconnect"}

    async def send_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            body_left_out.set()

    # A copy: the server still reads the method of its scope, as the body is shorter than the Content-Length.
    return cast("Scope", {**scope, "method": "GET"}), cast("Receive", receive), send_headers


def _complete(headers: list[tuple[bytes, bytes]], request_id: str, path: str) -> list[tuple[bytes, bytes]]:
    """Return an answer's headers with the request's id, and with what browsers must know (ASVS 4.0.3, V14.4.4 f.).

    No cache keeps an answer that is not known to be public, as most are for one customer or editor (V8.2.1).
    """
    own = [(REQUEST_ID.lower().encode(), request_id.encode()), (b"x-content-type-options", b"nosniff")]
    if settings.public_url.startswith("https://"):
        own.append((b"strict-transport-security", b"max-age=31536000"))
    if not path.startswith(PUBLIC):
        own.append((b"cache-control", b"no-store"))
    names = {name.lower() for name, _ in headers}
    return [*headers, *(header for header in own if header[0] not in names)]

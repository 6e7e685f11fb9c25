"""What holds for every answer of the web process: a request id, HEAD, and two headers for browsers."""

import asyncio
from typing import cast
from uuid import uuid4

import structlog
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send

from blogqueue.settings import settings

REQUEST_ID = "X-Request-Id"

PUBLIC = ("/static/", "/admin/assets/", "/api/docs", "/api/openapi.json", "/api/v1/articles", "/api/v1/domains")
"""What everybody may see, so that caches may keep it for as long as its own headers say."""


def wrap(app: ASGIApp) -> ASGIApp:
    """Wrap an application so that it answers HEAD like GET, and all its answers have the common headers."""

    async def edge(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        request_id, path = uuid4().hex, scope["path"]  # a mounted application's part of the path is cut off later
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _complete(list(message["headers"]), request_id, path)
            await send(message)

        if scope["method"] == "HEAD":
            await app(*_as_get(scope, send_with_headers))
        else:
            await app(scope, receive, send_with_headers)

    return edge


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

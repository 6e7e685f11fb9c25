"""What holds for every answer of the web, whoever gives it: request ids, HEAD, and two headers for browsers."""

from uuid import uuid4

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from blogqueue.settings import settings

REQUEST_ID = "X-Request-Id"


def wrap(app: ASGIApp) -> ASGIApp:
    """Wrap an application so that HEAD is answered like GET, and every answer has the headers that all have."""

    async def edge(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        request_id = uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=request_id)
        is_head = scope["method"] == "HEAD"
        if is_head:
            scope["method"] = "GET"  # type: ignore[typeddict-item]  # Litestar's Method has no plain strings
        body_sent = False

        async def send_all(message: Message) -> None:
            nonlocal body_sent
            if message["type"] == "http.response.start":
                message["headers"] = _complete(list(message["headers"]), request_id)
            elif is_head and message["type"] == "http.response.body":
                if body_sent:
                    return
                body_sent = True
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        await app(scope, receive, send_all)

    return edge


def _complete(headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """Return an answer's headers with the request's id, and with what browsers must know (ASVS 4.0.3, V14.4.4 f.)."""
    own = [(REQUEST_ID.lower().encode(), request_id.encode()), (b"x-content-type-options", b"nosniff")]
    if settings.public_url.startswith("https://"):
        own.append((b"strict-transport-security", b"max-age=31536000"))
    names = {name.lower() for name, _ in headers}
    return [*headers, *(header for header in own if header[0] not in names)]

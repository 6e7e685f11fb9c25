"""Read a request's whole body before anything else is done, bounded in bytes and in time.

So no slow or endless body keeps a database connection, a lock or a transaction waiting for its client: nothing is taken
before the body is there.
"""

import asyncio
from typing import Any

from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send

from blogqueue.errors import UnavailableError
from blogqueue.settings import settings

BODY_BYTES = 64 * 1024
"""Bodies are a few kB: notes of 1,000 characters and a URL of 2,048 are the longest fields.

A handler that takes more says so with `request_max_body_size`.
"""

LARGE_BYTES = 32 * 1024 * 1024
"""What the parts of all bodies beyond BODY_BYTES may take together, in one process."""

WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})


class _Bodies:
    """How many bytes beyond BODY_BYTES this process holds now, of all bodies together."""

    def __init__(self) -> None:
        self.large = 0


_bodies = _Bodies()


def read_first(app: ASGIApp) -> ASGIApp:
    """Wrap a route so that it begins once the body is there. Raises HTTPException (408, 413) or UnavailableError."""

    async def read_body(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in WITHOUT_BODY:
            await app(scope, receive, send)
            return
        body = bytearray()
        try:
            async with asyncio.timeout(settings.body_seconds):
                complete = await _read(receive, body, _find_limit(scope))
        except TimeoutError as error:
            raise _refuse(408, "The body did not arrive in time.") from error
        else:
            if complete:
                await app(scope, replay(bytes(body), receive), send)
        finally:
            _bodies.large -= max(0, len(body) - BODY_BYTES)

    return read_body


def _find_limit(scope: Scope) -> int:
    """Return how many bytes a route's body may have. Raises HTTPException if the body says that it has more."""
    handler: Any = scope["route_handler"]
    find = getattr(handler, "resolve_request_max_body_size", None)  # a mounted application has none
    limit = (find() if find else None) or BODY_BYTES
    if any(name == b"content-length" and int(value) > limit for name, value in scope["headers"]):
        raise _refuse(413, "The body is too large.")
    return limit


async def _read(receive: Receive, body: bytearray, limit: int) -> bool:
    """Read a body to its end; return False if the client has left before. Raises as `read_first`."""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return False
        before = max(0, len(body) - BODY_BYTES)
        body += message["body"]
        _bodies.large += max(0, len(body) - BODY_BYTES) - before
        if len(body) > limit:
            raise _refuse(413, "The body is too large.")
        if _bodies.large > LARGE_BYTES:
            raise UnavailableError("Too many large bodies at once. Please try again in a moment.")
        if not message["more_body"]:
            return True


def _refuse(status: int, message: str) -> HTTPException:
    """Return a refusal after which the connection is closed, because the rest of the body may never come."""
    return HTTPException(message, status_code=status, headers={"Connection": "close"})


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that hands on a body that has been read, and after it whatever the connection brings."""
    read = False

    async def receive_read() -> HTTPReceiveMessage:
        nonlocal read
        if read:
            return await receive()  # type: ignore[return-value]  # plain dicts, typed as a union of messages
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_read  # type: ignore[return-value]  # plain dicts, typed as a union of messages

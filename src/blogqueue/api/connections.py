"""Connections of the web process, bounded in number, and in how long a client may take to send and to read.

uvicorn bounds only how long an idle connection stays open after an answer. A client that never finishes its request, or
never reads its answer, would keep its connection and its memory for ever (a “slow HTTP” attack, CWE-400). How long a
body may take is bounded in `api.bodies`, where a refusal can be answered.
"""

import asyncio
import socket
import struct
from asyncio.events import TimerHandle
from typing import Any

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from blogqueue.settings import settings

HEAD_BYTES = 64 * 1024
"""A request's line and headers: browsers and proxies send some kB, and common servers take 8 to 64 kB."""

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""For SO_LINGER (socket(7)): a closed connection is reset, and its buffers are freed."""

unfinished: dict["BoundedConnection", None] = {}
"""The connections that no whole request has arrived on, the longest waiting first: idle, half-open or slow."""


class BoundedConnection(HttpToolsProtocol):
    """A connection that is closed when its client takes too long over a request's head, or over reading an answer.

    If too many are open, the one that has been waiting longest for its client is closed for a new one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own arguments
        super().__init__(*args, **kwargs)
        self._head_timer: TimerHandle | None = None
        self._read_timer: TimerHandle | None = None
        self._head_bytes = 0
        self._body_pending = False

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) > settings.max_connections:
            next(iter(unfinished), self).cut()
        self._await_head()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        unfinished.pop(self, None)
        self._head_timer = _cancel(self._head_timer)
        self._read_timer = _cancel(self._read_timer)
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_timer is not None and not self._body_pending:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.cut()

    @override
    def on_headers_complete(self) -> None:
        self._head_timer = _cancel(self._head_timer)
        self._body_pending = True
        super().on_headers_complete()

    @override
    def on_message_complete(self) -> None:
        self._body_pending = False
        unfinished.pop(self, None)
        super().on_message_complete()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._cut_unless_read()  # what is still to be sent is sent first
        elif self.cycle.response_complete:  # no other request is waiting on this connection
            self._await_head()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._cut_unless_read()

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._read_timer = _cancel(self._read_timer)

    @override
    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection. One whose client has not read its answer would not close; it is cut later."""
        if not self.transport.get_write_buffer_size():
            super().timeout_keep_alive_handler()

    def cut(self) -> None:
        """Close the connection at once, and drop what the client has not read: the system would keep it otherwise."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.transport.abort()

    def _await_head(self) -> None:
        """Give the client some time for the next request's head, from now on and whatever it sends until then."""
        unfinished[self] = None
        self._head_bytes = 0
        _cancel(self._head_timer)
        self._head_timer = self.loop.call_later(settings.head_seconds, self.cut)

    def _cut_unless_read(self) -> None:
        _cancel(self._read_timer)
        self._read_timer = self.loop.call_later(settings.read_seconds, self.cut)


def _cancel(timer: TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()

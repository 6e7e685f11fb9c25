"""The servers answer at once: no answer waits for an acknowledgement (Nagle's algorithm is off)."""

import asyncio
import os
import socket

import psutil

from blogqueue.sandbox.state import Sandbox
from blogqueue.settings import settings
from tests.stage import Stage


async def test_http_connections_to_the_sandbox_have_nagle_off(running_sandbox: Sandbox) -> None:
    assert await _has_nodelay(running_sandbox.config.port, b"GET /health HTTP/1.1\r\nhost: sandbox\r\n\r\n")


async def test_smtp_connections_to_the_sandbox_have_nagle_off(running_sandbox: Sandbox) -> None:
    assert await _has_nodelay(running_sandbox.config.smtp_port, b"NOOP\r\n")


async def test_connections_to_the_web_have_nagle_off(stage: Stage) -> None:
    assert stage
    assert await _has_nodelay(settings.web_port, b"GET /health/live HTTP/1.1\r\nhost: web\r\n\r\n")


async def _has_nodelay(port: int, request: bytes) -> bool:
    """Tell whether TCP_NODELAY is set on a connection that a server of this process accepted on a port."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    assert await reader.readline()  # an answer, so the server has accepted the connection
    client = writer.get_extra_info("sockname")
    [accepted] = [one.fd for one in psutil.Process().net_connections("tcp4") if one.raddr == client]
    with socket.socket(fileno=os.dup(accepted)) as server:
        nodelay = server.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    writer.close()
    await writer.wait_closed()
    return bool(nodelay)

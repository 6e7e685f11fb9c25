"""Clients that are slow, silent or endless: everybody else is answered, and they are disconnected."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from blogqueue.api import connections
from blogqueue.db.engine import DB, transaction
from blogqueue.settings import settings
from tests.stage import Stage, signed

EACH = 34
"""Of six kinds of slow clients: 204 connections, where ten used to stop everything."""

FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na="
SLOW = {
    "28 MB asked for and not read": b"GET /static/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n" * 20,
    "half a head": b"GET / HTTP/1.1\r\nHost: x\r\nX-A",
    "half a body to the API": b"POST /api/v1/purchase HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
    "half a form to Piccolo Admin": b"POST /admin/api/x HTTP/1.1\r\nHost: x\r\nCookie: csrftoken=x\r\n" + FORM,
    "half a form to a page": b"POST /order-link HTTP/1.1\r\nHost: x\r\n" + FORM,
    "not a byte": b"",
}
"""What a client of each kind sends, and no more."""

SENT = json.dumps({"id": "evt_1", "object": "event", "type": "plan.created", "data": {"object": {}}}).encode()


@asynccontextmanager
async def connection(sent: bytes) -> AsyncGenerator[asyncio.StreamReader]:
    """A connection to the web with a small buffer for what it would have to read."""
    address = urlsplit(settings.public_url)
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened.settimeout(0)
    await asyncio.get_running_loop().sock_connect(opened, (address.hostname, address.port))
    reader, writer = await asyncio.open_connection(sock=opened, limit=1024)
    writer.write(sent)
    await writer.drain()
    try:
        yield reader
    finally:
        writer.transport.abort()


async def read_to_end(reader: asyncio.StreamReader) -> bytes:
    """Read until the server closes the connection, whichever way it does."""
    read = b""
    try:
        while part := await reader.read(65536):
            read += part
    except ConnectionError:
        pass
    return read


async def test_two_hundred_slow_connections_keep_nobody_waiting(stage: Stage) -> None:
    # Given 34 slow clients of each of six kinds
    article = await stage.article()
    async with AsyncExitStack() as stack:
        for sent in SLOW.values():
            for _ in range(EACH):
                await stack.enter_async_context(connection(sent))

        # When pages, programs, Stripe and the operator's probe come by
        async with asyncio.timeout(10):  # less than the slow ones are given
            answers = await asyncio.gather(
                stage.http.get("/"),
                stage.http.get("/articles/soil-that-lasts"),
                stage.http.get(f"/api/v1/articles/{article}"),
                stage.http.post("/api/v1/purchase/webhook", content=SENT, headers=signed(SENT)),
                stage.http.get("/health/ready"),
            )

        # Then they are answered, while all the slow ones wait, and no transaction waits with them
        assert [answer.status_code for answer in answers] == [200] * 5
        assert len(connections.unfinished) >= 5 * EACH
        assert await DB.run_ddl("SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction'") == []


async def test_slow_clients_are_disconnected(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given less patience than the 15 to 30 s that clients are given
    for name in ("head_seconds", "body_seconds", "read_seconds"):
        monkeypatch.setattr(settings, name, 0.3)
    await stage.http.get("/health/live")
    async with AsyncExitStack() as stack:
        # When there is a slow client of each kind
        readers = {kind: await stack.enter_async_context(connection(sent)) for kind, sent in SLOW.items()}

        # Then all are disconnected; who sent half a body is told why, and what is not read is dropped
        async with asyncio.timeout(10):
            # The one that does not read is the last to look: reading would make it fast.
            ends = {kind: await read_to_end(readers[kind]) for kind in reversed(SLOW)}
    assert ends["half a head"] == ends["not a byte"] == b""
    for kind in ("half a body to the API", "half a form to Piccolo Admin", "half a form to a page"):
        assert ends[kind].startswith(b"HTTP/1.1 408 Request Timeout"), kind
    assert len(ends["28 MB asked for and not read"]) < 8_000_000


async def test_a_new_client_takes_the_place_of_the_slowest(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given as many connections as are allowed, none of which has sent anything
    await stage.http.get("/health/live")
    monkeypatch.setattr(settings, "max_connections", 10)
    async with AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(connection(b"")) for _ in range(30)]

        # When another one asks for a page
        async with httpx.AsyncClient(base_url=settings.public_url, timeout=5) as newcomer:
            answer = await newcomer.get("/")

        # Then it is answered, and the first ones are gone
        assert answer.status_code == 200
        async with asyncio.timeout(5):
            assert await asyncio.gather(*map(read_to_end, readers[:15])) == [b""] * 15


@pytest.mark.parametrize(
    "endless",
    [
        b"GET / HTTP/1.1\r\n" + b"X-A: " + b"a" * 10_000_000,
        b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 1_000_000,
        b"GET /" + b"a" * 10_000_000,
    ],
    ids=["one header", "many headers", "an address"],
)
@pytest.mark.usefixtures("stage")
async def test_an_endless_head_is_cut_off(endless: bytes) -> None:
    with pytest.raises(ConnectionError):
        async with connection(endless) as reader, asyncio.timeout(5):
            raise ConnectionError(await read_to_end(reader))


@pytest.mark.parametrize(
    "path", ["/admin/api/x", "/admin/public/login/", "/admin/x", "/api/v1/purchase", "/order-link"]
)
@pytest.mark.parametrize("announced", [True, False])
async def test_a_large_body_is_refused_before_it_is_read(stage: Stage, path: str, announced: bool) -> None:  # noqa: FBT001 - a parameter
    async def parts() -> AsyncGenerator[bytes]:
        for _ in range(2):
            yield b"a" * 40_000

    content = b"a" * 80_000 if announced else parts()
    types = {"content-type": "application/x-www-form-urlencoded", "cookie": "csrftoken=x", "x-csrftoken": "x"}

    answer = await stage.http.post(path, content=content, headers=types)

    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"


async def test_who_finds_no_free_database_connection_in_time_is_told_to_come_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a pool whose connections are all taken
    monkeypatch.setattr(settings, "pool_seconds", 0.1)
    assert DB.pool is not None
    async with AsyncExitStack() as stack:
        for _ in range(DB.pool.get_max_size()):
            await stack.enter_async_context(DB.pool.acquire())

        # When somebody asks for a page, and a program for the same
        page = await stage.http.get("/", headers={"accept": "text/html"})
        call = await stage.http.get("/api/v1/articles")
        ready = await stage.http.get("/health/ready")

    # Then they are told at once, and answered as soon as there is one
    monkeypatch.undo()
    assert (page.status_code, call.status_code, ready.status_code) == (503, 503, 503)
    assert page.headers["retry-after"] == call.headers["retry-after"] == "5"
    assert (await stage.http.get("/")).status_code == 200


@pytest.mark.usefixtures("stage")
async def test_postgresql_itself_ends_a_query_or_a_transaction_that_hangs() -> None:
    async with transaction():
        rows = await DB._run_in_new_connection(  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - as the pool's
            "SELECT name, setting FROM pg_settings WHERE name ~ '^(statement|idle_in_transaction_session)_timeout$'"
        )
    assert {row["name"]: row["setting"] for row in rows} == {
        "statement_timeout": "30000",
        "idle_in_transaction_session_timeout": "60000",
    }

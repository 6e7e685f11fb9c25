"""The order's status as server-sent events, pushed at every change, whichever process made it."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from blogqueue.actors.messages import nudge
from blogqueue.db.engine import DB
from blogqueue.demo.ports import free_port
from blogqueue.orders import access, changes
from blogqueue.settings import settings
from tests.stage import Bought, Stage, bearer


async def events(stage: Stage, order: Bought) -> AsyncGenerator[dict[str, Any]]:
    """Yield each status that an order's stream sends."""
    async with stage.http.stream(
        "GET", f"/api/v1/purchase/status/{order.id}/events", headers=bearer(order.access), timeout=20
    ) as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


async def test_a_stream_sends_every_change_up_to_published(stage: Stage) -> None:
    # Given a bought order, and a program that reads its stream
    order = await stage.buy(await stage.article())
    async with aclosing(events(stage, order)) as said:
        first = await anext(said)
        assert first == await stage.status(order)
        assert first["progress"]["step"] == 1

        # When the worker runs, Ana submits and Edith approves
        seen = [first["status"]]
        await stage.drain()
        while (status := await anext(said))["status"] != "QUALITY_CHECK":
            seen.append(status["status"])
        seen.append(status["status"])
        await stage.submit(order, status["version"]["versionId"])
        seen.append((await anext(said))["status"])
        await stage.approve(order)
        seen.append((await anext(said))["status"])

    # Then it has received each status
    assert [state for at, state in enumerate(seen) if at == 0 or seen[at - 1] != state] == [
        "PROCESSING",
        "QUALITY_CHECK",
        "ADMIN_REVIEW",
        "COMPLETED",
    ]


async def test_a_change_arrives_within_a_second(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())
    async with aclosing(events(stage, order)) as said:
        version_id = (await anext(said))["version"]["versionId"]

        began = time.monotonic()
        await stage.submit(order, version_id)
        assert (await anext(said))["status"] == "ADMIN_REVIEW"

    assert time.monotonic() - began < 1


async def test_a_change_arrives_after_the_listening_connection_was_cut(stage: Stage) -> None:
    # Given a listener whose web process lost its connection to PostgreSQL
    order = await stage.delivered(await stage.article())
    async with aclosing(events(stage, order)) as said:
        version_id = (await anext(said))["version"]["versionId"]
        assert await cut_listeners() == 1

        # When the order changes
        await stage.submit(order, version_id)

        # Then the change arrives once the connection is back
        assert (await anext(said))["status"] == "ADMIN_REVIEW"


async def test_a_stream_opens_only_with_the_orders_token(stage: Stage) -> None:
    order = await stage.buy(await stage.article())

    for order_id, headers in ((order.id, {}), (order.id, bearer("made-up")), (uuid4(), bearer(order.access))):
        answer = await stage.http.get(f"/api/v1/purchase/status/{order_id}/events", headers=headers)
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"


async def test_a_stream_ends_once_its_link_was_replaced(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    async with aclosing(events(stage, order)) as said:
        await anext(said)
        await nudge(await access.replace_link(order.id))
        await stage.drain()

        with pytest.raises(StopAsyncIteration):
            await anext(said)


async def test_open_streams_are_limited_and_use_no_connection_of_the_pool(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given as many streams of one order as may be open, more than the pool has connections
    monkeypatch.setattr(changes, "MAX_WATCHERS_PER_ORDER", 12)
    order = await stage.buy(await stage.article())
    streams = [events(stage, order) for _ in range(12)]
    try:
        for stream in streams:
            await anext(stream)

        # When another one is opened
        refused = await stage.http.get(f"/api/v1/purchase/status/{order.id}/events", headers=bearer(order.access))

        # Then it gets 503 with Retry-After, and everything else is served as before
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        assert (await stage.status(order))["status"] == "PROCESSING"
        assert DB.pool is not None and DB.pool.get_idle_size() == DB.pool.get_size()
    finally:
        for stream in streams:
            await stream.aclose()


async def test_a_stopping_web_process_ends_its_streams_at_once(stage: Stage) -> None:
    # Given a web process with an open stream
    order = await stage.buy(await stage.article())
    port = free_port()
    environment = os.environ | {"BLOGQUEUE_WEB_PORT": str(port)}
    web = await asyncio.create_subprocess_exec(sys.executable, "-m", "blogqueue", "api", env=environment)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            while not await answers(http):  # noqa: ASYNC110 - a process says nothing when it listens
                await asyncio.sleep(0.05)
            async with aclosing(events(Stage(http, stage.sandbox), order)) as said:
                await anext(said)

                # When it is asked to stop
                began = time.monotonic()
                web.terminate()

                # Then the stream ends cleanly, and the process ends well within its grace period
                assert await anext(said, None) is None
                await web.wait()
        assert time.monotonic() - began < 3
    finally:
        if web.returncode is None:
            web.kill()


async def answers(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/health/live")).status_code == 200
    except httpx.TransportError:
        return False


async def cut_listeners() -> int:
    """Have PostgreSQL close the listening connections; return how many there were."""
    async with asyncio.timeout(10):
        connection = await asyncpg.connect(settings.database_url)
        try:
            rows = await connection.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = $1",
                changes.LISTENER,
            )
        finally:
            await connection.close()
    return len(rows)

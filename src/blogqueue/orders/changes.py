"""Waiting for an order's next change, over one connection on which PostgreSQL notifies this process of changes.

Triggers (migration 0004) notify a channel of an order's id whenever something that its customer sees is committed, in
any process. A lost notification does no harm: waiting streams look again after a while anyway.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from uuid import UUID

import asyncpg

from blogqueue.db.engine import UNAVAILABLE
from blogqueue.errors import UnavailableError
from blogqueue.log import logger
from blogqueue.settings import settings

CHANNEL = "order_changes"

LISTENER = "blogqueue listening"
"""The connection's name in `pg_stat_activity`."""

MAX_WATCHERS = 500
"""A stream costs a connection and some kB; of the 800 connections of a web process, others need some too."""

MAX_WATCHERS_PER_ORDER = 20
"""Tabs and devices of one customer; further ones ask for the status every few seconds instead."""

RECONNECT_SECONDS = 1
ALIVE_SECONDS = 30
"""How often the listening connection is tested: a firewall may have dropped it silently."""


class Watcher:
    """One stream that waits for changes of an order."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def notify(self) -> None:
        """Wake the stream up: something has changed, or may have."""
        self._changed.set()

    async def wait(self, seconds: float) -> bool:
        """Wait up to some seconds for a change. Return False if there was none."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        self._changed.clear()
        return True


class _Process:
    """The watchers of this process, and whether it is stopping."""

    def __init__(self) -> None:
        self.watchers: defaultdict[UUID, set[Watcher]] = defaultdict(set)
        self.stopping = False

    def notify_all(self) -> None:
        for watchers in self.watchers.values():
            for watcher in watchers:
                watcher.notify()


_process = _Process()


def check_capacity(order_id: UUID) -> None:
    """Raise UnavailableError when this process, or this order, has too many open streams."""
    watchers = _process.watchers
    if len(watchers.get(order_id, ())) >= MAX_WATCHERS_PER_ORDER or sum(map(len, watchers.values())) >= MAX_WATCHERS:
        raise UnavailableError("Too many open streams. Please ask for the status every few seconds instead.")


@contextmanager
def watching(order_id: UUID) -> Generator[Watcher]:
    """Watch an order for the duration of a block."""
    watcher = Watcher()
    _process.watchers[order_id].add(watcher)
    try:
        yield watcher
    finally:
        _process.watchers[order_id].discard(watcher)
        if not _process.watchers[order_id]:
            del _process.watchers[order_id]


def is_stopping() -> bool:
    """Return whether this process is stopping, so that streams should end."""
    return _process.stopping


def stop() -> None:
    """End every stream of this process now."""
    _process.stopping = True
    _process.notify_all()


@asynccontextmanager
async def listening() -> AsyncGenerator[None]:
    """Receive notifications for the duration of a block, over one connection that is reopened whenever it breaks."""
    _process.stopping = False
    task = asyncio.create_task(_listen())
    try:
        yield
    finally:
        stop()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _listen() -> None:
    while True:
        try:
            connection = await asyncpg.connect(
                settings.database_url, timeout=10, command_timeout=10, server_settings={"application_name": LISTENER}
            )
            try:
                await _receive(connection)
            finally:
                connection.terminate()
        except UNAVAILABLE as error:
            logger.warning("not listening, PostgreSQL is unavailable", error=str(error))
        await asyncio.sleep(RECONNECT_SECONDS)


async def _receive(connection: asyncpg.Connection) -> None:
    """Pass a connection's notifications on until it is closed."""
    closed = asyncio.Event()

    def on_close(_: object) -> None:
        closed.set()

    connection.add_termination_listener(on_close)
    await connection.add_listener(CHANNEL, _on_notification)
    _process.notify_all()  # there may have been changes while nobody listened
    while not closed.is_set():
        await connection.execute("SELECT 1")
        with suppress(TimeoutError):
            async with asyncio.timeout(ALIVE_SECONDS):
                await closed.wait()


def _on_notification(_: object, __: int, ___: str, order_id: object) -> None:
    for watcher in _process.watchers.get(UUID(str(order_id)), ()):
        watcher.notify()

"""Who waits for an order's next change, and the one connection on which PostgreSQL tells this process of changes.

Triggers (migration 0004) say an order's id on a channel whenever something that its customer sees is committed, in
whatever process. Nothing hangs on that word: whoever waits looks again after a while anyway.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from uuid import UUID

import asyncpg

from blogqueue.db.engine import AWAY
from blogqueue.errors import UnavailableError
from blogqueue.log import logger
from blogqueue.settings import settings

CHANNEL = "order_changes"

LISTENER = "blogqueue listening"
"""The connection's name in `pg_stat_activity`."""

MAX_WATCHERS = 1000
"""A stream costs a socket and some kB; a process opens at most 1,024 files by Linux's usual limit (ulimit -n)."""

MAX_WATCHERS_PER_ORDER = 20
"""Tabs and devices of one customer; whoever has more of them open asks every few seconds instead."""

RECONNECT_SECONDS = 1
ALIVE_SECONDS = 30
"""How often the listening connection is asked whether it lives: a firewall may have dropped it without a word."""


class Watcher:
    """One stream's waiting for changes of an order."""

    def __init__(self) -> None:
        self._told = asyncio.Event()

    def tell(self) -> None:
        """Something has changed, or may have."""
        self._told.set()

    async def change(self, seconds: float) -> bool:
        """Wait for a change, at most so many seconds; False if there was none in that time."""
        try:
            async with asyncio.timeout(seconds):
                await self._told.wait()
        except TimeoutError:
            return False
        self._told.clear()
        return True


class _Process:
    """The watchers of this process, and whether it is stopping."""

    def __init__(self) -> None:
        self.watchers: defaultdict[UUID, set[Watcher]] = defaultdict(set)
        self.stopping = False

    def tell_all(self) -> None:
        for watchers in self.watchers.values():
            for watcher in watchers:
                watcher.tell()


_process = _Process()


def check_room(order_id: UUID) -> None:
    """Raise UnavailableError when too many streams of this process, or of this order, are open."""
    watchers = _process.watchers
    if len(watchers.get(order_id, ())) >= MAX_WATCHERS_PER_ORDER or sum(map(len, watchers.values())) >= MAX_WATCHERS:
        raise UnavailableError("Too many are watching; please ask for the status every few seconds instead.")


@contextmanager
def watching(order_id: UUID) -> Generator[Watcher]:
    """Watch an order for the length of a block."""
    watcher = Watcher()
    _process.watchers[order_id].add(watcher)
    try:
        yield watcher
    finally:
        _process.watchers[order_id].discard(watcher)
        if not _process.watchers[order_id]:
            del _process.watchers[order_id]


def stopping() -> bool:
    """Whether this process stops, so that streams should end."""
    return _process.stopping


def stop() -> None:
    """Have every stream of this process end now."""
    _process.stopping = True
    _process.tell_all()


@asynccontextmanager
async def listening() -> AsyncGenerator[None]:
    """Hear of changes for the length of a block, over one connection that is opened again whenever it breaks."""
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
                await _hear(connection)
            finally:
                connection.terminate()
        except AWAY as error:
            logger.warning("not listening, PostgreSQL away", error=str(error))
        await asyncio.sleep(RECONNECT_SECONDS)


async def _hear(connection: asyncpg.Connection) -> None:
    """Pass on what a connection says until it is cut."""
    cut = asyncio.Event()

    def on_cut(_: object) -> None:
        cut.set()

    connection.add_termination_listener(on_cut)
    await connection.add_listener(CHANNEL, _heard)
    _process.tell_all()  # something may have been said while nobody listened
    while not cut.is_set():
        await connection.execute("SELECT 1")
        with suppress(TimeoutError):
            async with asyncio.timeout(ALIVE_SECONDS):
                await cut.wait()


def _heard(_: object, __: int, ___: str, order_id: object) -> None:
    for watcher in _process.watchers.get(UUID(str(order_id)), ()):
        watcher.tell()

"""The one PostgreSQL engine and its pool.

The pool belongs to the event loop that opened it (asyncpg): every process opens it on the loop that runs its queries.
Nothing may run two queries at once inside one transaction: the connection would be lost for good (Piccolo issue 759).
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from piccolo.querystring import QueryString
from typing_extensions import override

from blogqueue.settings import settings


class _Engine(PostgresEngine):
    """Piccolo's own, but made without asking PostgreSQL for its version: it would warn of it while modules load."""

    async def check_version(self) -> None:
        """Ask nothing; who needs PostgreSQL says in a sentence that it is away."""


DB = _Engine(
    config={
        "dsn": settings.database_url,
        # Times are compared and printed in UTC whatever the server's zone is.
        "server_settings": {"timezone": "UTC", "application_name": "blogqueue"},
        # A query that PostgreSQL does not answer in this many seconds is given up and tried again by its caller.
        "command_timeout": 30,
    },
)


NOW = QueryString("clock_timestamp()")
"""A value that PostgreSQL puts in; times that are judged are set by the clock that judges them, not by a host's."""


class PostgresNow(TimestamptzNow):
    """The moment at which PostgreSQL stores the row. A row that was just inserted has to be read to know it."""

    @property
    @override
    def postgres(self) -> str:  # pyright: ignore[reportIncompatibleMethodOverride] - typed as that one word
        return "clock_timestamp()"

    @override
    def python(self) -> QueryString:  # pyright: ignore[reportIncompatibleMethodOverride] - as a serial's default is
        return NOW


_CUT_OFF = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # asyncpg's word for it while a query was half sent
    asyncpg.AdminShutdownError,
)

AWAY = (
    asyncpg.OperatorInterventionError,  # shut down or restarted by its operator, or not up yet
    asyncpg.InsufficientResourcesError,  # too many connections
    asyncpg.TransactionRollbackError,  # a deadlock, resolved by giving up one side
    *_CUT_OFF,
    OSError,  # refused, or timed out
)
"""What a query raises when PostgreSQL is away for the moment: the same again, a little later, is right."""

UNUSABLE = (
    asyncpg.InvalidAuthorizationSpecificationError,  # a wrong name or password
    asyncpg.InvalidCatalogNameError,  # no such database
    asyncpg.UndefinedTableError,  # not migrated
    asyncpg.UndefinedColumnError,
    asyncpg.InsufficientPrivilegeError,
)
"""What a query raises when DATABASE_URL leads to a database that is not ours, or not yet: an operator must act."""


@asynccontextmanager
async def transaction() -> AsyncGenerator[None]:
    """One transaction; a nested one is part of the outer one, so an error must leave both.

    When PostgreSQL goes away in the middle, Piccolo's own leaves the task on the dead connection and the connection out
    of the pool; here both are let go.
    """
    if DB.current_transaction.get() is not None:
        yield
        return
    work = await _begun()
    try:
        yield
    except BaseException as error:
        await _end(work, error)
        raise
    await _end(work, None)


async def _begun() -> PostgresTransaction:
    """A transaction on a connection that lives: one that PostgreSQL has closed shows it only when it is used."""
    while True:
        work = DB.transaction()
        try:
            return await work.__aenter__()
        except BaseException as error:
            if not hasattr(work, "connection"):
                raise  # there was none to be had
            await _let_go(work)
            if not isinstance(error, _CUT_OFF):
                raise


async def _end(work: PostgresTransaction, error: BaseException | None) -> None:
    try:
        await work.__aexit__(type(error) if error else None, error, None)
    except BaseException as failure:
        await _let_go(work)
        # A rollback that fails says less than what it was for.
        if error is None or not isinstance(failure, Exception):
            raise


async def _let_go(work: PostgresTransaction) -> None:
    DB.current_transaction.set(None)
    work.connection.terminate()
    if DB.pool is not None:
        await DB.pool.release(work.connection)


async def open_pool(max_size: int = 10) -> None:
    """Open the pool on the running loop; up to `max_size` connections."""
    await DB.start_connection_pool(min_size=1, max_size=max_size)


async def close_pool() -> None:
    """Close the pool, if one is open."""
    if DB.pool is not None:
        await DB.close_connection_pool()


@asynccontextmanager
async def pool(max_size: int = 4) -> AsyncGenerator[None]:
    """Have a pool for the length of a block, for commands that do one thing and end."""
    await open_pool(max_size)
    try:
        yield
    finally:
        await close_pool()

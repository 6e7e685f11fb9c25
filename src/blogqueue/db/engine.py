"""The one PostgreSQL engine and its pool.

The pool belongs to the event loop that opened it (asyncpg): every process opens it on the loop that runs its queries.
Never run two queries at once inside one transaction: its connection would be lost for good (Piccolo issue 759).
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from itertools import count
from string import Formatter
from typing import Any

import asyncpg
from asyncpg.pool import PoolAcquireContext
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from piccolo.querystring import QueryString
from typing_extensions import override

from blogqueue.settings import settings


class _Pool(asyncpg.Pool):
    """asyncpg's pool, whose callers do not wait for a free connection for ever."""

    @override
    def acquire(self, *, timeout: float | None = None) -> PoolAcquireContext:
        """Acquire a connection. Raises TimeoutError, which is one of UNAVAILABLE."""
        return super().acquire(timeout=timeout or settings.pool_seconds)


class _Connection(asyncpg.Connection):
    """asyncpg's connection, which the pool takes back without a query that resets it.

    asyncpg resets notifications, settings and advisory locks of a session. No query of a pooled connection leaves any:
    its locks end with their transactions, and the pool rolls back an open transaction in any case.
    """

    @override
    def get_reset_query(self) -> str:
        return ""


class _Engine(PostgresEngine):
    """Piccolo's engine, with our pool.

    It leaves out Piccolo's check of PostgreSQL's version, which would print warnings while modules load.
    """

    @override
    async def start_connection_pool(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {"setup": None, "init": None, "loop": None}
        self.pool = await _Pool(
            connection_class=_Connection,
            record_class=asyncpg.Record,
            max_queries=50_000,
            max_inactive_connection_lifetime=300,
            **(defaults | self.config | kwargs),
        )

    async def check_version(self) -> None:
        """Check nothing; the caller of a query reports in a sentence that PostgreSQL is unavailable."""


STATEMENT_SECONDS = 30
"""A query that takes longer is given up, here and in PostgreSQL, and its caller tries again."""

IDLE_SECONDS = 60
"""A transaction that does nothing for longer is ended by PostgreSQL, so that a process that hangs holds no lock."""

DB = _Engine(
    config={
        "dsn": settings.database_url,
        # Times are compared and printed in UTC whatever the server's zone is.
        "server_settings": {
            "timezone": "UTC",
            # A typing error in a word of eight leaves a likeness of 0.54 (`catalogue.words`).
            "pg_trgm.word_similarity_threshold": "0.5",
            "application_name": "blogqueue",
            "statement_timeout": f"{STATEMENT_SECONDS}s",
            "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
        },
        "command_timeout": STATEMENT_SECONDS,
    },
)


NOW = QueryString("clock_timestamp()")
"""The time of PostgreSQL's clock: due times and leases are set and judged by one clock, not by a host's."""


class PostgresNow(TimestamptzNow):
    """The time at which PostgreSQL stores a row. It is known only by reading the row after its insertion."""

    @property
    @override
    def postgres(self) -> str:  # pyright: ignore[reportIncompatibleMethodOverride] - typed as a literal
        return "clock_timestamp()"

    @override
    def python(self) -> QueryString:  # pyright: ignore[reportIncompatibleMethodOverride] - as a serial's default is
        return NOW


_CUT_OFF = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # while a query was half sent
    asyncpg.AdminShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)

UNAVAILABLE = (
    asyncpg.OperatorInterventionError,  # shut down or restarted by its operator, or not up yet
    asyncpg.InsufficientResourcesError,  # too many connections
    asyncpg.TransactionRollbackError,  # a deadlock, which PostgreSQL resolves by aborting one side
    *_CUT_OFF,
    OSError,  # refused, or timed out
)
"""What a query raises while PostgreSQL is unavailable: the same query may succeed a little later."""

UNUSABLE = (
    asyncpg.InvalidAuthorizationSpecificationError,  # a wrong name or password
    asyncpg.InvalidCatalogNameError,  # no such database
    asyncpg.UndefinedTableError,  # not migrated
    asyncpg.UndefinedColumnError,
    asyncpg.InsufficientPrivilegeError,
)
"""What a query raises when DATABASE_URL leads to a wrong or unmigrated database: an operator must act."""


_after_commit: ContextVar[list[Callable[[], None]] | None] = ContextVar("after_commit", default=None)
"""What to call once the transaction of this task is committed; None outside one."""


def after_commit(call: Callable[[], None]) -> None:
    """Call something once the caller's transaction is committed, and never if it is not; outside one, at once.

    It is for what needs no transaction and must not fail, such as a log line.
    """
    waiting = _after_commit.get()
    if waiting is None:
        call()
    else:
        waiting.append(call)


@asynccontextmanager
async def transaction() -> AsyncGenerator[None]:
    """Run a block in a transaction. A nested one is part of the outer one, so an error must leave both.

    If PostgreSQL becomes unavailable inside it, Piccolo's own transaction keeps the task on the dead connection, and
    the connection out of the pool; this one releases both.
    """
    if DB.current_transaction.get() is not None:
        yield
        return
    work = await _begin()
    waiting: list[Callable[[], None]] = []
    _after_commit.set(waiting)
    try:
        yield
    except BaseException as error:
        _after_commit.set(None)
        await _end(work, error)
        raise
    _after_commit.set(None)
    await _end(work, None)
    for call in waiting:
        call()


async def _begin() -> PostgresTransaction:
    """Begin a transaction on a living connection: one that PostgreSQL has closed shows that only when it is used.

    After as many as the pool can hold, a new one fails as well, and the error is the caller's.
    """
    dead = 0
    while True:
        work = DB.transaction()
        try:
            return await work.__aenter__()
        except BaseException as error:
            if not hasattr(work, "connection"):
                raise  # the pool gave no connection
            await _release(work)
            dead += 1
            if not isinstance(error, _CUT_OFF) or DB.pool is None or dead > DB.pool.get_max_size():
                raise


async def _end(work: PostgresTransaction, error: BaseException | None) -> None:
    try:
        await work.__aexit__(type(error) if error else None, error, None)
    except BaseException as failure:
        await _release(work)
        # The error that caused the rollback says more than the rollback's own.
        if error is None or not isinstance(failure, Exception):
            raise


async def _release(work: PostgresTransaction) -> None:
    DB.current_transaction.set(None)
    with suppress(asyncpg.InterfaceError):  # the pool has seen its end, and has taken it back
        work.connection.terminate()
    if DB.pool is not None:
        await DB.pool.release(work.connection)


@lru_cache(maxsize=1_000)  # searches have many forms, and callers choose among them
def _number(template: str) -> str:
    """Return a statement with PostgreSQL's `$1`, `$2` in place of each `{}`; there are as many as named constants."""
    numbers = count(1)
    parts = Formatter().parse(template)
    return "".join(text + ("" if field is None else f"${next(numbers)}") for text, field, _, _ in parts)


STREAMED = 100


async def fetch(statement: str, *values: Any) -> list[asyncpg.Record]:  # noqa: ANN401 - any column's type
    """Run a statement, made of constants, with a value for each `{}`, in the caller's transaction if there is one.

    It does what Piccolo's `Table.raw` does in a third of the time, for statements that run with every job or request.
    JSON comes as text.
    """
    work = DB.current_transaction.get()
    if work is not None:
        return await work.connection.fetch(_number(statement), *values)
    if DB.pool is None:
        raise RuntimeError("no pool is open")
    async with DB.pool.acquire() as connection:
        return await connection.fetch(_number(statement), *values)


async def stream(statement: str, *values: Any) -> AsyncGenerator[asyncpg.Record]:  # noqa: ANN401 - as above
    """Yield the rows of a statement, a hundred at a time, in one transaction: together they may be more than fits.

    Read them to the end. Queries of the loop's body are part of the transaction.
    """
    async with transaction():
        work = DB.current_transaction.get()
        if work is None:
            raise RuntimeError("no transaction is open")
        async for row in work.connection.cursor(_number(statement), *values, prefetch=STREAMED):
            yield row


async def open_pool(max_size: int = 10) -> None:
    """Open the pool on the running loop; up to `max_size` connections, each made when it is needed.

    So a process starts while PostgreSQL is unavailable, and asyncpg does not try again and again to have one open.
    """
    await DB.start_connection_pool(min_size=0, max_size=max_size)


async def close_pool() -> None:
    """Close the pool, if one is open."""
    if DB.pool is not None:
        await DB.close_connection_pool()


@asynccontextmanager
async def pool(max_size: int = 4) -> AsyncGenerator[None]:
    """Open a pool for the length of a block, for commands that do one thing and end."""
    await open_pool(max_size)
    try:
        yield
    finally:
        await close_pool()

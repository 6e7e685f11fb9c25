"""The one PostgreSQL engine and its pool.

The pool belongs to the event loop that opened it (asyncpg): every process opens it on the loop that runs its queries.
Nothing may run two queries at once inside one transaction: the connection would be lost for good (Piccolo issue 759).
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
from piccolo.engine.postgres import PostgresEngine

from blogqueue.settings import settings

DB = PostgresEngine(
    config={
        "dsn": settings.database_url,
        # Times are compared and printed in UTC whatever the server's zone is.
        "server_settings": {"timezone": "UTC", "application_name": "blogqueue"},
        # A query that PostgreSQL does not answer in this many seconds is given up and tried again by its caller.
        "command_timeout": 30,
    },
)


@asynccontextmanager
async def transaction() -> AsyncGenerator[None]:
    """One transaction; a nested one is part of the outer one, so an error must leave both.

    When PostgreSQL goes away in the middle, Piccolo's own leaves the task on the dead connection and the connection out
    of the pool; here both are let go.
    """
    if DB.current_transaction.get() is not None:
        yield
        return
    work = DB.transaction()
    begun = False
    try:
        async with work:
            begun = True
            yield
    finally:
        if DB.current_transaction.get() is work or not begun:
            DB.current_transaction.set(None)
            connection = getattr(work, "connection", None)
            if connection is not None and DB.pool is not None:
                connection.terminate()
                await DB.pool.release(connection)


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


AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shut down or restarted by its operator, or not up yet
    asyncpg.InsufficientResourcesError,  # too many connections
    asyncpg.TransactionRollbackError,  # a deadlock, resolved by giving up one side
    asyncpg.InterfaceError,  # a connection that was cut off
    OSError,  # refused, or timed out
)
"""What a query raises when PostgreSQL is away for the moment: the same again, a little later, is right."""

"""Whether the database has this version's schema: asked before Piccolo is imported, while a process starts."""

import asyncio
import re
import time
from functools import cache
from pathlib import Path

import asyncpg

from blogqueue import log
from blogqueue.settings import settings

TIMEOUT_SECONDS = 5

LOG_EVERY_SECONDS = 10

_NOT_THERE = (
    OSError,  # refused, or timed out
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shut down, or not up yet
    asyncpg.InsufficientResourcesError,  # too many connections
)
"""What a connection raises that may succeed a little later."""

_INSTALLED = Path(__file__).with_name("piccolo_migrations")
"""Where a wheel has the migrations. A checkout and an editable install have them at the project's root."""

FOLDER = _INSTALLED if _INSTALLED.exists() else Path(__file__).resolve().parents[3] / "piccolo_migrations"

HAS_MIGRATIONS = "SELECT to_regclass('migration') IS NOT NULL AS found"
APPLIED = "SELECT name FROM migration WHERE app_name = 'blogqueue'"
"""Piccolo's own table."""


@cache
def list_ids() -> frozenset[str]:
    """Return the ids of all migrations of this version, without importing them."""
    files = FOLDER.glob("blogqueue_*.py")
    found = (re.search(r'^ID = "([^"]+)"', file.read_text(encoding="utf-8"), re.MULTILINE) for file in files)
    return frozenset(match[1] for match in found if match)


async def is_older() -> bool:
    """Return whether the database lacks a migration of this version; wait for a PostgreSQL that is not there yet.

    A newer version's migrations do not count: it may be half way through a rolling upgrade. False if this role may not
    ask. Raises asyncpg.PostgresError if PostgreSQL refuses the login, asyncpg.InterfaceError or ValueError for a
    DATABASE_URL that cannot be read.
    """
    logged: float | None = None
    while True:
        try:
            return await _lacks_migration()
        except asyncpg.InsufficientPrivilegeError:
            return False
        except _NOT_THERE as error:
            if logged is None or time.monotonic() > logged + LOG_EVERY_SECONDS:
                log.logger.warning("waiting for PostgreSQL", error=str(error) or type(error).__name__)
                logged = time.monotonic()
            await asyncio.sleep(1)


async def _lacks_migration() -> bool:
    connection = await asyncpg.connect(settings.database_url, timeout=TIMEOUT_SECONDS, command_timeout=TIMEOUT_SECONDS)
    try:
        if not await connection.fetchval(HAS_MIGRATIONS):
            return True
        return not list_ids() <= {row["name"] for row in await connection.fetch(APPLIED)}
    finally:
        await connection.close()

"""Whether the database has this version's schema: asked before Piccolo is imported, while a process starts."""

import re
from functools import cache
from pathlib import Path

import asyncpg

from blogqueue.settings import settings

TIMEOUT_SECONDS = 5

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
    """Return whether the database lacks a migration of this version.

    A newer version's migrations do not count: it may be half way through a rolling upgrade. False if the database does
    not answer, as processes start without it and wait, or if this role may not ask.
    """
    try:
        connection = await asyncpg.connect(
            settings.database_url, timeout=TIMEOUT_SECONDS, command_timeout=TIMEOUT_SECONDS
        )
        try:
            if not await connection.fetchval(HAS_MIGRATIONS):
                return True
            return not list_ids() <= {row["name"] for row in await connection.fetch(APPLIED)}
        finally:
            await connection.close()
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False

"""The extension pg_trgm, by which the catalogue's search tolerates typing errors, and the indexes that it needs.

PostgreSQL ships it, and the user that a database belongs to may create it
(https://www.postgresql.org/docs/current/pgtrgm.html). Where it is not installed, the search finds exact words only.
"""

import asyncpg

from blogqueue.db.engine import DB

WORDS = "(a.title || ' ' || a.topic || ' ' || a.keyword)"
"""What is searched of an article `a`, as an SQL expression; the index is on the same one."""

_INDEX = (
    "CREATE INDEX IF NOT EXISTS articles_words ON articles USING gin ((title || ' ' || topic || ' ' || keyword) "
    "gin_trgm_ops)"
)

_EXISTS = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') AS found"

MISSING = (
    "the catalogue's search tolerates no typing errors, because PostgreSQL has no extension pg_trgm: install "
    "PostgreSQL's contrib package, and run `blogqueue migrate` again"
)

_REFUSALS = (
    asyncpg.FeatureNotSupportedError,  # since PostgreSQL 14, for an extension that is not installed
    asyncpg.UndefinedFileError,
    asyncpg.InsufficientPrivilegeError,
)


async def create(connection: asyncpg.Connection) -> bool:
    """Create the extension and its index if they do not exist; return whether they exist now."""
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except _REFUSALS:
        return False
    await connection.execute(_INDEX)
    return True


async def is_available() -> bool:
    """Return whether the extension is there."""
    return bool((await DB.run_ddl(_EXISTS))[0]["found"])

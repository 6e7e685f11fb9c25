"""The extension pg_trgm, by which searches find parts of words and tolerate typing errors, and the indexes they need.

PostgreSQL ships it, and the user that a database belongs to may create it
(https://www.postgresql.org/docs/current/pgtrgm.html). Where it is not installed, the catalogue's search finds exact
words only, and searches read every row.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from blogqueue.db.engine import DB, fetch, transaction

SHORTEST = 3
"""Characters in a row by which the indexes find a text: a shorter part of a word is in none of them."""

WORDS = "(a.title || ' ' || a.topic || ' ' || a.keyword)"
"""What is searched of an article `a`, as an SQL expression; an index is on the same one."""

ORDER_WORDS = (
    "(o.customer_email || ' ' || COALESCE(o.backlink_data->>'keyword', '') || ' ' || "
    "COALESCE(o.backlink_data->>'target_url', ''))"
)
"""What is searched of an order `o`, as an SQL expression; an index is on the same one."""

EMAIL_WORDS = """(e."to" || ' ' || e.subject)"""
"""What is searched of an email `e`, as an SQL expression; an index is on the same one."""

_INDEXES = (
    f"CREATE INDEX IF NOT EXISTS articles_words ON articles USING gin ({WORDS.replace('a.', '')} gin_trgm_ops)",
    # PostgreSQL weighs a search against every sample that it has, so that more of them make each search slower.
    "ALTER INDEX articles_words ALTER COLUMN 1 SET STATISTICS 30",
    "CREATE INDEX IF NOT EXISTS articles_slug_parts ON articles USING gin (slug gin_trgm_ops)",
    f"CREATE INDEX IF NOT EXISTS orders_words ON orders USING gin ({ORDER_WORDS.replace('o.', '')} gin_trgm_ops)",
    "ALTER INDEX orders_words ALTER COLUMN 1 SET STATISTICS 30",
    f"CREATE INDEX IF NOT EXISTS emails_words ON emails USING gin ({EMAIL_WORDS.replace('e.', '')} gin_trgm_ops)",
    "ALTER INDEX emails_words ALTER COLUMN 1 SET STATISTICS 30",
)

INDEX_SECONDS = 3_600
"""A million orders take about a minute."""

_PLAN_ANEW = "SET LOCAL plan_cache_mode = force_custom_plan"

_EXISTS = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') AS found"

MISSING = (
    "searches are slow and the catalogue's tolerates no typing errors, because PostgreSQL has no extension pg_trgm: "
    "install PostgreSQL's contrib package, and run `blogqueue migrate` again"
)

_REFUSALS = (
    asyncpg.FeatureNotSupportedError,  # since PostgreSQL 14, for an extension that is not installed
    asyncpg.UndefinedFileError,
    asyncpg.InsufficientPrivilegeError,
)


async def create(connection: asyncpg.Connection) -> bool:
    """Create the extension and its indexes if they do not exist; return whether they exist now."""
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except _REFUSALS:
        return False
    await connection.execute("SET statement_timeout = 0")
    for statement in _INDEXES:
        await connection.execute(statement, timeout=INDEX_SECONDS)
    return True


async def is_available() -> bool:
    """Return whether the extension is there."""
    return bool((await DB.run_ddl(_EXISTS))[0]["found"])


@asynccontextmanager
async def planned_anew() -> AsyncGenerator[None]:
    """Have PostgreSQL plan the statements of a block for their own values.

    A rare word and a frequent one need different plans, and PostgreSQL reuses the plan of a statement that it has seen
    some times. The block is one transaction.
    """
    async with transaction():
        await fetch(_PLAN_ANEW)
        yield


def contain(words: str) -> str:
    """Return the pattern of LIKE for a text that contains some words."""
    return "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"

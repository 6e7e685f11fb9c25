"""Migrates the database, one process at a time."""

import contextlib
import io
from collections.abc import AsyncGenerator
from typing import Any

import asyncpg

from blogqueue.db import fuzzy_search, schema
from blogqueue.db.engine import DB, STATEMENT_SECONDS
from blogqueue.errors import ProblemError

LOCK = 7_305_182_246_110_935
"""Our advisory lock: two runs at once would both create the same tables."""

UNLIMITED: dict[str, Any] = {"command_timeout": None}
"""How long a connection waits for an answer: without an end, unlike everywhere else."""

LOCK_SECONDS = STATEMENT_SECONDS
"""How long a migration waits for a table that others use. Meanwhile every other query of it waits behind it."""


class MigrationError(ProblemError):
    """A migration has failed; the message has Piccolo's report."""


async def is_applied() -> bool:
    """Return whether every migration of this version has run; a newer version's migrations do not count."""
    if not (await DB.run_ddl(schema.HAS_MIGRATIONS))[0]["found"]:
        return False
    return schema.list_ids() <= {row["name"] for row in await DB.run_ddl(schema.APPLIED)}


async def forwards() -> bool:
    """Run every migration that has not run yet. Raises MigrationError when one fails.

    Returns whether the catalogue's search tolerates typing errors (`db.fuzzy_search`).
    """
    connection = await asyncpg.connect(**(DB.config | UNLIMITED))
    try:
        await connection.execute("SET statement_timeout = 0")  # another host's migrations may take as long as they need
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        await _make_patient(connection)
        # Here, as the web imports this module to ask `is_applied`, and this brings a code formatter along.
        from piccolo.apps.migrations.commands.forwards import run_forwards  # noqa: PLC0415

        printed = io.StringIO()
        # Piccolo's own report counts wrongly; errors are raised or returned.
        async with _open_patient_pool():
            with contextlib.redirect_stdout(printed):
                result = await run_forwards(app_name="all")
        if not result.success:
            raise MigrationError(f"A migration failed: {result.message}\n{printed.getvalue()}")
        # Not a migration: where the extension is missing, it may be installed later.
        return await fuzzy_search.create(connection)
    except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
        raise MigrationError(
            "A table was in use by others for too long, perhaps by a backup: run `blogqueue migrate` again later."
        ) from error
    finally:
        await connection.close()


async def _make_patient(connection: asyncpg.Connection) -> None:
    """Let statements take as long as a large table needs. PgBouncer ignores what a connection asks for as it begins."""
    await connection.execute(f"SET statement_timeout = 0; SET lock_timeout = '{LOCK_SECONDS}s'")


@contextlib.asynccontextmanager
async def _open_patient_pool() -> AsyncGenerator[None]:
    """Have Piccolo's queries take as long as they need within a block, which must not be entered twice at once."""
    pool, DB.pool = DB.pool, None
    try:
        await DB.start_connection_pool(min_size=0, max_size=2, init=_make_patient, **UNLIMITED)
        try:
            yield
        finally:
            await DB.close_connection_pool()
    finally:
        DB.pool = pool

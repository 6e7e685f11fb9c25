"""Migrates the database, one process at a time."""

import contextlib
import io

from blogqueue.db import fuzzy_search, schema
from blogqueue.db.engine import DB
from blogqueue.errors import ProblemError

LOCK = 7_305_182_246_110_935
"""Our advisory lock: two runs at once would both create the same tables."""


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
    connection = await DB.get_new_connection()
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        # Here, as the web imports this module to ask `is_applied`, and this brings a code formatter along.
        from piccolo.apps.migrations.commands.forwards import run_forwards  # noqa: PLC0415

        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):  # Piccolo's own report counts wrongly; errors are raised or returned
            result = await run_forwards(app_name="all")
        if not result.success:
            raise MigrationError(f"A migration failed: {result.message}\n{printed.getvalue()}")
        # Not a migration: where the extension is missing, it may be installed later.
        return await fuzzy_search.create(connection)
    finally:
        await connection.close()

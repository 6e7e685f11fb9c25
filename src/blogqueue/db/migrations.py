"""Migrates the database, one process at a time."""

import contextlib
import io

from piccolo.apps.migrations.commands.forwards import run_forwards

from blogqueue.db.engine import DB

LOCK = 7_305_182_246_110_935
"""Our advisory lock: two runs at once would both create the same tables."""

_IS_APPLIED = "SELECT to_regclass('jobs_one_open_per_order') IS NOT NULL AS migrated"
"""Whether an index of the second migration exists."""


async def is_applied() -> bool:
    """Return whether the database has our tables."""
    rows = await DB.run_ddl(_IS_APPLIED)
    return bool(rows[0]["migrated"])


async def forwards() -> None:
    """Run every migration that has not run yet. Raises RuntimeError when one fails."""
    connection = await DB.get_new_connection()
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):  # Piccolo's own report counts wrongly; errors are raised or returned
            result = await run_forwards(app_name="all")
        if not result.success:
            raise RuntimeError(f"a migration failed: {result.message}\n{printed.getvalue()}")
    finally:
        await connection.close()

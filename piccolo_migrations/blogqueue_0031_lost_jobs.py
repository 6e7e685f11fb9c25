"""Give the due jobs that the broker never got an index, so that they are found every few seconds."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-26T09:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "an index of jobs that were never sent"

FORWARDS = (
    "CREATE INDEX jobs_unsent ON jobs (run_at) WHERE state IN ('WAITING', 'DELAYED') AND sent_at IS NULL",
)
BACKWARDS = ("DROP INDEX jobs_unsent",)


async def run(statements: tuple[str, ...]) -> None:
    """Run statements one by one: asyncpg takes no more at a time."""
    for statement in statements:
        await DB.run_ddl(statement)


async def forwards() -> MigrationManager:
    """Give Piccolo both directions; it runs the one asked for."""
    manager = MigrationManager(migration_id=ID, app_name="blogqueue", description=DESCRIPTION)

    async def run_forwards() -> None:
        await run(FORWARDS)

    async def run_backwards() -> None:
        await run(BACKWARDS)

    manager.add_raw(run_forwards)
    manager.add_raw_backwards(run_backwards)
    return manager

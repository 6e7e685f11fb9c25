"""Say per domain whether customers may cancel before the review, and what happens when they are silent.

Domains that exist keep what they did: nobody cancels, and versions wait.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-25T23:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "cancelling, reminders"

FORWARDS = (
    "ALTER TABLE domains ADD COLUMN can_cancel boolean NOT NULL DEFAULT false, "
    "ADD COLUMN after_silence varchar(20) NOT NULL DEFAULT 'wait'",
)
BACKWARDS = ("ALTER TABLE domains DROP COLUMN after_silence, DROP COLUMN can_cancel",)


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

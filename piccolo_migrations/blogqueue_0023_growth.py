"""Give the lists of orders, articles and filters indexes in their own order, so that they stay as fast as they grow."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-25T22:35:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of lists"

FORWARDS = (
    "CREATE INDEX orders_by_age ON orders (created_at, id)",
    "CREATE INDEX orders_by_status_and_age ON orders (status, created_at, id)",
    "DROP INDEX orders_by_status",
    "ALTER INDEX orders_by_status_and_age RENAME TO orders_by_status",
    "CREATE INDEX articles_by_age ON articles (created_at DESC)",
    "CREATE INDEX articles_by_domain ON articles (domain_id, niche) WHERE status = 'PUBLISHED'",
)
BACKWARDS = (
    "DROP INDEX articles_by_domain, articles_by_age",
    "DROP INDEX orders_by_status",
    "CREATE INDEX orders_by_status ON orders (status, created_at)",
    "DROP INDEX orders_by_age",
)


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

"""Give the lists of emails, a customer's orders and the minutes' numbers indexes that hold what they read."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-26T05:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of emails, addresses and minutes"

FORWARDS = (
    "CREATE INDEX emails_by_age ON emails (created_at DESC, id DESC)",
    'CREATE INDEX emails_by_address ON emails (lower("to"), created_at DESC, id DESC)',
    "CREATE INDEX queue_stats_by_age ON queue_stats (at)",
    "DROP INDEX orders_by_email",
    "CREATE INDEX orders_by_email ON orders (lower(customer_email), created_at DESC, id DESC) "
    "INCLUDE (customer_email, status)",
)
BACKWARDS = (
    "DROP INDEX orders_by_email",
    "CREATE INDEX orders_by_email ON orders (lower(customer_email), created_at DESC, id DESC)",
    "DROP INDEX queue_stats_by_age, emails_by_address, emails_by_age",
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

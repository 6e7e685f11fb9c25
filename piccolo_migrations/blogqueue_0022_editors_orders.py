"""Let editors order articles: an order without a purchase was not paid for, and so never has a price or a refund."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-25T23:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "editors' orders"

FORWARDS = (
    "SET CONSTRAINTS ALL IMMEDIATE",  # a table with events of triggers that are still due cannot be altered
    "ALTER TABLE orders ADD CONSTRAINT orders_cost_what_was_paid CHECK (purchase_id IS NOT NULL OR "
    "(session_id IS NULL AND price = 0 AND refund_state = 'NONE' AND refund_due_at IS NULL))",
)
BACKWARDS = ("ALTER TABLE orders DROP CONSTRAINT orders_cost_what_was_paid",)


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

"""What Piccolo's columns cannot express about money: undecided held payments, reversals, and alerts sent once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-24T23:10:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of held payments and reversals, alerts that belong to no row are told once"

FORWARDS = (
    "CREATE INDEX held_payments_undecided ON held_payments (created_at) WHERE state IN ('HELD', 'RETURNING')",
    "CREATE INDEX held_payments_of_purchase ON held_payments (purchase_id)",
    "CREATE INDEX orders_frozen ON orders (created_at) WHERE frozen",
    "DROP INDEX stripe_events_reversals",
    "CREATE INDEX stripe_events_reversals ON stripe_events ((payload -> 'data' -> 'object' ->> 'payment_intent')) "
    "WHERE type IN ('charge.refunded', 'refund.created', 'charge.dispute.created', 'charge.dispute.closed')",
    # NULLs are distinct, so the table's own unique constraints say nothing of an alert without order and purchase.
    "CREATE UNIQUE INDEX letters_once_of_nobody ON letters (kind, job_id) "
    "WHERE order_id IS NULL AND purchase_id IS NULL AND job_id <> ''",
)
BACKWARDS = (
    "DROP INDEX letters_once_of_nobody",
    "DROP INDEX stripe_events_reversals",
    "CREATE INDEX stripe_events_reversals ON stripe_events ((payload -> 'data' -> 'object' ->> 'payment_intent')) "
    "WHERE type IN ('charge.refunded', 'refund.created', 'charge.dispute.created')",
    "DROP INDEX orders_frozen",
    "DROP INDEX held_payments_of_purchase",
    "DROP INDEX held_payments_undecided",
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

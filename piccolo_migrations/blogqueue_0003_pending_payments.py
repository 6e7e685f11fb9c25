"""Payments that take days, and an index for what was given back or disputed before it was settled."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.database import DB

ID = "2026-11-23T19:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "payments on their way, index of reversals"

FORWARDS = (
    "ALTER TABLE purchases ADD COLUMN payment_pending BOOLEAN NOT NULL DEFAULT false",
    "CREATE INDEX stripe_events_reversals ON stripe_events ((payload -> 'data' -> 'object' ->> 'payment_intent')) "
    "WHERE type IN ('charge.refunded', 'refund.created', 'charge.dispute.created')",
)
BACKWARDS = ("DROP INDEX stripe_events_reversals", "ALTER TABLE purchases DROP COLUMN payment_pending")


async def forwards() -> MigrationManager:
    """Give Piccolo both directions; it runs the one asked for."""
    manager = MigrationManager(migration_id=ID, app_name="blogqueue", description=DESCRIPTION)

    async def run_forwards() -> None:
        for statement in FORWARDS:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS:
            await DB.run_ddl(statement)

    manager.add_raw(run_forwards)
    manager.add_raw_backwards(run_backwards)
    return manager

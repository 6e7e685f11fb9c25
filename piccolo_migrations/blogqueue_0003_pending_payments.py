"""Payments that take days, and an index for payments that were refunded or disputed before their order existed."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Boolean

from blogqueue.db.engine import DB

ID = "2026-11-23T19:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "payments on their way, index of reversals"

FORWARDS = (
    "CREATE INDEX stripe_events_reversals ON stripe_events ((payload -> 'data' -> 'object' ->> 'payment_intent')) "
    "WHERE type IN ('charge.refunded', 'refund.created', 'charge.dispute.created')"
)
BACKWARDS = "DROP INDEX stripe_events_reversals"


async def forwards() -> MigrationManager:
    """Give Piccolo both directions; it runs the one asked for."""
    manager = MigrationManager(migration_id=ID, app_name="blogqueue", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Purchase",
        tablename="purchases",
        column_name="payment_pending",
        db_column_name="payment_pending",
        column_class_name="Boolean",
        column_class=Boolean,
        params={"default": False, "null": False},
        schema=None,
    )

    async def run_forwards() -> None:
        await DB.run_ddl(FORWARDS)

    async def run_backwards() -> None:
        await DB.run_ddl(BACKWARDS)

    manager.add_raw(run_forwards)
    manager.add_raw_backwards(run_backwards)
    return manager

"""Let PostgreSQL's clock set the times that due times are compared with."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow

from blogqueue.db.engine import PostgresNow

ID = "2026-11-24T22:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "times by PostgreSQL's clock"

COLUMNS = (
    ("Purchase", "purchases", "created_at"),
    ("Order", "orders", "created_at"),
    ("Order", "orders", "updated_at"),
    ("Job", "jobs", "run_at"),
    ("Job", "jobs", "created_at"),
    ("Letter", "letters", "run_at"),
    ("Letter", "letters", "created_at"),
    ("StripeEvent", "stripe_events", "received_at"),
    ("Refund", "refunds", "run_at"),
    ("Refund", "refunds", "created_at"),
    ("Refund", "refunds", "updated_at"),
    ("OrderEvent", "order_events", "at"),
)


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="blogqueue", description=DESCRIPTION
    )

    for table, tablename, column in COLUMNS:
        manager.alter_column(
            table_class_name=table,
            tablename=tablename,
            column_name=column,
            db_column_name=column,
            params={"default": PostgresNow()},
            old_params={"default": TimestamptzNow()},
            column_class=Timestamptz,
            old_column_class=Timestamptz,
            schema=None,
        )

    return manager

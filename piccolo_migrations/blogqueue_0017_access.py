"""Number the access tokens of an order, so that one can be revoked, and store when a link was last asked for.

Links that were mailed before go on to work.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Integer, Timestamptz

ID = "2026-11-25T20:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "access tokens that can be revoked and that end"

COMMON = {"primary_key": False, "unique": False, "index": False, "choices": None, "db_column_name": None, "secret": False}


async def forwards() -> MigrationManager:
    """Give Piccolo both directions; it runs the one asked for."""
    manager = MigrationManager(migration_id=ID, app_name="blogqueue", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Order",
        tablename="orders",
        column_name="access_number",
        db_column_name="access_number",
        column_class_name="Integer",
        column_class=Integer,
        params={"default": 0, "null": False, **COMMON},
        schema=None,
    )
    manager.add_column(
        table_class_name="Order",
        tablename="orders",
        column_name="access_given_at",
        db_column_name="access_given_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={"default": None, "null": True, **COMMON},
        schema=None,
    )
    return manager

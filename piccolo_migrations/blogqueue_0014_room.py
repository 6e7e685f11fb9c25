"""Store how many more paid links each text can take, and let a purchase hold no slot before its link is opened."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Integer, Timestamptz, Varchar

ID = "2026-11-25T19:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "room of versions, holds that begin when the mailed link is opened"

PLAIN = {"primary_key": False, "unique": False, "index": False, "choices": None, "db_column_name": None, "secret": False}


async def forwards() -> MigrationManager:
    """Add the columns; `blogqueue migrate` counts the room of the live texts afterwards."""
    manager = MigrationManager(migration_id=ID, app_name="blogqueue", description=DESCRIPTION)
    manager.add_column(
        table_class_name="ArticleVersion",
        tablename="article_versions",
        column_name="room",
        db_column_name="room",
        column_class_name="Integer",
        column_class=Integer,
        params=PLAIN | {"default": None, "null": True},
        schema=None,
    )
    manager.add_column(
        table_class_name="ArticleVersion",
        tablename="article_versions",
        column_name="room_rules",
        db_column_name="room_rules",
        column_class_name="Varchar",
        column_class=Varchar,
        params=PLAIN | {"length": 16, "default": "", "null": False},
        schema=None,
    )
    manager.alter_column(
        table_class_name="Purchase",
        tablename="purchases",
        column_name="slot_held_until",
        db_column_name="slot_held_until",
        params={"null": True, "default": None},
        old_params={"null": False},
        column_class=Timestamptz,
        old_column_class=Timestamptz,
        schema=None,
    )
    return manager

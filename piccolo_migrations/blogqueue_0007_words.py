"""Store the length of a text beside it, so that the catalogue can sort by it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Integer
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-24T22:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the length of versions"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="blogqueue", description=DESCRIPTION)

    manager.add_column(
        table_class_name="ArticleVersion",
        tablename="article_versions",
        column_name="words",
        db_column_name="words",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": 0,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    return manager

"""Let two domains use the same slug, and keep the path of the file that an article was imported from.

Going back fails while two domains use the same slug: no article can be given another address.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text, Varchar
from piccolo.constraints import Unique

ID = "2026-11-25T19:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "slugs unique per domain, the file of an imported article"

CONSTRAINTS = {
    "slug_once_per_domain": ["domain_id", "slug"],
    "source_path_once_per_domain": ["domain_id", "source_path"],
}


async def forwards() -> MigrationManager:
    """Give Piccolo both directions; it runs the one asked for."""
    manager = MigrationManager(migration_id=ID, app_name="blogqueue", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Article",
        tablename="articles",
        column_name="source_path",
        db_column_name="source_path",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )
    manager.alter_column(
        table_class_name="Article",
        tablename="articles",
        column_name="slug",
        db_column_name="slug",
        params={"unique": False, "index": True},
        old_params={"unique": True, "index": False},
        column_class=Varchar,
        old_column_class=Varchar,
        schema=None,
    )
    for name, columns in CONSTRAINTS.items():
        manager.add_constraint(
            table_class_name="Article",
            tablename="articles",
            constraint_name=name,
            constraint_class=Unique,
            params={"columns": columns, "nulls_distinct": True},
            schema=None,
        )
    return manager

"""What Piccolo's migrations need to know of this application."""

from piccolo.conf.apps import AppConfig, table_finder

from blogqueue.db.schema import FOLDER

MODULES = ("catalogue", "orders", "payments", "jobs", "emails", "editors", "observation")

APP_CONFIG = AppConfig(
    app_name="blogqueue",
    migrations_folder_path=str(FOLDER),
    table_classes=table_finder([f"blogqueue.db.tables.{name}" for name in MODULES], exclude_imported=True),
    migration_dependencies=[],
)

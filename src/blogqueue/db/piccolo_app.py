"""What Piccolo's migrations need to know of this application; works from a checkout or an editable install."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

MODULES = ("catalogue", "orders", "payments", "jobs", "emails", "editors")

APP_CONFIG = AppConfig(
    app_name="blogqueue",
    migrations_folder_path=str(Path(__file__).resolve().parents[3] / "piccolo_migrations"),
    table_classes=table_finder([f"blogqueue.db.tables.{name}" for name in MODULES], exclude_imported=True),
    migration_dependencies=[],
)

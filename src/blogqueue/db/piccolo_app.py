"""What Piccolo's migrations need to know of this application."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

MODULES = ("catalogue", "orders", "payments", "jobs", "emails", "editors", "observation")

_INSTALLED = Path(__file__).with_name("piccolo_migrations")
"""Where a wheel has the migrations. A checkout and an editable install have them at the project's root."""

APP_CONFIG = AppConfig(
    app_name="blogqueue",
    migrations_folder_path=str(
        _INSTALLED if _INSTALLED.exists() else Path(__file__).resolve().parents[3] / "piccolo_migrations"
    ),
    table_classes=table_finder([f"blogqueue.db.tables.{name}" for name in MODULES], exclude_imported=True),
    migration_dependencies=[],
)

"""Purchases of new articles: a new article is bought on a domain, a link in an article."""

from enum import Enum

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete
from piccolo.columns.base import OnUpdate
from piccolo.columns.column_types import ForeignKey
from piccolo.columns.column_types import UUID
from piccolo.columns.column_types import Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-24T22:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "a new article is bought on a domain"


class Domain(Table, tablename="domains", schema=None):
    id = UUID(
        default=UUID4(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="blogqueue", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="Purchase",
        tablename="purchases",
        column_name="domain_id",
        db_column_name="domain_id",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Domain,
            "on_delete": OnDelete.restrict,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
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

    for table, tablename in (("Order", "orders"), ("Purchase", "purchases")):
        manager.alter_column(
            table_class_name=table,
            tablename=tablename,
            column_name="kind",
            db_column_name="kind",
            params={
                "choices": Enum(
                    "OrderKind", {"BACKLINK": "backlink", "ARTICLE": "article"}
                )
            },
            old_params={"choices": None},
            column_class=Varchar,
            old_column_class=Varchar,
            schema=None,
        )

    manager.add_constraint(
        table_class_name="Purchase",
        tablename="purchases",
        constraint_name="names_its_subject",
        constraint_class=Check,
        params={
            "condition": "(kind = 'backlink') = (article_id IS NOT NULL) AND (kind = 'article') = (domain_id IS NOT NULL)"
        },
        schema=None,
    )

    return manager

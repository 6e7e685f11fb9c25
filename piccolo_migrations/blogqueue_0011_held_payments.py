"""Held payments as rows; and a purchase stores its name on the payment page."""

from enum import Enum

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete
from piccolo.columns.base import OnUpdate
from piccolo.columns.column_types import ForeignKey
from piccolo.columns.column_types import Integer
from piccolo.columns.column_types import JSONB
from piccolo.columns.column_types import Text
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.column_types import UUID
from piccolo.columns.column_types import Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table


class Purchase(Table, tablename="purchases", schema=None):
    id = UUID(
        default=UUID4(),
        null=False,
        primary_key=True,
    )


ID = "2026-11-24T23:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "held payments"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="blogqueue", description=DESCRIPTION
    )

    manager.add_table(
        class_name="HeldPayment",
        tablename="held_payments",
        schema=None,
        columns=None,
    )

    manager.add_column(
        table_class_name="HeldPayment",
        tablename="held_payments",
        column_name="session_id",
        db_column_name="session_id",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 255,
            "default": "",
            "null": False,
            "primary_key": True,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="HeldPayment",
        tablename="held_payments",
        column_name="purchase_id",
        db_column_name="purchase_id",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Purchase,
            "on_delete": OnDelete.restrict,
            "on_update": OnUpdate.cascade,
            "null": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="HeldPayment",
        tablename="held_payments",
        column_name="session",
        db_column_name="session",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="HeldPayment",
        tablename="held_payments",
        column_name="reason",
        db_column_name="reason",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": "",
            "null": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="HeldPayment",
        tablename="held_payments",
        column_name="state",
        db_column_name="state",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "HELD",
            "null": False,
            "choices": Enum(
                "HeldState",
                {
                    "HELD": "HELD",
                    "ACCEPTED": "ACCEPTED",
                    "RETURNING": "RETURNING",
                    "RETURNED": "RETURNED",
                    "DISMISSED": "DISMISSED",
                },
            ),
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="HeldPayment",
        tablename="held_payments",
        column_name="stripe_refund_id",
        db_column_name="stripe_refund_id",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 255,
            "default": None,
            "null": True,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="HeldPayment",
        tablename="held_payments",
        column_name="round",
        db_column_name="round",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": 1,
            "null": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="HeldPayment",
        tablename="held_payments",
        column_name="error",
        db_column_name="error",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": "",
            "null": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="HeldPayment",
        tablename="held_payments",
        column_name="decided_by",
        db_column_name="decided_by",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": "",
            "null": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="HeldPayment",
        tablename="held_payments",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="HeldPayment",
        tablename="held_payments",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="Purchase",
        tablename="purchases",
        column_name="asked_at",
        db_column_name="asked_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="Purchase",
        tablename="purchases",
        column_name="subject",
        db_column_name="subject",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": "",
            "null": False,
        },
        schema=None,
    )

    return manager

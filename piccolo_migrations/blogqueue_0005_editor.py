"""Dropped links and repeated refund requests; and the database refuses to change texts and history.

A version's text and a line of history never change: audit and editors rely on them.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Integer
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod

from blogqueue.db.engine import DB

ID = "2026-11-23T19:08:22:770173"
VERSION = "1.38.0"
DESCRIPTION = "dropped links, rounds of a refund"

FORWARDS = (
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% of % is refused: what is written there stays', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    "CREATE TRIGGER history_is_for_ever BEFORE UPDATE OR DELETE ON order_events "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER texts_are_for_ever BEFORE UPDATE OF id, article_id, version_num, content_md, order_id, job_id "
    "OR DELETE ON article_versions FOR EACH ROW EXECUTE FUNCTION refuse_change()",
)
BACKWARDS = (
    "DROP TRIGGER texts_are_for_ever ON article_versions",
    "DROP TRIGGER history_is_for_ever ON order_events",
    "DROP FUNCTION refuse_change",
)


async def run(statements):
    for statement in statements:
        await DB.run_ddl(statement)


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="blogqueue", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="Order",
        tablename="orders",
        column_name="link_dropped_at",
        db_column_name="link_dropped_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
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

    manager.add_column(
        table_class_name="Refund",
        tablename="refunds",
        column_name="round",
        db_column_name="round",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": 1,
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

    for table, tablename, column in (
        ("Order", "orders", "access_token_hash"),
        ("Purchase", "purchases", "token_hash"),
        ("Purchase", "purchases", "address_hash"),
    ):
        manager.alter_column(
            table_class_name=table,
            tablename=tablename,
            column_name=column,
            db_column_name=column,
            params={"secret": True},
            old_params={"secret": False},
            column_class=Varchar,
            old_column_class=Varchar,
            schema=None,
        )

    async def run_forwards():
        await run(FORWARDS)

    async def run_backwards():
        await run(BACKWARDS)

    manager.add_raw(run_forwards)
    manager.add_raw_backwards(run_backwards)
    return manager

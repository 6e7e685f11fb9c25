"""Refuse to truncate history and versions and to change a version's edit; an index of orders not refunded yet."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-24T22:42:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "no emptying of history and versions, failed orders whose money is not back"

FORWARDS = (
    "CREATE TRIGGER history_is_not_emptied BEFORE TRUNCATE ON order_events "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER texts_are_not_emptied BEFORE TRUNCATE ON article_versions "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "DROP TRIGGER texts_are_for_ever ON article_versions",
    "CREATE TRIGGER texts_are_for_ever BEFORE UPDATE OF id, article_id, version_num, content_md, backlink_metadata, "
    "order_id, job_id OR DELETE ON article_versions FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE INDEX orders_not_refunded ON orders (id) WHERE status = 'FAILED' AND refund_state <> 'SUCCEEDED'",
)
BACKWARDS = (
    "DROP INDEX orders_not_refunded",
    "DROP TRIGGER texts_are_for_ever ON article_versions",
    "CREATE TRIGGER texts_are_for_ever BEFORE UPDATE OF id, article_id, version_num, content_md, order_id, job_id "
    "OR DELETE ON article_versions FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "DROP TRIGGER texts_are_not_emptied ON article_versions",
    "DROP TRIGGER history_is_not_emptied ON order_events",
)


async def run(statements: tuple[str, ...]) -> None:
    """Run statements one by one: asyncpg takes no more at a time."""
    for statement in statements:
        await DB.run_ddl(statement)


async def forwards() -> MigrationManager:
    """Give Piccolo both directions; it runs the one asked for."""
    manager = MigrationManager(migration_id=ID, app_name="blogqueue", description=DESCRIPTION)

    async def run_forwards() -> None:
        await run(FORWARDS)

    async def run_backwards() -> None:
        await run(BACKWARDS)

    manager.add_raw(run_forwards)
    manager.add_raw_backwards(run_backwards)
    return manager

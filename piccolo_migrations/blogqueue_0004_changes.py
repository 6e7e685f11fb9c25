"""Notify the channel `order_changes` of an order's id when a change that its customer can see is committed.

Triggers do it, so that no function can forget it, in whichever process it runs. Renewals of a job's lease, every two
seconds, do not notify.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-23T19:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "tell listeners of order changes; find orders by e-mail"

FORWARDS = (
    """
    CREATE FUNCTION tell_order_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_TABLE_NAME = 'orders' THEN
            PERFORM pg_notify('order_changes', NEW.id::text);
        ELSE
            PERFORM pg_notify('order_changes', NEW.order_id::text);
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER orders_tell_change
    AFTER UPDATE OF status, version_id, failure_reason, failure_detail, refund_state, refund_due_at, frozen,
        regeneration_count ON orders
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION tell_order_change()
    """,
    """
    CREATE TRIGGER jobs_tell_change AFTER UPDATE OF state, attempts, progress ON jobs FOR EACH ROW
    WHEN ((OLD.state, OLD.attempts, OLD.progress) IS DISTINCT FROM (NEW.state, NEW.attempts, NEW.progress))
    EXECUTE FUNCTION tell_order_change()
    """,
    # For customers who lost their email and ask for a new link.
    "CREATE INDEX orders_by_email ON orders (lower(customer_email), created_at DESC)",
)

BACKWARDS = (
    "DROP INDEX orders_by_email",
    "DROP TRIGGER jobs_tell_change ON jobs",
    "DROP TRIGGER orders_tell_change ON orders",
    "DROP FUNCTION tell_order_change()",
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

"""Count the attempts of a resent email anew, and keep no address in the history of its order.

A line of an order's history said to whom an email was sent again, and no erasing reached it there. Erasing a customer
left failed emails without a reason. The tables are locked in the order in which the product writes to them.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-26T19:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "attempts before an email was sent again, no addresses in the history"

FORWARDS = (
    # One statement, so that the history never stands open to changes.
    r"""
DO $$ BEGIN
    ALTER TABLE order_events DISABLE TRIGGER history_is_for_ever;
    UPDATE order_events SET detail = regexp_replace(detail, '^to \S+: ', '') WHERE action = 'resend email';
    ALTER TABLE order_events ENABLE TRIGGER history_is_for_ever;
END $$
""",
    "ALTER TABLE emails ADD COLUMN attempts_before integer NOT NULL DEFAULT 0",
    "UPDATE emails SET state = 'FAILED', error = 'erased' "
    """WHERE "to" = 'erased@erased.invalid' AND (state = 'WAITING' OR state = 'FAILED' AND error = '')""",
)
BACKWARDS = ("ALTER TABLE emails DROP COLUMN attempts_before",)


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

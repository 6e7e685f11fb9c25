"""Find the events that say an order is paid by their session, and the cancelled jobs that are old enough to go."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-26T02:15:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "missing webhooks, cancelled jobs"

JOBS_DONE = "CREATE INDEX jobs_done ON jobs (queue, state, finished_at DESC) WHERE state IN ({})"

FORWARDS = (
    "CREATE INDEX stripe_events_paid ON stripe_events ((payload -> 'data' -> 'object' ->> 'id')) "
    "WHERE type IN ('checkout.session.completed', 'checkout.session.async_payment_succeeded')",
    "DROP INDEX jobs_done",
    JOBS_DONE.format("'COMPLETED', 'FAILED', 'CANCELLED'"),
)
BACKWARDS = (
    "DROP INDEX jobs_done",
    JOBS_DONE.format("'COMPLETED', 'FAILED'"),
    "DROP INDEX stripe_events_paid",
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

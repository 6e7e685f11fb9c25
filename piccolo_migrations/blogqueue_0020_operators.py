"""What the dashboard draws and remembers: each minute's runs, operators' actions, and bulk actions to be confirmed."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-25T20:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "runs per minute, operators' actions, bulk actions, lists of jobs"

FORWARDS = (
    "ALTER TABLE queue_stats ADD COLUMN runs_completed integer NOT NULL DEFAULT 0, "
    "ADD COLUMN runs_failed integer NOT NULL DEFAULT 0, "
    "ADD COLUMN run_ms_p50 integer, ADD COLUMN run_ms_p95 integer, "
    "ADD COLUMN pickup_ms_p50 integer, ADD COLUMN pickup_ms_p95 integer, ADD COLUMN oldest_ms bigint",
    "CREATE TABLE operator_actions (id bigserial PRIMARY KEY, "
    "created_at timestamptz NOT NULL DEFAULT clock_timestamp(), actor varchar(200) NOT NULL DEFAULT '', "
    "action varchar(100) NOT NULL DEFAULT '', queue varchar(40) NOT NULL DEFAULT '', detail text NOT NULL DEFAULT '')",
    "CREATE TABLE bulk_actions (id uuid PRIMARY KEY, action varchar(20) NOT NULL DEFAULT '', "
    "job_ids jsonb NOT NULL DEFAULT '[]', criteria text NOT NULL DEFAULT '', "
    "created_at timestamptz NOT NULL DEFAULT clock_timestamp(), created_by varchar(200) NOT NULL DEFAULT '', "
    "done_at timestamptz)",
    "CREATE INDEX jobs_listed ON jobs (queue, state, created_at DESC, id DESC)",
)
BACKWARDS = (
    "DROP INDEX jobs_listed",
    "DROP TABLE bulk_actions",
    "DROP TABLE operator_actions",
    "ALTER TABLE queue_stats DROP COLUMN runs_completed, DROP COLUMN runs_failed, DROP COLUMN run_ms_p50, "
    "DROP COLUMN run_ms_p95, DROP COLUMN pickup_ms_p50, DROP COLUMN pickup_ms_p95, DROP COLUMN oldest_ms",
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

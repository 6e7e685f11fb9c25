"""Workers, paused queues and the circuit breaker as rows; a job that waits for the model's provider says so."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-25T19:19:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "workers, paused queues, circuit breaker"

FORWARDS = (
    "CREATE TABLE workers (holder varchar(100) PRIMARY KEY, queues jsonb NOT NULL DEFAULT '[]', "
    "concurrency integer NOT NULL DEFAULT 0, version varchar(40) NOT NULL DEFAULT '', "
    "started_at timestamptz NOT NULL DEFAULT clock_timestamp(), seen_at timestamptz NOT NULL DEFAULT clock_timestamp(), "
    "stopped_at timestamptz)",
    "CREATE TABLE paused_queues (queue varchar(40) PRIMARY KEY, actor varchar(100) NOT NULL DEFAULT '', "
    "reason varchar(500) NOT NULL DEFAULT '', paused_at timestamptz NOT NULL DEFAULT clock_timestamp())",
    "CREATE TABLE breakers (name varchar(40) PRIMARY KEY, failures integer NOT NULL DEFAULT 0, "
    "probes integer NOT NULL DEFAULT 0, probing boolean NOT NULL DEFAULT false, opened_at timestamptz, "
    "probe_at timestamptz, reason varchar(500) NOT NULL DEFAULT '')",
    "ALTER TABLE jobs ADD COLUMN waits_for_provider boolean NOT NULL DEFAULT false, ADD COLUMN claimed_at timestamptz",
)
BACKWARDS = (
    "ALTER TABLE jobs DROP COLUMN waits_for_provider, DROP COLUMN claimed_at",
    "DROP TABLE breakers",
    "DROP TABLE paused_queues",
    "DROP TABLE workers",
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

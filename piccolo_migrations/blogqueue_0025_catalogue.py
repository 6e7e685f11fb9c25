"""Store what a domain's operator says about it, and which articles are exclusive.

Nothing is said about the domains that exist.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-25T23:26:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "domains' figures with their sources, exclusive articles"

FORWARDS = (
    "ALTER TABLE domains ADD COLUMN country varchar(2) NOT NULL DEFAULT '', ADD COLUMN domain_rating integer, "
    "ADD COLUMN rating_source varchar(100) NOT NULL DEFAULT '', ADD COLUMN rating_date date, "
    "ADD COLUMN monthly_visits bigint, ADD COLUMN visits_source varchar(100) NOT NULL DEFAULT '', "
    "ADD COLUMN visits_date date, ADD COLUMN note varchar(500) NOT NULL DEFAULT '', "
    "ADD COLUMN guaranteed_months integer, ADD COLUMN exclusive_price bigint, "
    "ADD CONSTRAINT domain_rating_has_a_source "
    "CHECK (domain_rating IS NULL OR (rating_source <> '' AND rating_date IS NOT NULL)), "
    "ADD CONSTRAINT monthly_visits_have_a_source "
    "CHECK (monthly_visits IS NULL OR (visits_source <> '' AND visits_date IS NOT NULL))",
    "ALTER TABLE articles ADD COLUMN exclusive boolean NOT NULL DEFAULT false",
)
BACKWARDS = (
    "ALTER TABLE articles DROP COLUMN exclusive",
    "ALTER TABLE domains DROP COLUMN country, DROP COLUMN domain_rating, DROP COLUMN rating_source, "
    "DROP COLUMN rating_date, DROP COLUMN monthly_visits, DROP COLUMN visits_source, DROP COLUMN visits_date, "
    "DROP COLUMN note, DROP COLUMN guaranteed_months, DROP COLUMN exclusive_price",
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

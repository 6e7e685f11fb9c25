"""Count the words of the texts that were stored before word counts were.

This is a separate migration, because within one migration raw statements run before columns are added.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-24T22:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "count the words of versions"

# Front matter is not counted; what PostgreSQL and Python call a blank differs in no article's length that matters.
FORWARDS = r"""
UPDATE article_versions SET words = (
    SELECT count(*) FROM regexp_matches(
        regexp_replace(
            content_md, '^\ufeff??(?:---|\+\+\+)[ \t]*?\r??\n.*?\n(?:---|\.\.\.|\+\+\+)[ \t]*?(?:\r??\n|$)', ''
        ),
        '\S+', 'g'
    )
)
"""


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="blogqueue", description=DESCRIPTION)

    async def run_forwards():
        await DB.run_ddl(FORWARDS)

    async def run_backwards():
        """Nothing: the column goes with the migration before."""

    manager.add_raw(run_forwards)
    manager.add_raw_backwards(run_backwards)
    return manager

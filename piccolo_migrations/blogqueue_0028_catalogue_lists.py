"""Give the catalogue's lists, a customer's orders and the editors' last decisions indexes in their own order."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-26T02:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of lists and searches"

FORWARDS = (
    "DROP INDEX articles_on_sale",
    "CREATE INDEX articles_on_sale ON articles (published_at DESC, id DESC) WHERE status = 'PUBLISHED'",
    "DROP INDEX articles_by_domain",
    "CREATE INDEX articles_by_domain ON articles (domain_id, published_at DESC, id DESC) WHERE status = 'PUBLISHED'",
    "CREATE INDEX articles_by_niche ON articles (niche, published_at DESC, id DESC) WHERE status = 'PUBLISHED'",
    "CREATE INDEX articles_by_version ON articles (selected_version_id) WHERE status = 'PUBLISHED'",
    "CREATE INDEX article_versions_by_length ON article_versions (word_count, article_id)",
    "DROP INDEX orders_by_email",
    "CREATE INDEX orders_by_email ON orders (lower(customer_email), created_at DESC, id DESC)",
    "DROP INDEX orders_of_article",
    "CREATE INDEX orders_of_article ON orders (article_id)",
    "CREATE INDEX orders_sold ON orders (article_id) WHERE status <> 'FAILED' AND link_dropped_at IS NULL",
    "CREATE INDEX orders_open ON orders (article_id) WHERE status NOT IN ('COMPLETED', 'FAILED')",
    "CREATE INDEX order_events_decided ON order_events (id) WHERE from_status = 'ADMIN_REVIEW'",
)
BACKWARDS = (
    "DROP INDEX order_events_decided, orders_open, orders_sold, orders_by_email",
    "CREATE INDEX orders_by_email ON orders (lower(customer_email), created_at DESC)",
    "DROP INDEX orders_of_article",
    "CREATE INDEX orders_of_article ON orders (article_id) WHERE status <> 'FAILED'",
    "DROP INDEX article_versions_by_length, articles_by_version, articles_by_niche",
    "DROP INDEX articles_by_domain",
    "CREATE INDEX articles_by_domain ON articles (domain_id, niche) WHERE status = 'PUBLISHED'",
    "DROP INDEX articles_on_sale",
    "CREATE INDEX articles_on_sale ON articles (published_at DESC, id) WHERE status = 'PUBLISHED'",
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

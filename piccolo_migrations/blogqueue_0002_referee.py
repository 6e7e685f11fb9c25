"""What Piccolo's columns cannot express: two circular foreign keys, one open job per order, and partial indexes.

Every list and every sweep has an index, partial where it reads only open rows, so that its cost does not grow with
the number of orders that are done.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-23T15:31:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "foreign keys of the circle, one open job an order, partial indexes"

FORWARDS = """
ALTER TABLE articles ADD CONSTRAINT articles_selected_version_id_fkey
    FOREIGN KEY (selected_version_id) REFERENCES article_versions (id) ON DELETE RESTRICT;
ALTER TABLE article_versions ADD CONSTRAINT article_versions_order_id_fkey
    FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE RESTRICT;
ALTER TABLE letters ADD CONSTRAINT letters_have_an_owner
    CHECK (order_id IS NOT NULL OR purchase_id IS NOT NULL OR kind = 'operator_alert');
CREATE UNIQUE INDEX jobs_one_open_per_order ON jobs (order_id) WHERE state IN ('WAITING', 'DELAYED', 'ACTIVE');
CREATE INDEX jobs_due ON jobs (run_at) WHERE state IN ('WAITING', 'DELAYED');
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'ACTIVE';
CREATE INDEX jobs_done ON jobs (queue, state, finished_at DESC) WHERE state IN ('COMPLETED', 'FAILED');
CREATE INDEX jobs_of_order ON jobs (order_id, created_at);
CREATE INDEX letters_due ON letters (run_at) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX purchases_open ON purchases (article_id) WHERE state = 'OPEN';
CREATE INDEX purchases_holding ON purchases (holds_until) WHERE state = 'OPEN';
CREATE INDEX purchases_by_email ON purchases (lower(email), created_at);
CREATE INDEX purchases_by_address ON purchases (address_hash, created_at);
CREATE INDEX orders_of_article ON orders (article_id) WHERE status <> 'FAILED';
CREATE INDEX orders_by_status ON orders (status, created_at);
CREATE INDEX orders_by_payment ON orders ((payment_data ->> 'paymentIntent'));
CREATE INDEX orders_refund_due ON orders (refund_due_at) WHERE refund_due_at IS NOT NULL AND refund_state = 'NONE';
CREATE INDEX refunds_due ON refunds (run_at) WHERE state = 'INITIATED';
CREATE INDEX articles_on_sale ON articles (published_at DESC, id) WHERE status = 'PUBLISHED';
CREATE INDEX order_events_of_order ON order_events (order_id, id);
CREATE INDEX order_events_of_article ON order_events (article_id, id);
"""

BACKWARDS = """
DROP INDEX order_events_of_article, order_events_of_order, articles_on_sale, refunds_due, orders_refund_due,
    orders_by_payment, orders_by_status, orders_of_article, purchases_by_address, purchases_by_email, purchases_holding, purchases_open,
    letters_due, jobs_of_order, jobs_done, jobs_leased, jobs_due, jobs_one_open_per_order;
ALTER TABLE letters DROP CONSTRAINT letters_have_an_owner;
ALTER TABLE article_versions DROP CONSTRAINT article_versions_order_id_fkey;
ALTER TABLE articles DROP CONSTRAINT articles_selected_version_id_fkey;
"""


async def run(statements: str) -> None:
    """Run statements one by one: asyncpg takes no more at a time."""
    for statement in statements.strip().removesuffix(";").split(";"):
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

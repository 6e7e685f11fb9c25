"""Give orders numbers that people can say, and customers a place where all their orders are.

The orders that exist are numbered by their age.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-25T22:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "order numbers, customers' sign-ins"

FORWARDS = (
    "ALTER TABLE orders ADD COLUMN number bigint",
    "CREATE SEQUENCE orders_number_seq START 1001 OWNED BY orders.number",
    "UPDATE orders SET number = numbered.number FROM (SELECT id, 1000 + row_number() OVER (ORDER BY created_at, id) "
    "AS number FROM orders) numbered WHERE numbered.id = orders.id",
    "SET CONSTRAINTS ALL IMMEDIATE",  # a table with events of triggers that are still due cannot be altered
    "SELECT setval('orders_number_seq', GREATEST(1000, (SELECT max(number) FROM orders)))",
    "ALTER TABLE orders ALTER COLUMN number SET DEFAULT nextval('orders_number_seq'), ALTER COLUMN number SET NOT NULL",
    "ALTER TABLE orders ADD CONSTRAINT orders_number_key UNIQUE (number)",
    "CREATE TABLE customer_sign_ins (id uuid PRIMARY KEY, email varchar(254) NOT NULL, "
    "token_hash varchar(64) NOT NULL UNIQUE, token_expires_at timestamptz NOT NULL, "
    "session_hash varchar(64) UNIQUE, session_expires_at timestamptz, "
    "created_at timestamptz NOT NULL DEFAULT clock_timestamp())",
    "CREATE INDEX customer_sign_ins_email ON customer_sign_ins (lower(email))",
    "ALTER TABLE emails DROP CONSTRAINT letters_have_an_owner",
    "ALTER TABLE emails ADD CONSTRAINT emails_have_an_owner "
    "CHECK (order_id IS NOT NULL OR purchase_id IS NOT NULL OR kind IN ('operator_alert', 'your_orders'))",
)
BACKWARDS = (
    "DELETE FROM emails WHERE kind = 'your_orders'",
    "ALTER TABLE emails DROP CONSTRAINT emails_have_an_owner",
    "ALTER TABLE emails ADD CONSTRAINT letters_have_an_owner "
    "CHECK (order_id IS NOT NULL OR purchase_id IS NOT NULL OR kind = 'operator_alert')",
    "DROP TABLE customer_sign_ins",
    "ALTER TABLE orders DROP COLUMN number",
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

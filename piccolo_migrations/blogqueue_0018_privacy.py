"""Store hashes of sessions' tokens, drop what Stripe says about persons, and let customers' notes be erased.

Signed-in editors stay signed in. What is dropped cannot be brought back.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-25T20:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "hashed sessions, no personal data of Stripe's"

PERSONAL = (
    "billing_details",
    "collected_information",
    "custom_fields",
    "customer_details",
    "customer_email",
    "evidence",
    "payment_method_details",
    "receipt_email",
    "shipping",
    "shipping_details",
)

# On a new database, Piccolo's own migration makes `sessions` after ours have run.
FORWARDS = (
    "DO $$ BEGIN IF to_regclass('sessions') IS NOT NULL THEN "
    "UPDATE sessions SET token = encode(sha256(convert_to(token, 'UTF8')), 'hex') WHERE length(token) <> 64; "
    "END IF; END $$",
    *(f"UPDATE stripe_events SET payload = payload #- '{{data,object,{name}}}'" for name in PERSONAL),
    *(f"UPDATE held_payments SET session = session - '{name}'" for name in PERSONAL),
    # A version never changes, but for the customer's notes, which its customer may have erased.
    "DROP TRIGGER texts_are_for_ever ON article_versions",
    "CREATE TRIGGER texts_are_for_ever BEFORE UPDATE OF id, article_id, version_num, content_md, order_id, job_id "
    "OR DELETE ON article_versions FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER edits_are_for_ever BEFORE UPDATE OF backlink_metadata ON article_versions FOR EACH ROW WHEN ("
    "OLD.backlink_metadata - 'customer_notes' IS DISTINCT FROM NEW.backlink_metadata - 'customer_notes' "
    "OR NEW.backlink_metadata->>'customer_notes' IS DISTINCT FROM '') EXECUTE FUNCTION refuse_change()",
    "CREATE INDEX purchases_unconfirmed ON purchases (created_at) WHERE session_id IS NULL AND session_number = 0",
)
BACKWARDS = (
    "DROP INDEX purchases_unconfirmed",
    "DROP TRIGGER edits_are_for_ever ON article_versions",
    "DROP TRIGGER texts_are_for_ever ON article_versions",
    "CREATE TRIGGER texts_are_for_ever BEFORE UPDATE OF id, article_id, version_num, content_md, backlink_metadata, "
    "order_id, job_id OR DELETE ON article_versions FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    # Without the tokens themselves nobody can be kept signed in.
    "DO $$ BEGIN IF to_regclass('sessions') IS NOT NULL THEN DELETE FROM sessions; END IF; END $$",
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

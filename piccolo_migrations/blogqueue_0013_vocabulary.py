"""Give tables and columns the words that the code, the pages and the docs use; data stay as they are."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-25T15:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one vocabulary: emails, on hold, fencing token, slots, word count"

TABLE = ("Letter", "letters", "Email", "emails")

COLUMNS = (
    ("ArticleVersion", "article_versions", "words", "word_count"),
    ("Purchase", "purchases", "session_num", "session_number"),
    ("Purchase", "purchases", "asked_at", "stripe_checked_at"),
    ("Purchase", "purchases", "holds_until", "slot_held_until"),
    ("Order", "orders", "frozen", "on_hold"),
    ("Job", "jobs", "drafts", "model_answers"),
    ("Job", "jobs", "fence", "fencing_token"),
    ("StripeEvent", "stripe_events", "settled_at", "handled_at"),
    ("Refund", "refunds", "round", "request_number"),
    ("HeldPayment", "held_payments", "round", "request_number"),
    ("OrderEvent", "order_events", "at", "created_at"),
    ("OrderEvent", "order_events", "who", "actor"),
    ("OrderEvent", "order_events", "what", "action"),
    ("OrderEvent", "order_events", "note", "detail"),
)

INDEXES = (
    ("letters_due", "emails_due"),
    ("letters_once_of_nobody", "emails_once_of_nobody"),
    ("orders_frozen", "orders_on_hold"),
    ("purchases_holding", "purchases_slot_held"),
)


async def forwards() -> MigrationManager:
    """Give Piccolo both directions; it runs the one asked for."""
    manager = MigrationManager(migration_id=ID, app_name="blogqueue", description=DESCRIPTION)

    old_class, old_table, new_class, new_table = TABLE
    manager.rename_table(
        old_class_name=old_class,
        old_tablename=old_table,
        new_class_name=new_class,
        new_tablename=new_table,
        schema=None,
    )
    for table_class, table, old, new in COLUMNS:
        manager.rename_column(
            table_class_name=table_class,
            tablename=table,
            old_column_name=old,
            new_column_name=new,
            old_db_column_name=old,
            new_db_column_name=new,
            schema=None,
        )

    async def run_forwards() -> None:
        for old, new in INDEXES:
            await DB.run_ddl(f"ALTER INDEX {old} RENAME TO {new}")

    async def run_backwards() -> None:
        for old, new in INDEXES:
            await DB.run_ddl(f"ALTER INDEX {new} RENAME TO {old}")

    manager.add_raw(run_forwards)
    manager.add_raw_backwards(run_backwards)
    return manager

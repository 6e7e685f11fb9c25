"""Tallies, from which `/metrics` reads what happened and how many rows are in each state; alerts, and posts of them.

A trigger adds a row to `tallies` for each change, which locks nothing; the work of each minute adds them up.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from blogqueue.db.engine import DB

ID = "2026-11-25T22:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "tallies and alerts"

BOUNDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900)
"""The bounds of the buckets of durations, in s; blogqueue.metrics has the same."""

COUNTED = {
    "jobs": ("jobs", "queue", "state"),
    "emails": ("emails", "state"),
    "refunds": ("refunds", "state"),
    "orders": ("orders", "kind", "status"),
}
"""By tally: its table, and the columns that are its labels; the last one is the state."""

TABLES = (
    "CREATE TABLE tallies (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(60) NOT NULL, "
    "labels jsonb NOT NULL DEFAULT '{}', number bigint NOT NULL DEFAULT 1, value double precision NOT NULL)",
    "CREATE TABLE alerts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, cause varchar(200) NOT NULL, "
    "key varchar(120) NOT NULL, order_id uuid, purchase_id uuid, summary varchar(300) NOT NULL, "
    "many varchar(300) NOT NULL, detail text NOT NULL DEFAULT '', path varchar(300) NOT NULL DEFAULT '', "
    "list_path varchar(300) NOT NULL DEFAULT '', urgent boolean NOT NULL DEFAULT false, deadline_at timestamptz, "
    "created_at timestamptz NOT NULL DEFAULT clock_timestamp(), noticed_at timestamptz, "
    "CONSTRAINT alerts_once UNIQUE NULLS NOT DISTINCT (key, order_id, purchase_id))",
    "CREATE INDEX alerts_waiting ON alerts (cause, created_at) WHERE noticed_at IS NULL",
    "CREATE INDEX alerts_noticed ON alerts (cause, noticed_at) WHERE noticed_at IS NOT NULL",
    "CREATE TABLE alert_posts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), text text NOT NULL, "
    "state varchar(20) NOT NULL DEFAULT 'WAITING', attempts integer NOT NULL DEFAULT 0, "
    "error text NOT NULL DEFAULT '', run_at timestamptz NOT NULL DEFAULT clock_timestamp(), "
    "created_at timestamptz NOT NULL DEFAULT clock_timestamp(), sent_at timestamptz)",
    "CREATE INDEX alert_posts_due ON alert_posts (run_at) WHERE state = 'WAITING'",
    "CREATE INDEX jobs_by_age ON jobs (queue, state, created_at) WHERE state IN ('WAITING', 'DELAYED', 'ACTIVE')",
    "CREATE INDEX emails_failed ON emails (created_at) WHERE state = 'FAILED'",
)

FUNCTIONS = (
    "CREATE FUNCTION tally(name text, labels jsonb, value double precision) RETURNS void LANGUAGE sql AS "
    "$$ INSERT INTO tallies (name, labels, value) VALUES (name, labels, value) $$",
    # The bucket is the number of bounds that the duration has reached.
    "CREATE FUNCTION tally_seconds(name text, labels jsonb, seconds double precision) RETURNS void LANGUAGE sql AS "
    "$$ INSERT INTO tallies (name, labels, value) SELECT name, labels || jsonb_build_object('bucket', "
    f"width_bucket(GREATEST(seconds, 0), ARRAY{list(BOUNDS)}::double precision[])), GREATEST(seconds, 0) "
    "WHERE seconds IS NOT NULL $$",
    """
    CREATE FUNCTION tally_job_run() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE queue jsonb := jsonb_build_object('queue', NEW.queue);
    BEGIN
        IF NEW.state = 'ACTIVE' AND NEW.fencing_token > OLD.fencing_token THEN
            IF NEW.attempts > OLD.attempts THEN PERFORM tally('job_attempts', queue, 1); END IF;
            IF OLD.state = 'ACTIVE' THEN PERFORM tally('job_recoveries', queue, 1);
            ELSE PERFORM tally_seconds('job_pickup', queue, EXTRACT(EPOCH FROM NEW.claimed_at - OLD.run_at));
            END IF;
        END IF;
        IF NEW.state <> OLD.state AND NEW.state IN ('COMPLETED', 'FAILED', 'CANCELLED') THEN
            PERFORM tally('jobs_finished', queue || jsonb_build_object('state', NEW.state), 1);
        END IF;
        IF NEW.state <> OLD.state AND NEW.state = 'COMPLETED' THEN
            PERFORM tally_seconds('job_run', queue, EXTRACT(EPOCH FROM NEW.finished_at - NEW.claimed_at));
        END IF;
        IF NEW.model_calls > OLD.model_calls THEN
            PERFORM tally('model_calls', queue, NEW.model_calls - OLD.model_calls);
            PERFORM tally('model_tokens', queue || '{"direction": "input"}', NEW.tokens_in - OLD.tokens_in);
            PERFORM tally('model_tokens', queue || '{"direction": "cached"}', NEW.tokens_cached - OLD.tokens_cached);
            PERFORM tally('model_tokens', queue || '{"direction": "output"}', NEW.tokens_out - OLD.tokens_out);
        END IF;
        IF jsonb_array_length(NEW.errors) > jsonb_array_length(OLD.errors) THEN
            PERFORM tally('job_attempt_failures',
                queue || jsonb_build_object('kind', COALESCE(NEW.errors -> -1 ->> 'error', 'unknown')), 1);
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION tally_event() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM tally('webhook_events', jsonb_build_object('type', NEW.type), 1);
        IF jsonb_typeof(NEW.payload -> 'created') = 'number' THEN
            PERFORM tally_seconds('webhook_lag', '{}',
                EXTRACT(EPOCH FROM NEW.handled_at)::double precision - (NEW.payload ->> 'created')::double precision);
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION tally_email() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM tally('emails_finished', jsonb_build_object('state', NEW.state, 'kind', NEW.kind), 1);
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION tally_refund() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM tally('refunds_finished', jsonb_build_object('state', NEW.state), 1);
        RETURN NULL;
    END $$
    """,
)

TRIGGERS = (
    "CREATE TRIGGER jobs_run_tallied AFTER UPDATE ON jobs FOR EACH ROW WHEN (OLD.state <> NEW.state "
    "OR OLD.fencing_token <> NEW.fencing_token OR OLD.model_calls <> NEW.model_calls OR OLD.errors <> NEW.errors) "
    "EXECUTE FUNCTION tally_job_run()",
    "CREATE TRIGGER stripe_events_tallied AFTER UPDATE OF handled_at ON stripe_events FOR EACH ROW "
    "WHEN (OLD.handled_at IS NULL AND NEW.handled_at IS NOT NULL) EXECUTE FUNCTION tally_event()",
    "CREATE TRIGGER emails_finish_tallied AFTER UPDATE OF state ON emails FOR EACH ROW "
    "WHEN (OLD.state <> NEW.state AND NEW.state IN ('SENT', 'FAILED')) EXECUTE FUNCTION tally_email()",
    "CREATE TRIGGER refunds_finish_tallied AFTER UPDATE OF state ON refunds FOR EACH ROW "
    "WHEN (OLD.state <> NEW.state AND NEW.state IN ('SUCCEEDED', 'FAILED')) EXECUTE FUNCTION tally_refund()",
)


def count_rows(tally: str, table: str, *labels: str) -> tuple[str, ...]:
    """Return the statements by which a tally is the number of a table's rows by their labels, from now on."""
    old, new = (
        "jsonb_build_object(" + ", ".join(f"'{label}', {row}{label}" for label in labels) + ")"
        for row in ("OLD.", "NEW.")
    )
    now = ", ".join(f"'{label}', {label}" for label in labels)
    return (
        f"CREATE FUNCTION count_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP <> 'INSERT' THEN PERFORM tally('{tally}', {old}, -1); END IF; "
        f"IF TG_OP <> 'DELETE' THEN PERFORM tally('{tally}', {new}, 1); END IF; "
        "RETURN NULL; END $$",
        f"CREATE TRIGGER {table}_counted AFTER INSERT OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION count_{table}()",
        f"CREATE TRIGGER {table}_moves_counted AFTER UPDATE OF {labels[-1]} ON {table} FOR EACH ROW "
        f"WHEN (OLD.{labels[-1]} <> NEW.{labels[-1]}) EXECUTE FUNCTION count_{table}()",
        f"INSERT INTO tallies (name, labels, value) SELECT '{tally}', jsonb_build_object({now}), count(*) "
        f"FROM {table} GROUP BY {', '.join(labels)}",
    )


FORWARDS = (*TABLES, *FUNCTIONS, *TRIGGERS, *(one for name, rest in COUNTED.items() for one in count_rows(name, *rest)))
BACKWARDS = (
    *(
        statement
        for table, *_ in COUNTED.values()
        for statement in (
            f"DROP TRIGGER {table}_moves_counted ON {table}",
            f"DROP TRIGGER {table}_counted ON {table}",
            f"DROP FUNCTION count_{table}()",
        )
    ),
    "DROP TRIGGER refunds_finish_tallied ON refunds",
    "DROP TRIGGER emails_finish_tallied ON emails",
    "DROP TRIGGER stripe_events_tallied ON stripe_events",
    "DROP TRIGGER jobs_run_tallied ON jobs",
    *(f"DROP FUNCTION {name}()" for name in ("tally_refund", "tally_email", "tally_event", "tally_job_run")),
    "DROP FUNCTION tally_seconds(text, jsonb, double precision)",
    "DROP FUNCTION tally(text, jsonb, double precision)",
    "DROP INDEX emails_failed",
    "DROP INDEX jobs_by_age",
    "DROP TABLE alert_posts",
    "DROP TABLE alerts",
    "DROP TABLE tallies",
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

"""A database of an older version is migrated with its data, and its open orders go on."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from blogqueue.actors.messages import nudge
from blogqueue.audit import audit
from blogqueue.catalogue import articles
from blogqueue.db import migrations
from blogqueue.db import schema as schema_of
from blogqueue.db.engine import DB, close_pool, open_pool
from blogqueue.db.migrations import forwards
from blogqueue.db.tables.orders import Order, OrderEvent
from blogqueue.errors import ConflictError
from blogqueue.jobs import workers
from blogqueue.jobs.queues import JOB_QUEUES
from blogqueue.orders import access
from blogqueue.settings import settings
from tests.stage import Bought, Stage

DUMP = Path(__file__).parent / "data" / "version_0.1.0.sql"
"""pg_dump of a demo of commit ec811c5: orders in every status, one on hold, a refund, a dropped link, a job that waits.

Mailed HTML, tracebacks and articles without orders were left out.
"""

DUMPED_AT = "2026-11-25 16:50:40+00"

COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
WHERE table_schema = 'public' ORDER BY table_name, column_name
"""
INDEXES = """
SELECT indexname, split_part(indexdef, ' WHERE ', 1) FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname
"""
"""Without conditions, which PostgreSQL prints in another way once they have been dumped and loaded."""

TRIGGERS = """
SELECT tgname, tgrelid::regclass::text, tgfoid::regproc::text, tgtype FROM pg_trigger
WHERE NOT tgisinternal ORDER BY tgname
"""
CONSTRAINTS = """
SELECT conname, contype, conrelid::regclass::text FROM pg_constraint
WHERE connamespace = 'public'::regnamespace ORDER BY conname, contype
"""

MOVE_TIMES = """
DO $$ DECLARE one record; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT table_name, column_name FROM information_schema.columns
               WHERE table_schema = 'public' AND data_type = 'timestamp with time zone' LOOP
        EXECUTE format('UPDATE public.%I SET %I = %I + (now() - interval ''1 minute'' - timestamptz %L)',
                       one.table_name, one.column_name, one.column_name, '{dumped_at}');
    END LOOP;
END $$
"""
"""Make the dump as old as if its version had stopped a minute ago: the sweep leaves what was sent just now."""


async def run(*scripts: str) -> None:
    connection = await asyncpg.connect(settings.database_url)
    for script in scripts:
        await connection.execute(script)
    await connection.close()


async def schema() -> dict[str, list[Any]]:
    connection = await asyncpg.connect(settings.database_url)
    queries = {"columns": COLUMNS, "indexes": INDEXES, "triggers": TRIGGERS, "constraints": CONSTRAINTS}
    found = {name: [tuple(row) for row in await connection.fetch(query)] for name, query in queries.items()}
    await connection.close()
    return found


async def empty() -> None:
    """Leave nothing in the database, and no connection that remembers what was there."""
    await close_pool()
    await run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


@pytest.fixture
async def new_schema(stage: Stage) -> dict[str, list[Any]]:
    """The schema of a database that began with this version."""
    assert stage
    return await schema()


@pytest.fixture
async def older(stage: Stage, new_schema: dict[str, list[Any]]) -> AsyncGenerator[Stage]:
    """The stage with the database of an older version, not yet migrated."""
    assert new_schema
    await empty()
    await run(DUMP.read_text(encoding="utf-8"), MOVE_TIMES.format(dumped_at=DUMPED_AT))
    await open_pool()
    yield stage
    await empty()
    await open_pool()
    await forwards()


async def check_sound(oversold: int) -> None:
    """Check that all holds but for the articles of which the older version, which counted no room, sold too many."""
    await workers.beat("writer:1", list(JOB_QUEUES), 10)  # as the programs are started after a migration
    broken = {finding.number: len(finding.offenders) for finding in await audit() if finding.offenders}
    assert broken == ({10: oversold} if oversold else {})


async def order_of(stage: Stage, name: str) -> Bought:
    """A customer's order, opened by a new link: the tokens of the dump were derived from another secret key."""
    email = f"{name}@customers.example"
    [order] = await Order.select(Order.id).where(Order.customer_email == email)
    await nudge(await access.replace_link(order["id"]))
    return await stage.received(email)


@pytest.mark.usefixtures("older")
async def test_a_migrated_database_has_the_schema_of_a_new_one(new_schema: dict[str, list[Any]]) -> None:
    await forwards()

    migrated = await schema()
    for kind, lines in new_schema.items():
        assert migrated[kind] == lines, kind


@pytest.mark.usefixtures("older")
async def test_hosts_that_migrate_at_once_wait_for_each_other() -> None:
    assert await schema_of.is_older()

    await asyncio.gather(*(forwards() for _ in range(3)))

    assert not await schema_of.is_older()
    connection = await asyncpg.connect(settings.database_url)
    applied = await connection.fetch(schema_of.APPLIED)
    await connection.close()
    assert sorted(row["name"] for row in applied) == sorted(schema_of.list_ids())


@pytest.fixture
async def impatient(older: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older version's database, where statements are given up after half a second: a test can wait for longer."""
    assert older
    server_settings = DB.config["server_settings"] | {"statement_timeout": "500ms"}
    monkeypatch.setattr(DB, "config", DB.config | {"command_timeout": 0.5, "server_settings": server_settings})
    await close_pool()
    await open_pool()


@pytest.mark.usefixtures("impatient")
async def test_a_host_waits_for_another_ones_migrations_however_long_they_take() -> None:
    # Given another host that migrates for a second
    other = await asyncpg.connect(settings.database_url)
    await other.execute("SELECT pg_advisory_lock($1)", migrations.LOCK)

    migrating = asyncio.create_task(forwards())
    await other.execute("SELECT pg_sleep(1)")
    gave_up = migrating.done()
    await other.close()

    await migrating
    assert not gave_up
    assert not await schema_of.is_older()


@pytest.mark.usefixtures("impatient")
async def test_a_migration_may_take_longer_than_a_query() -> None:
    # Given a table that is so large that the last migration takes a second
    last = max(schema_of.list_ids())
    await run(
        "CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NEW; END'",
        f"CREATE TRIGGER large BEFORE INSERT ON migration FOR EACH ROW WHEN (NEW.name = '{last}') "
        "EXECUTE FUNCTION pause()",
    )

    await forwards()

    assert not await schema_of.is_older()


@pytest.mark.usefixtures("older")
async def test_a_migration_does_not_wait_long_for_a_table_that_others_use(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a backup, behind whose lock a migration waits, and behind the migration every customer
    monkeypatch.setattr(migrations, "LOCK_SECONDS", 0.2)
    backup = await asyncpg.connect(settings.database_url)
    async with backup.transaction():
        await backup.execute("LOCK TABLE orders IN ACCESS SHARE MODE")

        with pytest.raises(migrations.MigrationError, match="A table was in use"):
            await forwards()

    await backup.close()
    await forwards()
    assert not await schema_of.is_older()


@pytest.mark.usefixtures("older")
async def test_data_of_an_older_version_keep_what_must_always_hold() -> None:
    # Given an older version's orders, a line of history with an address, and a failed email of an erased customer
    await run(
        "INSERT INTO order_events (order_id, who, what, note) SELECT id, 'edith', 'resend email', "
        "'to ana@old.example: Your link is ready' FROM orders LIMIT 1",
        "UPDATE letters SET state = 'FAILED', sent_at = NULL, \"to\" = 'erased@erased.invalid' "
        "WHERE id = (SELECT min(id::text)::uuid FROM letters WHERE state = 'SENT')",
    )

    await forwards()

    resent = await OrderEvent.select(OrderEvent.detail).where(OrderEvent.action == "resend email")
    assert [row["detail"] for row in resent] == ["Your link is ready"]

    await check_sound(oversold=1)
    numbers = await Order.select(Order.number).order_by(Order.created_at).order_by(Order.id).output(as_list=True)
    assert numbers == list(range(1001, 1012))


async def test_open_orders_of_an_older_version_go_on(older: Stage) -> None:
    # Given an older version's orders: one whose job waits, one to review by its customer, one in an editor's review
    stage = older
    await forwards()
    waiting, reviewed, submitted = [await order_of(stage, name) for name in ("max", "ben", "cleo")]
    statuses = [(await stage.status(order))["status"] for order in (waiting, reviewed, submitted)]
    assert statuses == ["PROCESSING", "QUALITY_CHECK", "ADMIN_REVIEW"]

    # When the job runs, the second customer regenerates, and the editor approves the third
    await stage.minute()
    assert (await stage.regenerate(reviewed)).status_code == 202
    await stage.drain()
    approved = await stage.approve(submitted)

    # Then each has moved on, and what must always hold holds
    assert approved.json()["data"]["status"] == "COMPLETED"
    status = await stage.status(waiting), await stage.status(reviewed)
    assert [one["status"] for one in status] == ["QUALITY_CHECK", "QUALITY_CHECK"]
    assert status[1]["versionCount"] == 3
    await stage.drain()
    await check_sound(oversold=1)


@pytest.mark.usefixtures("older")
async def test_an_article_that_an_older_version_took_down_is_put_back() -> None:
    # Given a paid link in an article that was taken down, as the older version recorded it
    await forwards()
    [lia] = await Order.select(Order.article_id).where(Order.customer_email == "lia@customers.example")

    # When it is put back
    await articles.put_back(lia["article_id"], actor="edith")

    # Then the link is live and guarded again
    with pytest.raises(ConflictError, match="Paid links would be lost"):
        await articles.take_down(lia["article_id"], actor="edith")
    await check_sound(oversold=1)

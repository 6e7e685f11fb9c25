"""A PostgreSQL that goes away in the middle leaves nothing half done, and nobody stuck."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from piccolo.engine.postgres import PostgresTransaction

from blogqueue.actors.messages import nudge
from blogqueue.db.engine import DB, UNAVAILABLE, close_pool, fetch, open_pool, transaction
from blogqueue.db.tables.catalogue import ArticleVersion, Domain
from blogqueue.db.tables.jobs import Job
from blogqueue.demo.ports import free_port
from blogqueue.jobs.queues import BACKLINK_INTEGRATION
from blogqueue.outbox import Outbox, OutboxJob
from blogqueue.settings import settings
from tests.stage import Stage, redis_broker


async def cut_off() -> None:
    """Every connection of ours ends, as it does when PostgreSQL restarts."""
    connection = await asyncpg.connect(settings.database_url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'blogqueue'"
    )
    await connection.close()


async def broken() -> None:
    raise ZeroDivisionError


async def two_domains(between: Callable[[], Awaitable[None]]) -> None:
    async with transaction():
        await Domain.insert(Domain(host="one.example", name="One"))
        await between()
        await Domain.insert(Domain(host="two.example", name="Two"))


@pytest.mark.usefixtures("stage")
async def test_a_transaction_that_is_cut_off_leaves_nothing_and_the_next_one_works() -> None:
    # Given a transaction whose connection dies, more often than the pool has connections
    for _ in range(25):
        with pytest.raises(UNAVAILABLE):
            await two_domains(cut_off)

    # Then the same task writes on, and nothing of it is there
    async with transaction():
        await Domain.insert(Domain(host="after.example", name="After"))
    assert [row["host"] for row in await Domain.select(Domain.host)] == ["after.example"]


@pytest.mark.usefixtures("stage")
async def test_a_transaction_begins_anew_if_the_pool_took_its_connection_back(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a connection that ends while its transaction begins, and a pool that sees it first
    begin, ended = PostgresTransaction.begin, list[object]()

    async def end_first(work: PostgresTransaction) -> None:
        if not ended:
            ended.append(work.connection)
            assert DB.pool is not None
            await DB.pool.release(work.connection)
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
        await begin(work)

    monkeypatch.setattr(PostgresTransaction, "begin", end_first)

    # When a transaction is run, then it has another connection
    async with transaction():
        await Domain.insert(Domain(host="anew.example", name="Anew"))
    assert (len(ended), await Domain.count()) == (1, 1)


@pytest.mark.usefixtures("stage")
@pytest.mark.usefixtures("stage")
async def test_a_transaction_that_can_never_begin_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a pooler that takes connections while its PostgreSQL is away
    begun = list[object]()

    async def end(work: PostgresTransaction) -> None:
        begun.append(work.connection)
        raise asyncpg.ConnectionDoesNotExistError("the server conn crashed?")

    monkeypatch.setattr(PostgresTransaction, "begin", end)

    with pytest.raises(UNAVAILABLE):
        await two_domains(broken)

    assert DB.pool is not None
    assert len(begun) == DB.pool.get_max_size() + 1


async def test_an_error_within_a_transaction_undoes_it_and_frees_its_connection() -> None:
    for _ in range(25):
        with pytest.raises(ZeroDivisionError):
            await two_domains(broken)

    assert await Domain.count() == 0


async def test_the_web_answers_503_while_it_is_cut_off_and_200_afterwards(stage: Stage) -> None:
    await stage.article()

    statuses = set()
    for _ in range(20):
        asking = asyncio.create_task(stage.http.get("/api/v1/articles"))
        await cut_off()
        statuses.add((await asking).status_code)

    # A call may still meet a connection whose end the pool has not seen; there are ten at most.
    afterwards = [(await stage.http.get("/api/v1/articles")).status_code for _ in range(11)]

    assert statuses | set(afterwards) <= {200, 503}
    assert afterwards[-1] == 200


async def test_the_tables_are_emptied_between_tests_without_a_deadlock_with_a_late_transaction(stage: Stage) -> None:
    # Given a transaction that has read one table, while the stage begins to empty all of them
    await stage.article()
    async with transaction():
        await ArticleVersion.count()
        emptying = asyncio.create_task(stage.clear(), context=contextvars.Context())
        await asyncio.wait({emptying}, timeout=0.1)
        assert not emptying.done()

        # When it reads another one that is to be emptied first, it need not wait
        async with asyncio.timeout(5):
            assert await Job.count() == 0

    # Then the tables are emptied once it has ended
    await emptying
    assert await Domain.count() == 0


async def test_a_process_starts_without_postgresql_and_its_first_query_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DB, "pool", None)
    monkeypatch.setitem(DB.config, "dsn", f"postgresql://nobody@127.0.0.1:{free_port()}/nowhere")

    await open_pool()

    with pytest.raises(UNAVAILABLE):
        await fetch("SELECT 1")
    await close_pool()


async def test_ids_are_sent_though_postgresql_goes_away_after_the_commit(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stage
    monkeypatch.setattr(DB, "pool", None)
    monkeypatch.setitem(DB.config, "dsn", f"postgresql://nobody@127.0.0.1:{free_port()}/nowhere")
    await open_pool()

    await nudge(Outbox(jobs=(OutboxJob("a-job", BACKLINK_INTEGRATION.name),)))

    assert redis_broker().client.hlen(f"dramatiq:{BACKLINK_INTEGRATION.name}.msgs") == 1
    await close_pool()

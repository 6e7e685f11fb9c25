"""How many statements the frequent paths run: one more per job or request is noticed here."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from blogqueue.db.engine import DB
from tests.stage import Stage

JOB = 18
"""A claim, what the link's run needs, the budget, two answers, and the transaction that delivers the version."""

STATUS, SAME_STATUS = 2, 1


@asynccontextmanager
async def counted() -> AsyncGenerator[list[str]]:
    """Collect the statements that this process runs in the block."""
    assert DB.pool is not None
    statements: list[str] = []

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        statements.append(" ".join(record.query.split())[:100])

    connections = [await DB.pool.acquire() for _ in range(DB.pool.get_size())]
    for connection in connections:
        connection.add_query_logger(note)
        await DB.pool.release(connection)
    try:
        yield statements
    finally:
        connections = [await DB.pool.acquire() for _ in range(DB.pool.get_size())]
        for connection in connections:
            connection.remove_query_logger(note)
            await DB.pool.release(connection)


async def test_a_whole_backlink_job_runs_few_statements(stage: Stage) -> None:
    article = await stage.article()
    await stage.delivered(article)  # each connection has read PostgreSQL's types now
    await stage.buy(article, targetUrl="https://other.example/")

    async with counted() as statements:
        ran = await stage.drain("backlink-integration")

    assert ran == ["integrate_backlink"]
    assert len(statements) <= JOB, "\n".join(statements)


async def test_a_status_takes_one_statement_while_nothing_changes(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())

    async with counted() as statements:
        await stage.status(order)
        first = len(statements)
        await stage.status(order)

    assert first <= STATUS, "\n".join(statements)
    assert len(statements) - first <= SAME_STATUS, "\n".join(statements)

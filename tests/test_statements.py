"""How many statements the frequent paths run, and that lists find their rows by indexes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from bench import growth

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


async def test_no_list_and_no_search_reads_a_whole_table_that_grows(stage: Stage) -> None:
    # Given a little of everything, and a planner that avoids reading tables whole
    article = await stage.article()
    await stage.submitted(article)
    calls = await growth.list_calls()

    # When each call's statements are planned, then an index helps every one
    plans = {name: await growth.explain(call, can_scan=False) for name, call in calls.items()}
    problems = {name: found for name, plan in plans.items() if (found := growth.find_problems(plan))}
    assert problems == {}
    assert all(plans.values())


@pytest.mark.parametrize(
    ("node", "problem"),
    [
        ({"Node Type": "Seq Scan", "Relation Name": "orders"}, "reads the whole table orders"),
        (
            {"Node Type": "Index Scan", "Relation Name": "emails", "Actual Rows": 51, "Rows Removed by Filter": 20_000,
             "Actual Loops": 1},
            "reads 20,051 rows of emails",
        ),
    ],
)  # fmt: skip
def test_a_plan_that_reads_too_much_is_named(node: dict[str, object], problem: str) -> None:
    harmless = {"Node Type": "Seq Scan", "Relation Name": "domains"}

    assert growth.find_problems([{"Plan": {"Node Type": "Limit", "Plans": [harmless, node]}}]) == {problem}

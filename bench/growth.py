"""What lists, searches and the work of each minute cost with a thousand orders and with a million, and their plans.

A statement that reads a whole table that grows, or very many of its rows, is a failure.
"""

import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from bench import Table, shops
from bench.shops import SMALL
from blogqueue import metrics
from blogqueue.catalogue import articles, offers
from blogqueue.catalogue import listing as catalogue
from blogqueue.catalogue.searches import Search, Sort
from blogqueue.db import history, migrations
from blogqueue.db.engine import DB, pool
from blogqueue.db.tables.orders import Order
from blogqueue.emails import emails, resending
from blogqueue.jobs import failures, overview, pausing, stats, sweep, timelines, workers
from blogqueue.jobs import search as jobs_search
from blogqueue.jobs.search import JobFilter
from blogqueue.jobs.timelines import Span
from blogqueue.orders import customer_orders, listing, purchases, retention, search, status_answers, unfinished
from blogqueue.orders.status import get_status
from blogqueue.payments import refunds
from blogqueue.reviews import queue, work
from blogqueue.states import EmailState, JobState, OrderStatus

TURNS, CALLS = 10, 5
UNTIL_PLANNED = 6
"""PostgreSQL plans the first five runs of a prepared statement for their values; a plan for all values may follow."""

MOST_READ = 10_000
"""Rows of a table that grows that one statement may read."""

GROWING = ("orders", "articles", "article_versions", "order_events", "purchases", "emails")
"""The tables that grow with the orders, so that no statement may read all of one. Old jobs are deleted."""


async def tables(large_orders: int) -> tuple[list[tuple[str, Table]], dict[str, Any], list[str]]:
    """Return the table, the plans of all statements with so many orders, by call, and what these do wrong."""
    # A database of its own: the other parts leave orders and jobs.
    large_url = DB.config["dsn"] = await shops.create(str(DB.config["dsn"]), "large")
    async with pool(2):
        await migrations.forwards()
        await shops.grow(0, SMALL)
    small_url = await shops.create(large_url, "small", "large")
    async with pool(2):
        await shops.grow(SMALL, large_orders)
        plans = {name: await explain(call) for name, call in (await list_calls()).items()}
    small, large = await _measure(small_url, large_url)
    rows = [(name, f"{small[name]:.2f}", f"{large[name]:.2f}", f"{large[name] / small[name]:.1f}") for name in small]
    header = ("call", f"{SMALL:,} orders, CPU ms", f"{large_orders:,}, CPU ms", "ratio")
    failures = [f"{name}: {problem}" for name, plan in plans.items() for problem in sorted(find_problems(plan))]
    return [("Growth", (header, rows))], plans, failures


@asynccontextmanager
async def _connection() -> AsyncGenerator[asyncpg.pool.PoolConnectionProxy]:
    if DB.pool is None:
        raise RuntimeError("no pool is open")
    async with DB.pool.acquire() as connection:
        yield connection


async def list_calls() -> dict[str, Callable[[], Awaitable[Any]]]:
    """Return what is measured; ids and cursors are read first."""
    order = (await Order.select(Order.id, Order.customer_email).where(Order.status == OrderStatus.ADMIN_REVIEW))[0]
    first = await listing.list_orders(None, cursor="", limit=50)
    behind = first.next_cursor or ""
    _, next_offers = await catalogue.read_next(Search())
    return {
        "orders, first page": lambda: listing.list_orders(None, cursor="", limit=50),
        "orders, next page": lambda: listing.list_orders(None, cursor=behind, limit=50),
        "orders of a status": lambda: listing.list_orders(OrderStatus.COMPLETED, cursor="", limit=50),
        "orders of a customer": lambda: customer_orders.search(order["customer_email"]),
        "orders of an agency": lambda: customer_orders.search("agency@a.example"),
        "orders of the editor": search.search,
        "orders of the editor, by words": lambda: search.search("a guide"),
        "orders of the editor, by address": lambda: search.search(order["customer_email"]),
        "orders of the editor, by a part of an address": lambda: search.search(order["customer_email"][1:9]),
        "orders of the editor, by number": lambda: search.search("BQ-1500"),
        "orders of the editor, without result": lambda: search.search("nowhere to be found"),
        "catalogue, first page": lambda: catalogue.read_next(Search()),
        "catalogue, next page": lambda: catalogue.read_next(Search(), cursor=next_offers or ""),
        "catalogue, by number": lambda: catalogue.read_page(Search(), 1),
        "catalogue, filters": offers.list_filters,
        "catalogue, a domain": lambda: catalogue.read_page(Search(domain="site3.example"), 1),
        "catalogue, a niche": lambda: catalogue.read_page(Search(niche="niche 3"), 1),
        "catalogue, cheapest": lambda: catalogue.read_next(Search(sort=Sort.CHEAPEST)),
        "catalogue, longest": lambda: catalogue.read_next(Search(sort=Sort.LONGEST)),
        "catalogue, search": lambda: catalogue.read_page(Search(q="how to"), 1),
        "catalogue, search without result": lambda: catalogue.read_page(Search(q="nowhere to be found"), 1),
        "articles of the editor": lambda: articles.search("", limit=50),
        "articles of the editor, by words": lambda: articles.search("how to", limit=50),
        "articles of the editor, without result": lambda: articles.search("nowhere", limit=50),
        "status, read": lambda: get_status(order["id"]),
        "status, unchanged": lambda: status_answers.read(order["id"]),
        **_list_engine_calls(order["id"]),
    }


def _list_engine_calls(order_id: UUID) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Return what the dashboard reads, the lists of jobs, and the work of each minute."""
    return {
        "sweep: overdue jobs": sweep.find_overdue,
        "watch: lost jobs": sweep.find_lost,
        "sweep: overdue emails": emails.find_overdue,
        "sweep: due refunds": refunds.list_due,
        "sweep: holds that end": purchases.expire,
        "sweep: jobs to delete": sweep.clean_up,
        "sweep: requests never confirmed": retention.delete_unconfirmed,
        "metrics": metrics.collect,
        "dashboard: queues": overview.list_queues,
        "dashboard: workers": workers.list_workers,
        "dashboard: charts of an hour": lambda: timelines.read("backlink-integration", Span.HOUR),
        "dashboard: charts of a day": lambda: timelines.read("backlink-integration", Span.DAY),
        "dashboard: the clock": stats.get_age_seconds,
        "dashboard: tokens": stats.count_tokens,
        "dashboard: money that waits": unfinished.list_unfinished,
        "dashboard: failed jobs by cause": failures.list_groups,
        "dashboard: what waits for a person": work.count,
        "dashboard: orders in review": queue.count_waiting,
        "dashboard: actions": pausing.list_actions,
        "jobs of the operator": lambda: jobs_search.find(JobFilter()),
        "jobs of the operator, of a state": lambda: jobs_search.find(JobFilter(state=JobState.FAILED)),
        "jobs of the operator, by error": lambda: jobs_search.find(JobFilter(error="answered 7")),
        "jobs of the operator, of an order": lambda: jobs_search.find(JobFilter(order_id=order_id)),
        "jobs of the operator, counted": overview.count_states,
        "jobs, newest": stats.list_newest,
        "jobs of a state": lambda: stats.list_newest("backlink-integration", JobState.WAITING),
        "jobs, counted": stats.count_jobs,
        "emails, newest": resending.find,
        "emails to an address": lambda: resending.find("agency@a.example"),
        "emails that failed": lambda: resending.find(state=EmailState.FAILED),
        "history, newest": history.search,
        "history, by words": lambda: history.search("stripe"),
    }


async def _measure(*urls: str) -> list[dict[str, float]]:
    """Return the least CPU ms of each call in each database; they take turns, so that all see the same disturbances."""
    took: list[dict[str, list[float]]] = [{} for _ in urls]
    for _ in range(TURNS):
        for url, its in zip(urls, took, strict=True):
            DB.config["dsn"] = url
            async with pool(1):
                async with _connection() as connection:
                    server = connection.get_server_pid()
                for name, call in (await list_calls()).items():
                    for _ in range(UNTIL_PLANNED):
                        await call()
                    for _ in range(CALLS):
                        began = _read_spent(server)
                        await call()
                        its.setdefault(name, []).append(_read_spent(server) - began)
    return [{name: min(values) for name, values in its.items()} for its in took]


def _read_spent(server: int) -> float:
    """Return the CPU ms that PostgreSQL's process of our connection and this thread have used; the time without Linux.

    What waits for others on a busy machine uses none (https://docs.kernel.org/scheduler/sched-stats.html).
    """
    try:
        of_server = int(Path(f"/proc/{server}/schedstat").read_text().split()[0]) / 1_000_000
    except FileNotFoundError:
        return time.perf_counter() * 1000
    return of_server + time.thread_time() * 1000


async def explain(call: Callable[[], Awaitable[Any]], *, can_scan: bool = True) -> list[Any]:
    """Return the plans of the statements that a call runs, with the rows that each step reads.

    Without `can_scan`, a table is read whole only where no index helps: small tables are otherwise.
    """
    seen: list[tuple[str, tuple[Any, ...]]] = []

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        seen.append((record.query, tuple(record.args or ())))

    if DB.pool is None:
        raise RuntimeError("no pool is open")
    async with DB.pool.acquire():
        pass  # at least one connection is open now
    connections = [await DB.pool.acquire() for _ in range(DB.pool.get_size())]
    for connection in connections:
        connection.add_query_logger(note)
        await DB.pool.release(connection)
    try:
        await call()
    finally:
        connections = [await DB.pool.acquire() for _ in range(DB.pool.get_size())]
        for connection in connections:
            connection.remove_query_logger(note)
            await DB.pool.release(connection)
    plans: list[Any] = []
    async with _connection() as connection:
        undone = connection.transaction()
        await undone.start()
        if not can_scan:
            await connection.execute("SET LOCAL enable_seqscan = off")
        for statement, values in seen:
            if statement.split(None, 1)[0].upper() in {"SELECT", "WITH", "UPDATE", "DELETE"}:
                plan: Any = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *values)
                plans += json.loads(plan)
        await undone.rollback()
    return plans


def find_problems(plan: Any) -> set[str]:  # noqa: ANN401 - JSON
    """Return the tables that grow of which a plan reads every row, or very many, in sentences."""
    if isinstance(plan, list):
        return {problem for one in plan for problem in find_problems(one)}
    if not isinstance(plan, dict):
        return set()
    found = {problem for value in plan.values() for problem in find_problems(value)}
    table = plan.get("Relation Name")
    if table in GROWING:
        removed = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
        read = (plan.get("Actual Rows", 0) + removed) * plan.get("Actual Loops", 0)
        if plan["Node Type"] == "Seq Scan":
            found.add(f"reads the whole table {table}")
        elif read > MOST_READ:
            found.add(f"reads {read:,} rows of {table}")
    return found

"""What lists, searches and the work of each minute cost with a thousand orders and with a million, and their plans.

A statement that reads a whole table that grows, or very many of its rows, is a failure.
"""

import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from bench import Table
from blogqueue.catalogue import articles, offers
from blogqueue.catalogue import listing as catalogue
from blogqueue.catalogue.searches import Search, Sort
from blogqueue.db import fuzzy_search, migrations
from blogqueue.db.engine import DB, pool, transaction
from blogqueue.db.tables.orders import Order
from blogqueue.emails import emails
from blogqueue.jobs import failures, overview, stats, sweep
from blogqueue.orders import customer_orders, listing, purchases, search, status_answers, unfinished
from blogqueue.orders.status import get_status
from blogqueue.payments import refunds
from blogqueue.reviews import queue, work
from blogqueue.states import JobState, OrderStatus

SMALL = 1_000
ORDERS_AN_ARTICLE = 4
"""Few, so that the small shop fills a page and the bound of a ranking too, and the large one has 250,000 articles."""

REPEATS = 15
MOST_READ = 10_000
"""Rows of a table that grows that one statement may read."""

GROWING = ("orders", "articles", "article_versions", "order_events", "purchases", "emails")
"""The tables that grow with the orders, so that no statement may read all of one. Old jobs are deleted."""

_DOMAINS = """
INSERT INTO domains (id, host, name, max_paid_links)
SELECT md5('domain ' || n)::uuid, 'site' || n || '.example', 'Site ' || n, 100 FROM generate_series(1, 20) n
ON CONFLICT DO NOTHING
"""

_ARTICLES = """
INSERT INTO articles (id, domain_id, slug, title, topic, niche, keyword, status, selected_version_id, created_at,
    updated_at, published_at)
SELECT md5('article ' || n)::uuid, md5('domain ' || n % 20 + 1)::uuid, 'article-' || n,
    'How to ' || md5('title ' || n), md5('topic ' || n), 'niche ' || n % 7, md5('keyword ' || n), 'PUBLISHED',
    md5('version ' || n)::uuid, at.at, at.at, at.at
FROM generate_series($1::int, $2::int) n, LATERAL (SELECT now() - n * interval '1 minute' AS at) at
"""

_VERSIONS = """
INSERT INTO article_versions (id, article_id, version_num, content_md, word_count, room, room_rules)
SELECT md5('version ' || n)::uuid, md5('article ' || n)::uuid, 1, repeat('Some words of a text. ', 20), n % 3000, 90, ''
FROM generate_series($1::int, $2::int) n
"""

_ORDERS = """
INSERT INTO orders (id, purchase_id, session_id, article_id, customer_email, backlink_data, payment_data, price,
    currency, rel, status, access_token_hash, created_at, updated_at, completed_at, failure_reason, refund_state)
SELECT md5('order ' || n)::uuid, md5('purchase ' || n)::uuid, 'cs_' || n,
    md5('article ' || $3::int + n % ($4::int - $3::int) + 1)::uuid,
    CASE n % 20 WHEN 7 THEN 'agency' ELSE left(md5('customer ' || n / 40), 12) END || '@a.example',
    jsonb_build_object('target_url', 'https://a.example/' || n, 'keyword', 'a guide', 'notes', ''), '{}', 4900, 'EUR',
    'sponsored', kind.status, md5('token ' || n), at.at, at.at, CASE kind.status WHEN 'COMPLETED' THEN at.at END,
    CASE kind.status WHEN 'FAILED' THEN 'job_failed' END,
    CASE WHEN kind.status = 'FAILED' AND n > 1000 THEN 'SUCCEEDED' ELSE 'NONE' END
FROM generate_series($1::int, $2::int) n, LATERAL (SELECT now() - n * interval '1 second' AS at) at,
LATERAL (SELECT CASE WHEN n <= 20 THEN 'PROCESSING' WHEN n <= 40 THEN 'QUALITY_CHECK' WHEN n <= 60 THEN 'ADMIN_REVIEW'
    WHEN n % 20 = 0 THEN 'FAILED' ELSE 'COMPLETED' END AS status) kind
"""
"""A shop at work has some open orders, however old it is. Most customers order forty times, an agency all the time."""

_PURCHASES = """
INSERT INTO purchases (id, article_id, email, token_hash, token_expires_at, session_id, price, currency, rel, state,
    created_at)
SELECT purchase_id, article_id, customer_email, md5('purchase ' || session_id), created_at, session_id, price, currency,
    rel, 'PAID', created_at
FROM orders ON CONFLICT DO NOTHING
"""

_JOBS = """
INSERT INTO jobs (id, queue, order_id, state, payload, errors, created_at, claimed_at, finished_at)
SELECT left(queue, 11) || '-' || id, queue, id, CASE WHEN n <= 20 THEN 'WAITING' WHEN status = 'FAILED' THEN 'FAILED'
    WHEN n <= 300 THEN 'COMPLETED' WHEN n <= 500 THEN 'CANCELLED' ELSE 'FAILED' END, '{}',
    jsonb_build_array(jsonb_build_object('error', 'ModelError', 'message', 'The model answered ' || n % 9)),
    created_at, created_at, CASE WHEN n > 20 THEN created_at + interval '9 seconds' END
FROM (SELECT *, row_number() OVER (ORDER BY created_at DESC) AS n FROM orders) numbered,
    unnest('{backlink-integration,article-generation}'::text[]) AS queue
WHERE n > 60 OR (n <= 20 AND queue = 'backlink-integration')
"""
"""Some wait, and of those that have ended the newest are kept: as many in a large shop as in a small one."""

_MINUTES = """
INSERT INTO queue_stats (queue, at, runs_completed, run_ms_p50, run_ms_p95, pickup_ms_p50, pickup_ms_p95, oldest_ms)
SELECT queue, date_trunc('minute', now()) - n * interval '1 minute', n % 5, 9000, 20000, 10, 90, n % 7 * 1000
FROM generate_series(1, 30 * 1440) n, unnest('{backlink-integration,article-generation}'::text[]) AS queue
"""
"""What the clock has written in the 30 days that are kept."""

_WORKERS = """
INSERT INTO workers (holder, queues, concurrency, version)
SELECT 'worker-' || n, '["backlink-integration", "article-generation"]', 10, '' FROM generate_series(1, 4) n
"""

_EMAILS = """
INSERT INTO emails (id, kind, "to", order_id, job_id, subject, html, text, state)
SELECT md5('email ' || id)::uuid, 'order_received', customer_email, id, '', '', '', '', 'SENT' FROM orders
ON CONFLICT DO NOTHING
"""

_EVENTS = """
INSERT INTO order_events (order_id, actor, action, to_status)
SELECT md5('order ' || n)::uuid, 'stripe', 'paid', 'PROCESSING' FROM generate_series($1::int, $2::int) n
"""


async def tables(large_orders: int) -> tuple[list[tuple[str, Table]], dict[str, Any], list[str]]:
    """Return the table, the plans of all statements with so many orders, by call, and what these do wrong."""
    large_url = str(DB.config["dsn"])
    async with pool(2):
        await migrations.forwards()
        await _grow(0, SMALL)
    small_url = await _copy(large_url)
    async with pool(2):
        await _grow(SMALL, large_orders)
        plans = {name: await explain(call) for name, call in (await list_calls()).items()}
    small, large = await _measure(small_url, large_url)
    rows = [(name, f"{small[name]:.2f}", f"{large[name]:.2f}", f"{large[name] / small[name]:.1f}") for name in small]
    header = ("call", f"{SMALL:,} orders, ms", f"{large_orders:,}, ms", "ratio")
    failures = [f"{name}: {problem}" for name, plan in plans.items() for problem in sorted(find_problems(plan))]
    return [("Growth", (header, rows))], plans, failures


async def _grow(before: int, after: int) -> None:
    """Add orders, with their articles, emails and history, past triggers and checks."""
    articles_before, articles_after = before // ORDERS_AN_ARTICLE, after // ORDERS_AN_ARTICLE
    async with transaction():
        await DB.run_ddl("SET LOCAL session_replication_role = replica")
        await DB.run_ddl("SET LOCAL statement_timeout = 0")
        # Made once all rows are there, these take a fraction of the time.
        await DB.run_ddl("DROP INDEX articles_words, articles_slug_parts, orders_words")
        await _run_slowly(_DOMAINS)
        await _run_slowly(_ARTICLES, articles_before + 1, articles_after)
        await _run_slowly(_VERSIONS, articles_before + 1, articles_after)
        await _run_slowly(_ORDERS, before + 1, after, articles_before, articles_after)
        if not before:
            for once in (_JOBS, _MINUTES, _WORKERS):
                await _run_slowly(once)
        await _run_slowly(_PURCHASES)
        await _run_slowly(_EMAILS)
        await _run_slowly(_EVENTS, before + 1, after)
    connection = await asyncpg.connect(str(DB.config["dsn"]))
    await fuzzy_search.create(connection)
    await connection.execute("VACUUM ANALYZE", timeout=1_800)
    await connection.close()


async def _run_slowly(statement: str, *values: int) -> None:
    """Run a statement that may take minutes, in the caller's transaction."""
    work = DB.current_transaction.get()
    if work is None:
        raise RuntimeError("not in a transaction")
    await work.connection.execute(statement, *values, timeout=1_800)


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
        "sweep: overdue jobs": sweep.find_overdue,
        "sweep: overdue emails": emails.find_overdue,
        "sweep: due refunds": refunds.list_due,
        "sweep: holds that end": purchases.expire,
        "dashboard: queues": overview.list_queues,
        "dashboard: money that waits": unfinished.list_unfinished,
        "dashboard: failed jobs by cause": failures.list_groups,
        "dashboard: what waits for a person": work.count,
        "dashboard: orders in review": queue.count_waiting,
        "jobs, newest": stats.list_newest,
        "jobs of a state": lambda: stats.list_newest("backlink-integration", JobState.WAITING),
        "jobs, counted": stats.count_jobs,
    }


async def _copy(url: str) -> str:
    """Copy the database, which nobody may be connected to; return the copy's URL."""
    server, _, name = url.rpartition("/")
    connection = await asyncpg.connect(f"{server}/postgres")
    await connection.execute(f'CREATE DATABASE "{name}_small" TEMPLATE "{name}"', timeout=300)
    await connection.close()
    return f"{url}_small"


async def _measure(*urls: str) -> list[dict[str, float]]:
    """Return the shortest ms of each call in each database; they take turns, so that all see the same disturbances."""
    took: list[dict[str, list[float]]] = [{} for _ in urls]
    for _ in range(REPEATS):
        for url, its in zip(urls, took, strict=True):
            DB.config["dsn"] = url
            async with pool(1):
                for name, call in (await list_calls()).items():
                    await call()  # prepares its statements
                    began = time.perf_counter()
                    await call()
                    its.setdefault(name, []).append((time.perf_counter() - began) * 1000)
    return [{name: min(values) for name, values in its.items()} for its in took]


async def explain(call: Callable[[], Awaitable[Any]], *, can_scan: bool = True) -> list[Any]:
    """Return the plans of the statements that a call runs, with the rows that each step reads.

    Without `can_scan`, a table is read whole only where no index helps: small tables are otherwise.
    """
    seen: list[tuple[str, tuple[Any, ...]]] = []

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        seen.append((record.query, tuple(record.args or ())))

    if DB.pool is None:
        raise RuntimeError("no pool is open")
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

"""What lists, searches and the work of each minute cost with a thousand orders and with a million, and their plans."""

import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from bench import Table
from blogqueue.catalogue import articles, offers
from blogqueue.catalogue.offers import Search
from blogqueue.db import migrations
from blogqueue.db.engine import DB, pool, transaction
from blogqueue.db.tables.orders import Order
from blogqueue.emails import emails
from blogqueue.jobs import overview, stats, sweep
from blogqueue.orders import customer_orders, listing, purchases, status_answers, unfinished
from blogqueue.orders.status import get_status
from blogqueue.payments import refunds
from blogqueue.reviews import queue
from blogqueue.states import JobState, OrderStatus

SMALL, LARGE = 1_000, 1_000_000
ORDERS_AN_ARTICLE = 50
REPEATS = 15
LIMIT = 1.5
"""How many times as long a call may take with LARGE as with SMALL."""

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
SELECT md5('order ' || n)::uuid, md5('purchase ' || n)::uuid, 'cs_' || n, md5('article ' || n % $3::int + 1)::uuid,
    'customer' || n % 10000 || '@a.example',
    jsonb_build_object('target_url', 'https://a.example/' || n, 'keyword', 'a guide', 'notes', ''), '{}', 4900, 'EUR',
    'sponsored', kind.status, md5('token ' || n), at.at, at.at, CASE kind.status WHEN 'COMPLETED' THEN at.at END,
    CASE kind.status WHEN 'FAILED' THEN 'rejected' END, CASE kind.status WHEN 'FAILED' THEN 'SUCCEEDED' ELSE 'NONE' END
FROM generate_series($1::int, $2::int) n, LATERAL (SELECT now() - n * interval '1 second' AS at) at,
LATERAL (SELECT CASE WHEN n <= 20 THEN 'PROCESSING' WHEN n <= 40 THEN 'QUALITY_CHECK' WHEN n <= 60 THEN 'ADMIN_REVIEW'
    WHEN n % 20 = 0 THEN 'FAILED' ELSE 'COMPLETED' END AS status) kind
"""
"""A shop at work has some open orders, however old it is."""

_PURCHASES = """
INSERT INTO purchases (id, article_id, email, token_hash, token_expires_at, session_id, price, currency, rel, state,
    created_at)
SELECT purchase_id, article_id, customer_email, md5('purchase ' || session_id), created_at, session_id, price, currency,
    rel, 'PAID', created_at
FROM orders ON CONFLICT DO NOTHING
"""

_JOBS = """
INSERT INTO jobs (id, queue, order_id, state, payload)
SELECT 'backlink-int-' || id, 'backlink-integration', id, 'WAITING', '{}' FROM orders WHERE status = 'PROCESSING'
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


async def tables() -> tuple[list[tuple[str, Table]], dict[str, Any]]:
    """Return the table, and the plans of all statements with LARGE orders, by call."""
    large_url = str(DB.config["dsn"])
    async with pool(2):
        await migrations.forwards()
        await _grow(0, SMALL)
    small_url = await _copy(large_url)
    async with pool(2):
        await _grow(SMALL, LARGE)
        plans = {name: await _explain(call) for name, call in (await _list_calls()).items()}
    small, large = await _measure(small_url, large_url)
    rows = [
        (
            name,
            f"{small[name]:.2f}",
            f"{large[name]:.2f}",
            f"{large[name] / small[name]:.1f}",
            ", ".join(sorted(_find_scans(plans[name]))) or "none",
        )
        for name in small
    ]
    header = ("call", f"{SMALL:,} orders, ms", f"{LARGE:,}, ms", "ratio", "tables read whole")
    return [("Growth", (header, rows))], plans


async def _grow(before: int, after: int) -> None:
    """Add orders, with their articles, emails and history, past triggers and checks."""
    articles_before, articles_after = before // ORDERS_AN_ARTICLE, after // ORDERS_AN_ARTICLE
    async with transaction():
        await DB.run_ddl("SET LOCAL session_replication_role = replica")
        await DB.run_ddl("SET LOCAL statement_timeout = 0")
        await _run_slowly(_DOMAINS)
        await _run_slowly(_ARTICLES, articles_before + 1, articles_after)
        await _run_slowly(_VERSIONS, articles_before + 1, articles_after)
        await _run_slowly(_ORDERS, before + 1, after, articles_after)
        if not before:
            await _run_slowly(_JOBS)
        await _run_slowly(_PURCHASES)
        await _run_slowly(_EMAILS)
        await _run_slowly(_EVENTS, before + 1, after)
    async with _connection() as connection:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute("VACUUM ANALYZE", timeout=1_800)
        await connection.execute("RESET statement_timeout")


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


async def _list_calls() -> dict[str, Callable[[], Awaitable[Any]]]:
    """Return what is measured; ids and cursors are read first."""
    order = (await Order.select(Order.id, Order.customer_email).where(Order.status == OrderStatus.ADMIN_REVIEW))[0]
    first = await listing.list_orders(None, cursor="", limit=50)
    behind = first.next_cursor or ""
    _, next_offers = await offers.search(Search())
    return {
        "orders, first page": lambda: listing.list_orders(None, cursor="", limit=50),
        "orders, next page": lambda: listing.list_orders(None, cursor=behind, limit=50),
        "orders of a status": lambda: listing.list_orders(OrderStatus.COMPLETED, cursor="", limit=50),
        "orders of a customer": lambda: customer_orders.search("customer7@a.example"),
        "catalogue, first page": lambda: offers.search(Search()),
        "catalogue, next page": lambda: offers.search(Search(), cursor=next_offers or ""),
        "catalogue, filters": offers.list_filters,
        "catalogue, a domain": lambda: offers.search(Search(domain="site3.example")),
        "catalogue, search": lambda: offers.search(Search(q="how to")),
        "catalogue, search without result": lambda: offers.search(Search(q="nowhere to be found")),
        "articles of the editor": lambda: articles.search("", limit=50),
        "status, read": lambda: get_status(order["id"]),
        "status, unchanged": lambda: status_answers.read(order["id"]),
        "sweep: overdue jobs": sweep.find_overdue,
        "sweep: overdue emails": emails.find_overdue,
        "sweep: due refunds": refunds.list_due,
        "sweep: holds that end": purchases.expire,
        "dashboard: queues": overview.list_queues,
        "dashboard: money that waits": unfinished.list_unfinished,
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
                for name, call in (await _list_calls()).items():
                    await call()  # prepares its statements
                    began = time.perf_counter()
                    await call()
                    its.setdefault(name, []).append((time.perf_counter() - began) * 1000)
    return [{name: min(values) for name, values in its.items()} for its in took]


async def _explain(call: Callable[[], Awaitable[Any]]) -> list[Any]:
    """Return the plans of the statements that a call runs."""
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
        for statement, values in seen:
            if statement.lstrip().upper().startswith(("SELECT", "WITH")):
                plan: Any = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *values)
                plans += json.loads(plan)
    return plans


def _find_scans(plan: Any) -> set[str]:  # noqa: ANN401 - JSON
    """Return the growing tables of which a plan reads every row."""
    if isinstance(plan, list):
        return {name for one in plan for name in _find_scans(one)}
    if not isinstance(plan, dict):
        return set()
    own = {plan["Relation Name"]} if plan.get("Node Type") == "Seq Scan" else set()
    return (own & set(GROWING)) | {name for value in plan.values() for name in _find_scans(value)}

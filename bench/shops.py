"""Rows of a shop with as many orders as asked for: the same shop, some months or many years old."""

import asyncpg

from blogqueue.db import fuzzy_search
from blogqueue.db.engine import DB, transaction

SMALL = 1_000
ORDERS_AN_ARTICLE = 4
"""Few, so that the small shop fills a page and the bound of a ranking too, and the large one has 250,000 articles."""


_DOMAINS = """
INSERT INTO domains (id, host, name, max_paid_links)
SELECT md5('domain ' || n)::uuid, 'site' || n || '.example', 'Site ' || n, 100 FROM generate_series(1, 10) n
ON CONFLICT DO NOTHING
"""

_ARTICLES = """
INSERT INTO articles (id, domain_id, slug, title, topic, niche, keyword, status, selected_version_id, created_at,
    updated_at, published_at)
SELECT md5('article ' || n)::uuid, md5('domain ' || n % 10 + 1)::uuid, 'article-' || n,
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

_TALLIES = """
INSERT INTO tallies (name, labels, value)
SELECT 'jobs', jsonb_build_object('queue', queue, 'state', state), count(*) FROM jobs GROUP BY queue, state
"""
"""What the triggers would have written."""

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


async def grow(before: int, after: int) -> None:
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
            for once in (_JOBS, _TALLIES, _MINUTES, _WORKERS):
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


async def create(url: str, name: str, template: str = "template0") -> str:
    """Create a database on the server of a URL, as a copy of one to which nobody is connected; return its URL."""
    server = url.rpartition("/")[0]
    connection = await asyncpg.connect(f"{server}/postgres")
    await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"', timeout=300)
    await connection.close()
    return f"{server}/{name}"

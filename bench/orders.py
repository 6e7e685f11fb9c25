"""Whole backlink jobs on real articles, with a model that answers at once: jobs per second, tokens per integration."""

import asyncio
import os
import statistics
import sys
from typing import Any
from uuid import UUID, uuid4

from tests.corpora import LARGE_CORPUS, SMALL_CORPUS

from bench import Table
from blogqueue.actors.messages import nudge
from blogqueue.catalogue import versions
from blogqueue.catalogue.importer import import_folder
from blogqueue.db import migrations
from blogqueue.db.engine import DB, pool, transaction
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order
from blogqueue.orders import opening
from blogqueue.outbox import Outbox
from blogqueue.states import OPEN_JOBS
from blogqueue.writing.markdown.blocks import find_eligible_blocks

ARTICLES = LARGE_CORPUS or SMALL_CORPUS
CONCURRENCIES = (4,)
CHARACTERS_A_TOKEN = 4
"""How the sandbox counts tokens; the same in both columns, so their ratio does not depend on it."""


async def tables() -> list[tuple[str, Table]]:
    """Return both tables, from the same jobs."""
    async with pool(20):
        await migrations.forwards()
        await import_folder(ARTICLES, domain="bench.example")
        sandbox = await asyncio.create_subprocess_exec(sys.executable, "-m", "blogqueue.sandbox")
        try:
            speeds = [await speed(concurrency) for concurrency in CONCURRENCIES]
            saved = await tokens()
        finally:
            sandbox.terminate()
            await sandbox.wait()
    jobs = ("writer process with", "jobs", "seconds", "jobs/s", "run p50 ms", "run p95 ms")
    return [
        (f"Backlink jobs over {ARTICLES.name}, with a model that answers at once", (jobs, speeds)),
        ("Tokens out per integration (edit and second opinion), against rewriting the article", saved),
    ]


async def speed(concurrency: int) -> tuple[str, ...]:
    """Create a job for each article with a free slot; all wait when the worker starts."""
    outbox = Outbox()
    for article_id in await articles_with_room():
        outbox += await an_order(article_id)
    ours = [job.id for job in outbox.jobs]
    await nudge(Outbox(jobs=outbox.jobs))
    environment = os.environ | {
        "BLOGQUEUE_BACKLINK_INTEGRATION_CONCURRENCY": str(concurrency),
        "BLOGQUEUE_SHUTDOWN_GRACE_SECONDS": "3",
    }
    command = [sys.executable, "-m", "blogqueue", "worker", "backlink-integration"]
    worker = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.DEVNULL)
    while await Job.exists().where(Job.state.is_in(list(OPEN_JOBS))):  # noqa: ASYNC110 - another process does the work
        await asyncio.sleep(0.1)
    worker.terminate()
    await worker.wait()
    rows = await Job.raw(
        "SELECT extract(epoch FROM max(finished_at) OVER () - min(started_at) OVER ())::float AS total, "
        "extract(epoch FROM finished_at - started_at)::float * 1000 AS run "
        "FROM jobs WHERE state = 'COMPLETED' AND id = ANY({})",
        ours,
    )
    runs = sorted(row["run"] for row in rows)
    return (
        f"{concurrency} thread{'s' if concurrency > 1 else ''}",
        str(len(runs)),
        f"{rows[0]['total']:.1f}",
        f"{len(runs) / rows[0]['total']:.1f}",
        f"{statistics.median(runs):.0f}",
        f"{runs[int(len(runs) * 0.95)]:.0f}",
    )


async def tokens() -> Table:
    """Return a row for each third of the articles, by length."""
    rows: list[dict[str, Any]] = await DB.run_ddl(
        "SELECT j.tokens_out AS edit, length(v.content_md) AS characters FROM jobs j "
        "JOIN orders o ON o.id = j.order_id JOIN articles a ON a.id = o.article_id "
        "JOIN article_versions v ON v.id = a.selected_version_id "
        "WHERE j.state = 'COMPLETED' AND j.tokens_out > 0 ORDER BY characters"  # the model of `jobs` counts none
    )
    third = max(1, len(rows) // 3)
    named = {"short": rows[:third], "middle": rows[third:-third], "long": rows[-third:], "all": rows}
    return ("articles", "number", "median characters", "edit", "rewrite", "rewrite / edit"), [
        (
            name,
            str(len(some)),
            f"{statistics.median(row['characters'] for row in some):,.0f}",
            f"{statistics.median(row['edit'] for row in some):,.0f}",
            f"{statistics.median(row['characters'] / CHARACTERS_A_TOKEN for row in some):,.0f}",
            f"{statistics.median(row['characters'] / CHARACTERS_A_TOKEN / row['edit'] for row in some):.1f}",
        )
        for name, some in named.items()
        if some
    ]


async def articles_with_room() -> list[UUID]:
    live = Article.selected_version_id.is_not_null()  # drafts of ordered articles have no text yet
    rows = await Article.select(Article.id, Article.selected_version_id).where(live)
    return [
        row["id"] for row in rows if find_eligible_blocks((await versions.get(row["selected_version_id"])).content_md)
    ]


async def an_order(article_id: UUID) -> Outbox:
    """Create an order, one of an editor's, for which there is no payment."""
    key = uuid4()
    order = Order(
        id=key,
        article_id=article_id,
        customer_email="bench@customers.example",
        backlink_data={
            "keyword": "a useful guide",
            "target_url": f"https://www.bench.example/{key.hex[:8]}",
            "notes": "",
        },
        payment_data={},
        price=0,
        currency="EUR",
        rel="sponsored",
        access_token_hash=key.hex,
    )
    async with transaction():
        return await opening.open_paid(order)

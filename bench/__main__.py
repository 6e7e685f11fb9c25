"""`make bench`: start a PostgreSQL, a Redis and a sandbox for it, measure, and print tables."""

import argparse
import asyncio
import logging
import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import Table, flames, idle, recovery, stock
from bench.report import show, store
from blogqueue.demo import servers
from blogqueue.demo.ports import free_port

PARTS = ("recovery", "idle", "pickup", "jobs", "webhooks", "pages", "import", "growth")

SHOWN_VERSIONS = ("dramatiq", "redis", "piccolo", "asyncpg", "markdown-it-py")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--kills", type=int, default=10, help="for the recovery table; 100 take a quarter of an hour")
    parser.add_argument(
        "--stock-cap", type=int, default=120, help="wait so many seconds for stock Dramatiq; 0: skip it"
    )
    parser.add_argument("--only", choices=PARTS, action="append", help="these parts alone; may be repeated")
    parser.add_argument("--out", type=Path, default=Path("var/bench"), help="where JSON and pictures are stored")
    parser.add_argument("--orders", type=int, default=1_000_000, help="of the large database of the growth table")
    parser.add_argument("--flames", action="store_true", help="draw where the time of worker and web goes, by py-spy")
    asked = parser.parse_args()
    if asked.flames:
        flames.ask_for(asked.out.absolute())
    parts = asked.only or list(PARTS)
    machine = (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        + ", ".join(f"{name} {version(name)}" for name in SHOWN_VERSIONS)
    )
    print(machine)
    tables: list[tuple[str, Table]] = []
    plans: dict[str, Any] = {}
    failures: list[str] = []

    def add(*found: tuple[str, Table]) -> None:
        for title, table in found:
            show(title, table)
            tables.append((title, table))

    # These, and what they import, know no settings: those are read once, and made below.
    if "recovery" in parts:
        header, rows = asyncio.run(recovery.table(asked.kills))
        add(("Recovery", (header, rows + (stock.rows(asked.stock_cap) if asked.stock_cap else []))))
    if "idle" in parts:
        add(*asyncio.run(idle.tables()))
    if set(parts) - {"recovery", "idle"}:
        plans, failures = measure_with_settings(parts, add, asked.orders)
    store(asked.out, machine, tables, plans)
    if failures:
        raise SystemExit("Statements that take longer the more orders there are:\n" + "\n".join(failures))


def measure_with_settings(
    parts: Sequence[str], add: Callable[..., None], orders_of_large: int
) -> tuple[dict[str, Any], list[str]]:
    """Measure what runs in this process or needs its settings; return the statements' plans, and what is wrong."""
    with tempfile.TemporaryDirectory(prefix="blogqueue-bench-") as folder:
        path = Path(folder)
        with servers.postgres(path) as database_url, servers.redis(path) as redis_url:
            settings(database_url, redis_url, path)
            # These read the settings.
            from bench import growth, imports, jobs, orders, pages, pickup, webhooks  # noqa: PLC0415 - as said above
            from blogqueue import log  # noqa: PLC0415 - as above

            log.configure(logging.WARNING)
            if "pickup" in parts:
                add(("Pick-up on an idle queue, and empty jobs a second", pickup.table(redis_url)))
            if "jobs" in parts:
                add(*asyncio.run(jobs.tables()))
            if "pages" in parts:
                add(*asyncio.run(orders.tables()), *asyncio.run(pages.tables()))
            # Last of those that count jobs: it leaves some that nobody works on.
            if "webhooks" in parts:
                add(*asyncio.run(webhooks.tables()))
            if "import" in parts:
                add(*asyncio.run(imports.tables(path / "articles")))
            if "growth" in parts:
                found, plans, failures = asyncio.run(growth.tables(orders_of_large))
                add(*found)
                return plans, failures
    return {}, []


def settings(database_url: str, redis_url: str, folder: Path) -> None:
    """Return the environment of the benchmark's processes."""
    web, sandbox, smtp = (free_port() for _ in range(3))
    os.environ.update(
        BLOGQUEUE_ENV="test",
        BLOGQUEUE_PUBLIC_URL=f"http://127.0.0.1:{web}",
        BLOGQUEUE_WEB_PORT=str(web),
        BLOGQUEUE_MAX_REGENERATIONS_PER_HOUR_PER_ORDER="1000",  # many changes of one order's page are timed
        BLOGQUEUE_SECRET_KEY="the benchmark's own secret key, which opens nothing",
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        BROKER_URL=redis_url,
        OPENAI_API_KEY="sk-bench",
        OPENAI_BASE_URL=f"http://127.0.0.1:{sandbox}/v1",
        OPENAI_MODEL="sandbox-writer",
        STRIPE_API_KEY="sk_test_bench",
        STRIPE_WEBHOOK_SECRET="whsec_bench",
        BLOGQUEUE_SANDBOX_DIR=str(folder / "sandbox"),
        BLOGQUEUE_SANDBOX_PORT=str(sandbox),
        BLOGQUEUE_SANDBOX_SMTP_PORT=str(smtp),
        BLOGQUEUE_SANDBOX_WEBHOOK_URL=f"http://127.0.0.1:{web}/api/v1/purchase/webhook",
    )


if __name__ == "__main__":
    main()

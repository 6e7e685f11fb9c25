"""`make bench`: start a PostgreSQL, a Redis and a sandbox for it, measure, and print tables."""

import argparse
import asyncio
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

from bench import Table, recovery, stock
from blogqueue.demo import servers
from blogqueue.demo.ports import free_port

SHOWN_VERSIONS = ("dramatiq", "redis", "piccolo", "asyncpg", "markdown-it-py")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--kills", type=int, default=10, help="for the recovery table; 100 take a quarter of an hour")
    parser.add_argument(
        "--stock-cap", type=int, default=120, help="wait so many seconds for stock Dramatiq; 0: skip it"
    )
    parser.add_argument("--only", choices=("recovery",), help="this table alone")
    asked = parser.parse_args()
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        + ", ".join(f"{name} {version(name)}" for name in SHOWN_VERSIONS)
    )
    # These two, and what they import, know no settings: those are read once, and made below.
    header, rows = asyncio.run(recovery.table(asked.kills))
    show("Recovery", (header, rows + (stock.rows(asked.stock_cap) if asked.stock_cap else [])))
    if asked.only:
        return
    with tempfile.TemporaryDirectory(prefix="blogqueue-bench-") as folder:
        path = Path(folder)
        with servers.postgres(path) as database_url, servers.redis(path) as redis_url:
            settings(database_url, redis_url, path)
            # Only now: importing these reads the settings.
            from bench import orders, pages, pickup  # noqa: PLC0415

            show("Pick-up on an idle queue, and empty jobs a second", pickup.table(redis_url))
            for title, table in asyncio.run(orders.tables()):
                show(title, table)
            for title, table in asyncio.run(pages.tables()):
                show(title, table)


def settings(database_url: str, redis_url: str, folder: Path) -> None:
    """Return the environment of the benchmark's processes."""
    web, sandbox, smtp = (free_port() for _ in range(3))
    os.environ.update(
        BLOGQUEUE_ENV="test",
        BLOGQUEUE_PUBLIC_URL=f"http://127.0.0.1:{web}",
        BLOGQUEUE_WEB_PORT=str(web),
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


def show(title: str, table: Table) -> None:
    """Format a table with aligned columns, numbers to the right."""
    header, rows = table
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    print(f"\n{title}\n")
    for row in (header, *rows):
        print(
            "  "
            + "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        )


if __name__ == "__main__":
    main()

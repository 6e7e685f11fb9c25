"""How long it takes to import many files."""

import time
from pathlib import Path

from bench import Table
from bench.orders import ARTICLES
from blogqueue.catalogue.importer import import_folder
from blogqueue.db import migrations
from blogqueue.db.engine import pool

FILES = 2_000


async def tables(folder: Path) -> list[tuple[str, Table]]:
    """Return one row for the first import of copies of real articles, and one for the same again."""
    articles = sorted(ARTICLES.rglob("*.md"))
    for number in range(FILES):
        source = articles[number % len(articles)]
        copy = folder / f"site-{number // len(articles)}" / source.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
    rows: list[tuple[str, ...]] = []
    async with pool(4):
        await migrations.forwards()
        for name in ("new files", "the same again"):
            began = time.monotonic()
            results = await import_folder(folder, domain="import.example")
            used = sum(result.used for result in results)
            rows.append((name, f"{len(results):,}", f"{used:,}", f"{time.monotonic() - began:.1f}"))
    return [(f"Import of {FILES:,} files", (("what", "results", "used", "seconds"), rows))]

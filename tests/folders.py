"""Folders of articles to import, and what has become of them."""

from pathlib import Path
from typing import Any

from blogqueue.db.tables.catalogue import Article


async def published() -> dict[str, str]:
    """The live text of each article, by slug."""
    rows = await Article.raw(
        "SELECT slug, content_md FROM articles a JOIN article_versions v ON v.id = a.selected_version_id",
    )
    return {row["slug"]: row["content_md"] for row in rows}


async def by_slug() -> dict[str, dict[str, Any]]:
    rows = await Article.select(
        Article.slug, Article.title, Article.niche, Article.published_at, Article.source_path, Article.status
    )
    return {row["slug"]: row for row in rows}


def write(folder: Path, **files: str) -> None:
    """Write files by name; `__` stands for a slash."""
    for name, content in files.items():
        file = folder / f"{name.replace('__', '/')}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")

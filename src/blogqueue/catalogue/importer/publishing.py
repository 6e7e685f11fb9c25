"""Stores what was read: new articles many at a time, and the next versions of known ones one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from blogqueue.catalogue import articles
from blogqueue.catalogue.importer.matching import Known
from blogqueue.catalogue.importer.outcomes import Outcome, UnusableError
from blogqueue.catalogue.importer.reading import File
from blogqueue.catalogue.importer.terms import ACTOR
from blogqueue.db import history
from blogqueue.db.engine import NOW, transaction
from blogqueue.db.tables.catalogue import Article, ArticleVersion, Domain
from blogqueue.db.tables.orders import OrderEvent
from blogqueue.errors import ConflictError
from blogqueue.states import ArticleStatus
from blogqueue.writing.link_edit.room import count_room

BATCH = 100
"""New articles per transaction: ten statements then store what would take six hundred."""

_SELECT_VERSIONS = """
UPDATE articles SET selected_version_id = v.id FROM article_versions v
WHERE v.article_id = articles.id AND articles.id = ANY ({})
"""


@dataclass(frozen=True, slots=True)
class NewArticle:
    """A file that becomes an article with this slug; `columns` are those of its version."""

    file: File
    slug: str
    columns: dict[str, Any]


async def create(new: Sequence[NewArticle], domain: Domain) -> list[bool]:
    """Publish new articles in one transaction; return for each whether it was: another import may be first."""
    now = datetime.now(UTC)
    rows = [_to_article(one, domain, now) for one in new]
    async with transaction():
        stored = await Article.insert(*rows).on_conflict(action="DO NOTHING").returning(Article.id)
        ids = {row["id"] for row in stored}
        if not ids:
            return [False] * len(new)
        versions = [
            ArticleVersion(article_id=row.id, version_num=1, content_md=one.file.content, **one.columns)
            for row, one in zip(rows, new, strict=True)
            if row.id in ids
        ]
        await ArticleVersion.insert(*versions)
        await Article.raw(_SELECT_VERSIONS, list(ids))
        await OrderEvent.insert(*(_to_event(version) for version in versions))
    return [row.id in ids for row in rows]


def _to_article(new: NewArticle, domain: Domain, now: datetime) -> Article:
    values: dict[str, Any] = {"niche": domain.niche, "published_at": now} | new.file.details
    return Article(
        domain_id=domain.id,
        slug=new.slug,
        status=ArticleStatus.PUBLISHED,
        source_path=str(new.file.source),
        source_sha256=new.file.digest,
        updated_at=now,
        **values,
    )


def _to_event(version: ArticleVersion) -> OrderEvent:
    return OrderEvent(
        article_id=version.article_id,
        actor=ACTOR,
        action="publish text",
        from_status=ArticleStatus.DRAFT,
        to_status=ArticleStatus.PUBLISHED,
        detail=f"version {version.id}",
    )


async def update(file: File, known: Known, domain: Domain, drop: str) -> tuple[Outcome, tuple[str, ...], int | None]:
    """Publish a known file's text and details where they have changed; return what was done, remarks, and its room.

    The text is compared with the one that the file had: a file that has not changed since replaces no text of an
    editor. Raises UnusableError.
    """
    is_earlier = file.digest != known.digest and _has_earlier_text(file, known)
    is_new = file.digest != known.digest and not is_earlier
    if (known.source_path, known.source_sha256) != (str(file.source), file.digest):
        await _store_text(file, known, drop, publish=is_new)
    room = count_room(file.content) if is_new else known.room
    changed, notes = _compare_details(file, known, domain)
    if changed:
        await _store_details(known, changed)
    if is_earlier:
        notes += ("has the text of an earlier version, so the article keeps its newer one",)
    return Outcome.UPDATED if is_new or changed else Outcome.UNCHANGED, notes, room


def _has_earlier_text(file: File, known: Known) -> bool:
    """Return whether an article's own file has an earlier text, which it may have had at its last import, too."""
    return known.source_path == str(file.source) and file.digest in known.earlier


async def _store_text(file: File, known: Known, drop: str, *, publish: bool) -> None:
    """Publish a file's text if it has changed, and store which text this was, also where it is live already."""
    try:
        async with transaction():
            if publish:
                await articles.publish_text(known.id, file.content, actor=ACTOR, drop_paid_links=drop)
            await Article.update({Article.source_path: str(file.source), Article.source_sha256: file.digest}).where(
                Article.id == known.id
            )
    except ConflictError as error:
        raise UnusableError(" ".join([error.message, *(detail.message for detail in error.details)])) from error


def _compare_details(file: File, known: Known, domain: Domain) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the details to store, and a remark if they stay because an editor has edited the article."""
    wanted: dict[str, Any] = {"niche": domain.niche} | file.details
    changed = {name: value for name, value in wanted.items() if getattr(known, name) != value}
    if changed and known.edited:
        return {}, (f"an editor has edited this article, so these stay as they are: {', '.join(changed)}",)
    return changed, ()


async def _store_details(known: Known, changed: dict[str, Any]) -> None:
    changes = "; ".join(f"{name}: {getattr(known, name)} → {value}" for name, value in changed.items())
    async with transaction():
        await history.record(ACTOR, "import details", article_id=known.id, detail=changes)
        # After the line: a page of Piccolo Admin that shows an earlier time is outdated.
        await Article.update({**changed, "updated_at": NOW}).where(Article.id == known.id)


def is_live(known: Known | None) -> bool:
    """Return whether readers can open an article."""
    return known is not None and known.status == ArticleStatus.PUBLISHED

"""Which article each file is the text of: an article keeps the file that it came from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from uuid import UUID

import msgspec

from blogqueue.catalogue.importer.outcomes import UnusableError
from blogqueue.catalogue.importer.reading import File
from blogqueue.catalogue.importer.slugs import choose_slugs
from blogqueue.catalogue.importer.terms import ACTOR
from blogqueue.db.tables.catalogue import Article

_KNOWN = """
SELECT a.id, a.slug, a.source_path, a.source_sha256, a.status, a.title, a.topic, a.niche, a.keyword, a.published_at,
    COALESCE(a.source_sha256, newest.digest) AS digest,
    ARRAY(SELECT encode(sha256(convert_to(v.content_md, 'UTF8')), 'hex') FROM article_versions v
        WHERE a.source_sha256 IS NULL AND v.article_id = a.id AND v.id <> a.selected_version_id
        AND (v.order_id IS NULL OR v.backlink_review_status = 'APPROVED')) AS earlier,
    (SELECT v.room FROM article_versions v WHERE v.id = a.selected_version_id) AS room,
    EXISTS (SELECT FROM order_events e WHERE e.article_id = a.id AND e.action = 'edit article') AS edited
FROM articles a LEFT JOIN LATERAL (
    SELECT encode(sha256(convert_to(v.content_md, 'UTF8')), 'hex') AS digest FROM article_versions v
    WHERE a.source_sha256 IS NULL AND v.article_id = a.id AND v.order_id IS NULL
    ORDER BY EXISTS (
        SELECT FROM order_events e WHERE e.article_id = a.id AND e.actor = {} AND e.action = 'publish text'
        AND starts_with(e.detail, 'version ' || v.id)) DESC, v.version_num DESC
    LIMIT 1
) newest ON true
WHERE a.domain_id = {}
"""
"""A domain's articles: each with the SHA-256 of the text that its file had, the room of its live text, and whether an
editor edited it.

An article that was last imported before such digests were stored has that of the newest text that an import published,
else of the newest that no order has made. Its file may have taken over another text, of which there is no record: hence
the digests of its earlier live texts.
"""


class Known(msgspec.Struct, frozen=True):
    """An article that exists. `digest` is null if only orders have made its texts.

    `earlier` are the digests of its earlier live texts, if the one of its file's text is not stored.
    """

    id: UUID
    slug: str
    source_path: str | None
    source_sha256: str | None
    status: str
    title: str
    topic: str
    niche: str
    keyword: str
    published_at: datetime | None
    digest: str | None
    earlier: list[str]
    room: int | None
    edited: bool


@dataclass(slots=True)
class Match:
    """The result: the article of each known file, the slug of each new one, and why the others cannot have one."""

    known: dict[PurePosixPath, Known] = field(default_factory=dict[PurePosixPath, Known])
    slugs: dict[PurePosixPath, str] = field(default_factory=dict[PurePosixPath, str])
    refused: dict[PurePosixPath, UnusableError] = field(default_factory=dict[PurePosixPath, UnusableError])


async def list_known(domain_id: UUID) -> list[Known]:
    """Return a domain's articles, of every status."""
    return msgspec.convert(await Article.raw(_KNOWN, ACTOR, domain_id), list[Known])


def match(files: Sequence[File], articles: Sequence[Known]) -> Match:
    """Match a domain's files with its articles.

    A file is the text of the article that was imported from its path. If there is none, it is the text of an article
    without a file here that has exactly this text: the file was moved. An article that was imported before paths were
    kept is known by its slug, if only one file has it.
    """
    result = Match()
    by_path = {article.source_path: article for article in articles if article.source_path}
    for file in files:
        if str(file.source) in by_path:
            result.known[file.source] = by_path[str(file.source)]
    used = {article.id for article in result.known.values()}
    _match_texts(files, [article for article in articles if article.id not in used], result)
    used = {article.id for article in result.known.values()}
    _match_slugs(files, [article for article in articles if article.id not in used], result)
    _name_new(files, articles, result)
    return result


def _match_texts(files: Sequence[File], articles: Sequence[Known], result: Match) -> None:
    with_text: dict[str, list[Known]] = {}
    for article in articles:
        if article.digest:
            with_text.setdefault(article.digest, []).append(article)
    for file in files:
        candidates = with_text.get(file.digest, [])
        if candidates and file.source not in result.known:
            best = min(candidates, key=lambda article: (article.slug not in file.slugs, article.slug))
            candidates.remove(best)
            result.known[file.source] = best


def _match_slugs(files: Sequence[File], articles: Sequence[Known], result: Match) -> None:
    by_slug = {article.slug: article for article in articles if article.digest and not article.source_path}
    new = [file for file in files if file.source not in result.known]
    claims = Counter(file.slugs[0] for file in new)
    for file in new:
        if claims[file.slugs[0]] == 1 and file.slugs[0] in by_slug:
            result.known[file.source] = by_slug[file.slugs[0]]


def _name_new(files: Sequence[File], articles: Sequence[Known], result: Match) -> None:
    """Choose the slugs of new files, and say who has the slug that a file cannot have."""
    new = {file.source: file.slugs for file in files if file.source not in result.known}
    result.slugs, refused = choose_slugs(new, {article.slug for article in articles})
    holders: dict[str, str] = {article.slug: _describe(article, result.known) for article in articles}
    holders |= {slug: str(source) for source, slug in result.slugs.items()}
    for source, slug in refused.items():
        result.refused[source] = UnusableError(
            f"has the slug {slug!r}, which is that of {holders[slug]}; give this file another slug"
        )


def _describe(article: Known, known: Mapping[PurePosixPath, Known]) -> str:
    source = next((str(source) for source, one in known.items() if one.id == article.id), article.source_path)
    return source or f"the article “{article.title}”"

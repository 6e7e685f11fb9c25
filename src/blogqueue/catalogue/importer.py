"""Imports articles from Markdown files. Texts are stored byte for byte; front matter gives title, slug and so on."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from blogqueue.catalogue import articles, domain_rules
from blogqueue.catalogue.domain_rules import ColumnError
from blogqueue.db.tables.catalogue import Article, ArticleVersion, Domain
from blogqueue.errors import ConflictError
from blogqueue.writing.markdown.front_matter import FrontMatterError, read_front_matter

ACTOR = "import"
SUFFIXES = frozenset({".md", ".markdown"})
TITLE_LENGTH = 500
MAX_BYTES = 1_000_000
"""A thousand times a short article; anything larger is not an article."""


class UnusableError(Exception):
    """A file cannot be imported; the message says why."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The result for one file: "published", "updated", "unchanged", or the reason why it was not used."""

    path: Path
    outcome: str
    used: bool


@dataclass(frozen=True, slots=True)
class _File:
    content: str
    slug: str
    title: str
    topic: str
    niche: str
    keyword: str
    published_at: datetime | None


async def import_folder(folder: Path, *, domain: str, drop_paid_links: str = "") -> list[Imported]:
    """Publish every Markdown file below a folder and return each file's result; one bad file does not stop the others.

    The articles of a sub-folder with a `domain.toml` belong to that domain, others to the domain with host `domain`.
    A domain that does not exist is created. A file that has changed since its last import becomes its article's next
    version. A file without the article's paid links is not used, unless `drop_paid_links` gives a reason, which goes
    into the history.
    """
    found: list[Imported] = []
    slugs: dict[str, Path] = {}
    for path in _find_files(folder):
        try:
            domain_values = _read_domain(path, folder) or {"host": domain}
            file = _read(path)
            _check_slug_unique(path, slugs.setdefault(file.slug, path), file.slug)
            outcome = await _publish(file, {"name": domain_values["host"]} | domain_values, drop_paid_links)
        except UnusableError as error:
            found.append(Imported(path, str(error), used=False))
        else:
            found.append(Imported(path, outcome, used=True))
    return found


def _find_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        # Reading a pipe or a device would block.
        if path.suffix.lower() in SUFFIXES and path.stem.lower() != "readme" and path.is_file():
            yield path


def _check_slug_unique(path: Path, first: Path, slug: str) -> None:
    """Raise UnusableError for the second file with one slug: it would overwrite the first one's article."""
    if first != path:
        raise UnusableError(f"{first.name} has the slug {slug!r} too; give each file its own slug")


def _read_domain(path: Path, folder: Path) -> dict[str, Any]:
    """Return the columns in the nearest `domain.toml` at or above a file, within the folder; {} if there is none.

    Raises UnusableError for an invalid `domain.toml`.
    """
    for parent in path.parents:
        file = parent / "domain.toml"
        if file.is_file():
            try:
                columns = domain_rules.validate_domain(tomllib.loads(file.read_text(encoding="utf-8")))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, ColumnError) as error:
                raise UnusableError(f"its {file.name} is invalid: {error}") from error
            unknown = set(columns) - set(domain_rules.DOMAIN_COLUMNS)
            if unknown or "host" not in columns:
                raise UnusableError(f"its {file.name} has no host, or has unknown keys: {sorted(unknown)}")
            return columns
        if parent == folder:
            return {}
    return {}


def _read(path: Path) -> _File:
    """Read a file as an article. Raises UnusableError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnusableError(f"cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise UnusableError(f"is larger than {MAX_BYTES:,} bytes")
    try:
        content = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnusableError(f"is not UTF-8: byte {error.start}") from error
    if "\0" in content:
        raise UnusableError("contains a NUL character, which PostgreSQL cannot store")
    try:
        front_matter, body_start = read_front_matter(content)
    except FrontMatterError as error:
        raise UnusableError(f"has invalid front matter: {error}") from error
    body = content[body_start:]
    if not body.strip():
        raise UnusableError("has no text")
    title = _get_line(front_matter, "title") or _find_heading(body) or path.stem.replace("-", " ").strip().capitalize()
    title = title[:TITLE_LENGTH]
    slug = domain_rules.to_slug(_get_line(front_matter, "slug") or path.stem)
    if not slug:
        raise UnusableError("has no slug, and no file name to make one of")
    columns = {
        "slug": slug,
        "title": title,
        "topic": (_get_line(front_matter, "topic") or title)[:500],
        "keyword": _get_line(front_matter, "keyword")[:200],
    }
    niche = (
        _get_line(front_matter, "niche") or _get_first(front_matter, "categories") or _get_first(front_matter, "tags")
    )[:100].strip()
    try:
        valid = domain_rules.validate_article(columns | ({"niche": niche} if niche else {}))
    except ColumnError as error:
        raise UnusableError(f"has front matter that cannot be used: {error}") from error
    return _File(content=content, published_at=_parse_date(front_matter.get("date")), **({"niche": ""} | valid))


async def _publish(file: _File, domain_values: dict[str, Any], drop: str) -> str:
    """Publish a file as a new article or as the next version of its article, and say which."""
    known = await Article.objects(Article.domain_id).get(Article.slug == file.slug)
    if known is not None:
        return await _publish_next_version(file, known, domain_values["host"], drop)
    domain = await _get_or_create_domain(domain_values)
    article = Article(
        domain_id=domain.id,
        slug=file.slug,
        title=file.title,
        topic=file.topic,
        niche=file.niche or domain.niche,
        keyword=file.keyword,
        published_at=file.published_at,
    )
    await articles.create_published(article, file.content, actor=ACTOR)
    return "published"


async def _publish_next_version(file: _File, known: Article, host: str, drop: str) -> str:
    """Publish a file's text, unless it is the same as the newest version that no order has made."""
    if known.domain_id.host != host:
        raise UnusableError(f"another domain's article has the slug {file.slug!r}; choose another one")
    newest = (
        await ArticleVersion.select(ArticleVersion.content_md)
        .where(ArticleVersion.article_id == known.id, ArticleVersion.order_id.is_null())
        .order_by(ArticleVersion.version_num, ascending=False)
        .first()
    )
    if newest is not None and newest["content_md"] == file.content:
        return "unchanged"
    try:
        await articles.publish_text(known.id, file.content, actor=ACTOR, override=drop)
    except ConflictError as error:
        raise UnusableError(" ".join([error.message, *(detail.message for detail in error.details)])) from error
    return "updated"


async def _get_or_create_domain(values: dict[str, Any]) -> Domain:
    domain = await Domain.objects().where(Domain.host == values["host"]).first()
    if domain is None:
        domain = Domain(**values)
        await Domain.insert(domain)
    return domain


def _get_line(front_matter: dict[str, object], key: str) -> str:
    """Return a front-matter value as one line of text, or ""."""
    value = front_matter.get(key)
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def _parse_date(value: object) -> datetime | None:
    """Return when an article was published from its front matter, a date or a time; None for anything else.

    Raises UnusableError for a date in the future: site generators do not publish such a file before that day.
    """
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(at, date) and not isinstance(at, datetime):
            at = datetime.combine(at, time.min)
        if not isinstance(at, datetime):
            return None
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # The day may have begun in other time zones.
    if at > datetime.now(UTC) + timedelta(days=1):
        raise UnusableError(f"is dated {at:%Y-%m-%d}, which is in the future")
    return at


def _get_first(front_matter: dict[str, object], key: str) -> str:
    """Return the first item of a front-matter list, or the value if it is not a list."""
    value = front_matter.get(key)
    return str(value[0]) if isinstance(value, list) and value else _get_line(front_matter, key)


def _find_heading(body: str) -> str:
    """Return the text of the body's first line that is an ATX heading of level one, or ""."""
    return next((line[2:].strip(" #\r") for line in body.split("\n") if line.startswith("# ")), "")

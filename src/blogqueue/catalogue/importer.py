"""Articles that come in as Markdown files: kept byte for byte, front matter read for what it says of them."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from blogqueue.catalogue import articles, domain_rules
from blogqueue.catalogue.domain_rules import TermError
from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import Article, ArticleVersion, Domain
from blogqueue.errors import ConflictError
from blogqueue.writing.markdown.front_matter import FrontMatterError, read_front_matter

ACTOR = "import"
SUFFIXES = frozenset({".md", ".markdown"})
TITLE_LENGTH = 500
MAX_BYTES = 1_000_000
"""A thousand times a short article; anything larger is some other kind of file."""


class UnusableError(Exception):
    """A file cannot be an article; the message says why."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file: "published", "updated", "unchanged", or a reason why it was not used."""

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
    """Publish every Markdown file below a folder; each stands or falls alone.

    A sub-folder with a `domain.toml` holds that domain's articles; all others belong to the domain with host `domain`,
    which is made if it does not exist. A file that was changed since the last import is its article's next version; one
    without the links that were paid for is not used, unless `drop_paid_links` gives a reason, which is recorded.
    """
    found: list[Imported] = []
    slugs: dict[str, Path] = {}
    for path in _files(folder):
        try:
            site = _terms(path, folder) or {"host": domain}
            file = _read(path)
            _alone(path, slugs.setdefault(file.slug, path), file.slug)
            outcome = await _publish(file, {"name": site["host"]} | site, drop_paid_links)
        except UnusableError as error:
            found.append(Imported(path, str(error), used=False))
        else:
            found.append(Imported(path, outcome, used=True))
    return found


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        # A pipe or a device of such a name would be waited for.
        if path.suffix.lower() in SUFFIXES and path.stem.lower() != "readme" and path.is_file():
            yield path


def _alone(path: Path, first: Path, slug: str) -> None:
    """Of two files with one slug the second would be the first one's next version, which nobody meant."""
    if first != path:
        raise UnusableError(f"{first.name} has the slug {slug!r} as well; give each its own")


def _terms(path: Path, folder: Path) -> dict[str, Any]:
    """What the nearest `domain.toml` at or above a file, within the folder, says of its domain."""
    for parent in path.parents:
        file = parent / "domain.toml"
        if file.is_file():
            try:
                said = domain_rules.domain(tomllib.loads(file.read_text(encoding="utf-8")))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, TermError) as error:
                raise UnusableError(f"{file.name} beside it is broken: {error}") from error
            unknown = set(said) - set(domain_rules.DOMAIN_TERMS)
            if unknown or "host" not in said:
                raise UnusableError(f"{file.name} beside it names no host, or unknown keys: {sorted(unknown)}")
            return said
        if parent == folder:
            return {}
    return {}


def _read(path: Path) -> _File:
    """A file as an article. Raises UnusableError."""
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
        raise UnusableError("holds a NUL character, which PostgreSQL's text cannot")
    try:
        said, body_start = read_front_matter(content)
    except FrontMatterError as error:
        raise UnusableError(f"has broken front matter: {error}") from error
    body = content[body_start:]
    if not body.strip():
        raise UnusableError("has no text")
    title = (_word(said, "title") or _heading(body) or path.stem.replace("-", " ").strip().capitalize())[:TITLE_LENGTH]
    slug = domain_rules.slug(_word(said, "slug") or path.stem)
    if not slug:
        raise UnusableError("has neither a slug nor a file name to make one of")
    columns = {
        "slug": slug,
        "title": title,
        "topic": (_word(said, "topic") or title)[:500],
        "keyword": _word(said, "keyword")[:200],
    }
    niche = (_word(said, "niche") or _first(said, "categories") or _first(said, "tags"))[:100].strip()
    try:
        kept = domain_rules.article(columns | ({"niche": niche} if niche else {}))
    except TermError as error:
        raise UnusableError(f"has front matter that cannot be kept: {error}") from error
    return _File(content=content, published_at=_published_at(said.get("date")), **({"niche": ""} | kept))


async def _publish(file: _File, site: dict[str, Any], drop: str) -> str:
    async with transaction():
        domain = await _domain(site)
        known = await Article.objects().where(Article.slug == file.slug).first()
        if known is not None:
            return await _publish_again(file, known, domain, drop)
        article = Article(
            domain_id=domain.id,
            slug=file.slug,
            title=file.title,
            topic=file.topic,
            niche=file.niche or domain.niche,
            keyword=file.keyword,
            published_at=file.published_at,
        )
        await Article.insert(article)
        await articles.publish_text(article.id, file.content, actor=ACTOR)
    return "published"


async def _publish_again(file: _File, known: Article, domain: Domain, drop: str) -> str:
    """A file's text as its article's next version, unless it is still what the owner's last one was."""
    if known.domain_id != domain.id:
        raise UnusableError(f"another domain's article has the slug {file.slug!r}; give this one its own slug")
    owners = (
        await ArticleVersion.select(ArticleVersion.content_md)
        .where(ArticleVersion.article_id == known.id, ArticleVersion.order_id.is_null())
        .order_by(ArticleVersion.version_num, ascending=False)
        .first()
    )
    if owners is not None and owners["content_md"] == file.content:
        return "unchanged"
    try:
        await articles.publish_text(known.id, file.content, actor=ACTOR, override=drop)
    except ConflictError as error:
        raise UnusableError(" ".join([error.message, *(detail.message for detail in error.details)])) from error
    return "updated"


async def _domain(site: dict[str, Any]) -> Domain:
    domain = await Domain.objects().where(Domain.host == site["host"]).first()
    if domain is None:
        domain = Domain(**site)
        await Domain.insert(domain)
    return domain


def _word(said: dict[str, object], key: str) -> str:
    """A front-matter value as one line of text, or ""."""
    value = said.get(key)
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def _published_at(said: object) -> datetime | None:
    """When a file's article was published, by its front matter: a day or a moment; None for what cannot be read.

    Raises UnusableError for a day to come, on which site generators would publish it and not before.
    """
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else said
        if isinstance(at, date) and not isinstance(at, datetime):
            at = datetime.combine(at, time.min)
        if not isinstance(at, datetime):
            return None
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # Today may have begun elsewhere.
    if at > datetime.now(UTC) + timedelta(days=1):
        raise UnusableError(f"is dated {at:%Y-%m-%d}, which is still to come")
    return at


def _first(said: dict[str, object], key: str) -> str:
    value = said.get(key)
    return str(value[0]) if isinstance(value, list) and value else _word(said, key)


def _heading(body: str) -> str:
    """The text of the body's first line that is an ATX heading of level one, or ""."""
    return next((line[2:].strip(" #\r") for line in body.split("\n") if line.startswith("# ")), "")

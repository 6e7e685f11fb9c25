"""One file read as an article, in any process: no database."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path, PurePosixPath
from typing import Any

from blogqueue.catalogue import domain_rules
from blogqueue.catalogue.domain_rules import ColumnError
from blogqueue.catalogue.importer import dates, drafts, slugs, titles
from blogqueue.catalogue.importer.outcomes import UnusableError, skip
from blogqueue.catalogue.importer.processes import Map
from blogqueue.catalogue.text_limits import find_text_problem
from blogqueue.writing.markdown.metadata import FrontMatterError, read_front_matter
from blogqueue.writing.markdown.template_syntax import list_unshown

MAX_BYTES = 1_000_000
"""A thousand times a short article; anything larger is not an article."""

TITLE_LENGTH, NICHE_LENGTH, KEYWORD_LENGTH = 500, 100, 200


@dataclass(frozen=True, slots=True)
class File:
    """An article's file: its text, what its front matter says, and the slugs that it may have, the best first.

    `details` are columns of the article. `digest` is the SHA-256 of the text.
    """

    source: PurePosixPath
    content: str
    digest: str
    slugs: list[str]
    details: dict[str, Any]
    notes: tuple[str, ...] = ()
    unshown: tuple[str, ...] = ()


def read_files(
    files: Sequence[tuple[Path, PurePosixPath]], done: Callable[[], None], each: Map
) -> Iterator[File | UnusableError]:
    """Read each file, with its path below its domain's folder, and yield it, or the reason why it cannot be used.

    `done` is called after each.
    """
    paths, sources = zip(*files, strict=True) if files else ((), ())
    for found in each(_try, paths, sources, repeat(datetime.now(UTC), len(files))):
        yield found
        done()


def _try(path: Path, source: PurePosixPath, now: datetime) -> File | UnusableError:
    try:
        return read_file(path, source, now)
    except UnusableError as error:
        return error


def read_file(path: Path, source: PurePosixPath, now: datetime) -> File:
    """Read a file as an article. Raises UnusableError."""
    try:
        str(source).encode()
    except UnicodeEncodeError as error:  # PostgreSQL could not store where the article comes from
        raise UnusableError("has a name that is not UTF-8") from error
    content = _read_text(path)
    try:
        front_matter, body_start = read_front_matter(content)
    except FrontMatterError as error:
        raise UnusableError(f"has invalid front matter: {error}") from error
    values = {name.lower(): value for name, value in front_matter.items()}
    reason = drafts.find_reason(values, source, now)
    if reason:
        raise skip(reason)
    if not content[body_start:].strip():
        raise UnusableError("has no text")
    written = _get_line(values, "slug")
    wanted = slugs.list_slugs(source, written)
    if not wanted:
        raise UnusableError(f"has no name that an address can be made of: {written or source.stem!r}")
    return File(
        source=source,
        content=content,
        digest=hashlib.sha256(content.encode()).hexdigest(),
        slugs=wanted,
        details=_read_details(values, content, source),
        notes=_note_unread(values),
        unshown=list_unshown(content),
    )


def _read_text(path: Path) -> str:
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
    if content.strip() and (problem := find_text_problem(content)):
        raise UnusableError(f"cannot be stored: {problem}")
    return content


def _read_details(values: Mapping[str, object], content: str, source: PurePosixPath) -> dict[str, Any]:
    """Return the columns of the article that a file gives. Raises UnusableError for a value that cannot be stored."""
    title = titles.find_title(values, content, slugs.name_page(source))[:TITLE_LENGTH].strip()
    columns = {
        "title": title or source.stem[:TITLE_LENGTH],
        "topic": (_get_line(values, "topic") or title)[:TITLE_LENGTH],
        "keyword": _get_line(values, "keyword")[:KEYWORD_LENGTH],
        "niche": _find_niche(values)[:NICHE_LENGTH].strip(),
    }
    try:
        valid = domain_rules.validate_article({name: value for name, value in columns.items() if value})
    except ColumnError as error:
        where = "front matter" if _get_line(values, error.name) else "a name"
        raise UnusableError(f"has {where} that cannot be used: {error}") from error
    published_at = dates.find_date(values, source)
    return {"keyword": ""} | valid | ({"published_at": published_at} if published_at else {})


def _note_unread(values: Mapping[str, object]) -> tuple[str, ...]:
    date = values.get("date")
    if date in {None, ""} or dates.parse_date(date):
        return ()
    return (f"its date {str(date)[:40]!r} could not be read",)


def _get_line(values: Mapping[str, object], key: str) -> str:
    """Return a front-matter value as one line of text, or ""."""
    value = values.get(key)
    return " ".join(str(value).split()) if isinstance(value, str | int | float) and value is not True else ""


def _find_niche(values: Mapping[str, object]) -> str:
    """Return an article's niche: its own, else its first category, else its first tag, also among Zola's taxonomies."""
    taxonomies = values.get("taxonomies")
    places = [values, {str(k).lower(): v for k, v in taxonomies.items()} if isinstance(taxonomies, dict) else {}]
    if _get_line(values, "niche"):
        return _get_line(values, "niche")
    for key in ("categories", "category", "tags"):
        for place in places:
            found = _get_first(place.get(key))
            if found:
                return found
    return ""


def _get_first(value: object) -> str:
    """Return the first text in a value: in a list, also within lists, or before the first comma of a line."""
    if isinstance(value, list):
        return next(filter(None, map(_get_first, value)), "")
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return " ".join(str(value).partition(",")[0].split())
    return ""

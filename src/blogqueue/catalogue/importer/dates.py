"""Dates as they are written in front matter and in file names."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DATE_KEYS = (
    "date", "publishdate", "publish_date", "pubdate", "published", "published_at", "datepublished", "date_published",
    "created", "created_at", "ms.date",
)  # fmt: skip
"""The keys of the day of publication in the order in which they count, in lower case: Hugo's, Astro's, DocFX's …"""

EARLIEST_ZONE_LEAD = timedelta(hours=14)
"""A day begins this much earlier in the easternmost time zone than in UTC."""

_ISO = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:(?:[ T]+)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?(?:\s*(\S+))?)?"
)
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})?")
_SECONDS = re.compile(r"\d{9,10}")
_WORDS = ("%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y")
_NAMED_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
                "PST": -8, "PDT": -7, "CET": 1, "CEST": 2, "BST": 1, "JST": 9}  # fmt: skip
"""Hours from UTC of the zones that people write by name; RFC 2822 §4.3 defines the American ones."""

_IN_NAME = re.compile(r"(?<!\d)(\d{4})[-_/](\d{1,2})[-_/](\d{1,2})(?!\d)")


def parse_date(value: object) -> tuple[datetime, bool] | None:
    """Return a date as a time in UTC and whether it names its time zone; None if it cannot be read.

    A date without a time zone is taken to be in UTC, and one without a time to be its first moment.
    """
    try:
        if isinstance(value, datetime):
            return _to_utc(value)
        if isinstance(value, date):
            return datetime.combine(value, time.min, UTC), False
        return _parse_text(" ".join(str(value).split())) if isinstance(value, str | int) else None
    except (ValueError, OverflowError, ZoneInfoNotFoundError):
        return None


def find_date(front_matter: Mapping[str, object], source: PurePosixPath) -> datetime | None:
    """Return when an article was published: by its front matter, else by the name of its file or its folders."""
    for key in DATE_KEYS:
        found = parse_date(front_matter.get(key))
        if found:
            return found[0]
    match = _IN_NAME.search(str(source))
    found = parse_date(f"{match[1]}-{match[2]}-{match[3]}") if match else None
    return found[0] if found else None


def is_future(found: tuple[datetime, bool], now: datetime) -> bool:
    """Return whether a parsed date is still to come, in every time zone if it names none."""
    at, has_zone = found
    return at > (now if has_zone else now + EARLIEST_ZONE_LEAD)


def strip_date(name: str) -> str:
    """Return a file's name without the date at its start: Jekyll's `2019-03-05-soil` is `soil`."""
    return re.sub(r"^\d{4}-\d{1,2}-\d{1,2}-(?=.)", "", name)


def _to_utc(at: datetime) -> tuple[datetime, bool]:
    return (at.replace(tzinfo=UTC), False) if at.tzinfo is None else (at.astimezone(UTC), True)


def _parse_text(text: str) -> tuple[datetime, bool] | None:
    match = _ISO.fullmatch(text)
    if match:
        year, _, month, day, hour, minute, second, zone = match.groups()
        at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001 - the zone follows
        return _to_utc(at.replace(tzinfo=_parse_zone(zone)) if zone else at)
    match = _AMERICAN.fullmatch(text)
    if match:
        return datetime(int(match[3]), int(match[1]), int(match[2]), tzinfo=UTC), False
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC), True
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|[,.]", "", text)
    for form in _WORDS:
        try:
            return datetime.strptime(plain, form).replace(tzinfo=UTC), False
        except ValueError:
            continue
    return _to_utc(parsedate_to_datetime(text))


def _parse_zone(name: str) -> timezone | ZoneInfo:
    """Return a time zone by its offset, abbreviation or name. Raises ValueError or ZoneInfoNotFoundError."""
    match = _OFFSET.fullmatch(name)
    if match:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
    if name.upper() in _NAMED_ZONES:
        return timezone(timedelta(hours=_NAMED_ZONES[name.upper()]))
    return ZoneInfo(name)

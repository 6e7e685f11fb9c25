"""What site generators do not publish: drafts, and texts before their day or after it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath

from blogqueue.catalogue.importer.dates import is_future, parse_date

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_HIDDEN_STATES = frozenset(
    {"draft", "drafts", "hidden", "private", "pending", "future", "trash", "skip", "unpublished", "auto-draft", "wip"}
)
"""Of `status` in WordPress, Pelican and Ghost: anything else is public."""

_START_KEYS = ("publishdate", "publish_date", "pubdate", "published", "date")
_END_KEYS = ("expirydate", "unpublishdate", "expires", "expire_date")
_DRAFT_FOLDERS = frozenset({"_drafts", "drafts"})


def find_reason(front_matter: Mapping[str, object], source: PurePosixPath, now: datetime) -> str:
    """Return why a site generator would not publish a file, "" if it would; the keys are in lower case."""
    folder = next((name for name in source.parts[:-1] if name.lower() in _DRAFT_FOLDERS), "")
    if folder:
        return f"is a draft: it is in the folder {folder}"
    if _is(front_matter.get("draft"), _TRUE):
        return "is a draft: its front matter has “draft: true”"
    if _is(front_matter.get("published"), _FALSE):
        return "is not published: its front matter has “published: false”"
    status = front_matter.get("status")
    if _is(status, _HIDDEN_STATES):
        return f"is not published: its front matter has “status: {status}”"
    if _is(front_matter.get("render"), _FALSE) or _is(front_matter.get("headless"), _TRUE):
        return "is not a page: its front matter says that it is not rendered"
    return _find_time_reason(front_matter, now)


def _find_time_reason(front_matter: Mapping[str, object], now: datetime) -> str:
    for key in _START_KEYS:
        found = parse_date(front_matter.get(key))
        if found and is_future(found, now):
            return f"is dated {found[0]:%Y-%m-%d}, which is in the future"
    for key in _END_KEYS:
        found = parse_date(front_matter.get(key))
        if found and found[0] <= now:
            return f"has expired: its front matter has “{key}: {found[0]:%Y-%m-%d}”"
    return ""


def _is(value: object, words: frozenset[str]) -> bool:
    return isinstance(value, str | bool | int) and str(value).strip().lower() in words

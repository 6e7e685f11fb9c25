"""Cursors for lists that are sorted by a time, a number or a text, and then by id."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from blogqueue.errors import FieldError, InvalidError


def encode(key: datetime | int | str, row_id: UUID | str, order: str = "newest") -> str:
    """Return the cursor of the rows after this one, in a list sorted in the order of that name."""
    shown = key.isoformat() if isinstance(key, datetime) else str(key)
    return base64.urlsafe_b64encode(f"{order}|{shown}|{row_id}".encode()).decode()


def decode(
    cursor: str, order: str = "newest", key: type = datetime, parse_id: Callable[[str], UUID | str] = UUID
) -> list[Any]:
    """Return the key and id of the row that a cursor comes after; [] for "". Raises InvalidError for a bad cursor."""
    if not cursor:
        return []
    try:
        name, shown, row_id = base64.urlsafe_b64decode(cursor).decode().split("|")
        behind = [_KEYS[key](shown), parse_id(row_id)]
    except (ValueError, OverflowError) as error:  # also what base64 and UTF-8 raise
        raise invalid_cursor() from error
    if name != order:
        raise invalid_cursor()
    return behind


def invalid_cursor() -> InvalidError:
    """Return the error for a cursor that no page has given."""
    return InvalidError([FieldError("cursor", "cursor", "Invalid cursor. Start from the first page.")])


def _datetime(shown: str) -> datetime:
    return datetime.fromisoformat(shown).astimezone(UTC)


def _integer(shown: str) -> int:
    number = int(shown)
    if not 0 <= number < 2**62:
        raise ValueError(shown)
    return number


def _text(shown: str) -> str:
    if not (shown.isascii() and shown.isprintable()):
        raise ValueError(shown)
    return shown


_KEYS: dict[type, Callable[[str], datetime | int | str]] = {datetime: _datetime, int: _integer, str: _text}

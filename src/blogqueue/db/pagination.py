"""Cursors of lists that are ordered by a time or a number, and an id."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from blogqueue.errors import FieldError, InvalidError


def after(key: datetime | int, row_id: UUID, order: str = "newest") -> str:
    """The cursor behind a row, in a list in an order of that name."""
    shown = key.isoformat() if isinstance(key, datetime) else str(key)
    return base64.urlsafe_b64encode(f"{order}|{shown}|{row_id}".encode()).decode()


def read(cursor: str, order: str = "newest", key: type = datetime) -> list[Any]:
    """The key and id that a cursor stands behind; [] for "". Raises InvalidError for what is no cursor of this list."""
    if not cursor:
        return []
    try:
        name, shown, row_id = base64.urlsafe_b64decode(cursor).decode().split("|")
        behind = [_datetime(shown) if key is datetime else _integer(shown), UUID(row_id)]
    except (ValueError, OverflowError) as error:  # also what base64 and UTF-8 raise
        raise _no_cursor() from error
    if name != order:
        raise _no_cursor()
    return behind


def _no_cursor() -> InvalidError:
    return InvalidError([FieldError("cursor", "cursor", "This is no place in this list; please begin at its start.")])


def _datetime(shown: str) -> datetime:
    return datetime.fromisoformat(shown).astimezone(UTC)


def _integer(shown: str) -> int:
    number = int(shown)
    if not 0 <= number < 2**62:
        raise ValueError(shown)
    return number

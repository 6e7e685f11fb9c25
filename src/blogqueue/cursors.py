"""Cursors of lists that are ordered by a time and an id."""

import base64
from datetime import UTC, datetime
from uuid import UUID

from blogqueue.errors import FieldError, InvalidError


def after(at: datetime, row_id: UUID) -> str:
    """The cursor behind a row."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{row_id}".encode()).decode()


def read(cursor: str) -> tuple[datetime, UUID] | None:
    """The time and id that a cursor stands behind; None for "". Raises InvalidError for what is no cursor of ours."""
    if not cursor:
        return None
    try:
        at, _, row_id = base64.urlsafe_b64decode(cursor).decode().partition("|")
        return datetime.fromisoformat(at).astimezone(UTC), UUID(row_id)
    except (ValueError, OverflowError) as error:  # also what base64 and UTF-8 raise
        raise InvalidError([FieldError("cursor", "cursor", "Not a cursor of this list.")]) from error

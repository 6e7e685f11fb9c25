"""Order numbers that people can say on the telephone, such as BQ-1042; programs use the order's UUID."""

import re

from blogqueue.settings import settings

_LONGEST = 15
"""Digits of the largest number that is looked for; it fits into a bigint."""


def format_number(number: int) -> str:
    """Return an order number as people read it: 1042 → "BQ-1042"."""
    return f"{settings.order_number_prefix}-{number}"


def parse_number(typed: str) -> int | None:
    """Return the number in "BQ-1042", "bq 1042", "#1042" or "1042"; None for anything else."""
    prefix = re.escape(settings.order_number_prefix)
    found = re.fullmatch(rf"(?:#|{prefix})?[\s-]*(\d{{1,{_LONGEST}}})", typed.strip(), re.IGNORECASE | re.ASCII)
    return int(found[1]) if found else None

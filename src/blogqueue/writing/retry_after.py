"""How long a provider asks to wait before the next call, read from the headers of its answer."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 600.0
"""In s. A provider that asks for more is asked again after this."""

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def find_wait(headers: Mapping[str, str]) -> float:
    """Return the wait that an answer's headers ask for, in s, from 0 to LONGEST_WAIT; 0 if they ask for none.

    The first of these counts: `retry-after-ms`; `retry-after` in seconds or as a date (RFC 9110 §10.2.3); of the
    limits that are used up, the longest of `x-ratelimit-reset-*`, such as "6m0s"
    (platform.openai.com/docs/guides/rate-limits).
    """
    for name, read in (("retry-after-ms", _read_milliseconds), ("retry-after", _read_retry_after)):
        if name in headers and (seconds := read(headers[name])) is not None:
            return max(0.0, min(seconds, LONGEST_WAIT))
    resets = [
        _read_duration(headers[f"x-ratelimit-reset-{what}"])
        for what in ("requests", "tokens")
        if f"x-ratelimit-reset-{what}" in headers and headers.get(f"x-ratelimit-remaining-{what}", "0") == "0"
    ]
    return min(max(resets, default=0.0), LONGEST_WAIT)


def _read_milliseconds(value: str) -> float | None:
    seconds = _read_number(value)
    return None if seconds is None else seconds / 1000


def _read_retry_after(value: str) -> float | None:
    seconds = _read_number(value)
    if seconds is not None:
        return seconds
    try:
        return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):  # no date, or one without a time zone
        return None


def _read_number(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d+(\.\d+)?", value.strip()) else None


def _read_duration(value: str) -> float:
    """Return a duration like "1h2m3.5s" or "20ms" in s; 0 for anything else."""
    parts = _PART.findall(value)
    if not parts or "".join(number + unit for number, unit in parts) != value.strip():
        return 0.0
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)

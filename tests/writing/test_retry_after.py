"""How long a provider asks to wait."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from blogqueue.writing.retry_after import find_wait


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "12.8"}, 12.8),
        ({"retry-after-ms": "250", "retry-after": "90"}, 0.25),
        ({"retry-after": "100000"}, 600),
        ({"retry-after": "nan"}, 0),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "soon", "x-ratelimit-reset-requests": "20ms"}, 0.02),
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"}, 360),
        (
            {
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-reset-tokens": "6m0s",
                "x-ratelimit-remaining-tokens": "9",
            },
            1,
        ),
        ({"x-ratelimit-reset-tokens": "1h2m3.5s"}, 600),
        ({"x-ratelimit-reset-tokens": "tomorrow 1s"}, 0),
    ],
)
def test_the_wait_is_what_the_headers_say(headers: dict[str, str], seconds: float) -> None:
    assert find_wait(headers) == pytest.approx(seconds)


def test_a_date_is_a_wait_until_then_and_a_past_one_none() -> None:
    def wait_until(at: datetime) -> float:
        return find_wait({"retry-after": format_datetime(at.replace(microsecond=0), usegmt=True)})

    assert 85 < wait_until(datetime.now(UTC) + timedelta(seconds=90)) <= 90
    assert wait_until(datetime.now(UTC) - timedelta(seconds=90)) == 0

"""What an order's page says in each state, above all where the money is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from blogqueue.pages import words

DUE = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)


def status(**changes: Any) -> dict[str, Any]:
    """A status as `order_status.status` gives it, as far as words need it."""
    return {
        "kind": "backlink",
        "status": "PROCESSING",
        "failureReason": None,
        "failureDetail": "",
        "refundState": "NONE",
        "refundDueAt": None,
        "onHold": False,
        "price": 4900,
        "currency": "EUR",
        "estimatedTime": "2-4 minutes",
        "queue": {"jobs": []},
    } | changes


def job(**changes: Any) -> dict[str, Any]:
    return {"state": "ACTIVE", "progress": "", "attempts": 1, "maxAttempts": 3, "finishedAt": None} | changes


@pytest.mark.parametrize(
    ("at_work", "said"),
    [
        (job(state="WAITING", position=1), "Your link is next in the queue. It usually takes 2-4 minutes."),
        (job(state="WAITING", position=7), "Place 7 in the queue. It usually takes 2-4 minutes."),
        (job(), "It is choosing a paragraph"),
        (job(progress="link_edit"), "the text is being checked"),
        (job(state="DELAYED", attempts=2), "Attempt 2 of 3 did not work out; the next begins in a moment."),
    ],
)
def test_an_order_at_work_says_how_far_it_is(at_work: dict[str, Any], said: str) -> None:
    text = words.explanation(status(queue={"jobs": [job(state="COMPLETED", finishedAt=DUE), at_work]}))

    assert said in text
    assert "You will get an e-mail" in text


@pytest.mark.parametrize(
    ("reason", "detail", "said"),
    [
        ("job_failed", "", "Our team has been told"),
        ("rejected", "It reads like an advertisement.", "did not approve it, so nothing of it was published."),
        ("unfulfillable", "the article was unpublished meanwhile", "but the article was unpublished meanwhile."),
        ("payment_reversed", "", "Your bank has reversed the payment"),
    ],
)
def test_a_failed_order_says_why(reason: str, detail: str, said: str) -> None:
    failed = status(status="FAILED", failureReason=reason, failureDetail=detail)

    assert said in words.explanation(failed)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"refundDueAt": DUE}, "If it cannot be mended by 24 Nov 2026, 09:05 UTC, you get 49.00 EUR back"),
        ({"refundDueAt": DUE, "onHold": True}, ""),
        ({"refundState": "INITIATED"}, "Your payment of 49.00 EUR is on its way back to you."),
        ({"refundState": "SUCCEEDED"}, "Your payment of 49.00 EUR was refunded."),
        ({"refundState": "FAILED"}, "did not go through. Our team has been told"),
    ],
)
def test_a_failed_order_says_where_the_money_is(changes: dict[str, Any], said: str) -> None:
    text = words.refund(status(status="FAILED", **changes))

    assert text.startswith(said) if said.startswith(("If", "Your")) else said in text
    assert bool(text) is bool(said)


def test_an_order_that_goes_well_says_nothing_of_refunds() -> None:
    assert words.refund(status(status="QUALITY_CHECK")) == ""

"""What an order's page says in each state, above all where the money is."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from blogqueue.orders.status_view import OrderStatusView
from blogqueue.pages import labels, order_texts

DUE = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)


def status(**changes: Any) -> OrderStatusView:
    """A customer's view of an order, with these fields changed (as in JSON)."""
    view = {
        "orderId": uuid4(),
        "kind": "backlink",
        "status": "PROCESSING",
        "statusMessage": "",
        "progress": {"step": 2, "total": 5, "description": ""},
        "version": None,
        "versionCount": 0,
        "earlierVersions": [],
        "queue": {"hasActiveJob": False, "jobs": []},
        "canRegenerateBacklink": False,
        "canRegenerateArticle": False,
        "canSubmitForReview": False,
        "estimatedTime": "2-4 minutes",
        "regenerationCount": 0,
        "failureReason": None,
        "failureDetail": "",
        "refundState": "NONE",
        "refundDueAt": None,
        "onHold": False,
        "article": {
            "id": uuid4(),
            "slug": "soil",
            "title": "Soil",
            "domainName": "Green Bench",
            "host": "greenbench.example",
            "language": "en",
            "url": "https://greenbench.example/soil",
            "isLive": True,
        },
        "linkDroppedAt": None,
        "targetUrl": "https://www.example.com/",
        "anchorText": "mulching",
        "price": 4900,
        "currency": "EUR",
        "createdAt": DUE,
        "updatedAt": DUE,
        "completedAt": None,
    }
    return msgspec.convert(view | changes, OrderStatusView)


def job(**changes: Any) -> dict[str, Any]:
    return {
        "jobId": "backlink-int-1",
        "queue": "backlink-integration",
        "state": "ACTIVE",
        "progress": "",
        "attempts": 1,
        "maxAttempts": 3,
        "createdAt": DUE,
        "startedAt": None,
        "finishedAt": None,
    } | changes


@pytest.mark.parametrize(
    ("at_work", "said"),
    [
        (
            job(state="WAITING", position=1),
            "Your link is next in the queue. At the usual pace it is ready in 2-4 minutes.",
        ),
        (job(state="WAITING", position=7), "Place 7 in the queue. At the usual pace it is ready in 2-4 minutes."),
        (job(), "It is choosing a paragraph"),
        (job(progress="link_edit"), "the text is being checked"),
        (job(state="DELAYED", attempts=2), "Attempt 2 of 3 did not work out; the next begins in a moment."),
    ],
)
def test_an_order_at_work_says_how_far_it_is(at_work: dict[str, Any], said: str) -> None:
    text = order_texts.explanation(
        status(queue={"hasActiveJob": True, "jobs": [job(state="COMPLETED", finishedAt=DUE), at_work]})
    )

    assert said in text
    assert "You will get an e-mail" in text


@pytest.mark.parametrize(
    ("reason", "detail", "said"),
    [
        ("job_failed", "", "Our team has been told"),
        ("rejected", "It reads like an advertisement.", "did not approve it, so nothing of it was published."),
        ("unfulfillable", "the article was unpublished meanwhile", "but the article was unpublished meanwhile."),
        ("payment_reversed", "The payment was taken back.", "The payment was taken back. So the order has ended."),
    ],
)
def test_a_failed_order_says_why(reason: str, detail: str, said: str) -> None:
    failed = status(status="FAILED", failureReason=reason, failureDetail=detail)

    assert said in order_texts.explanation(failed)


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
    text = order_texts.refund(status(status="FAILED", **changes))

    assert text.startswith(said) if said.startswith(("If", "Your")) else said in text
    assert bool(text) is bool(said)


def test_an_order_that_goes_well_says_nothing_of_refunds() -> None:
    assert order_texts.refund(status(status="QUALITY_CHECK")) == ""


@pytest.mark.parametrize(
    ("changes", "heading"),
    [
        ({"failureReason": "rejected"}, "Not approved"),
        ({"failureReason": "rejected", "refundState": "SUCCEEDED"}, "Not approved"),
        ({"failureReason": "job_failed"}, "Order processing issue"),
        ({"failureReason": "job_failed", "refundState": "INITIATED"}, "Could not be done"),
        ({"failureReason": "job_failed", "refundState": "SUCCEEDED"}, "Refunded"),
        ({"failureReason": "job_failed", "refundState": "FAILED"}, "Could not be done"),
        ({"failureReason": "unfulfillable", "refundState": "INITIATED"}, "Cannot be fulfilled"),
        ({"failureReason": "payment_reversed", "onHold": True}, "Payment reversed"),
    ],
)
def test_an_end_has_a_short_heading(changes: dict[str, Any], heading: str) -> None:
    failed = status(status="FAILED", **changes)

    assert order_texts.heading(failed) == heading
    if "refundState" in changes:
        assert "mend" not in order_texts.explanation(failed)


@pytest.mark.parametrize("where", ["PROCESSING", "QUALITY_CHECK", "ADMIN_REVIEW"])
def test_an_order_on_hold_asks_nothing_of_its_customer(where: str) -> None:
    held = status(status=where, onHold=True, statusMessage="Content ready for review")

    assert order_texts.heading(held) == "On hold"
    assert "submit it" not in order_texts.explanation(held)


@pytest.mark.parametrize(
    ("code", "where", "fits"),
    [
        ("submitted", "ADMIN_REVIEW", True),
        ("submitted", "COMPLETED", False),
        ("regenerating", "PROCESSING", True),
        ("regenerating", "QUALITY_CHECK", False),
        ("rewriting", "FAILED", False),
        ("stale_version", "ADMIN_REVIEW", False),
        ("too_many_requests", "QUALITY_CHECK", True),
        ("wrong_state", "COMPLETED", True),
        ("made_up", "PROCESSING", False),
    ],
)
def test_a_notice_is_said_only_while_it_is_true(code: str, where: str, fits: bool) -> None:  # noqa: FBT001 - a case
    assert bool(order_texts.said(code, status(status=where))) is fits


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "in 1 second"), (40, "in 40 seconds"), (90, "in 2 minutes"), (700, "in 12 minutes"), (3600, "in an hour")],
)
def test_a_wait_is_in_units_that_people_use(seconds: int, said: str) -> None:
    assert labels.wait(seconds) == said


def test_one_is_not_many() -> None:
    assert labels.slots_free(1, 1) == "1 of 1 link available"
    assert labels.slots_free(2, 3) == "2 of 3 links available"

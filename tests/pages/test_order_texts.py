"""The sentences about an order in each state, above all about its money."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from blogqueue.orders.status_view import OrderStatusView
from blogqueue.pages import labels, order_texts

DUE = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)


def status(**changes: Any) -> OrderStatusView:
    """Return a customer's view of an order, with these fields changed (as in JSON)."""
    view = {
        "orderId": uuid4(),
        "orderNumber": "BQ-1001",
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
        "estimatedSeconds": 240,
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
        "canCancel": False,
        "editorSeconds": None,
        "timeline": [],
        "editorReason": None,
        "linkDroppedAt": None,
        "targetUrl": "https://www.example.com/",
        "anchorText": "mulching",
        "price": 4900,
        "currency": "EUR",
        "hasReceipt": True,
        "hasInvoice": True,
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
    ("at_work", "expected"),
    [
        (
            job(state="WAITING", position=1),
            "Your link is next in the queue. It should be ready in 2-4 minutes.",
        ),
        (job(state="WAITING", position=7), "Your link is number 7 in the queue. It should be ready in 2-4 minutes."),
        (job(), "The AI is choosing a paragraph"),
        (job(progress="link_edit"), "We are checking the text."),
        (job(state="DELAYED", attempts=2), "Attempt 2 of 3 failed. We will try again in a moment."),
    ],
)
def test_an_order_in_processing_shows_how_far_it_is(at_work: dict[str, Any], expected: str) -> None:
    text = order_texts.explain_status(
        status(queue={"hasActiveJob": True, "jobs": [job(state="COMPLETED", finishedAt=DUE), at_work]})
    )

    assert expected in text
    assert "We will email you" in text


@pytest.mark.parametrize(
    ("reason", "detail", "expected"),
    [
        ("job_failed", "", "Our team has been notified"),
        ("rejected", "It reads like an advertisement.", "did not approve it. It was not published."),
        ("unfulfillable", "the article was unpublished meanwhile", "but the article was unpublished meanwhile."),
        ("payment_reversed", "The payment was charged back.", "The payment was charged back. We have stopped working"),
    ],
)
def test_a_failed_order_shows_the_reason(reason: str, detail: str, expected: str) -> None:
    failed = status(status="FAILED", failureReason=reason, failureDetail=detail)

    assert expected in order_texts.explain_status(failed)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"refundDueAt": DUE}, "If we cannot fix this by 24 Nov 2026, 09:05 UTC, we will refund 49.00 EUR."),
        ({"refundDueAt": DUE, "onHold": True}, ""),
        ({"refundState": "INITIATED"}, "Your refund of 49.00 EUR is on its way."),
        ({"refundState": "SUCCEEDED"}, "Your payment of 49.00 EUR was refunded."),
        ({"refundState": "FAILED"}, "did not go through. Our team has been notified"),
    ],
)
def test_a_failed_order_shows_what_happens_with_the_payment(changes: dict[str, Any], expected: str) -> None:
    text = order_texts.explain_refund(status(status="FAILED", **changes))

    assert text.startswith(expected) if expected.startswith(("If", "Your")) else expected in text
    assert bool(text) is bool(expected)


def test_an_order_that_has_not_failed_does_not_mention_refunds() -> None:
    assert order_texts.explain_refund(status(status="QUALITY_CHECK")) == ""


@pytest.mark.parametrize(
    ("changes", "heading"),
    [
        ({"failureReason": "rejected"}, "Not approved"),
        ({"failureReason": "rejected", "refundState": "SUCCEEDED"}, "Not approved"),
        ({"failureReason": "job_failed"}, "Order processing issue"),
        ({"failureReason": "job_failed", "refundState": "INITIATED"}, "We could not complete your order"),
        ({"failureReason": "job_failed", "refundState": "SUCCEEDED"}, "Refunded"),
        ({"failureReason": "job_failed", "refundState": "FAILED"}, "We could not complete your order"),
        ({"failureReason": "unfulfillable", "refundState": "INITIATED"}, "We could not complete this order"),
        ({"failureReason": "payment_reversed", "onHold": True}, "Payment reversed"),
    ],
)
def test_each_way_to_fail_has_a_heading(changes: dict[str, Any], heading: str) -> None:
    failed = status(status="FAILED", **changes)

    assert order_texts.get_heading(failed) == heading
    if "refundState" in changes:
        assert "fix this" not in order_texts.explain_status(failed)


@pytest.mark.parametrize("where", ["PROCESSING", "QUALITY_CHECK", "ADMIN_REVIEW"])
def test_an_order_on_hold_asks_its_customer_for_nothing(where: str) -> None:
    held = status(status=where, onHold=True, statusMessage="Content ready for review")

    assert order_texts.get_heading(held) == "On hold"
    assert "Submit it" not in order_texts.explain_status(held)


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
def test_a_notice_is_shown_only_while_it_is_true(code: str, where: str, fits: bool) -> None:  # noqa: FBT001 - a case
    assert bool(order_texts.get_notice(code, status(status=where))) is fits


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(1, "in 1 second"), (40, "in 40 seconds"), (90, "in 2 minutes"), (700, "in 12 minutes"), (3600, "in an hour")],
)
def test_waiting_times_are_given_in_convenient_units(seconds: int, expected: str) -> None:
    assert labels.format_wait(seconds) == expected


def test_a_single_link_is_singular() -> None:
    assert labels.format_slots(1) == "1 slot left"
    assert labels.format_slots(2) == "2 slots left"

"""The states of orders, jobs, emails and payments, and the allowed moves between them, as data.

A state's comment says what it means and who moves it on. `orders.lifecycle.move` moves orders, and the functions in
`jobs` move jobs; both check these tables, and change a row by compare-and-set.
"""

from enum import StrEnum


class OrderKind(StrEnum):
    """The two kinds of product."""

    BACKLINK = "backlink"  # a link worked into a published article
    ARTICLE = "article"  # a new article, written around a link


class OrderStatus(StrEnum):
    """The status of a paid order."""

    PROCESSING = "PROCESSING"  # its job waits or runs; the worker moves it on
    QUALITY_CHECK = "QUALITY_CHECK"  # a version is ready; the customer regenerates or submits
    ADMIN_REVIEW = "ADMIN_REVIEW"  # the customer submitted; an editor approves or rejects
    COMPLETED = "COMPLETED"  # published; nobody moves it on
    FAILED = "FAILED"  # see FailureReason; an operator may retry until a refund has begun


class FailureReason(StrEnum):
    """The reason why an order is FAILED."""

    JOB_FAILED = "job_failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"  # an editor cancelled its job
    CANCELLED_BY_CUSTOMER = "cancelled_by_customer"
    UNFULFILLABLE = "unfulfillable"
    PAYMENT_REVERSED = "payment_reversed"


class RefundState(StrEnum):
    """The state of an order's refund."""

    NONE = "NONE"
    INITIATED = "INITIATED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class JobState(StrEnum):
    """The state of a job."""

    WAITING = "WAITING"  # due now; a worker claims it
    ACTIVE = "ACTIVE"  # claimed with a lease; its worker moves it on, or another one after the lease
    DELAYED = "DELAYED"  # an attempt failed; due again at `run_at`
    COMPLETED = "COMPLETED"  # its version is stored
    FAILED = "FAILED"  # its attempts are used up, or another one cannot succeed; an operator may retry
    CANCELLED = "CANCELLED"  # its order ended or is on hold, or an editor cancelled it; an operator may retry


class EmailState(StrEnum):
    """The state of an email."""

    WAITING = "WAITING"  # to be sent; the mail worker claims it
    SENDING = "SENDING"  # handed to the mail server, which has not answered yet; never handed over again
    SENT = "SENT"
    FAILED = "FAILED"  # refused for good or its outcome is unknown; shown to the operator


class PostState(StrEnum):
    """The state of a message to the operator's chat."""

    WAITING = "WAITING"
    SENT = "SENT"
    FAILED = "FAILED"  # given up; the alert's email says the same


class PurchaseState(StrEnum):
    """The state of a purchase before and just after its payment."""

    OPEN = "OPEN"  # not paid yet; may hold a link slot until it expires
    PAID = "PAID"  # fulfilled: it has an order
    EXPIRED = "EXPIRED"  # not paid in time; holds no slot
    HELD = "HELD"  # paid, but the payment does not match; an operator decides on the held payment


class HeldState(StrEnum):
    """The state of a held payment."""

    HELD = "HELD"  # an operator decides
    ACCEPTED = "ACCEPTED"  # it became an order
    RETURNING = "RETURNING"  # being refunded; Stripe is called until it has accepted the refund
    RETURNED = "RETURNED"
    DISMISSED = "DISMISSED"  # dealt with outside blogqueue


class ArticleStatus(StrEnum):
    """The state of an article; only a PUBLISHED one is on sale."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    UNPUBLISHED = "UNPUBLISHED"


class ReviewStatus(StrEnum):
    """An editor's decision on a version."""

    PENDING_REVIEW = "PENDING_REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    SUPERSEDED = "SUPERSEDED"


class QcStatus(StrEnum):
    """The result of the checks and the second opinion for a version."""

    APPROVED_BY_AI = "APPROVED_BY_AI"
    NEEDS_HUMAN_REVIEW = "NEEDS_HUMAN_REVIEW"


class Milestone(StrEnum):
    """Something that happened to an order, as its customer reads it."""

    RECEIVED = "received"
    READY = "ready"
    REGENERATED = "regenerated"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    ADDED_AGAIN = "added_again"
    PUBLISHED = "published"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    FAILED = "failed"
    RETRIED = "retried"
    REFUND_BEGUN = "refund_begun"
    REFUNDED = "refunded"


ORDER_MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PROCESSING: frozenset({OrderStatus.QUALITY_CHECK, OrderStatus.FAILED}),
    OrderStatus.QUALITY_CHECK: frozenset({OrderStatus.PROCESSING, OrderStatus.ADMIN_REVIEW, OrderStatus.FAILED}),
    OrderStatus.ADMIN_REVIEW: frozenset({OrderStatus.COMPLETED, OrderStatus.FAILED, OrderStatus.PROCESSING}),
    OrderStatus.COMPLETED: frozenset(),
    OrderStatus.FAILED: frozenset({OrderStatus.PROCESSING}),
}

JOB_MOVES: dict[JobState, frozenset[JobState]] = {
    JobState.WAITING: frozenset({JobState.ACTIVE, JobState.CANCELLED}),
    # ACTIVE to ACTIVE: claimed again after its lease expired. ACTIVE to WAITING: handed back by a worker that stops.
    # To CANCELLED: its order was put on hold, its payment was reversed, or an editor cancelled it. Back to WAITING: the
    # dispute was won, or an operator retries it.
    JobState.ACTIVE: frozenset(
        {
            JobState.COMPLETED,
            JobState.DELAYED,
            JobState.FAILED,
            JobState.ACTIVE,
            JobState.WAITING,
            JobState.CANCELLED,
        },
    ),
    JobState.DELAYED: frozenset({JobState.ACTIVE, JobState.CANCELLED}),
    JobState.COMPLETED: frozenset(),
    JobState.FAILED: frozenset({JobState.WAITING}),
    JobState.CANCELLED: frozenset({JobState.WAITING}),
}

OPEN_JOBS = (JobState.WAITING, JobState.DELAYED, JobState.ACTIVE)
"""The states of jobs with more work to do; a PROCESSING order has exactly one job in them."""

STATUS_MESSAGES: dict[OrderStatus, str] = {
    OrderStatus.PROCESSING: "AI is working on your request",
    OrderStatus.QUALITY_CHECK: "Content ready for review",
    OrderStatus.ADMIN_REVIEW: "Submitted, awaiting approval",
    OrderStatus.COMPLETED: "Published",
    OrderStatus.FAILED: "Order processing issue",
}

WAITING_MESSAGE = "Request received, waiting in the queue"

DELAYED_MESSAGE = "An attempt has failed; the next one begins soon"

HELD_UP_MESSAGE = "Taking longer than usual; your order is safe and continues by itself"
"""While the model's provider is out, the queue is paused, or nobody works on it."""

ON_HOLD_MESSAGE = "On hold: the payment is disputed"

STEPS: dict[OrderStatus, int] = {
    OrderStatus.PROCESSING: 2,
    OrderStatus.QUALITY_CHECK: 3,
    OrderStatus.ADMIN_REVIEW: 4,
    OrderStatus.COMPLETED: 5,
}
"""A FAILED order keeps the step at which it stopped (a column); a PROCESSING one whose job is not claimed is at 1."""

"""The states of orders and jobs, and the allowed moves between them, as data (DESIGN.md §2).

A state's comment says what it means and who moves it on. The one function that moves an order is `orders.move`,
the ones that move a job are in `jobs`; both go by these tables with compare-and-set.
"""

from enum import StrEnum


class OrderKind(StrEnum):
    """What was bought."""

    BACKLINK = "backlink"  # a link worked into a published article
    ARTICLE = "article"  # a new article, written around a link


class OrderStatus(StrEnum):
    """Where a paid order stands."""

    PROCESSING = "PROCESSING"  # a job is promised or at work; the worker moves it on
    QUALITY_CHECK = "QUALITY_CHECK"  # a version is ready; the customer regenerates or submits
    ADMIN_REVIEW = "ADMIN_REVIEW"  # the customer submitted; an editor approves or rejects
    COMPLETED = "COMPLETED"  # published; nobody moves it on
    FAILED = "FAILED"  # see FailureReason; an admin may retry until a refund has begun


class FailureReason(StrEnum):
    """Why an order is FAILED."""

    JOB_FAILED = "job_failed"
    REJECTED = "rejected"
    UNFULFILLABLE = "unfulfillable"
    PAYMENT_REVERSED = "payment_reversed"


class RefundState(StrEnum):
    """How far the return of the money is."""

    NONE = "NONE"
    INITIATED = "INITIATED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "WAITING"  # promised; a worker claims it
    ACTIVE = "ACTIVE"  # claimed with a lease; the worker, or after the lease another one, moves it on
    DELAYED = "DELAYED"  # an attempt failed; due again at `run_at`
    COMPLETED = "COMPLETED"  # its version is stored
    FAILED = "FAILED"  # its attempts are used up, or it cannot get better; an operator may retry
    CANCELLED = "CANCELLED"  # nobody wants the result any more, or for as long as the order is on hold


class EmailState(StrEnum):
    """Where a letter stands."""

    WAITING = "WAITING"  # promised; the mail worker claims it
    SENDING = "SENDING"  # handed to the mail server, whose answer is not in yet; never handed over again
    SENT = "SENT"
    FAILED = "FAILED"  # refused for good or its outcome is unknown; shown to the operator


class PurchaseState(StrEnum):
    """Where a purchase stands before (and just after) it is paid."""

    OPEN = "OPEN"  # asked for; holds a link place until it expires
    PAID = "PAID"  # settled: has its order
    EXPIRED = "EXPIRED"  # not paid in time; holds nothing
    HELD = "HELD"  # paid, but not as asked; an operator decides on its held payment


class HeldState(StrEnum):
    """What became of a payment that has no order (yet)."""

    HELD = "HELD"  # an operator decides
    ACCEPTED = "ACCEPTED"  # worked on all the same: it has its order
    RETURNING = "RETURNING"  # on its way back; Stripe is asked until it has taken it
    RETURNED = "RETURNED"
    DISMISSED = "DISMISSED"  # settled by hand, outside


class ArticleStatus(StrEnum):
    """Whether an article is on sale."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    UNPUBLISHED = "UNPUBLISHED"


class ReviewStatus(StrEnum):
    """What an editor has said of a version (the seed's `backlink_review_status`)."""

    PENDING_REVIEW = "PENDING_REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    SUPERSEDED = "SUPERSEDED"


class QcStatus(StrEnum):
    """What the checks and the second opinion said of a version (the seed's `last_qc_status`)."""

    APPROVED_BY_AI = "APPROVED_BY_AI"
    NEEDS_HUMAN_REVIEW = "NEEDS_HUMAN_REVIEW"


ORDER_MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PROCESSING: frozenset({OrderStatus.QUALITY_CHECK, OrderStatus.FAILED}),
    OrderStatus.QUALITY_CHECK: frozenset({OrderStatus.PROCESSING, OrderStatus.ADMIN_REVIEW, OrderStatus.FAILED}),
    OrderStatus.ADMIN_REVIEW: frozenset({OrderStatus.COMPLETED, OrderStatus.FAILED, OrderStatus.PROCESSING}),
    OrderStatus.COMPLETED: frozenset(),
    OrderStatus.FAILED: frozenset({OrderStatus.PROCESSING}),
}

JOB_MOVES: dict[JobState, frozenset[JobState]] = {
    JobState.WAITING: frozenset({JobState.ACTIVE, JobState.CANCELLED}),
    # ACTIVE to ACTIVE: taken over after its lease ran out. ACTIVE to WAITING: handed back by a worker that stops.
    # To CANCELLED: its order was put on hold, or its payment reversed. Back to WAITING: the dispute was won.
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
"""The job states that promise more work; a PROCESSING order has exactly one job in them."""

STATUS_MESSAGES: dict[OrderStatus, str] = {
    OrderStatus.PROCESSING: "AI is working on your request",
    OrderStatus.QUALITY_CHECK: "Content ready for review",
    OrderStatus.ADMIN_REVIEW: "Submitted, awaiting approval",
    OrderStatus.COMPLETED: "Published",
    OrderStatus.FAILED: "Order processing issue",
}

WAITING_MESSAGE = "Request received, waiting in the queue"

ON_HOLD_MESSAGE = "On hold: the payment is disputed"

STEPS: dict[OrderStatus, int] = {
    OrderStatus.PROCESSING: 2,
    OrderStatus.QUALITY_CHECK: 3,
    OrderStatus.ADMIN_REVIEW: 4,
    OrderStatus.COMPLETED: 5,
}
"""A FAILED order keeps the step at which it stopped (a column); a PROCESSING one whose job nobody claimed is at 1."""


def sources(target: OrderStatus) -> tuple[OrderStatus, ...]:
    """The statuses from which an order may move to `target`."""
    return tuple(status for status, targets in ORDER_MOVES.items() if target in targets)

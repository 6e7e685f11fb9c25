"""The sentences that pages show about an order: pure functions of its `OrderStatusView`."""

from blogqueue.localized import format_price
from blogqueue.orders.status_view import OrderStatusView
from blogqueue.pages import labels
from blogqueue.settings import settings
from blogqueue.states import FailureReason, JobState, Milestone, OrderKind, OrderStatus, QcStatus, RefundState
from blogqueue.writing.article.prompts import ARTICLE, ARTICLE_OPINION
from blogqueue.writing.link_edit.prompts import LINK_EDIT, SECOND_OPINION

FIRST_STEP = {
    OrderKind.BACKLINK: "The AI is choosing a paragraph and adding your link to it.",
    OrderKind.ARTICLE: "The AI is writing your article.",
}
"""What a job is doing before the model has answered for the first time."""

NEXT_STEPS = {
    LINK_EDIT: "The AI has added your link. We are checking the text.",
    ARTICLE: "The AI has written your article. We are checking the text.",
    SECOND_OPINION: "The text has been checked. We are preparing the result.",
    ARTICLE_OPINION: "The text has been checked. We are preparing the result.",
}
"""What a job is doing, by the last question that the model has answered."""

_LINK_CHECKED = (
    "Your link appears in the article exactly once, with your target URL and anchor text. Nothing else was changed."
)
_ARTICLE_CHECKED = (
    "Your link appears in the article exactly once, with your target URL and anchor text. "
    "No other link leads to another website."
)
QUALITY = {
    (OrderKind.BACKLINK, QcStatus.APPROVED_BY_AI): f"Passed. {_LINK_CHECKED} The second opinion found no problems.",
    (OrderKind.BACKLINK, QcStatus.NEEDS_HUMAN_REVIEW): (
        f"{_LINK_CHECKED} The second opinion was not sure that the sentence fits, so an editor will look at it closely."
    ),
    (OrderKind.ARTICLE, QcStatus.APPROVED_BY_AI): f"Passed. {_ARTICLE_CHECKED} The second opinion found no problems.",
    (OrderKind.ARTICLE, QcStatus.NEEDS_HUMAN_REVIEW): (
        f"{_ARTICLE_CHECKED} The second opinion had doubts, so an editor will look at it closely."
    ),
}
"""The result of the checks and the second opinion, by kind of order."""

NOTICES = {
    "submitted": "Submitted. An editor will review it, and we will email you the decision.",
    "regenerating": "Your link is being regenerated. We will email you when it is ready.",
    "rewriting": "Your article is being written again. We will email you when it is ready.",
    "stale_version": "Nothing was changed, because there is a newer version than the one you were viewing. Here it is.",
    "wrong_state": "Nothing was changed, because the order has moved on since you opened the page. Here it is now.",
    "too_many_requests": (
        f"Nothing was changed. You can regenerate at most {settings.max_regenerations_per_hour_per_order} times an "
        "hour, so please try again later. You still have this version."
    ),
    "on_hold": "Nothing was changed, because the order is on hold while its payment is disputed.",
    "version_outdated": "Nothing was changed, because that version no longer fits the article.",
    "unpublished": "Nothing was changed, because the article is not published at the moment.",
    "version_judged": "Nothing was changed, because an editor has already asked for a different version.",
    "cancelled": "The order is cancelled, and your refund is on its way.",
    "cross_site": "Nothing was changed, because the request came from another website.",
}
"""What the order page says after an action, by the code in its address."""

MILESTONES = {
    Milestone.RECEIVED: "Order received",
    Milestone.READY: "Version ready for your review",
    Milestone.REGENERATED: "You asked for another version",
    Milestone.SUBMITTED: "Submitted for review",
    Milestone.SENT_BACK: "An editor asked for another version",
    Milestone.ADDED_AGAIN: "Approved; your link is being added to the current text",
    Milestone.PUBLISHED: "Published",
    Milestone.REJECTED: "Not approved",
    Milestone.CANCELLED: "Order cancelled",
    Milestone.FAILED: "Processing stopped",
    Milestone.RETRIED: "Processing started again",
    Milestone.REFUND_BEGUN: "Refund started",
    Milestone.REFUNDED: "Refunded",
}
"""What the timeline says."""

_NOTICE_STATUSES = {
    "submitted": {OrderStatus.ADMIN_REVIEW},
    "regenerating": {OrderStatus.PROCESSING},
    "rewriting": {OrderStatus.PROCESSING},
    "stale_version": {OrderStatus.QUALITY_CHECK},
    "too_many_requests": {OrderStatus.QUALITY_CHECK},
}
"""The statuses in which a notice is still true; a notice that is not listed only describes the action."""

_FAILED_HEADINGS = {
    FailureReason.JOB_FAILED: "Order processing issue",
    FailureReason.REJECTED: "Not approved",
    FailureReason.CANCELLED: "Work on your order was stopped",
    FailureReason.CANCELLED_BY_CUSTOMER: "Order cancelled",
    FailureReason.UNFULFILLABLE: "We could not complete this order",
    FailureReason.PAYMENT_REVERSED: "Payment reversed",
}


def get_notice(code: str, status: OrderStatusView) -> str:
    """Return the notice for an action's code, or "" if the code is unknown or the notice is no longer true."""
    if status.status not in _NOTICE_STATUSES.get(code, OrderStatus):
        return ""
    return NOTICES.get(code, "")


def get_heading(status: OrderStatusView) -> str:
    """Return the heading of the order page."""
    if is_on_hold(status):
        return "On hold"
    if status.status != OrderStatus.FAILED:
        return status.status_message
    reason = status.failure_reason or FailureReason.JOB_FAILED
    if reason is FailureReason.JOB_FAILED and status.refund_state != RefundState.NONE:
        return "Refunded" if status.refund_state == RefundState.SUCCEEDED else "We could not complete your order"
    return _FAILED_HEADINGS[reason]


def is_on_hold(status: OrderStatusView) -> bool:
    """Return whether an unfinished order is on hold, because its payment is disputed."""
    return status.on_hold and status.status not in {OrderStatus.FAILED, OrderStatus.COMPLETED}


def is_live(status: OrderStatusView) -> bool:
    """Return whether readers can find the link of a published order now."""
    return status.article.is_live and not status.link_dropped_at


def explain_status(status: OrderStatusView) -> str:
    """Explain what the status means for the customer, and what happens next."""
    if is_on_hold(status):
        return "The payment is disputed, so this order is on hold until the dispute ends."
    match status.status:
        case OrderStatus.PROCESSING:
            return _explain_processing(status)
        case OrderStatus.QUALITY_CHECK:
            first = "Review the change below" if _noun(status) == "link" else "Read your article below"
            return f"{first}. Happy with it? Submit it for review. If not, you can regenerate it."
        case OrderStatus.ADMIN_REVIEW:
            what = "change" if _noun(status) == "link" else "article"
            return (
                f"An editor will review the {what}, and publish it or tell you why it was not approved. "
                f"{_explain_editor_time(status)}We will email you."
            )
        case OrderStatus.COMPLETED:
            return _explain_completed(status)
        case OrderStatus.FAILED:
            return _explain_failure(status)


def explain_quality(status: OrderStatusView) -> str:
    """Explain the result of the checks and the second opinion on the current version."""
    qc_status = status.version.qc_status if status.version else None
    return QUALITY.get((status.kind, qc_status), "Not checked yet.") if qc_status else "Not checked yet."


def explain_refund(status: OrderStatusView) -> str:
    """Explain what happens with the money of an order that is or will be refunded; "" for others."""
    money = format_price(status.price, status.currency)
    was_reversed = status.failure_reason == FailureReason.PAYMENT_REVERSED
    if (status.on_hold or was_reversed) and status.refund_state != RefundState.SUCCEEDED:
        return ""  # a disputed payment is returned by the bank, if at all
    match status.refund_state:
        case RefundState.INITIATED:
            return f"Your refund of {money} is on its way. It may take a few days to arrive, depending on your bank."
        case RefundState.SUCCEEDED:
            return f"Your payment of {money} was refunded. It may take a few days to arrive, depending on your bank."
        case RefundState.FAILED:
            return f"The refund of {money} did not go through. Our team has been notified and will contact you."
        case RefundState.NONE:
            if status.status == OrderStatus.FAILED and status.refund_due_at:
                due = labels.format_moment(status.refund_due_at)
                return f"If we cannot fix this by {due}, we will refund {money}. You do not need to ask."
            return ""


def get_rejection_reason(status: OrderStatusView) -> str:
    """Return why an editor rejected the order, in the editor's own words; "" for other orders."""
    rejected = status.status == OrderStatus.FAILED and status.failure_reason == FailureReason.REJECTED
    return status.failure_detail.strip() if rejected else ""


def _explain_processing(status: OrderStatusView) -> str:
    job = next((job for job in reversed(status.queue.jobs) if job.finished_at is None), None)
    email = "We will email you when it is ready, so you do not need to wait here."
    if job is None:
        return email
    if job.state == JobState.WAITING:
        place = (
            f"Your {_noun(status)} is next in the queue."
            if job.position == 1
            else f"Your {_noun(status)} is number {job.position} in the queue."
        )
        ready = f"It should be ready in {status.estimated_time}." if status.estimated_seconds is not None else ""
        return f"{place} {ready} {email}"
    if job.state == JobState.DELAYED:
        return f"Attempt {job.attempts} of {job.max_attempts} failed. We will try again in a moment. {email}"
    step = NEXT_STEPS.get(job.progress) or FIRST_STEP[status.kind]
    usual = f"This usually takes {status.estimated_time}." if status.estimated_seconds is not None else ""
    return f"{step} {usual} {email}"


def _explain_completed(status: OrderStatusView) -> str:
    article = "The article with your link" if _noun(status) == "link" else "The article"
    approved = f"An editor approved your {_noun(status)}."
    if not status.article.is_live:
        return (
            f"{approved} {article} was live, but has been taken down since. "
            "Please contact us if nobody has told you why."
        )
    if status.link_dropped_at:
        day = labels.format_day(status.link_dropped_at)
        return (
            f"{approved} {article} was live, but the link was removed from it on {day}. "
            "Please contact us if nobody has told you why."
        )
    return f"{approved} {article} is live."


def _explain_failure(status: OrderStatusView) -> str:
    goal = "add your link" if _noun(status) == "link" else "write your article"
    detail = status.failure_detail.strip()
    match status.failure_reason or FailureReason.JOB_FAILED:
        case FailureReason.JOB_FAILED:
            is_over = status.refund_state != RefundState.NONE
            end = (
                ", so we have stopped."
                if is_over
                else ". Our team has been notified and may still be able to fix this."
            )
            return f"We tried several times but could not {goal}{end}"
        case FailureReason.REJECTED:
            return f"An editor reviewed your {_noun(status)} and did not approve it. It was not published."
        case FailureReason.CANCELLED:
            undecided = status.refund_state == RefundState.NONE and status.price
            outcome = f"We will either complete your {_noun(status)} or refund your payment." if undecided else ""
            return f"An editor stopped the work on your {_noun(status)}. {outcome}".rstrip()
        case FailureReason.CANCELLED_BY_CUSTOMER:
            return "You cancelled this order before an editor reviewed it. Nothing was published."
        case FailureReason.UNFULFILLABLE:
            return f"Your payment arrived, but {detail}. This is why we cannot {goal}."
        case FailureReason.PAYMENT_REVERSED:
            return f"{detail} We have stopped working on this order."


def _explain_editor_time(status: OrderStatusView) -> str:
    if status.editor_seconds is None:
        return ""
    hours = max(1, round(status.editor_seconds / labels.HOUR_SECONDS))
    usual = f"{hours} hour{'s' if hours > 1 else ''}" if hours < 48 else f"{round(hours / 24)} days"  # noqa: PLR2004 - two days
    return f"This usually takes about {usual}. "


def _noun(status: OrderStatusView) -> str:
    return "link" if status.kind == OrderKind.BACKLINK else "article"

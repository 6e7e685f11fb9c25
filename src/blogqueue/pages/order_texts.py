"""What the pages say of an order, in sentences: pure functions of its `OrderStatusView`."""

from blogqueue.money import format_amount
from blogqueue.orders.status_view import OrderStatusView
from blogqueue.pages import labels
from blogqueue.settings import settings
from blogqueue.states import FailureReason, JobState, OrderKind, OrderStatus, QcStatus, RefundState
from blogqueue.writing.article.prompts import ARTICLE, ARTICLE_OPINION
from blogqueue.writing.link_edit.prompts import LINK_EDIT, SECOND_OPINION

AT_WORK = {
    LINK_EDIT: "It has written your link in; the text is being checked.",
    SECOND_OPINION: "The text is checked; the result is being put together.",
    ARTICLE: "It has written the article; the text is being checked.",
    ARTICLE_OPINION: "The text is checked; the result is being put together.",
}
"""What a job is doing, by the last question that the model has answered."""

BEGINNING = {
    OrderKind.BACKLINK: "It is choosing a paragraph and writing your link into it.",
    OrderKind.ARTICLE: "It is writing your article.",
}

QUALITY = {
    (OrderKind.BACKLINK, QcStatus.APPROVED_BY_AI): (
        "Checked. Your link stands in the article exactly once, with your target and your words, nothing else of the "
        "article was touched, and a second reading had no objection."
    ),
    (OrderKind.BACKLINK, QcStatus.NEEDS_HUMAN_REVIEW): (
        "Checked: your link stands in the article exactly once, and nothing else was touched. A second reading was not "
        "sure that the sentence fits; an editor will look at it closely."
    ),
    (OrderKind.ARTICLE, QcStatus.APPROVED_BY_AI): (
        "Checked. Your link stands in the article exactly once, with your target and your words, no other link leads "
        "off the site, and a second reading had no objection."
    ),
    (OrderKind.ARTICLE, QcStatus.NEEDS_HUMAN_REVIEW): (
        "Checked: your link stands in the article exactly once, and no other link leads off the site. A second reading "
        "had a doubt; an editor will look at it closely."
    ),
}

SAID = {
    "submitted": "Submitted. An editor looks at it now; you will get an e-mail.",
    "regenerating": "Your link is being worked in again. You will get an e-mail when it is ready.",
    "rewriting": "Your article is being written again. You will get an e-mail when it is ready.",
    "stale_version": "Nothing was changed: a newer version is here than the one you were looking at. This is it.",
    "wrong_state": "Nothing was changed: the order has moved on since you opened the page. This is where it stands.",
    "too_many_requests": (
        f"Nothing was changed: at most {settings.max_regenerations_per_hour_per_order} "
        "regenerations an hour are possible. This version stays; please come again within the hour."
    ),
    "on_hold": "Nothing was changed: the payment is disputed or was given back, so the order rests.",
    "cross_site": "Nothing was changed: the request came from another website.",
}
"""What a page says after an action, by the code in its address."""

_SAID_WHILE = {
    "submitted": {OrderStatus.ADMIN_REVIEW},
    "regenerating": {OrderStatus.PROCESSING},
    "rewriting": {OrderStatus.PROCESSING},
    "stale_version": {OrderStatus.QUALITY_CHECK},
    "too_many_requests": {OrderStatus.QUALITY_CHECK},
}
"""The statuses in which it is still true; the others' words are of the click alone."""

_FAILED = {
    FailureReason.JOB_FAILED: "Order processing issue",
    FailureReason.REJECTED: "Not approved",
    FailureReason.UNFULFILLABLE: "Cannot be fulfilled",
    FailureReason.PAYMENT_REVERSED: "Payment reversed",
}


def said(code: str, status: OrderStatusView) -> str:
    """What an action's code says of an order, as long as it fits its state; else ""."""
    if status.status not in _SAID_WHILE.get(code, OrderStatus):
        return ""
    return SAID.get(code, "")


def heading(status: OrderStatusView) -> str:
    """An order's state in a word or a few."""
    if resting(status):
        return "On hold"
    if status.status != OrderStatus.FAILED:
        return status.status_message
    reason = status.failure_reason or FailureReason.JOB_FAILED
    if reason is FailureReason.JOB_FAILED and status.refund_state != RefundState.NONE:
        return "Refunded" if status.refund_state == RefundState.SUCCEEDED else "Could not be done"
    return _FAILED[reason]


def resting(status: OrderStatusView) -> bool:
    """Whether an order that had not ended rests, because its payment is disputed or was given back."""
    return status.on_hold and status.status not in {OrderStatus.FAILED, OrderStatus.COMPLETED}


def explanation(status: OrderStatusView) -> str:
    """What the order's state means for its customer, and what happens next."""
    if resting(status):
        return (
            "The payment of this order is disputed with the bank, so the order rests until that is decided; then it "
            "goes on where it stands."
        )
    thing = _thing(status)
    match status.status:
        case OrderStatus.PROCESSING:
            return _processing(status)
        case OrderStatus.QUALITY_CHECK:
            look = "Look at the change" if thing == "link" else "Read your article"
            return (
                f"{look}. If you are content, submit it for review, and an editor publishes it; "
                "if not, have it regenerated."
            )
        case OrderStatus.ADMIN_REVIEW:
            what = "change" if thing == "link" else "article"
            return f"An editor reads the {what}, and publishes it or tells you why not. You will get an e-mail."
        case OrderStatus.COMPLETED:
            return _completed(status)
        case OrderStatus.FAILED:
            return _failed(status)


def quality(status: OrderStatusView) -> str:
    """What the checks said of an order's version."""
    if status.version is None or status.version.qc_status is None:
        return "Not checked yet."
    return QUALITY[status.kind, status.version.qc_status]


def refund(status: OrderStatusView) -> str:
    """Where the money is, if it goes back; else ""."""
    money = format_amount(status.price, status.currency)
    reversed_ = status.failure_reason == FailureReason.PAYMENT_REVERSED
    if (status.on_hold or reversed_) and status.refund_state != RefundState.SUCCEEDED:
        return ""  # it goes back that way, or not at all
    match status.refund_state:
        case RefundState.INITIATED:
            return f"Your payment of {money} is on its way back to you. Banks take some days for that."
        case RefundState.SUCCEEDED:
            return f"Your payment of {money} was refunded. Depending on your bank it takes some days to arrive."
        case RefundState.FAILED:
            return f"The refund of {money} did not go through. Our team has been told and settles it with you."
        case RefundState.NONE:
            if status.status == OrderStatus.FAILED and status.refund_due_at:
                due = labels.moment(status.refund_due_at)
                return f"If it cannot be mended by {due}, you get {money} back without asking."
            return ""


def reason(status: OrderStatusView) -> str:
    """Why an editor did not approve, in the editor's words; else ""."""
    rejected = status.status == OrderStatus.FAILED and status.failure_reason == FailureReason.REJECTED
    return status.failure_detail.strip() if rejected else ""


def is_live(status: OrderStatusView) -> bool:
    """Whether readers find a published order's link now."""
    return status.article.is_live and not status.link_dropped_at


def _completed(status: OrderStatusView) -> str:
    thing = _thing(status)
    live = "the article with it" if thing == "link" else "it"
    if not status.article.is_live:
        return (
            f"An editor approved your {thing}, and {live} was live. The site has taken the article down since; "
            "please write to us if you have not heard why."
        )
    if status.link_dropped_at:
        return (
            f"An editor approved your {thing}, and {live} was live. The site has taken the link out of the article on "
            f"{labels.day(status.link_dropped_at)}; please write to us if you have not heard why."
        )
    return f"An editor approved your {thing}, and {live} is live."


def _processing(status: OrderStatusView) -> str:
    job = next((job for job in reversed(status.queue.jobs) if job.finished_at is None), None)
    mail = "You will get an e-mail when it is ready, so you need not wait here."
    usual = f"It usually takes {status.estimated_time}." if status.estimated_time else ""
    if job is None:
        return mail
    if job.state == JobState.WAITING:
        place = (
            f"Your {_thing(status)} is next in the queue."
            if job.position == 1
            else f"Place {job.position} in the queue."
        )
        ready = f"At the usual pace it is ready in {status.estimated_time}." if usual else ""
        return f"{place} {ready} {mail}"
    if job.state == JobState.DELAYED:
        return f"Attempt {job.attempts} of {job.max_attempts} did not work out; the next begins in a moment. {mail}"
    doing = AT_WORK.get(job.progress) or BEGINNING[status.kind]
    return f"{doing} {usual} {mail}"


def _failed(status: OrderStatusView) -> str:
    detail = status.failure_detail.strip()
    match status.failure_reason or FailureReason.JOB_FAILED:
        case FailureReason.JOB_FAILED:
            tried = "work your link in" if _thing(status) == "link" else "write your article"
            if status.refund_state != RefundState.NONE:
                return (
                    f"We tried several times and could not {tried}. The order has ended, and you get your money back."
                )
            return f"We tried several times and could not {tried}. Our team has been told and may still mend it."
        case FailureReason.REJECTED:
            return f"An editor looked at your {_thing(status)} and did not approve it, so nothing of it was published."
        case FailureReason.UNFULFILLABLE:
            undone = "work your link in" if _thing(status) == "link" else "write your article"
            return f"Your payment arrived, but {detail}. So we cannot {undone}."
        case FailureReason.PAYMENT_REVERSED:
            return f"{detail} So the order has ended."


def _thing(status: OrderStatusView) -> str:
    return "link" if status.kind == OrderKind.BACKLINK else "article"

"""Short texts that several pages share: names of filters and languages, dates, waiting times."""

from datetime import datetime

from blogqueue.orders.customer_orders import CustomerOrder
from blogqueue.states import FailureReason, OrderStatus, RefundState

REL = {
    "sponsored": "marked rel=“sponsored”, which tells search engines that it is a paid link",
    "nofollow": "marked rel=“nofollow”, which tells search engines not to follow it",
    "none": "not marked with a rel attribute",
}
"""What a link's `rel` means; completes the sentence "The link is …"."""

SORTS = {
    "newest": "Newest first",
    "cheapest": "Lowest price first",
    "longest": "Longest first",
    "shortest": "Shortest first",
}

LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch"}

FILTERS = {
    "sort": "sort by",
    "maxPrice": "maximum price",
    "minWords": "minimum number of words",
    "publishedSince": "published since",
}
"""The catalogue's filters that may be unreadable, as the page names them."""

ORDER_STATUSES = {
    OrderStatus.PROCESSING: "In progress",
    OrderStatus.QUALITY_CHECK: "Ready for your review",
    OrderStatus.ADMIN_REVIEW: "With an editor",
    OrderStatus.COMPLETED: "Published",
    OrderStatus.FAILED: "Not completed",
}
"""What a list of orders calls their statuses."""

SOLD_OUT = "Sold out for now. Unpaid reservations expire after a while, so please check again later."
"""What an article without a free link slot says: its slots are sold, or reserved by customers who have yet to pay."""

HOUR_SECONDS, DAY_SECONDS = 3600, 86400


def format_slots(free: int, total: int) -> str:
    """Say how many of an article's link slots are free: 2 of 3 links available."""
    return f"{free} of {total} link{'s' if total > 1 else ''} available"


def name_language(tag: str) -> str:
    """Return the English name of a language by its tag (de-AT: German), or the tag if we have no name for it."""
    return LANGUAGES.get(tag.partition("-")[0].lower(), tag)


def name_order_status(order: CustomerOrder) -> str:
    """Return an order's status in a few words for a list."""
    if order.refund_state == RefundState.SUCCEEDED:
        return "Refunded"
    if order.status == OrderStatus.FAILED and order.failure_reason == FailureReason.REJECTED:
        return "Not approved"
    if order.on_hold and order.status not in {OrderStatus.COMPLETED, OrderStatus.FAILED}:
        return "On hold"
    return ORDER_STATUSES[order.status]


def format_wait(seconds: int) -> str:
    """Say when to try again: in 40 seconds, in 12 minutes, in an hour."""
    if seconds < 90:  # noqa: PLR2004 - a minute and a half
        return f"in {seconds} second{'s' if seconds != 1 else ''}"
    minutes = -(-seconds // 60)
    return "in an hour" if 55 <= minutes <= 60 else f"in {minutes} minutes"  # noqa: PLR2004 - about an hour


def format_age(seconds: int) -> str:
    """Say how old something is: 12 min, 3 h, 4 days."""
    if seconds < HOUR_SECONDS:
        return f"{seconds // 60} min"
    return f"{seconds // HOUR_SECONDS} h" if seconds < 2 * DAY_SECONDS else f"{seconds // DAY_SECONDS} days"


def format_moment(at: datetime) -> str:
    """Format a moment in UTC: 23 Nov 2026, 19:03 UTC."""
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def format_day(at: datetime) -> str:
    """Format a day: 23 Nov 2026."""
    return f"{at.day} {at:%b %Y}"

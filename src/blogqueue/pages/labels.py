"""Short texts that several pages share: names of filters and languages, dates, waiting times."""

from datetime import date

from blogqueue.localized import format_day, format_moment, format_number, name_country, name_language
from blogqueue.orders.customer_orders import CustomerOrder
from blogqueue.states import ArticleStatus, FailureReason, OrderStatus, RefundState

REL_BADGES = {"sponsored": "rel=sponsored", "nofollow": "rel=nofollow", "none": "no rel attribute"}
"""What a link's `rel` is, as a badge."""

REL = {
    "sponsored": "marked rel=“sponsored”, which tells search engines that it is a paid link",
    "nofollow": "marked rel=“nofollow”, which tells search engines not to follow it",
    "none": "not marked with a rel attribute",
}
"""What a link's `rel` means; completes the sentence "The link is …"."""

FIELDS = {
    "topic": "Topic",
    "niche": "Niche",
    "keyword": "Keyword",
    "targetUrl": "Target URL",
    "anchorText": "Anchor text",
    "exclusive": "Exclusive",
    "notes": "Notes",
    "email": "Email address",
}
"""The fields of the forms, as the list of what is wrong names them."""

SORTS = {
    "best": "Best match first",
    "newest": "Newest first",
    "cheapest": "Lowest price first",
    "longest": "Longest first",
    "shortest": "Shortest first",
}
"""The orders of the catalogue; `best` needs words to match."""

FILTERS = {
    "page": "page",
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

DESK_STATUSES: dict[str, str] = {
    OrderStatus.PROCESSING: "In progress",
    OrderStatus.QUALITY_CHECK: "With the customer",
    OrderStatus.ADMIN_REVIEW: "In review",
    OrderStatus.COMPLETED: "Published",
    OrderStatus.FAILED: "Failed",
    ArticleStatus.DRAFT: "Draft",
    ArticleStatus.PUBLISHED: "Published",
    ArticleStatus.UNPUBLISHED: "Taken down",
}
"""What editors read for the status of an order, or of an article."""

RECEIPTS = {True: "Receipt and invoice", False: "Receipt"}
"""What the link to the receipt says, by whether there is an invoice, too."""

SOLD_OUT = "Sold out for now. Unpaid reservations expire after a while, so please check again later."
"""What an article without a free link slot says: its slots are sold, or reserved by customers who have yet to pay."""

__all__ = ["format_day", "format_moment", "format_number", "name_country", "name_language"]
"""What templates find here, too."""

HOUR_SECONDS, DAY_SECONDS, YEAR_SECONDS = 3600, 86_400, 365 * 86_400


def name_field(name: str) -> str:
    """Return what a message about a form's field begins with, as there may be several with the same words."""
    return f"{FIELDS[name]}: " if name in FIELDS else ""


def name_desk_status(status: str) -> str:
    """Return what editors read for the status of an order, or of an article."""
    return DESK_STATUSES[status]


def name_move(status: str | None, to: str) -> str:
    """Return what editors read for a move from one status to another: In review → Published."""
    return f"{name_desk_status(status) if status else 'New'} → {name_desk_status(to)}"


def format_slots(free: int) -> str:
    """Say how many of an article's link slots are free: 3 slots left."""
    return f"{free} slot{'s' if free > 1 else ''} left" if free else "Sold out"


def format_measure(figure: str, source: str, at: date | None) -> str:
    """Say what was measured, by whom and when: 41 (Ahrefs, 12 Nov 2026)."""
    return f"{figure} ({source}, {format_day(at)})" if at else f"{figure} ({source})"


def format_months(months: int) -> str:
    """Say how long a link stays: at least 2 years, at least 18 months."""
    years, rest = divmod(months, 12)
    number, unit = (months, "month") if rest or not years else (years, "year")
    return f"at least {number} {unit}{'s' if number > 1 else ''}"


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

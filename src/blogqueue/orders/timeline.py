"""What has happened to an order, as its customer sees it: the lines of its history that concern them."""

from collections.abc import Sequence

from blogqueue.orders.regenerations import REGENERATE, SEND_BACK
from blogqueue.orders.snapshot import EventRow
from blogqueue.orders.status_view import MilestoneView
from blogqueue.states import Milestone, OrderStatus

BY_ACTION = {
    "paid": Milestone.RECEIVED,
    "paid, but cannot be fulfilled": Milestone.RECEIVED,
    "version delivered": Milestone.READY,
    REGENERATE: Milestone.REGENERATED,
    "submit": Milestone.SUBMITTED,
    SEND_BACK: Milestone.SENT_BACK,
    "approved; no longer fits the live text": Milestone.ADDED_AGAIN,
    "approved; the article has changed": Milestone.ADDED_AGAIN,  # the words of older histories
    "approve": Milestone.PUBLISHED,
    "reject": Milestone.REJECTED,
    "cancel": Milestone.CANCELLED,
    "job cancelled": Milestone.CANCELLED,
    "retry": Milestone.RETRIED,
    "refund initiated": Milestone.REFUND_BEGUN,
    "refund succeeded": Milestone.REFUNDED,
}
"""The actions in an order's history that its customer sees; every other end of the order is FAILED."""


def list_milestones(events: Sequence[EventRow]) -> list[MilestoneView]:
    """Return what has happened, oldest first."""
    return [MilestoneView(at=event.at, what=what) for event in events if (what := _name(event))]


def find_reason(status: OrderStatus, events: Sequence[EventRow]) -> str | None:
    """Return what the editor asked for who sent the order back, until it is submitted again; None if none did."""
    if status not in {OrderStatus.PROCESSING, OrderStatus.QUALITY_CHECK}:
        return None
    begun = [event for event in events if event.to_status == OrderStatus.PROCESSING and event.action != "retry"]
    return begun[-1].detail if begun and begun[-1].action == SEND_BACK else None


def _name(event: EventRow) -> Milestone | None:
    if event.action in BY_ACTION:
        return BY_ACTION[event.action]
    return Milestone.FAILED if event.to_status == OrderStatus.FAILED else None

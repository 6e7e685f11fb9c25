"""What a new text, or a take-down, takes from orders: links that are published, or room for links to come."""

from collections.abc import Sequence
from uuid import UUID

from blogqueue.catalogue.paid_links import PaidLink
from blogqueue.errors import ConflictError, FieldError
from blogqueue.writing.markdown.links import format_link


class LossError(ConflictError):
    """Something is taken from the orders `order_ids`. All are named at once, so that one reason overrides the refusal.

    `lost` are the paid links, `without_room` the open orders for which a text with this `room` has too little.
    """

    def __init__(self, lost: Sequence[PaidLink], without_room: Sequence[UUID] = (), room: int = 0) -> None:
        messages = [_describe_lost(lost)] if lost else []
        messages += [_describe_room(without_room, room)] if without_room else []
        details = [FieldError("content", "room", f"Order {one} waits for its link.") for one in without_room]
        super().__init__(
            " ".join(messages), code="paid_links" if lost else "no_room", details=[*describe_links(lost), *details]
        )
        self.order_ids = [*(one.order_id for one in lost), *without_room]


def describe_links(paid: Sequence[PaidLink]) -> list[FieldError]:
    """Return what each order paid for, as details of a refusal."""
    return [
        FieldError("content", "paid_link", f"Order {one.order_id} paid for {format_link(one.link)}.") for one in paid
    ]


def _describe_lost(lost: Sequence[PaidLink]) -> str:
    names = ", ".join(str(one.order_id) for one in lost)
    return f"Paid links would be lost: those of order{'s' if len(lost) > 1 else ''} {names}. Keep them as they are."


def _describe_room(order_ids: Sequence[UUID], room: int) -> str:
    names = ", ".join(map(str, order_ids))
    return (
        f"This text has room for {room} more link{'' if room == 1 else 's'}, and {len(order_ids)} open "
        f"order{'s' if len(order_ids) > 1 else ''} need{'' if len(order_ids) > 1 else 's'} it: {names}. Keep enough "
        "paragraphs that can take a link. An editor can publish it nevertheless, on the article's page below /admin, "
        "with a reason; an order whose link finds no room fails and is refunded."
    )

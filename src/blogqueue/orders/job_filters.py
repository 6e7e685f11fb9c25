"""Read what an operator searches jobs for. A part that is not understood is refused, and never left out."""

from datetime import UTC, datetime
from uuid import UUID

from blogqueue.db.tables.orders import Order
from blogqueue.errors import FieldError, InvalidError
from blogqueue.jobs.queues import JOB_QUEUES
from blogqueue.jobs.search import JobFilter
from blogqueue.orders.numbers import parse_number
from blogqueue.states import JobState

TEXT_LENGTH = 200


async def make_filter(
    *, queue: str = "", state: str = "", order: str = "", error: str = "", after: str = "", before: str = ""
) -> JobFilter:
    """Return the filter that these texts describe; an empty one does not narrow the search.

    `order` is an order's id or number, `after` and `before` are times in ISO 8601, in UTC unless they name a zone.
    Raises InvalidError, which names each part that is wrong.
    """
    problems: list[FieldError] = []
    if queue and queue not in JOB_QUEUES:
        problems.append(FieldError("queue", "exists", f"There is no such queue; choose {' or '.join(JOB_QUEUES)}."))
    if state and state not in set(JobState):
        problems.append(FieldError("state", "exists", f"There is no such state; choose {', '.join(JobState)}."))
    if len(error) > TEXT_LENGTH or "\0" in error:
        problems.append(FieldError("error", "length", f"Search for at most {TEXT_LENGTH} characters."))
    times = {name: _parse_time(name, typed, problems) for name, typed in (("after", after), ("before", before))}
    if times["after"] and times["before"] and times["after"] >= times["before"]:
        problems.append(FieldError("before", "order", "The end of the time must be after its beginning."))
    order_id = await _find_order(order.strip()) if order.strip() else None
    if order.strip() and order_id is None:
        problems.append(FieldError("order", "exists", "There is no such order; give its id or its number."))
    if problems:
        raise InvalidError(problems)
    return JobFilter(queue, JobState(state) if state else None, order_id, error.strip(), **times)


async def _find_order(typed: str) -> UUID | None:
    """Return the id of the order with this id or number, None if there is none."""
    try:
        found = Order.id == UUID(typed)
    except ValueError:
        number = parse_number(typed)
        if number is None:
            return None
        found = Order.number == number
    rows = await Order.select(Order.id).where(found)
    return rows[0]["id"] if rows else None


def _parse_time(name: str, typed: str, problems: list[FieldError]) -> datetime | None:
    """Return a time, None if there is none; add to `problems` if it is not one."""
    if not typed:
        return None
    try:
        at = datetime.fromisoformat(typed)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        problems.append(FieldError(name, "time", "Give a time such as 2026-11-25T19:03."))
        return None

"""All orders, newest first: search, filter, page by page. Each leads to its page among the reviews."""

from typing import Any

from litestar import Request, get
from litestar.params import FromQuery
from litestar.response import Template

from blogqueue.errors import InvalidError
from blogqueue.orders import search
from blogqueue.pages import labels
from blogqueue.pages.responses import page
from blogqueue.reviews import queue
from blogqueue.states import OrderStatus


@get("/admin/orders", include_in_schema=False)
async def list_orders(
    request: Request[Any, Any, Any],
    q: FromQuery[str] = "",
    host: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Template:
    """List the orders that a search finds; an unknown status or cursor is ignored."""
    named = request.query_params.get("status", "")
    status = OrderStatus(named) if named in set(OrderStatus) else None
    try:
        found = await search.search(q, status=status, host=host[:253], cursor=cursor)
    except InvalidError:
        found = await search.search(q, status=status, host=host[:253])
    return page(
        "admin_orders.html",
        found=found,
        q=q,
        host=host,
        status=status or "",
        is_first=not cursor,
        hosts=await queue.list_hosts(),
        status_names=labels.DESK_STATUSES,
    )


HANDLERS = [list_orders]

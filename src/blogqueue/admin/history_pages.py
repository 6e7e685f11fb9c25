"""The history of all orders and articles: who did what, newest first."""

from litestar import get
from litestar.params import FromQuery
from litestar.response import Template

from blogqueue.db import history
from blogqueue.pages.responses import page


@get("/admin/history", include_in_schema=False)
async def list_history(q: FromQuery[str] = "", cursor: FromQuery[str] = "") -> Template:
    """List the lines of history that a search finds."""
    lines, following = await history.search(q, cursor=cursor)
    return page("history.html", lines=lines, following=following, q=q, is_first=not cursor)


HANDLERS = [list_history]

"""Calls of Piccolo Admin, and the line of history that they write."""

from typing import Any

import httpx

from blogqueue.db.tables.orders import OrderEvent
from tests.stage import Stage


async def write(stage: Stage, method: str, path: str, **body: Any) -> httpx.Response:
    """What Piccolo Admin's own page sends."""
    token = {"x-csrftoken": stage.http.cookies["csrftoken"]}
    return await stage.http.request(method, f"/admin/api/{path}", json=body, headers=token)


async def newest_line() -> tuple[str, str, str]:
    row = (await OrderEvent.select().order_by(OrderEvent.id, ascending=False).limit(1))[0]
    return row["actor"], row["action"], row["detail"]

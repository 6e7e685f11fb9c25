"""Who asks: a customer by an order's access token, an editor's program by a bearer token."""

from typing import Any
from uuid import UUID

from litestar import Request

from blogqueue import orders, tokens
from blogqueue.errors import UnauthorizedError
from blogqueue.settings import settings
from blogqueue.tables import AdminToken, Order

BEARER = "Bearer "


def cookie_name(order_id: UUID) -> str:
    """The cookie that carries an order's access token; one an order, so that a browser may hold several."""
    return f"order_{order_id.hex}"


def is_secure() -> bool:
    """Whether cookies are for HTTPS alone: wherever customers reach the web by it."""
    return settings.public_url.startswith("https://")


def bearer(request: Request[Any, Any, Any]) -> str:
    """The request's bearer token, or ""."""
    header = request.headers.get("authorization", "")
    return header.removeprefix(BEARER) if header.startswith(BEARER) else ""


async def customers_order(request: Request[Any, Any, Any], order_id: UUID) -> Order:
    """The order, for who shows its token; NotFoundError otherwise: an order's id alone opens nothing."""
    return await orders.opened_by(order_id, bearer(request) or request.cookies.get(cookie_name(order_id), ""))


async def admin(request: Request[Any, Any, Any]) -> str:
    """The name of the admin token shown. Raises UnauthorizedError."""
    token = bearer(request)
    rows = await AdminToken.select(AdminToken.name).where(
        AdminToken.token_hash == tokens.hashed(token), AdminToken.revoked_at.is_null()
    )
    if not token or not rows:
        raise UnauthorizedError("Show an admin token: Authorization: Bearer …")
    return str(rows[0]["name"])


def address(request: Request[Any, Any, Any]) -> str:
    """The caller's network address (behind a proxy, uvicorn has put the forwarded one there)."""
    return request.client.host if request.client else ""

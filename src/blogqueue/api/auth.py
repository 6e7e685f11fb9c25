"""Who asks: a customer by an order's access token, an editor's program by a bearer token."""

import hmac
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.middleware.rate_limit import RateLimitConfig

from blogqueue import editors, tokens
from blogqueue.db.tables.editors import AdminToken
from blogqueue.db.tables.orders import Order
from blogqueue.errors import ForbiddenError, UnauthorizedError
from blogqueue.orders import lifecycle
from blogqueue.settings import settings

Connection = ASGIConnection[Any, Any, Any, Any]

BEARER = "Bearer "
SESSION_COOKIE = "id"
"""piccolo_api's name for it."""

# Each limit counts in a store of its own: the key in it is the address alone.
CHECKOUT_LIMIT = RateLimitConfig(("minute", settings.max_checkouts_per_minute_per_ip), store="checkouts").middleware
"""How often an address may ask for a payment page, by program or by form together; 429 beyond."""

ORDER_LINK_LIMIT = RateLimitConfig(("hour", settings.max_purchases_per_hour_per_ip), store="order_links").middleware
"""How often an address may ask for its orders' links; 429 beyond."""


def cookie_name(order_id: UUID) -> str:
    """The cookie that carries an order's access token; one an order, so that a browser may hold several."""
    return f"order_{order_id.hex}"


def is_secure() -> bool:
    """Whether cookies are for HTTPS alone: wherever customers reach the web by it."""
    return settings.public_url.startswith("https://")


def bearer(request: Connection) -> str:
    """The request's bearer token, or ""."""
    header = request.headers.get("authorization", "")
    return header.removeprefix(BEARER) if header.startswith(BEARER) else ""


async def customers_order(request: Request[Any, Any, Any], order_id: UUID) -> Order:
    """The order, for who shows its token; NotFoundError otherwise: an order's id alone opens nothing."""
    return await lifecycle.get_with_token(order_id, bearer(request) or request.cookies.get(cookie_name(order_id), ""))


def session(request: Connection) -> str:
    """The session that Piccolo Admin's login gave the browser, or ""."""
    return request.cookies.get(SESSION_COOKIE, "")


def own_form(request: Connection, shown: str) -> None:
    """Only our own pages may send with an editor's session: they alone know its form token. Raises ForbiddenError."""
    elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    if elsewhere or not hmac.compare_digest(shown.encode(), tokens.form(session(request)).encode()):
        raise ForbiddenError


async def form_sender(request: Request[Any, Any, Any], form: str) -> str:
    """The name of the signed-in editor who sent one of our own forms. Raises ForbiddenError for anybody else."""
    actor = await editors.signed_in(session(request))
    if actor is None:
        raise ForbiddenError
    own_form(request, form)
    return actor


async def editors_only(request: Connection, _: BaseRouteHandler) -> None:
    """Let an editor or their program's token in, before the body is read; `request.user` is their name.

    A browser's session needs the form token as well, in X-CSRFToken, for anything but reading. Raises UnauthorizedError
    and ForbiddenError.
    """
    request.scope["user"] = await _editor(request)


async def _editor(request: Connection) -> str:
    if not bearer(request) and (editor := await editors.signed_in(session(request))):
        if request.scope.get("method") not in {"GET", "HEAD"}:
            own_form(request, request.headers.get("x-csrftoken", ""))
        return editor
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

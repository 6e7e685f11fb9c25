"""Find out who calls: a customer by an order's access token, an editor by a session or a program's token."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.openapi.spec import Reference, SecurityScheme

from blogqueue import editors, limits, tokens
from blogqueue.db.tables.orders import Order
from blogqueue.errors import ForbiddenError, NotFoundError, ProblemError, UnauthorizedError
from blogqueue.limits import Limit
from blogqueue.log import logger
from blogqueue.orders import lifecycle, sign_ins
from blogqueue.settings import settings

Connection = ASGIConnection[Any, Any, Any, Any]

BEARER = "Bearer "
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_OWN_ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(settings.public_url))

SIGN_IN_COOKIE = "your_orders"
"""The cookie of a customer who has signed in; it opens every order of their address."""

SESSION_COOKIE = "id"
"""The name that piccolo_api gives it."""

SCHEMES: dict[str, SecurityScheme | Reference] = {
    "orderToken": SecurityScheme(
        type="http",
        scheme="bearer",
        description="An order's access token, from the links in our emails. Without it, the answer is 404.",
    ),
    "orderCookie": SecurityScheme(
        type="apiKey",
        security_scheme_in="cookie",
        name="order_{id}",
        description="The same token in a browser; `{id}` is the order's id without hyphens.",
    ),
    "adminToken": SecurityScheme(
        type="http", scheme="bearer", description="A program's token, issued by `blogqueue editors token`."
    ),
    "editorSession": SecurityScheme(
        type="apiKey", security_scheme_in="cookie", name=SESSION_COOKIE, description="An editor's session, from /admin."
    ),
    "formToken": SecurityScheme(
        type="apiKey",
        security_scheme_in="header",
        name="X-CSRFToken",
        description="The form token of the session's pages; a session needs it for every call but GET.",
    ),
}
"""The ways to show who calls, for the description of the API."""

CUSTOMER: list[dict[str, list[str]]] = [{"orderToken": []}, {"orderCookie": []}, {}]
"""The last says that no call is challenged: without the token, an order is not found, as if there were none."""

EDITOR: list[dict[str, list[str]]] = [{"adminToken": []}, {"editorSession": [], "formToken": []}]

CHECKOUTS = Limit("checkouts", settings.max_checkouts_per_minute_per_ip, 60)
"""How often a network may ask for a payment page, by program and by form together."""

ORDER_LINKS = Limit("order_links", settings.max_purchases_per_hour_per_ip, 3600)
"""How often a network may ask for the links of its orders."""

PAYMENT_RETURNS = Limit("payment_returns", settings.max_checkouts_per_minute_per_ip, 60)
"""How often a network may come back from a payment page: each time, Stripe may be asked."""

RECEIPTS = Limit("receipts", settings.max_checkouts_per_minute_per_ip, 60)
"""How often a network may ask for receipts: each time, Stripe is asked."""


def limited(limit: Limit) -> Callable[[Connection, BaseRouteHandler], Awaitable[None]]:
    """Return a guard that lets a network in as often as a limit allows. It raises TooManyError."""

    async def guard(request: Connection, _: BaseRouteHandler) -> None:
        await limits.take(limit, limits.to_network(address(request)))

    return guard


def cookie_name(order_id: UUID) -> str:
    """Return the name of the cookie with an order's access token: one for each order, so a browser may hold several."""
    return f"order_{order_id.hex}"


def is_secure() -> bool:
    """Return whether cookies are sent only over HTTPS: wherever customers reach us by it."""
    return settings.public_url.startswith("https://")


def bearer(request: Connection) -> str:
    """Return the request's bearer token, or ""."""
    header = request.headers.get("authorization", "")
    return header[len(BEARER) :] if header.casefold().startswith(BEARER.casefold()) else ""


def order_token(request: Connection, order_id: UUID) -> str:
    """Return the access token that a request shows for an order, or ""."""
    return bearer(request) or request.cookies.get(cookie_name(order_id), "")


async def customers_order(request: Request[Any, Any, Any], order_id: UUID) -> Order:
    """Return the order whose access token the request shows, or whose customer has signed in.

    Raises NotFoundError: an id alone opens nothing.

    A browser sends its cookie whichever website asks it to. So a call of the API that writes and shows only the cookie
    must come from our own pages, as JSON, which no form of another website can send. Raises ForbiddenError and
    ProblemError.
    """
    token = order_token(request, order_id)
    if not bearer(request) and request.method not in SAFE_METHODS and request.url.path.startswith("/api/"):
        _check_own_pages(request)
    try:
        return await lifecycle.get_with_token(order_id, token)
    except NotFoundError:
        if bearer(request):
            raise
        return await sign_ins.get_order(order_id, request.cookies.get(SIGN_IN_COOKIE, ""))


def _check_own_pages(request: Connection) -> None:
    """Check that a call comes from our own pages. Raises ForbiddenError, and ProblemError if it is not JSON."""
    origin = request.headers.get("origin", _OWN_ORIGIN)
    if origin != _OWN_ORIGIN or request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForbiddenError
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        problem = ProblemError("Send the body as application/json.", code="unsupported_media_type")
        problem.status = 415
        raise problem


def session(request: Connection) -> str:
    """Return the session that Piccolo Admin's login gave the browser, or ""."""
    return request.cookies.get(SESSION_COOKIE, "")


def own_form(request: Connection, shown: str) -> None:
    """Check that one of our pages sent this: only they know the session's form token. Raises ForbiddenError."""
    elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    if elsewhere or not hmac.compare_digest(shown.encode(), tokens.derive_form_token(session(request)).encode()):
        raise ForbiddenError


async def form_sender(request: Request[Any, Any, Any], form: str) -> str:
    """Return the name of the signed-in editor who sent one of our forms. Raises ForbiddenError for anybody else."""
    actor = await editors.get_by_session(session(request))
    if actor is None:
        raise ForbiddenError
    own_form(request, form)
    return actor


async def editors_only(request: Connection, _: BaseRouteHandler) -> None:
    """Let in an editor or a program with a token, before the body is read; `request.user` becomes their name.

    A browser's session also needs the form token, in X-CSRFToken, for everything but reading.

    Raises UnauthorizedError and ForbiddenError.
    """
    request.scope["user"] = await _editor(request)


async def _editor(request: Connection) -> str:
    if not bearer(request) and (editor := await editors.get_by_session(session(request))):
        if request.scope.get("method") not in {"GET", "HEAD"}:
            own_form(request, request.headers.get("x-csrftoken", ""))
        return editor
    name = await editors.get_token_name(bearer(request))
    if name is None:
        if bearer(request):
            logger.warning("login failed", by="token", client=address(request))
        raise UnauthorizedError("Send an admin token: Authorization: Bearer …")
    return name


def address(request: Connection) -> str:
    """Return the caller's network address; behind a proxy, uvicorn has put the forwarded one there."""
    return request.client.host if request.client else ""

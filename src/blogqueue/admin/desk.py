"""What all pages of the desk share: the login that they need, and the way back to the page that was asked for."""

import re
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Router
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from blogqueue import editors
from blogqueue.api import auth
from blogqueue.pages.responses import headers

HOME = "/admin/reviews"
"""Where an editor begins: with the work that waits."""

LOGIN = "/admin/login"

_OWN_PAGE = re.compile(r"/admin/[A-Za-z0-9_/.-]*(\?[A-Za-z0-9_=&%+.@-]*)?")


class SignInNeededError(Exception):
    """Nobody is signed in."""


def make_router(*handlers: ControllerRouterHandler) -> Router:
    """Return the desk's pages behind the login; forms check their sender themselves."""
    return Router(
        path="/",
        guards=[_need_editor],
        exception_handlers={SignInNeededError: _to_login},
        route_handlers=list(handlers),
    )


def check_next(path: str) -> str:
    """Return the page to open after the login: the one that was asked for, or the desk's first page."""
    return path if _OWN_PAGE.fullmatch(path) and "//" not in path else HOME


def editor(request: Request[Any, Any, Any]) -> str:
    """Return the name of the editor who reads one of the desk's pages."""
    return str(request.scope["user"])


async def _need_editor(request: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Let in an editor; `request.user` becomes their name. Raises SignInNeededError and ForbiddenError.

    A form without a session is refused by `auth.form_sender`: it must not be sent again after a login.
    """
    name = await editors.get_by_session(auth.session(request))
    if name is None and request.scope.get("method") in auth.SAFE_METHODS:
        raise SignInNeededError
    request.scope["user"] = name


def _to_login(request: Request[Any, Any, Any], _: Exception) -> Redirect:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Redirect(f"{LOGIN}?{urlencode({'next': asked})}", status_code=303, headers=headers())

"""Piccolo Admin under /admin/tables/, beside our own pages; editors may protect their login with an authenticator app.

Each request that writes is one transaction, so that no change is stored without its line of history.
"""

from contextlib import suppress
from typing import Any, cast
from urllib.parse import urlsplit

import asyncpg
from litestar import asgi
from litestar.types import HTTPScope, Message, Receive, Scope, Send
from piccolo_admin.endpoints import create_admin
from piccolo_api.rate_limiting.middleware import RateLimitingMiddleware
from starlette.requests import Request
from starlette.routing import Mount

from blogqueue import editors, limits
from blogqueue.admin import desk, login
from blogqueue.admin.piccolo_forms import FORMS
from blogqueue.admin.piccolo_tables import AFTER_WRITE, TABLES, AfterWrite
from blogqueue.admin.second_factor import AUTHENTICATOR
from blogqueue.api import auth
from blogqueue.db.engine import transaction
from blogqueue.db.tables.sessions import EditorSession
from blogqueue.editors import Editor
from blogqueue.errors import NotFoundError, ProblemError
from blogqueue.log import logger
from blogqueue.settings import settings

PREFIX = "/admin"

TABLES_PATH = "/tables"
"""Where Piccolo Admin's page is below the prefix. Its API and its login answer directly below the prefix too."""

# Piccolo Admin's Vue sets styles on elements; its fonts and the QR code of the MFA page are data: URLs.
SECURITY_HEADERS = (
    (
        b"content-security-policy",
        (
            b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
            b"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        ),
    ),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)

COMPARES_PASSWORD = ("/api/mfa-setup", "/api/change-password")
"""The paths that compare a signed-in editor's password."""

ODD_INPUT = (asyncpg.DataError, ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What Piccolo Admin raises for values that it does not check: a page's size of -1, a list for a form."""


def _make_admin() -> Any:  # noqa: ANN401 - Starlette's application
    secure = settings.public_url.startswith("https://")
    return create_admin(
        TABLES,
        forms=FORMS,
        site_name="blogqueue",
        auto_include_related=False,
        production=secure,
        allowed_hosts=[urlsplit(settings.public_url).hostname or ""],
        sidebar_links={"Review queue": "/admin/reviews", "Website": "/"},
        auth_table=Editor,
        session_table=EditorSession,
        mfa_providers=[AUTHENTICATOR],
    )


def _lift_own_limits(app: Any) -> None:  # noqa: ANN401 - an ASGI application
    """Replace every limit of Piccolo's, at any depth: they are per process, and who meets one stays locked out."""
    if isinstance(app, RateLimitingMiddleware):
        app.rate_limit = login.Uncounted()
    for route in getattr(app, "routes", ()):
        if isinstance(route, Mount):
            _lift_own_limits(route.app)
    if inner := getattr(app, "app", None):
        _lift_own_limits(inner)


ADMIN = _make_admin()
_lift_own_limits(ADMIN)


@asgi(PREFIX, is_mount=True, copy_scope=True)
async def piccolo_admin(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve Piccolo Admin with our headers; run each write in one transaction, and answer after the commit."""
    if scope["path"] in {"", "/"}:
        await _redirect(desk.HOME, send)
        return
    if scope["path"].rstrip("/") == TABLES_PATH:
        if scope.get("raw_path") == f"{PREFIX}{TABLES_PATH}".encode():  # its page links to its files relatively
            await _redirect(f"{PREFIX}{TABLES_PATH}/", send)
            return
        if await _find_editor(scope) is None:
            await _redirect(f"{desk.LOGIN}?next={PREFIX}{TABLES_PATH}/", send)
            return
        scope["path"] = "/"
    elif scope["path"].startswith(f"{TABLES_PATH}/"):
        scope["path"] = scope["path"].removeprefix(TABLES_PATH)
    if scope["type"] != "http" or scope["path"].startswith("/assets/"):
        await ADMIN(scope, receive, _with_headers(send))
        return
    answer: list[Message] = []
    try:
        await _answer(scope, receive, answer)
    except ODD_INPUT as error:
        logger.warning("odd request below /admin", path=scope["path"], exc_info=error)
        raise ProblemError("The request does not fit this page.") from error
    if any(name == b"location" and b"://" in value for name, value in answer[0].get("headers", [])):
        # Starlette redirects to an address with or without a last slash, on whatever host the request names.
        raise NotFoundError("page")
    for message in answer:
        await _with_headers(send)(message)


async def _redirect(to: str, send: Send) -> None:
    headers = [(b"location", to.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _find_editor(scope: Scope) -> str | None:
    """Return the signed-in editor's name. Raises ForbiddenError for a user who is not an editor."""
    return await editors.get_by_session(Request(cast("dict[str, Any]", scope)).cookies.get(auth.SESSION_COOKIE, ""))


async def _answer(scope: HTTPScope, receive: Receive, answer: list[Message]) -> None:
    """Have Piccolo Admin answer a call into `answer`; only editors may write, and a login is counted."""
    if scope["path"].startswith("/api/"):
        # Answer 403 to a user who is not an editor. Piccolo Admin itself would answer 401, as without a login.
        editor = await _find_editor(scope)
        if scope["method"] not in auth.SAFE_METHODS and editor is not None:  # without a login nothing is written
            if scope["path"].startswith(COMPARES_PASSWORD):
                await limits.take(login.PASSWORD_BY_EDITOR, editor)
            with suppress(_RefusedError):
                await _write(scope, receive, answer)
            return
    elif scope["path"].startswith("/public/login/") and scope["method"] == "POST":
        receive = await login.check(scope, receive)
        await ADMIN(scope, receive, _store(answer))
        login.log_failure(scope, answer[0].get("status", 0))
        return
    await ADMIN(scope, receive, _store(answer))


class _RefusedError(Exception):
    """Piccolo Admin answered with an error, so the transaction is rolled back."""


async def _write(scope: Scope, receive: Receive, answer: list[Message]) -> None:
    """Have Piccolo Admin write in one transaction, and store its answer in `answer`. Raises _RefusedError."""
    after_write: AfterWrite = []
    scope[AFTER_WRITE] = after_write  # type: ignore[literal-required]  # a key of ours in an ASGI scope
    async with transaction():
        await ADMIN(scope, receive, _store(answer))
        _refuse_errors(answer)
        for write in after_write:
            await write()


def _refuse_errors(answer: list[Message]) -> None:
    if any(message.get("status", 0) >= login.FIRST_ERROR_STATUS for message in answer):
        raise _RefusedError


def _store(answer: list[Message]) -> Send:
    async def store(message: Message) -> None:
        answer.append(message)

    return store


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name for name, _ in SECURITY_HEADERS}
            others = [(name, value) for name, value in message["headers"] if name.lower() not in own]
            message["headers"] = [*others, *SECURITY_HEADERS]
        await send(message)

    return sending


HANDLERS = [piccolo_admin]

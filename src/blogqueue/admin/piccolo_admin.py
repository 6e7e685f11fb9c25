"""Piccolo Admin under /admin/: mounted, signed in to with MFA if an editor wants it, and beside our own pages.

Each of its writes is one transaction, so that none is without its line of history.
"""

import base64
import hashlib
from contextlib import suppress
from typing import Any, Literal, cast
from urllib.parse import urlsplit
from uuid import UUID

from litestar import asgi
from litestar.types import Message, Receive, Scope, Send
from piccolo_admin.endpoints import FormConfig, create_admin
from piccolo_api.encryption.providers import FernetProvider
from piccolo_api.mfa.authenticator.provider import AuthenticatorProvider
from pydantic import BaseModel
from starlette.requests import Request

from blogqueue import editors
from blogqueue.admin.piccolo_tables import AFTERWARDS, SAFE, TABLES, Afterwards, editor
from blogqueue.api import auth
from blogqueue.catalogue import articles
from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import Article
from blogqueue.errors import ProblemError
from blogqueue.payments import disputes, held_payments
from blogqueue.settings import settings

PREFIX = "/admin"

# Vue compiles nothing here, but sets styles on elements; the fonts and the MFA page's picture are data: addresses.
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

HTTP_REFUSED = 400


class OnSite(BaseModel):
    """An article's slug, and whether it is taken down or put back; a reason where paid links stand in it."""

    slug: str
    what: Literal["take down", "put back"] = "take down"
    reason: str = ""


async def _article_id(slug: str) -> UUID:
    rows = await Article.select(Article.id).where(Article.slug == slug.strip())
    if not rows:
        raise ValueError(f"There is no article with the slug {slug!r}.")
    return cast("UUID", rows[0]["id"])


async def _on_site(request: Request, said: OnSite) -> str:
    article_id, actor = await _article_id(said.slug), editor(request)
    try:
        if said.what == "put back":
            await articles.put_back(article_id, actor=actor)
        else:
            await articles.take_down(article_id, actor=actor, override=said.reason)
    except ProblemError as error:
        raise ValueError(error.message) from error
    return "Done."


class OrderOnHold(BaseModel):
    """An order on hold's id, and whether it goes on or ends, its payment reversed."""

    order_id: UUID
    what: Literal["let it go on", "end it"] = "let it go on"


class Held(BaseModel):
    """A held payment's session, and what becomes of it."""

    session_id: str
    what: Literal["work on it", "give the money back", "settled outside"] = "work on it"


async def _order_on_hold(request: Request, said: OrderOnHold) -> str:
    verb = disputes.release if said.what == "let it go on" else disputes.end
    try:
        await verb(said.order_id, actor=editor(request))
    except ProblemError as error:
        raise ValueError(error.message) from error
    return "Done."


async def _held_payment(request: Request, said: Held) -> str:
    session_id, actor = said.session_id.strip(), editor(request)
    try:
        if said.what == "work on it":
            accepted = await held_payments.accept(session_id, actor=actor)
            return f"Accepted: {accepted.outcome}."
        if said.what == "give the money back":
            # Stripe is asked by the next minute: no transaction is open while it thinks.
            await held_payments.request_return(session_id, actor=actor)
            return "The money is given back within two minutes."
        await held_payments.dismiss(session_id, actor=actor)
    except ProblemError as error:
        raise ValueError(error.message) from error
    return "Done."


FORMS = [
    FormConfig("Take down or put back", OnSite, _on_site, "Whether an article is on the site and on sale."),
    FormConfig("Decide on a held payment", Held, _held_payment, "A payment that is not as asked, or one too many."),
    FormConfig("Decide on an order on hold", OrderOnHold, _order_on_hold, "An order whose payment is disputed."),
]


def encryption() -> FernetProvider:
    """The authenticators' secrets at rest, under a key of their own that follows from the secret key."""
    key = hashlib.sha256(b"authenticator:" + settings.secret_key.get_secret_value().encode()).digest()
    return FernetProvider(encryption_key=base64.urlsafe_b64encode(key))


def _site() -> Any:  # noqa: ANN401 - Starlette's application
    secure = settings.public_url.startswith("https://")
    return create_admin(
        TABLES,
        forms=FORMS,
        site_name="blogqueue",
        auto_include_related=False,
        production=secure,
        allowed_hosts=[urlsplit(settings.public_url).hostname or ""],
        sidebar_links={"Reviews": "/admin/reviews", "Articles": "/admin/articles", "The shop": "/"},
        mfa_providers=[AuthenticatorProvider(encryption(), issuer_name="blogqueue")],
    )


SITE = _site()


@asgi(PREFIX, is_mount=True, copy_scope=True)
async def back_office(scope: Scope, receive: Receive, send: Send) -> None:
    """Piccolo Admin, with our headers; its writes are one transaction, and answered after the commit."""
    if scope.get("raw_path") == PREFIX.encode():  # its assets' addresses are relative
        await send({"type": "http.response.start", "status": 307, "headers": [(b"location", b"/admin/")]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return
    if scope["type"] != "http" or "/api/" not in scope["path"]:
        await SITE(scope, receive, _with_headers(send))
        return
    # Its own answer to who is known and no editor is that to who is unknown: 401.
    await editors.get_by_session(Request(scope).cookies.get(auth.SESSION_COOKIE, ""))
    if scope["method"] in SAFE:
        await SITE(scope, receive, _with_headers(send))
        return
    answer: list[Message] = []
    with suppress(_NotDoneError):
        await _write(scope, receive, answer)
    for message in answer:
        await _with_headers(send)(message)


class _NotDoneError(Exception):
    """The answer is a refusal: what was written on the way to it is taken back."""


async def _write(scope: Scope, receive: Receive, answer: list[Message]) -> None:
    """Have the site write in one transaction, and keep what it answers. Raises _NotDoneError."""

    async def keep(message: Message) -> None:
        answer.append(message)

    afterwards: Afterwards = []
    scope[AFTERWARDS] = afterwards  # type: ignore[literal-required]
    async with transaction():
        await SITE(scope, receive, keep)
        _all_well(answer)
        for write in afterwards:
            await write()


def _all_well(answer: list[Message]) -> None:
    if any(message.get("status", 0) >= HTTP_REFUSED for message in answer):
        raise _NotDoneError


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name for name, _ in SECURITY_HEADERS}
            kept = [(name, value) for name, value in message["headers"] if name.lower() not in own]
            message["headers"] = [*kept, *SECURITY_HEADERS]
        await send(message)

    return sending


HANDLERS = [back_office]

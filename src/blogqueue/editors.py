"""Editors and the bearer tokens of their programs: shown once, stored as hashes, revocable."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
from piccolo_api.mfa.authenticator.tables import AuthenticatorSecret

from blogqueue import log, tokens
from blogqueue.db.engine import transaction
from blogqueue.db.tables.editors import AdminToken, Editor
from blogqueue.db.tables.sessions import EditorSession
from blogqueue.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError
from blogqueue.passwords import find_weakness

SESSION_EXTENSION = timedelta(minutes=20)
"""Each request extends a session by this much, up to 7 days in all; Piccolo Admin's own pages do the same."""

LONGEST_SESSION = timedelta(days=7)
"""However often it is extended, a session ends after this."""

FIRST_SESSION = timedelta(hours=1)
"""How long a new session lasts if nothing extends it; as with Piccolo Admin's own login."""

LONGEST_NAME = 100
LONGEST_EMAIL = 254

_COUNTS = AuthenticatorSecret.revoked_at.is_null() & AuthenticatorSecret.last_used_at.is_not_null()
"""The authenticator apps of which a code was entered."""


@dataclass(frozen=True, slots=True)
class Account:
    """An editor, as the operator sees them. `last_login` is None before the first one."""

    name: str
    email: str
    active: bool
    second_factor: bool
    last_login: datetime | None


async def create(name: str, email: str, password: str) -> None:
    """Create an editor who can sign in.

    Raises ConflictError for a name or an address in use, and InvalidError for a weak password, or for a name or an
    address that is none.
    """
    if await Editor.exists().where(Editor.username == name):
        raise ConflictError(f"An editor named {name!r} already exists.")
    _check_name(name)
    if len(email) > LONGEST_EMAIL or not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        message = f"The email must be an address of at most {LONGEST_EMAIL} characters."
        raise InvalidError([FieldError("email", "email", message)])
    _check_password(password, name, email)
    try:
        await Editor.create_user(name, password, email=email, admin=True, superuser=True, active=True)
    except asyncpg.UniqueViolationError as error:
        taken = "email" if "(email)" in str(error) else "name"  # the name if somebody was faster
        raise ConflictError(f"Another editor has this {taken}.") from error


async def list_accounts() -> list[Account]:
    """Return all editors, by name."""
    with_second_factor = {
        row["user_id"] for row in await AuthenticatorSecret.select(AuthenticatorSecret.user_id).where(_COUNTS)
    }
    return [
        Account(row["username"], row["email"], row["active"], row["id"] in with_second_factor, row["last_login"])
        for row in await Editor.select().where(Editor.admin == True).order_by(Editor.username)  # noqa: E712 - a column
    ]


async def set_active(name: str, *, active: bool) -> None:
    """Let an editor sign in, or not; a deactivated one is signed out everywhere. Raises NotFoundError."""
    async with transaction():
        editor_id = await _get_id(name)
        await Editor.update({Editor.active: active}).where(Editor.id == editor_id)
        if not active:
            await EditorSession.delete().where(EditorSession.user_id == editor_id)


async def reset_password(name: str, password: str) -> None:
    """Give an editor another password, and sign them out everywhere. Raises NotFoundError, InvalidError."""
    async with transaction():
        editor_id = await _get_id(name)
        _check_password(password, name)
        await Editor.update_password(editor_id, password)
        await EditorSession.delete().where(EditorSession.user_id == editor_id)


async def has_second_factor(editor_id: int) -> bool:
    """Return whether an editor's login asks for a code of an authenticator app: one was entered since its set-up."""
    return await AuthenticatorSecret.exists().where(AuthenticatorSecret.user_id == editor_id, _COUNTS)


async def remove_second_factor(name: str) -> None:
    """Let an editor sign in with the password alone until they set up an app again, and sign them out everywhere.

    Their lost device may be signed in still. Raises NotFoundError.
    """
    async with transaction():
        editor_id = await _get_id(name)
        await AuthenticatorSecret.revoke(editor_id)
        await EditorSession.delete().where(EditorSession.user_id == editor_id)


async def _get_id(name: str) -> int:
    """Return an editor's id. Raises NotFoundError."""
    rows = await Editor.select(Editor.id).where(Editor.username == name)
    if not rows:
        raise NotFoundError("editor", field="name", which=name)
    return int(rows[0]["id"])


def _check_name(name: str) -> None:
    """Raise InvalidError for the name of an editor or a token that cannot be stored, or shows nothing."""
    if not name.strip() or len(name) > LONGEST_NAME:
        message = f"The name must have 1 to {LONGEST_NAME} characters."
        raise InvalidError([FieldError("name", "length", message)])


def _check_password(password: str, *names: str) -> None:
    """Raise InvalidError for a password that is weak, or has the editor's name or address in it."""
    weakness = find_weakness(password)
    parts = [part for name in names for part in name.casefold().split("@") if len(part) > 2]  # noqa: PLR2004 - "ed" is in many words
    if not weakness and any(part in password.casefold() for part in parts):
        weakness = "The password contains the editor's name or address."
    if weakness:
        raise InvalidError([FieldError("password", "password", weakness)])


async def get_by_session(session: str) -> str | None:
    """Return the name of the signed-in editor, None without a valid session. Raises ForbiddenError for a non-editor."""
    user_id = await EditorSession.get_user_id(session, increase_expiry=SESSION_EXTENSION) if session else None
    user = await Editor.objects().where(Editor.id == user_id).first() if user_id is not None else None
    if user is None:
        return None
    if not (user.active and user.admin):
        raise ForbiddenError
    log.bind(editor=str(user.username))
    return str(user.username)


async def find_email(name: str) -> str:
    """Return the address of an active editor; "" if there is no such account, as for the name of a program's token."""
    rows = await Editor.select(Editor.email).where(Editor.username == name, Editor.active.eq(value=True))
    return str(rows[0]["email"]) if rows else ""


async def check_password(name: str, password: str) -> Editor | None:
    """Return the editor with this name and password; None if there is none, or they may not sign in."""
    user_id = await Editor.login(name, password)
    if user_id is None:
        return None
    may_sign_in = Editor.active.eq(value=True) & Editor.admin.eq(value=True)
    return await Editor.objects().where(Editor.id == user_id, may_sign_in).first()


async def open_session(editor_id: int) -> str:
    """Open a session of an editor whose password was right, and return its token for the cookie."""
    now = datetime.now()  # noqa: DTZ005 - Piccolo's columns have no time zone, and it compares them with the host's time
    session = await EditorSession.create_session(editor_id, now + FIRST_SESSION, now + LONGEST_SESSION)
    return str(session.token)


async def close_session(session: str) -> None:
    """End a session."""
    await EditorSession.remove_session(session)


async def get_token_name(token: str) -> str | None:
    """Return the name of a program's token; None if it is unknown or revoked."""
    rows = await AdminToken.select(AdminToken.name).where(
        AdminToken.token_hash == tokens.hash_token(token), AdminToken.revoked_at.is_null()
    )
    if not rows or not token:
        return None
    log.bind(editor=str(rows[0]["name"]))
    return str(rows[0]["name"])


async def issue_token(name: str) -> str:
    """Create a token under a name and return it, the only time it is shown; a revoked token's name is free again.

    Raises ConflictError for a name in use, and InvalidError for one that is too long.
    """
    _check_name(name)
    token = f"bq_{secrets.token_urlsafe(32)}"
    rows = (
        await AdminToken.insert(AdminToken(name=name, token_hash=tokens.hash_token(token)))
        .on_conflict(
            AdminToken.name,
            "DO UPDATE",
            [AdminToken.token_hash, AdminToken.created_at, AdminToken.revoked_at],
            AdminToken.revoked_at.is_not_null(),
        )
        .returning(AdminToken.id)
    )
    if not rows:
        raise ConflictError(f"A token named {name!r} already exists; revoke it, or choose another name.")
    return token


async def revoke_token(name: str) -> None:
    """Revoke a token. Raises NotFoundError."""
    rows = (
        await AdminToken.update({AdminToken.revoked_at: datetime.now(UTC)})
        .where(AdminToken.name == name, AdminToken.revoked_at.is_null())
        .returning(AdminToken.id)
    )
    if not rows:
        raise NotFoundError("token")

"""Editors and the bearer tokens of their programs: shown once, stored as hashes, revocable."""

import secrets
from datetime import UTC, datetime, timedelta

from piccolo_api.session_auth.tables import SessionsBase

from blogqueue import tokens
from blogqueue.db.tables.editors import AdminToken, Editor
from blogqueue.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError

SESSION_EXTENSION = timedelta(minutes=20)
"""Each request extends a session by this much, up to 7 days in all; Piccolo Admin's own pages do the same."""


async def create(name: str, email: str, password: str) -> None:
    """Create an editor who can sign in. Raises ConflictError for a name in use, InvalidError for a weak password."""
    if await Editor.exists().where(Editor.username == name):
        raise ConflictError(f"An editor named {name!r} already exists.")
    try:
        await Editor.create_user(name, password, email=email, admin=True, superuser=True, active=True)
    except ValueError as error:
        raise InvalidError([FieldError("password", "password", str(error))]) from error


async def get_by_session(session: str) -> str | None:
    """Return the name of the signed-in editor, None without a valid session. Raises ForbiddenError for a non-editor."""
    user_id = await SessionsBase.get_user_id(session, increase_expiry=SESSION_EXTENSION) if session else None
    user = await Editor.objects().where(Editor.id == user_id).first() if user_id is not None else None
    if user is None:
        return None
    if not (user.active and user.admin):
        raise ForbiddenError
    return str(user.username)


async def get_token_name(token: str) -> str | None:
    """Return the name of a program's token; None if it is unknown or revoked."""
    rows = await AdminToken.select(AdminToken.name).where(
        AdminToken.token_hash == tokens.hash_token(token), AdminToken.revoked_at.is_null()
    )
    return str(rows[0]["name"]) if rows and token else None


async def issue_token(name: str) -> str:
    """Create a token under a name and return it, the only time it is shown. Raises ConflictError for a name in use."""
    token = f"bq_{secrets.token_urlsafe(32)}"
    rows = (
        await AdminToken.insert(AdminToken(name=name, token_hash=tokens.hash_token(token)))
        .on_conflict(action="DO NOTHING")
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

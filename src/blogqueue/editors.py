"""Editors who sign in, and the bearer tokens of their programs: shown once, hashed at rest, revocable."""

import secrets
from datetime import UTC, datetime, timedelta

from piccolo.apps.user.tables import BaseUser
from piccolo_api.session_auth.tables import SessionsBase

from blogqueue import tokens
from blogqueue.db.tables.editors import AdminToken
from blogqueue.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError

SESSION_MORE = timedelta(minutes=20)
"""Each look at a page keeps a session this much longer, up to its 7 days; Piccolo Admin's own pages do the same."""


async def create(name: str, email: str, password: str) -> None:
    """Make an editor who may sign in. Raises ConflictError for a name in use, InvalidError for a weak password."""
    if await BaseUser.exists().where(BaseUser.username == name):
        raise ConflictError(f"An editor named {name!r} already exists.")
    try:
        await BaseUser.create_user(name, password, email=email, admin=True, superuser=True, active=True)
    except ValueError as error:
        raise InvalidError([FieldError("password", "password", str(error))]) from error


async def signed_in(session: str) -> str | None:
    """The name of the editor whose session this is; None for nobody's. Raises ForbiddenError for who is no editor."""
    user_id = await SessionsBase.get_user_id(session, increase_expiry=SESSION_MORE) if session else None
    user = await BaseUser.objects().where(BaseUser.id == user_id).first() if user_id is not None else None
    if user is None:
        return None
    if not (user.active and user.admin):
        raise ForbiddenError
    return str(user.username)


async def get_token_name(token: str) -> str | None:
    """Return the name of a program's token; None if it is unknown or revoked."""
    rows = await AdminToken.select(AdminToken.name).where(
        AdminToken.token_hash == tokens.hashed(token), AdminToken.revoked_at.is_null()
    )
    return str(rows[0]["name"]) if rows and token else None


async def issue_token(name: str) -> str:
    """A new token under a name; this is the only time it is seen. Raises ConflictError for a name in use."""
    token = f"bq_{secrets.token_urlsafe(32)}"
    rows = (
        await AdminToken.insert(AdminToken(name=name, token_hash=tokens.hashed(token)))
        .on_conflict(action="DO NOTHING")
        .returning(AdminToken.id)
    )
    if not rows:
        raise ConflictError(f"A token named {name!r} already exists; revoke it, or choose another name.")
    return token


async def revoke_token(name: str) -> None:
    """Make a token worthless. Raises NotFoundError."""
    rows = (
        await AdminToken.update({AdminToken.revoked_at: datetime.now(UTC)})
        .where(AdminToken.name == name, AdminToken.revoked_at.is_null())
        .returning(AdminToken.id)
    )
    if not rows:
        raise NotFoundError("token")

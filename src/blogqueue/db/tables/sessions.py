"""Editors' sessions. Piccolo's own migrations make the table, so this module is not among those that ours look at."""

import secrets
from datetime import datetime, timedelta
from typing import Self

from piccolo_api.session_auth.tables import SessionsBase
from typing_extensions import override

from blogqueue import tokens
from blogqueue.db.engine import DB


class EditorSession(SessionsBase, tablename="sessions", db=DB):
    """A session of a signed-in editor. Only the hash of its token is stored, so that no reader of the table is one."""

    @classmethod
    @override
    async def create_session(
        cls, user_id: int, expiry_date: datetime | None = None, max_expiry_date: datetime | None = None
    ) -> Self:
        """Store a session; the one returned has the token itself, for the cookie."""
        token = secrets.token_urlsafe(32)
        session = cls(token=tokens.hash_token(token), user_id=user_id)
        if expiry_date:
            session.expiry_date = expiry_date
        if max_expiry_date:
            session.max_expiry_date = max_expiry_date
        await session.save()
        session.token = token
        return session

    @classmethod
    @override
    async def get_user_id(cls, token: str, increase_expiry: timedelta | None = None) -> int | None:
        """Return whose session a token is of, None if it is not valid."""
        return await super().get_user_id(tokens.hash_token(token), increase_expiry)

    @classmethod
    @override
    async def remove_session(cls, token: str) -> None:
        """End the session of a token."""
        await super().remove_session(tokens.hash_token(token))

"""Editors, who are Piccolo's users, and the tokens of their programs."""

import asyncio
import hmac
from datetime import datetime

from piccolo.apps.user.tables import BaseUser
from piccolo.columns import UUID, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table
from typing_extensions import override

from blogqueue.db.engine import DB
from blogqueue.passwords import find_weakness


class Editor(BaseUser, tablename="piccolo_user"):
    """Piccolo's user, whose password is hashed in a thread: it takes 0.2 s, in which the web would answer nobody."""

    @classmethod
    @override
    def _validate_password(cls, password: str) -> None:
        """Raise ValueError for a weak password, at the command line and on Piccolo's pages alike."""
        super()._validate_password(password)
        if weakness := find_weakness(password):
            raise ValueError(weakness)

    @classmethod
    @override
    async def login(cls, username: str, password: str) -> int | None:
        """Return the id of the user with this name and password, and note the time; None if there is none.

        It takes as long for a name that nobody has.
        """
        if len(password) > cls._max_password_length:
            return None
        rows = await cls.select(cls.id, cls.password).where(cls.username == username)
        if not rows:
            await asyncio.to_thread(cls.hash_password, password)
            return None
        stored = str(rows[0]["password"])
        _, iterations, salt, _ = cls.split_stored_password(stored)
        hashed = await asyncio.to_thread(cls.hash_password, password, salt, int(iterations))
        if not hmac.compare_digest(hashed, stored):
            return None
        if int(iterations) != cls._pbkdf2_iteration_count:  # hashed by an earlier Piccolo, with fewer rounds
            again = await asyncio.to_thread(cls.hash_password, password)
            await cls.update({cls.password: again}).where(cls.id == rows[0]["id"])
        # Piccolo's column has no time zone, and its own login stores the host's time.
        await cls.update({cls.last_login: datetime.now()}).where(cls.username == username)  # noqa: DTZ005 - see above
        return int(rows[0]["id"])

    @classmethod
    @override
    async def update_password(cls, user: str | int, password: str) -> None:
        """Store another password of a user, who is named or has this id. Raises ValueError for a weak one."""
        cls._validate_password(password=password)
        hashed = await asyncio.to_thread(cls.hash_password, password)
        named = cls.username == user if isinstance(user, str) else cls.id == user
        await cls.update({cls.password: hashed}).where(named)


class AdminToken(Table, tablename="admin_tokens", db=DB):
    """A bearer token of an editor's program. Only its hash is stored."""

    id = UUID(primary_key=True, default=UUID4())
    name = Varchar(100, unique=True)
    token_hash = Varchar(64, unique=True)
    created_at = Timestamptz(default=TimestamptzNow())
    revoked_at = Timestamptz(null=True, default=None)

"""The tokens of editors' programs. Editors themselves are Piccolo's `BaseUser`."""

from piccolo.columns import UUID, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from blogqueue.db.engine import DB


class AdminToken(Table, tablename="admin_tokens", db=DB):
    """A bearer token of an editor's program. Only its hash is stored."""

    id = UUID(primary_key=True, default=UUID4())
    name = Varchar(100, unique=True)
    token_hash = Varchar(64, unique=True)
    created_at = Timestamptz(default=TimestamptzNow())
    revoked_at = Timestamptz(null=True, default=None)

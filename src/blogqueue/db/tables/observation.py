"""Tallies for `/metrics`, alerts to the operator, and the posts about them."""

from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    DoublePrecision,
    Integer,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from blogqueue.db.engine import DB, PostgresNow
from blogqueue.states import PostState


class Tally(Table, tablename="tallies", db=DB):
    """A part of a sum: `value` is what the rows of a name and its labels add up to, `number` how many were added.

    Triggers write them. Only their sums mean something, as the work of each minute adds rows up.
    """

    id = BigSerial(primary_key=True)
    name = Varchar(60)
    labels: Any = JSONB(default="{}")
    number = BigInt(default=1)
    value = DoublePrecision()


class Alert(Table, tablename="alerts", db=DB):
    """Something that the operator has to know, once per `key` and order or purchase.

    The alerts of one `cause` are sent together, at `noticed_at`. `summary` is the title of one alone, `many` that
    of several, with {} for their number; `path` and `list_path` are the pages that deal with one, and with several.
    An `urgent` one does not wait for others.
    """

    id = BigSerial(primary_key=True)
    cause = Varchar(200)
    key = Varchar(120)
    order_id = UUID(null=True, default=None)
    purchase_id = UUID(null=True, default=None)
    summary = Varchar(300)
    many = Varchar(300)
    detail = Text(default="")
    path = Varchar(300, default="")
    list_path = Varchar(300, default="")
    urgent = Boolean(default=False)
    deadline_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=PostgresNow())
    noticed_at = Timestamptz(null=True, default=None)


class AlertPost(Table, tablename="alert_posts", db=DB):
    """A message to the operator's chat, posted at most a few times."""

    id = UUID(primary_key=True, default=UUID4())
    text = Text()
    state = Varchar(20, choices=PostState, default=PostState.WAITING)
    attempts = Integer(default=0)
    error = Text(default="")
    run_at = Timestamptz(default=PostgresNow())
    created_at = Timestamptz(default=PostgresNow())
    sent_at = Timestamptz(null=True, default=None)

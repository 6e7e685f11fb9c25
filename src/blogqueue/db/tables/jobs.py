"""Jobs and their numbers over time."""

from typing import Any

from piccolo.columns import JSONB, BigInt, BigSerial, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from blogqueue.db.engine import DB, PostgresNow
from blogqueue.db.tables.orders import Order
from blogqueue.states import JobState


class Job(Table, tablename="jobs", db=DB):
    """Work that an order needs. This row is the record; a broker message only reminds a worker of it.

    `fencing_token` grows with every claim. Each write of a run names the token that it got, so that a run that lost
    its lease changes nothing. PostgreSQL's clock alone sets and compares `lease_until` and `run_at`.
    """

    id = Varchar(120, primary_key=True)
    queue = Varchar(40)
    order_id = ForeignKey(Order, on_delete=OnDelete.restrict, null=False)
    payload: Any = JSONB(default="{}")
    state = Varchar(20, choices=JobState, default=JobState.WAITING)
    attempts = Integer(default=0)
    max_attempts = Integer(default=3)
    progress = Varchar(100, default="")
    errors: Any = JSONB(default="[]")
    model_answers: Any = JSONB(default="[]")
    model_calls = Integer(default=0)
    tokens_in = BigInt(default=0)
    tokens_cached = BigInt(default=0)
    tokens_out = BigInt(default=0)
    fencing_token = BigInt(default=0)
    lease_holder = Varchar(100, null=True, default=None)
    lease_until = Timestamptz(null=True, default=None)
    run_at = Timestamptz(default=PostgresNow())
    sent_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=PostgresNow())
    started_at = Timestamptz(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)


class QueueStat(Table, tablename="queue_stats", db=DB):
    """How many jobs of a queue were in each state in one minute."""

    id = BigSerial(primary_key=True)
    queue = Varchar(40)
    at = Timestamptz()
    waiting = Integer(default=0)
    active = Integer(default=0)
    delayed = Integer(default=0)
    completed = Integer(default=0)
    failed = Integer(default=0)

    once_a_minute = Unique([queue, at])

"""Jobs and their numbers over time."""

from typing import Any

from piccolo.columns import JSONB, UUID, BigInt, BigSerial, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from blogqueue.db.engine import DB, PostgresNow
from blogqueue.db.tables.orders import Order
from blogqueue.states import JobState


class Job(Table, tablename="jobs", db=DB):
    """Work that an order needs. This row is the record; a broker message only reminds a worker of it.

    `fencing_token` grows with every claim. Each write of a run names the token that it got, so that a run that lost
    its lease changes nothing. `started_at` is the first claim, `claimed_at` the last one. PostgreSQL's clock alone sets
    and compares `lease_until` and `run_at`.
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
    waits_for_provider = Boolean(default=False)
    run_at = Timestamptz(default=PostgresNow())
    sent_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=PostgresNow())
    started_at = Timestamptz(null=True, default=None)
    claimed_at = Timestamptz(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)


class QueueStat(Table, tablename="queue_stats", db=DB):
    """How many jobs of a queue were in each state in one minute, and the runs that ended since the minute before.

    `runs_failed` counts jobs that FAILED for good. A run's ms are from its last claim to its end, and pick-up's from a
    job's creation to its first claim; both are null where no run ended. `oldest_ms` is the age of the oldest open job
    that is not running.
    """

    id = BigSerial(primary_key=True)
    queue = Varchar(40)
    at = Timestamptz()
    waiting = Integer(default=0)
    active = Integer(default=0)
    delayed = Integer(default=0)
    completed = Integer(default=0)
    failed = Integer(default=0)
    runs_completed = Integer(default=0)
    runs_failed = Integer(default=0)
    run_ms_p50 = Integer(null=True, default=None)
    run_ms_p95 = Integer(null=True, default=None)
    pickup_ms_p50 = Integer(null=True, default=None)
    pickup_ms_p95 = Integer(null=True, default=None)
    oldest_ms = BigInt(null=True, default=None)

    once_a_minute = Unique([queue, at])


class Worker(Table, tablename="workers", db=DB):
    """A worker process and its last heartbeat. The jobs it runs name it in `lease_holder`."""

    holder = Varchar(100, primary_key=True)
    queues: Any = JSONB(default="[]")
    concurrency = Integer()
    version = Varchar(40)
    started_at = Timestamptz(default=PostgresNow())
    seen_at = Timestamptz(default=PostgresNow())
    stopped_at = Timestamptz(null=True, default=None)


class PausedQueue(Table, tablename="paused_queues", db=DB):
    """A queue that is paused. No worker claims its jobs; deleting the row resumes it."""

    queue = Varchar(40, primary_key=True)
    actor = Varchar(100)
    reason = Varchar(500, default="")
    paused_at = Timestamptz(default=PostgresNow())


class Breaker(Table, tablename="breakers", db=DB):
    """The circuit breaker of a provider: open since `opened_at`, closed while that is null.

    While it is open, one job at a time may ask the provider, from `probe_at` on; `probing` while one does.
    """

    name = Varchar(40, primary_key=True)
    failures = Integer(default=0)
    probes = Integer(default=0)
    probing = Boolean(default=False)
    opened_at = Timestamptz(null=True, default=None)
    probe_at = Timestamptz(null=True, default=None)
    reason = Varchar(500, default="")


class OperatorAction(Table, tablename="operator_actions", db=DB):
    """A line of history of the engine: who paused or resumed which queue, or did something to many jobs at once.

    What is done to one job is in the history of its order.
    """

    id = BigSerial(primary_key=True)
    created_at = Timestamptz(default=PostgresNow())
    actor = Varchar(200)
    action = Varchar(100)
    queue = Varchar(40, default="")
    detail = Text(default="")


class BulkAction(Table, tablename="bulk_actions", db=DB):
    """The jobs that a preview has shown, so that confirming it changes these and no others, and only once."""

    id = UUID(primary_key=True)
    action = Varchar(20)
    job_ids: Any = JSONB(default="[]")
    criteria = Text(default="")
    created_at = Timestamptz(default=PostgresNow())
    created_by = Varchar(200)
    done_at = Timestamptz(null=True, default=None)

"""The only job of a test, as its row."""

from typing import Any
from uuid import uuid4

from blogqueue.db.engine import DB, transaction
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order
from blogqueue.jobs import jobs
from blogqueue.jobs.jobs import Claim
from blogqueue.jobs.queues import BACKLINK_INTEGRATION
from tests.stage import Stage

USAGE = {"input": 100, "cached": 40, "output": 7}
ANSWER = {"name": "link_edit", "answer": {}, "usage": USAGE}


async def create(stage: Stage) -> str:
    """Create a job that is due, of an order that nothing else belongs to; its id."""
    assert stage
    order = Order(id=uuid4(), article_id=uuid4(), customer_email="", price=0, currency="EUR", rel="none")
    async with transaction():
        await DB.run_ddl("SET LOCAL session_replication_role = replica")  # the order has no article
        await Order.insert(order)
        await Job.insert(Job(id="a-job", queue=BACKLINK_INTEGRATION.name, order_id=order.id))
    return "a-job"


async def claimed(job: str, holder: str = "a worker") -> Claim:
    claim = await jobs.claim(job, holder)
    assert isinstance(claim, Claim)
    return claim


async def row(job: str) -> dict[str, Any]:
    rows = await Job.raw(
        "SELECT *, EXTRACT(EPOCH FROM run_at - clock_timestamp())::float AS due_in, "
        "EXTRACT(EPOCH FROM lease_until - clock_timestamp())::float AS lease_left FROM jobs WHERE id = {}",
        job,
    )
    return rows[0]


async def change(job: str, changes: str) -> None:
    """Change a row as time, or another process, would."""
    assert job
    await DB.run_ddl(f"UPDATE jobs SET {changes}")  # noqa: S608 - the texts of this file


async def lease_runs_out(job: str) -> None:
    await change(job, "lease_until = clock_timestamp() - interval '1 millisecond'")

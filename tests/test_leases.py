"""A run renews its job's lease, also after PostgreSQL refused to for a while, and ends when another run has the job."""

import asyncio
import logging
from collections.abc import Generator

import pytest
from typing_extensions import override

from blogqueue.actors import run
from blogqueue.actors.run import Run
from blogqueue.db.engine import DB, transaction
from blogqueue.jobs import jobs
from blogqueue.outbox import Outbox
from tests import one_job
from tests.one_job import claimed, lease_runs_out, row
from tests.stage import Stage


@pytest.fixture
async def job(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> str:
    """A job whose lease is renewed all the time."""
    monkeypatch.setattr(run, "RENEW_SECONDS", 0.01)
    return await one_job.create(stage)


async def send_nothing(outbox: Outbox) -> None:
    assert outbox == Outbox()


async def outage_begins() -> None:
    """Let every statement about jobs fail."""
    await DB.run_ddl("ALTER TABLE jobs RENAME TO jobs_gone")


async def outage_ends() -> None:
    await DB.run_ddl("ALTER TABLE jobs_gone RENAME TO jobs")


async def until_renewed(job: str) -> None:
    """Wait until the lease, which ran out, has its whole length again."""
    async with asyncio.timeout(10):
        while (await row(job))["lease_left"] < jobs.LEASE_SECONDS - 1:  # noqa: ASYNC110 - another task's change
            await asyncio.sleep(0.01)


async def until_refused(warned: asyncio.Event) -> None:
    """Wait until a renewal has failed."""
    async with asyncio.timeout(10):
        await warned.wait()


class Listener(logging.Handler):
    """Wait for the log line of a renewal that failed."""

    def __init__(self) -> None:
        super().__init__()
        self.refused = asyncio.Event()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if "lease not renewed" in str(record.msg):
            self.refused.set()


@pytest.fixture
def refused(job: str) -> Generator[asyncio.Event]:
    """Set once a renewal of the lease has failed."""
    assert job  # the stage has set up the log
    listener = Listener()
    logging.getLogger().addHandler(listener)
    yield listener.refused
    logging.getLogger().removeHandler(listener)


async def test_a_lease_is_renewed_again_once_an_outage_is_over(job: str, refused: asyncio.Event) -> None:
    async def work(_: Run) -> Outbox:
        await outage_begins()
        await until_refused(refused)
        await outage_ends()
        await lease_runs_out(job)
        await until_renewed(job)
        return Outbox()

    await run.run(job, work, send=send_nothing)

    assert (await row(job))["fencing_token"] == 1


async def test_a_run_ends_after_an_outage_in_which_another_worker_took_its_job(
    job: str, refused: asyncio.Event
) -> None:
    ended = asyncio.Event()

    async def work(_: Run) -> Outbox:
        async with transaction():
            await lease_runs_out(job)
            await claimed(job, "another worker")
            await outage_begins()
        await until_refused(refused)
        await outage_ends()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return Outbox()

    async with asyncio.timeout(10):
        await run.run(job, work, send=send_nothing)

    assert ended.is_set()
    assert ((await row(job))["lease_holder"], (await row(job))["fencing_token"]) == ("another worker", 2)


async def test_a_run_that_has_ended_its_job_is_not_interrupted(job: str) -> None:
    reached = asyncio.Event()

    async def work(current: Run) -> Outbox:
        await jobs.complete(current.claim)
        await asyncio.sleep(0.2)  # meanwhile a renewal finds that the job is not ACTIVE
        reached.set()
        return Outbox()

    await run.run(job, work, send=send_nothing)

    assert reached.is_set()
    assert (await row(job))["state"] == "COMPLETED"

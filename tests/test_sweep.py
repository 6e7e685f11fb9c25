"""The nets for jobs whose message is lost: the watch every few seconds, and the sweep every minute."""

import pytest

from blogqueue.actors import watch
from blogqueue.actors.messages import nudge
from blogqueue.jobs import pausing, sweep
from blogqueue.jobs.queues import BACKLINK_INTEGRATION
from blogqueue.outbox import Outbox
from tests import one_job
from tests.one_job import change
from tests.stage import Stage, redis_broker


@pytest.fixture
async def job(stage: Stage) -> str:
    return await one_job.create(stage)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ("sent_at = NULL", True),
        ("sent_at = clock_timestamp() - interval '4 seconds'", False),
        ("sent_at = clock_timestamp() - interval '6 seconds'", True),
        ("state = 'DELAYED'", True),
        ("run_at = clock_timestamp() + interval '1 second'", False),
        ("state = 'ACTIVE', lease_until = clock_timestamp() + interval '1 second'", False),
        ("state = 'ACTIVE', sent_at = clock_timestamp(), lease_until = clock_timestamp() - interval '1 second'", True),
        ("state = 'COMPLETED'", False),
        ("state = 'FAILED'", False),
        ("state = 'CANCELLED'", False),
    ],
)
async def test_the_sweep_finds_what_is_due_and_was_not_sent_lately(job: str, changes: str, *, found: bool) -> None:
    await change(job, changes)

    assert [one.id for one in await sweep.find_overdue()] == ([job] if found else [])


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ("state = 'ACTIVE', lease_until = clock_timestamp() - interval '4 seconds'", True),
        ("state = 'ACTIVE', lease_until = clock_timestamp() - interval '2 seconds'", False),
        ("state = 'ACTIVE', lease_until = now() - interval '1 minute', sent_at = now() - interval '14 seconds'", False),
        ("sent_at = NULL, run_at = clock_timestamp() - interval '4 seconds'", True),
        ("sent_at = NULL, run_at = clock_timestamp() - interval '2 seconds'", False),
        ("state = 'DELAYED', sent_at = NULL, run_at = clock_timestamp() - interval '4 seconds'", True),
        ("sent_at = now() - interval '1 hour', run_at = now() - interval '1 hour'", False),
        ("state = 'COMPLETED', sent_at = NULL, run_at = clock_timestamp() - interval '1 minute'", False),
    ],
)
async def test_the_watch_finds_lost_workers_jobs_and_what_the_broker_never_got(
    job: str, changes: str, *, found: bool
) -> None:
    await change(job, changes)

    assert [one.id for one in await sweep.find_lost()] == ([job] if found else [])


async def test_the_watch_sends_a_job_that_the_broker_never_got_once(job: str) -> None:
    await change(job, "sent_at = NULL, run_at = clock_timestamp() - interval '1 minute'")

    await nudge(await watch.find_lost())

    assert redis_broker().get_waiting_rows(BACKLINK_INTEGRATION.name) == {job}
    assert await watch.find_lost() == Outbox()


async def test_nothing_of_a_paused_queue_is_lost(job: str) -> None:
    await change(job, "sent_at = NULL, run_at = clock_timestamp() - interval '1 minute'")
    await pausing.pause(BACKLINK_INTEGRATION.name, actor="olga")

    assert await sweep.find_lost() == []

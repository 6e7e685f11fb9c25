"""An outage of the model's provider fails no job; paused queues; and who works on what."""

from typing import Any

import pytest

from blogqueue.actors.messages import nudge
from blogqueue.actors.watch import look_once
from blogqueue.db.tables.jobs import Breaker, Job
from blogqueue.jobs import breaker, jobs, pausing, workers
from tests.people import BEN
from tests.stage import Bought, Stage

WORKER = "host:1"


async def buy_many(stage: Stage, count: int) -> list[Bought]:
    return [await stage.buy(await stage.article(slug=f"soil-{number}")) for number in range(count)]


@pytest.mark.parametrize(
    ("outage", "title"),
    [
        ({"kind": "status", "code": 503}, "does not answer"),
        ({"kind": "status", "code": 401}, "refuses the key"),
        ({"kind": "status", "code": 429, "retry_after": 1}, "takes no more calls: the quota is used up"),
        ({"kind": "cut"}, "does not answer"),
    ],
    ids=["503", "401", "429", "cut"],
)
async def test_no_order_fails_while_the_provider_is_out_and_all_are_delivered_afterwards(
    stage: Stage, outage: dict[str, Any], title: str
) -> None:
    # Given a provider that is out, and more paid orders than failures that open the breaker
    await stage.faults(model=[{**outage, "times": -1}])
    orders = await buy_many(stage, 4)

    # When their jobs run again and again
    await stage.drain()
    for _ in range(8):
        await stage.time_passes()
        await stage.drain()

    # Then none has failed, nobody got an apology, and the operator got one alert
    assert {row["state"] for row in await Job.select(Job.state)} <= {"WAITING", "DELAYED"}
    assert "Taking longer than usual" in (await stage.status(orders[0]))["statusMessage"]
    assert not [mail for mail in await stage.mails() if mail["subject"] == "Order Processing Issue"]
    await stage.send_alerts()
    (alert,) = await stage.mails("operator@")
    assert f"The model's provider {title}" in alert["text"]
    await stage.sound()

    # And when it answers again, all are delivered
    await stage.faults(model=[])
    await stage.time_passes()
    await stage.drain()
    for _ in range(2):  # a job that failed just before the breaker opened is due a little later
        await stage.time_passes()
        await stage.drain()
    assert {(await stage.status(order))["status"] for order in orders} == {"QUALITY_CHECK"}
    assert await breaker.get_open() is None
    await stage.sound()


async def test_one_job_at_a_time_probes_the_provider(stage: Stage) -> None:
    # Given an open breaker, three waiting jobs, and a probe that is due
    await pausing.pause("backlink-integration", actor="edith")
    orders = await buy_many(stage, 3)
    await pausing.resume("backlink-integration")
    for _ in range(breaker.FAILURES_TO_OPEN):
        await breaker.record_failure("the model answered 503")
    await Breaker.raw("UPDATE breakers SET probe_at = clock_timestamp()")

    # When all three are claimed
    claims = [await jobs.claim(f"backlink-int-{order.id}", WORKER) for order in orders]

    # Then one has the probe, and the others come back later
    assert [isinstance(claim, jobs.Claim) and claim.probing for claim in claims] == [True, False, False]
    assert all(isinstance(claim, jobs.NotYet) for claim in claims[1:])


async def test_a_job_that_is_over_at_its_probe_leaves_the_probe_to_another(stage: Stage) -> None:
    # Given an open breaker, and a job that lost its worker at its last attempt
    (order,) = await buy_many(stage, 1)
    for _ in range(3):
        await jobs.claim(f"backlink-int-{order.id}", WORKER)
        await Job.raw("UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second'")
    for _ in range(breaker.FAILURES_TO_OPEN):
        await breaker.record_failure("the model answered 503")
    await Breaker.raw("UPDATE breakers SET probe_at = clock_timestamp()")

    # When it gets the probe, and fails without asking the model
    await stage.drain()

    # Then another job may probe at once
    assert (await stage.status(order))["status"] == "FAILED"
    assert (await Breaker.select(Breaker.probing))[0]["probing"] is False
    due = await Breaker.raw("SELECT probe_at <= clock_timestamp() AS now FROM breakers")
    assert due[0]["now"]


async def test_the_wait_between_probes_doubles_to_a_minute(stage: Stage) -> None:
    assert stage
    for _ in range(breaker.FAILURES_TO_OPEN - 1):
        await breaker.record_failure("the model answered 503")
    opened = await breaker.record_failure("the model answered 503")
    assert opened
    waits = [opened.wait_ms]
    for _ in range(6):
        await Breaker.raw("UPDATE breakers SET probing = true")
        found = await breaker.record_failure("the model answered 503")
        assert found
        waits.append(found.wait_ms)

    assert [round(wait / 1000) for wait in waits] == [5, 10, 20, 40, 60, 60, 60]


async def test_an_answer_in_between_keeps_the_breaker_closed(stage: Stage) -> None:
    assert stage
    for _ in range(3):
        assert await breaker.record_failure("the model answered 503") is None
        assert await breaker.record_failure("the model answered 503") is None
        assert not (await breaker.record_answer()).jobs


async def test_after_a_day_without_the_provider_orders_fail_with_their_emails(stage: Stage) -> None:
    # Given a provider that has been out for a day, and an order that has waited as long
    await stage.faults(model=[{"kind": "status", "code": 503, "times": -1}])
    order = await stage.buy(await stage.article())
    for _ in range(3):
        await stage.drain()
        await stage.time_passes()
    await stage.by_force(
        "UPDATE breakers SET opened_at = opened_at - interval '25 hours'",
        "UPDATE jobs SET created_at = created_at - interval '25 hours'",
    )

    # When a minute passes
    await stage.minute()

    # Then the order has failed, and its customer reads it
    assert (await stage.status(order))["status"] == "FAILED"
    assert await stage.email("Order Processing Issue")
    await stage.sound()


async def test_a_paused_queue_runs_nothing_until_it_is_resumed(stage: Stage) -> None:
    # Given a paused queue and a paid order
    await pausing.pause("backlink-integration", actor="edith", reason="a new prompt")
    order = await stage.buy(await stage.article())

    # When its message is read and a minute passes
    await stage.drain()
    await stage.minute()
    status = await stage.status(order)
    assert (status["progress"]["step"], status["statusMessage"][:25]) == (1, "Taking longer than usual;")
    await stage.sound()

    # Then it runs once the queue is resumed
    await nudge(await pausing.resume("backlink-integration"))
    await stage.drain()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"


async def test_the_operator_is_told_of_a_queue_that_nobody_works_on_once_an_hour(stage: Stage) -> None:
    # Given a worker for all queues but one
    await workers.beat(WORKER, ["mail", "upkeep", "article-generation"], 10)

    # When the mail worker looks twice
    for _ in range(2):
        await nudge(await look_once(up_seconds=60))
    await stage.drain()

    # Then there is one alert, and readiness names the queue
    (alert,) = await stage.mails("operator@")
    assert "Nobody works on the queue backlink-integration" in alert["text"]
    assert "backlink-integration" in (await stage.http.get("/health/ready")).json()["workers"]


async def test_audit_names_within_a_minute_a_queue_that_nobody_works_on(stage: Stage) -> None:
    # Given a job, and the heartbeat of a worker that has stopped since
    await stage.buy(await stage.article(), **BEN)
    await workers.beat(WORKER, ["backlink-integration"], 10)

    # When 20 s have passed, that may be a restart
    await _let_pass(stage, 20)
    await stage.sound()

    # When 40 s have passed, it is not
    await _let_pass(stage, 20)
    with pytest.raises(AssertionError, match="backlink-integration"):
        await stage.sound()

    # Then a heartbeat puts it right
    await workers.beat(WORKER, ["backlink-integration"], 10)
    await stage.sound()


async def _let_pass(stage: Stage, seconds: int) -> None:
    for table, column in (("jobs", "created_at"), ("workers", "seen_at")):
        await stage.by_force(f"UPDATE {table} SET {column} = {column} - interval '{seconds} seconds'")  # noqa: S608 - ours


async def test_a_worker_shows_the_jobs_it_runs(stage: Stage) -> None:
    await workers.beat(WORKER, ["backlink-integration"], 10)
    order = await stage.buy(await stage.article())
    await jobs.claim(f"backlink-int-{order.id}", WORKER)

    (worker,) = await workers.list_workers()

    assert worker.alive
    assert [job["job_id"] for job in worker.jobs] == [f"backlink-int-{order.id}"]


async def test_a_worker_that_got_the_process_id_of_another_is_known_by_its_own_queues(stage: Stage) -> None:
    assert stage
    await workers.beat(WORKER, ["mail", "upkeep"], 5)
    before = (await workers.list_workers())[0]

    await workers.beat(WORKER, ["backlink-integration"], 10)

    (worker,) = await workers.list_workers()
    assert (worker.queues, worker.concurrency) == (["backlink-integration"], 10)
    assert worker.started_at > before.started_at
    assert "mail" in await workers.find_unserved()

    # And each further beat keeps its start
    await workers.beat(WORKER, ["backlink-integration"], 10)
    assert (await workers.list_workers())[0].started_at == worker.started_at

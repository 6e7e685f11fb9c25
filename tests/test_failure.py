"""What happens when a job fails: retries after exactly 2 s and 4 s, then emails, and a retry by hand."""

from datetime import UTC, datetime

import pendulum
import pytest
from dramatiq import MessageProxy
from dramatiq.errors import Retry
from periodiq import cron

from blogqueue.actors.broker import broker, is_worth_retrying, retries
from blogqueue.actors.integrate import integrate_link
from blogqueue.actors.messages import integrate_backlink, minute, nudge
from blogqueue.actors.run import Run, run
from blogqueue.db.engine import DB, close_pool, open_pool
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order
from blogqueue.demo.ports import free_port
from blogqueue.errors import ConflictError
from blogqueue.jobs import backoff, jobs
from blogqueue.orders import lifecycle
from tests.stage import Stage, job_row, order_row, redelivered_in_ms, redis_broker


async def test_a_job_that_fails_three_times_ends_failed_with_emails_and_every_error(stage: Stage) -> None:
    # Given a model whose answers are no JSON
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "malformed_json", "times": -1}])

    # When the job has had its three attempts
    await stage.drain()
    assert (await job_row(order))["state"] == "DELAYED"
    assert (await stage.status(order))["progress"]["step"] == 2
    await stage.time_passes()
    await stage.drain()
    await stage.time_passes()
    await stage.drain()

    # Then the job and the order are FAILED, and each attempt's error is on the row
    job = await job_row(order)
    assert (job["state"], job["attempts"]) == ("FAILED", 3)
    assert [error["attempt"] for error in job["errors"]] == [1, 2, 3]  # type: ignore[attr-defined, index]
    assert all("not JSON" in error["message"] for error in job["errors"])  # type: ignore[attr-defined, index]
    assert all("Traceback" in error["traceback"] for error in job["errors"])  # type: ignore[attr-defined, index]
    row = await order_row(order)
    assert (row["status"], row["failure_reason"], row["failed_at_step"]) == ("FAILED", "job_failed", 2)

    # And Ana and the operator know
    assert (await stage.mails("ana@"))[-1]["subject"] == "Order Processing Issue"
    await stage.send_alerts()
    alerts = await stage.mails("operator@")
    assert len(alerts) == 1 and str(order.id) in alerts[0]["text"]
    await stage.sound()


@pytest.mark.parametrize(("attempt", "milliseconds"), [(1, 2_000), (2, 4_000), (3, 8_000)])
def test_the_delays_are_two_four_and_eight_seconds(attempt: int, milliseconds: int) -> None:
    assert backoff.JOBS.get_wait_ms(attempt) == milliseconds


async def test_the_middleware_redelivers_a_failed_job_after_exactly_two_and_four_seconds(stage: Stage) -> None:
    # Given a model whose answers are no JSON
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "malformed_json", "times": -1}])

    for milliseconds in (2_000, 4_000):
        # When an attempt has failed
        await stage.drain()
        assert (await job_row(order))["state"] == "DELAYED"

        # Then its message is held back for as long as the row says, neither more nor less
        (delay,) = redelivered_in_ms()
        assert milliseconds - 500 < delay <= milliseconds
        await stage.time_passes()

    # And none is held back after the last one
    await stage.drain()
    assert ((await job_row(order))["state"], redelivered_in_ms()) == ("FAILED", [])


async def test_a_message_that_comes_early_or_during_a_lease_comes_back_when_the_row_says(stage: Stage) -> None:
    # Given a job that another worker has just claimed
    order = await stage.buy(await stage.article())
    assert isinstance(await jobs.claim(f"backlink-int-{order.id}", "another worker"), jobs.Claim)

    # When its message is read
    await stage.drain()

    # Then it comes back when the lease runs out
    (delay,) = redelivered_in_ms()
    assert 1000 * jobs.LEASE_SECONDS - 1_000 < delay <= 1000 * jobs.LEASE_SECONDS


def test_a_row_may_ask_for_retries_without_end_and_any_other_error_gets_twenty() -> None:
    assert is_worth_retrying(1_000, Retry("the row says so", delay=1))
    assert is_worth_retrying(19, OSError())
    assert not is_worth_retrying(20, Retry("the database is unavailable"))
    assert not is_worth_retrying(20, OSError())


async def test_a_message_that_meets_an_outage_of_postgresql_comes_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a job, and a PostgreSQL that is gone when its message is read
    order = await stage.buy(await stage.article())
    with monkeypatch.context() as gone:
        gone.setattr(DB, "pool", None)
        gone.setitem(DB.config, "dsn", f"postgresql://nobody@127.0.0.1:{free_port()}/nowhere")
        await open_pool()
        await stage.drain("backlink-integration")
        await close_pool()

    # Then the message waits, and the job is as it was
    assert len(redelivered_in_ms()) == 1
    assert (await job_row(order))["attempts"] == 0


async def test_a_retry_that_the_broker_does_not_take_is_sent_by_the_sweep(stage: Stage) -> None:
    # Given an attempt that fails while Redis is full
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 503}])
    with pytest.raises(Retry) as again:
        await run(f"backlink-int-{order.id}", integrate_link, send=nudge)
    message = integrate_backlink.message(f"backlink-int-{order.id}")
    redis_broker().client.config_set("maxmemory", 1)
    try:
        retries.after_process_message(broker, MessageProxy(message), exception=again.value)
    finally:
        redis_broker().client.config_set("maxmemory", 0)
    assert redelivered_in_ms() == []

    # When the retry is due, and a minute has passed
    redis_broker().client.flushdb()
    await Job.raw("UPDATE jobs SET run_at = clock_timestamp() - interval '10 seconds'")
    await stage.minute()

    # Then the order is delivered
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    await stage.sound()


async def test_a_retry_by_hand_brings_a_failed_order_back(stage: Stage) -> None:
    # Given an order whose job failed for good
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 400, "times": 1}])
    await stage.drain()
    assert (await order_row(order))["status"] == "FAILED"

    # When the operator retries it

    await nudge(await lifecycle.retry(order.id, actor="operator"))
    await stage.drain()

    # Then it is delivered, and nothing is due to be refunded
    row = await order_row(order)
    assert (row["status"], row["failure_reason"], row["refund_due_at"]) == ("QUALITY_CHECK", None, None)
    await stage.sound()


async def test_a_refunded_order_is_never_retried(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 400, "times": 1}])
    await stage.drain()
    await Order.update({Order.refund_due_at: Order.created_at}).where(Order.id == order.id)

    minute.send()
    await stage.email("Your payment was refunded")

    row = await order_row(order)
    assert (row["status"], row["refund_state"]) == ("FAILED", "SUCCEEDED")
    with pytest.raises(ConflictError, match="refund has begun"):
        await lifecycle.retry(order.id, actor="operator")
    assert (await order_row(order))["status"] == "FAILED"
    await stage.sound()


async def test_a_run_that_lost_its_lease_changes_nothing(stage: Stage) -> None:
    # Given a worker that was asleep past its lease while another one delivered
    order = await stage.buy(await stage.article())
    sleeper = await jobs.claim(f"backlink-int-{order.id}", "sleeper")
    assert isinstance(sleeper, jobs.Claim)
    await Job.raw("UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'ACTIVE'")
    await stage.drain()
    delivered = await stage.status(order)

    # When it wakes up and delivers too

    with pytest.raises(jobs.LostLeaseError):
        await integrate_link(Run(sleeper))

    # Then its result is refused
    assert await stage.status(order) == delivered
    await stage.sound()


async def test_a_job_that_kills_its_worker_three_times_ends_failed(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    for _ in range(3):
        claim = await jobs.claim(f"backlink-int-{order.id}", "doomed worker")
        assert isinstance(claim, jobs.Claim) and not claim.exhausted
        await Job.raw("UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'ACTIVE'")

    await stage.drain()

    assert (await job_row(order))["state"] == "FAILED"
    assert (await order_row(order))["status"] == "FAILED"
    assert [error["error"] for error in (await job_row(order))["errors"]] == ["WorkerLost"] * 3  # type: ignore[attr-defined]
    await stage.sound()


async def test_an_article_that_was_unpublished_after_payment_is_refunded_at_once(stage: Stage) -> None:
    # Given a paid session whose webhook comes after the article was unpublished
    article_id = await stage.article()
    await stage.ask(article_id)
    opened = await stage.checkout(await stage.magic_token())

    await Article.update({Article.status: "UNPUBLISHED"}).where(Article.id == article_id)

    # When it is paid
    await stage.pay(opened.json()["data"]["checkoutUrl"])

    # Then the money has an order, which is FAILED from the start, and is on its way back
    order = await stage.received()
    row = await order_row(order)
    assert (row["status"], row["failure_reason"]) == ("FAILED", "unfulfillable")

    minute.send()
    await stage.email("Your payment was refunded")
    assert (await order_row(order))["refund_state"] == "SUCCEEDED"
    await stage.sound()


@pytest.mark.parametrize("start", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_every_minute_begins_over_both_changes_of_daylight_saving(start: datetime) -> None:
    at = pendulum.instance(start).in_timezone("Europe/Berlin")
    for minute_number in range(1, 301):
        at = cron("* * * * *").next_valid_date(at)
        assert at.timestamp() == start.timestamp() + 60 * minute_number

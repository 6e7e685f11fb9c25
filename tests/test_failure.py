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
from blogqueue.catalogue.articles import publish_text
from blogqueue.db.tables.catalogue import Article, ArticleVersion
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order
from blogqueue.errors import ConflictError
from blogqueue.jobs import backoff, jobs
from blogqueue.orders import lifecycle
from blogqueue.writing.model import ModelError
from tests.stage import GARDEN, Bought, Stage, order_row, redelivered_in_ms, redis_broker


async def fault(stage: Stage, *faults: dict[str, object]) -> None:
    answer = await stage.sandbox.put("/faults", json={"model": list(faults)})
    assert answer.status_code == 200, answer.text


async def job_of(order: Bought) -> dict[str, object]:
    return (await Job.select().where(Job.order_id == order.id).output(load_json=True))[-1]


async def test_a_job_that_fails_three_times_ends_failed_with_emails_and_every_error(stage: Stage) -> None:
    # Given a model whose answers are no JSON
    order = await stage.buy(await stage.article())
    await fault(stage, {"kind": "malformed_json", "times": -1})

    # When the job has had its three attempts
    await stage.drain()
    assert (await job_of(order))["state"] == "DELAYED"
    assert (await stage.status(order))["progress"]["step"] == 2
    await stage.time_passes()
    await stage.drain()
    await stage.time_passes()
    await stage.drain()

    # Then the job and the order are FAILED, and each attempt's error is on the row
    job = await job_of(order)
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
    await fault(stage, {"kind": "malformed_json", "times": -1})

    for milliseconds in (2_000, 4_000):
        # When an attempt has failed
        await stage.drain()
        assert (await job_of(order))["state"] == "DELAYED"

        # Then its message is held back for as long as the row says, neither more nor less
        (delay,) = redelivered_in_ms()
        assert milliseconds - 500 < delay <= milliseconds
        await stage.time_passes()

    # And none is held back after the last one
    await stage.drain()
    assert ((await job_of(order))["state"], redelivered_in_ms()) == ("FAILED", [])


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
    assert not is_worth_retrying(20, OSError())


async def test_a_retry_that_the_broker_does_not_take_is_sent_by_the_sweep(stage: Stage) -> None:
    # Given an attempt that fails while Redis is full
    order = await stage.buy(await stage.article())
    await fault(stage, {"kind": "status", "code": 503})
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
    await fault(stage, {"kind": "status", "code": 400, "times": 1})
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
    await fault(stage, {"kind": "status", "code": 400, "times": 1})
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


async def test_a_wrong_edit_goes_back_to_the_model_with_the_rule_it_broke(stage: Stage) -> None:
    # Given a model whose first two proposals are wrong
    order = await stage.buy(await stage.article())
    await fault(
        stage,
        {"kind": "wrong_edit", "name": "second_link", "times": 1},
        {"kind": "wrong_edit", "name": "gutted", "times": 1},
    )

    # When the job runs
    await stage.drain()

    # Then the third proposal is the version, and its notes tell of the other two
    version = (await ArticleVersion.select().where(ArticleVersion.order_id == order.id).output(load_json=True))[0]
    assert version["qc_attempts"] == 3
    broken = [{problem["rule"] for problem in r["problems"]} for r in version["last_qc_notes"]["attempts"]]
    assert broken[0] and broken[1] and not broken[2]
    assert (await stage.status(order))["version"]["qcStatus"] == "APPROVED_BY_AI"
    await stage.sound()


async def test_three_wrong_edits_fail_the_attempt_and_store_no_version(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await fault(stage, {"kind": "wrong_edit", "name": "other_target", "times": 3})

    await stage.drain()

    job = await job_of(order)
    assert job["state"] == "DELAYED"
    assert "no proposal passed the checks" in job["errors"][0]["message"]  # type: ignore[index]
    assert await ArticleVersion.count().where(ArticleVersion.order_id == order.id) == 0

    # And the next attempt starts afresh and succeeds
    await stage.time_passes()
    await stage.drain()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    await stage.sound()


async def test_a_draft_that_reads_badly_goes_to_the_customer_for_human_review(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await fault(stage, {"kind": "opinion", "natural": "no", "times": 3})

    await stage.drain()

    status = await stage.status(order)
    assert (status["status"], status["version"]["qcStatus"]) == ("QUALITY_CHECK", "NEEDS_HUMAN_REVIEW")
    await stage.sound()


async def test_a_rerun_after_a_killed_worker_does_not_ask_the_model_again(stage: Stage) -> None:
    # Given a run that was killed after the model's first answer was stored
    order = await stage.buy(await stage.article())
    await fault(stage, {"kind": "status", "code": 503, "times": 1, "schema": "second_opinion"})

    claim = await jobs.claim(f"backlink-int-{order.id}", "killed worker")
    assert isinstance(claim, jobs.Claim)
    with pytest.raises(ModelError):
        await integrate_link(Run(claim))
    paid_for = await stage.model_calls()
    await Job.raw("UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'ACTIVE'")

    # When another worker takes the job over
    await stage.drain()

    # Then only the second opinion was asked for, and the lost run is on the row
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    assert await stage.model_calls() == paid_for + 1
    job = await job_of(order)
    assert job["errors"][0]["error"] == "WorkerLost"  # type: ignore[index]
    await stage.sound()


async def asked(stage: Stage) -> list[tuple[str, str]]:
    """What the model was asked, and whether it answered."""
    listed = (await stage.sandbox.get("/model/calls.json")).json()["calls"]
    return [(call["schema"], call["outcome"]) for call in listed]


@pytest.mark.parametrize("kind", ["link", "article"])
async def test_an_attempt_after_a_failed_one_pays_for_no_answer_twice(stage: Stage, kind: str) -> None:
    # Given a model that answers the first question, and fails at the second one
    work, opinion = {"link": ("link_edit", "second_opinion"), "article": ("article", "article_opinion")}[kind]
    order = await (stage.buy(await stage.article()) if kind == "link" else stage.commissioned(await stage.site()))
    before = len(await asked(stage))
    await fault(stage, {"kind": "status", "code": 503, "schema": opinion})
    await stage.drain()
    assert (await job_of(order))["state"] == "DELAYED"

    # When the next attempt is made
    await stage.time_passes()
    await stage.drain()

    # Then it goes on from the first answer
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    assert (await asked(stage))[before:] == [(work, "ok"), (opinion, "status"), (opinion, "ok")]
    await stage.sound()


async def test_a_job_retried_by_hand_goes_on_from_what_was_paid_for(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    before = len(await asked(stage))
    await fault(stage, {"kind": "status", "code": 400, "schema": "second_opinion"})
    await stage.drain()
    assert (await order_row(order))["status"] == "FAILED"

    await nudge(await lifecycle.retry(order.id, actor="operator"))
    await stage.drain()

    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    assert [schema for schema, _ in (await asked(stage))[before:]] == ["link_edit", "second_opinion", "second_opinion"]


async def test_an_attempt_after_wrong_answers_asks_for_new_ones(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    before = len(await asked(stage))
    await fault(stage, {"kind": "wrong_edit", "name": "other_target", "times": 3})
    await stage.drain()
    assert (await job_of(order))["model_answers"] == []

    await stage.time_passes()
    await stage.drain()

    assert [schema for schema, _ in (await asked(stage))[before:]] == ["link_edit"] * 4 + ["second_opinion"]


async def test_answers_about_an_article_that_has_changed_are_of_no_use_and_the_new_ones_are_kept(stage: Stage) -> None:
    # Given an attempt that failed after its first answer, and an article that gets another text before the next one
    article_id = await stage.article()
    order = await stage.buy(article_id)
    before = len(await asked(stage))
    await fault(stage, {"kind": "status", "code": 503, "times": 2, "schema": "second_opinion"})
    await stage.drain()
    await publish_text(article_id, GARDEN.replace("Water reaches", "Much water reaches"), actor="edith")

    # When that one fails in the same place, and a third one is made
    for _ in range(2):
        await stage.time_passes()
        await stage.drain()

    # Then the new text was asked about once
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    schemas = [schema for schema, _ in (await asked(stage))[before:]]
    assert (schemas.count("link_edit"), schemas.count("second_opinion")) == (2, 3)
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

    assert (await job_of(order))["state"] == "FAILED"
    assert (await order_row(order))["status"] == "FAILED"
    assert [error["error"] for error in (await job_of(order))["errors"]] == ["WorkerLost"] * 3  # type: ignore[attr-defined]
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


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "status", "code": 500},
        {"kind": "status", "code": 503},
        {"kind": "status", "code": 429, "retry_after": 1},
        {"kind": "malformed_json"},
        {"kind": "empty"},
        {"kind": "refusal"},
        {"kind": "incomplete"},
        {"kind": "cut"},
        {"kind": "html"},
        {"kind": "nul"},
        {"kind": "no_usage"},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
async def test_a_model_that_fails_once_costs_an_attempt_and_no_order(stage: Stage, wrong: dict[str, object]) -> None:
    order = await stage.buy(await stage.article())
    calls_before = await stage.model_calls()
    await fault(stage, wrong)

    await stage.drain()
    job = await job_of(order)
    assert (job["state"], job["attempts"]) == ("DELAYED", 1)
    message = str(job["errors"][0]["message"])  # type: ignore[index]
    assert message.startswith(("the model", "the model's answer")), message
    await stage.time_passes()
    await stage.drain()

    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    # Every call is counted on the job, also the one that brought nothing; an outage uses up none of the order's budget.
    outages = 1 if wrong["kind"] in {"status", "cut"} else 0
    assert (await job_of(order))["model_calls"] == await stage.model_calls() - calls_before == 3
    assert (await order_row(order))["model_calls"] == 3 - outages
    await stage.sound()


async def test_the_tokens_of_an_answer_that_cannot_be_used_are_counted(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await fault(stage, {"kind": "refusal"})

    await stage.drain()

    job, row = await job_of(order), await order_row(order)
    assert job["model_calls"] == row["model_calls"] == 1
    assert row["model_tokens"] == job["tokens_in"] + job["tokens_out"] > 0  # type: ignore[operator]


async def test_usage_without_details_is_no_reason_to_refuse_an_answer(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await fault(stage, {"kind": "no_usage_details"})

    await stage.drain()

    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    assert (await order_row(order))["model_calls"] == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "90"},
        {"retry-after-ms": "90000"},
        {"retry-after": "never", "x-ratelimit-reset-tokens": "1m30s", "x-ratelimit-remaining-tokens": "0"},
    ],
    ids=lambda headers: next(reversed(headers)),
)
async def test_a_model_that_asks_for_patience_gets_it(stage: Stage, headers: dict[str, str]) -> None:
    order = await stage.buy(await stage.article())
    await fault(stage, {"kind": "status", "code": 429, "headers": headers})

    await stage.drain()

    waits = await Job.raw("SELECT EXTRACT(EPOCH FROM run_at - clock_timestamp()) AS s FROM jobs")
    assert 60 < waits[0]["s"] <= 90
    assert (await job_of(order))["state"] == "DELAYED"


async def test_an_edit_that_replaces_its_paragraph_passes_the_checks_at_once(stage: Stage) -> None:
    # Given a model that gives whole paragraphs anew, of which the last is not always the one
    article_id = await stage.article()
    await stage.faults(model=[{"kind": "replace", "times": -1}])

    for anchor in ("a guide to mulching", "a mulching handbook"):
        order = await stage.buy(article_id, anchorText=anchor)
        await stage.drain()

        job = await job_of(order)
        assert (job["state"], job["attempts"], job["model_calls"]) == ("COMPLETED", 1, 2)
    await stage.sound()


async def test_a_model_that_never_answers_is_given_up_and_asked_again(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await fault(stage, {"kind": "slow", "seconds": 60})

    await stage.drain()
    assert "APITimeoutError" in (await job_of(order))["errors"][0]["message"]  # type: ignore[index]
    await stage.time_passes()
    await stage.drain()

    assert (await stage.status(order))["status"] == "QUALITY_CHECK"


@pytest.mark.parametrize("start", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_every_minute_begins_over_both_changes_of_daylight_saving(start: datetime) -> None:
    at = pendulum.instance(start).in_timezone("Europe/Berlin")
    for minute_number in range(1, 301):
        at = cron("* * * * *").next_valid_date(at)
        assert at.timestamp() == start.timestamp() + 60 * minute_number

"""A model that answers wrongly, late or not at all costs attempts and answers, but no order, and no answer twice."""

import pytest

from blogqueue.actors.integrate import integrate_link
from blogqueue.actors.messages import nudge
from blogqueue.actors.run import Run
from blogqueue.catalogue.articles import publish_text
from blogqueue.db.tables.catalogue import ArticleVersion
from blogqueue.db.tables.jobs import Job
from blogqueue.jobs import jobs
from blogqueue.orders import lifecycle
from blogqueue.writing.model import ModelError
from tests.stage import GARDEN, Stage, job_row, order_row


async def test_a_wrong_edit_goes_back_to_the_model_with_the_rule_it_broke(stage: Stage) -> None:
    # Given a model whose first two proposals are wrong
    order = await stage.buy(await stage.article())
    await stage.faults(
        model=[
            {"kind": "wrong_edit", "name": "second_link", "times": 1},
            {"kind": "wrong_edit", "name": "gutted", "times": 1},
        ]
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
    await stage.faults(model=[{"kind": "wrong_edit", "name": "other_target", "times": 3}])

    await stage.drain()

    job = await job_row(order)
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
    await stage.faults(model=[{"kind": "opinion", "natural": "no", "times": 3}])

    await stage.drain()

    status = await stage.status(order)
    assert (status["status"], status["version"]["qcStatus"]) == ("QUALITY_CHECK", "NEEDS_HUMAN_REVIEW")
    await stage.sound()


async def test_a_rerun_after_a_killed_worker_does_not_ask_the_model_again(stage: Stage) -> None:
    # Given a run that was killed after the model's first answer was stored
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 503, "times": 1, "schema": "second_opinion"}])

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
    job = await job_row(order)
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
    await stage.faults(model=[{"kind": "status", "code": 503, "schema": opinion}])
    await stage.drain()
    assert (await job_row(order))["state"] == "DELAYED"

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
    await stage.faults(model=[{"kind": "status", "code": 400, "schema": "second_opinion"}])
    await stage.drain()
    assert (await order_row(order))["status"] == "FAILED"

    await nudge(await lifecycle.retry(order.id, actor="operator"))
    await stage.drain()

    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    assert [schema for schema, _ in (await asked(stage))[before:]] == ["link_edit", "second_opinion", "second_opinion"]


async def test_an_attempt_after_wrong_answers_asks_for_new_ones(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    before = len(await asked(stage))
    await stage.faults(model=[{"kind": "wrong_edit", "name": "other_target", "times": 3}])
    await stage.drain()
    assert (await job_row(order))["model_answers"] == []

    await stage.time_passes()
    await stage.drain()

    assert [schema for schema, _ in (await asked(stage))[before:]] == ["link_edit"] * 4 + ["second_opinion"]


async def test_answers_about_an_article_that_has_changed_are_of_no_use_and_the_new_ones_are_kept(stage: Stage) -> None:
    # Given an attempt that failed after its first answer, and an article that gets another text before the next one
    article_id = await stage.article()
    order = await stage.buy(article_id)
    before = len(await asked(stage))
    await stage.faults(model=[{"kind": "status", "code": 503, "times": 2, "schema": "second_opinion"}])
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
    await stage.faults(model=[wrong])

    await stage.drain()
    job = await job_row(order)
    assert (job["state"], job["attempts"]) == ("DELAYED", 1)
    message = str(job["errors"][0]["message"])  # type: ignore[index]
    assert message.startswith(("the model", "the model's answer")), message
    await stage.time_passes()
    await stage.drain()

    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    # Every call is counted on the job, also the one that brought nothing; an outage uses up none of the order's budget.
    outages = 1 if wrong["kind"] in {"status", "cut"} else 0
    assert (await job_row(order))["model_calls"] == await stage.model_calls() - calls_before == 3
    assert (await order_row(order))["model_calls"] == 3 - outages
    await stage.sound()


async def test_the_tokens_of_an_answer_that_cannot_be_used_are_counted(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "refusal"}])

    await stage.drain()

    job, row = await job_row(order), await order_row(order)
    assert job["model_calls"] == row["model_calls"] == 1
    assert row["model_tokens"] == job["tokens_in"] + job["tokens_out"] > 0  # type: ignore[operator]


async def test_usage_without_details_is_no_reason_to_refuse_an_answer(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "no_usage_details"}])

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
    await stage.faults(model=[{"kind": "status", "code": 429, "headers": headers}])

    await stage.drain()

    waits = await Job.raw("SELECT EXTRACT(EPOCH FROM run_at - clock_timestamp()) AS s FROM jobs")
    assert 60 < waits[0]["s"] <= 90
    assert (await job_row(order))["state"] == "DELAYED"


async def test_an_edit_that_replaces_its_paragraph_passes_the_checks_at_once(stage: Stage) -> None:
    # Given a model that gives whole paragraphs anew, of which the last is not always the one
    article_id = await stage.article()
    await stage.faults(model=[{"kind": "replace", "times": -1}])

    for anchor in ("a guide to mulching", "a mulching handbook"):
        order = await stage.buy(article_id, anchorText=anchor)
        await stage.drain()

        job = await job_row(order)
        assert (job["state"], job["attempts"], job["model_calls"]) == ("COMPLETED", 1, 2)
    await stage.sound()


async def test_a_model_that_never_answers_is_given_up_and_asked_again(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "slow", "seconds": 60}])

    await stage.drain()
    assert "APITimeoutError" in (await job_row(order))["errors"][0]["message"]  # type: ignore[index]
    await stage.time_passes()
    await stage.drain()

    assert (await stage.status(order))["status"] == "QUALITY_CHECK"

"""Job rows: who may claim them and when, what a lease protects, and how attempts are counted."""

from collections.abc import Awaitable, Callable

import pytest

from blogqueue.db.tables.jobs import Job
from blogqueue.errors import ConflictError, NotFoundError
from blogqueue.jobs import interventions, jobs, sweep
from blogqueue.jobs.jobs import Claim, LostLeaseError, NotYet
from blogqueue.orders import budget
from tests import one_job
from tests.one_job import ANSWER, change, claimed, lease_runs_out, row
from tests.stage import Stage


@pytest.fixture
async def job(stage: Stage) -> str:
    return await one_job.create(stage)


async def test_a_claim_gives_a_lease_a_new_token_and_the_number_of_the_attempt(job: str) -> None:
    claim = await claimed(job)

    found = await row(job)
    assert (claim.fencing_token, claim.attempt, claim.max_attempts, claim.exhausted) == (1, 1, 3, False)
    assert (found["state"], found["lease_holder"], found["attempts"]) == ("ACTIVE", "a worker", 1)
    assert jobs.LEASE_SECONDS - 1 < found["lease_left"] <= jobs.LEASE_SECONDS
    assert found["started_at"] is not None
    assert found["errors"] == "[]"


async def test_a_job_whose_lease_still_runs_is_claimed_by_nobody_else(job: str) -> None:
    await claimed(job)
    await change(job, "lease_until = clock_timestamp() + interval '500 milliseconds'")

    answer = await jobs.claim(job, "another worker")

    assert isinstance(answer, NotYet) and 1 <= answer.milliseconds <= 500
    assert ((await row(job))["fencing_token"], (await row(job))["lease_holder"]) == (1, "a worker")


@pytest.mark.parametrize("state", ["WAITING", "DELAYED"])
async def test_a_job_is_not_claimed_before_its_time(job: str, state: str) -> None:
    await change(job, f"state = '{state}', run_at = clock_timestamp() + interval '3 seconds'")

    answer = await jobs.claim(job, "a worker")

    assert isinstance(answer, NotYet) and 2_000 < answer.milliseconds <= 3_000
    assert ((await row(job))["state"], (await row(job))["attempts"]) == (state, 0)


async def test_a_job_that_is_due_during_an_outage_waits_for_the_next_probe(stage: Stage, job: str) -> None:
    await stage.by_force(
        "INSERT INTO breakers (name, opened_at, reason, probe_at) "
        "VALUES ('model', clock_timestamp(), 'It is out.', clock_timestamp() + interval '3 seconds')"
    )

    answer = await jobs.claim(job, "a worker")

    assert isinstance(answer, NotYet) and 2_000 < answer.milliseconds <= 3_000
    assert (await row(job))["state"] == "WAITING"


@pytest.mark.parametrize("state", ["COMPLETED", "FAILED", "CANCELLED"])
async def test_a_job_that_has_ended_is_claimed_by_nobody(job: str, state: str) -> None:
    await change(job, f"state = '{state}'")

    assert await jobs.claim(job, "a worker") is None
    assert (await row(job))["attempts"] == 0


async def test_a_job_that_does_not_exist_is_nothing_to_do(job: str) -> None:
    assert await jobs.claim(f"{job}-of-nobody", "a worker") is None


async def test_a_job_whose_lease_has_run_out_is_taken_over_and_the_lost_worker_is_an_error(job: str) -> None:
    first = await claimed(job, "a lost worker")
    await budget.spend(first, [ANSWER])
    started = (await row(job))["started_at"]
    await lease_runs_out(job)

    second = await claimed(job)

    assert (second.fencing_token, second.attempt) == (2, 2)
    assert second.model_answers == [ANSWER]
    assert [(error["attempt"], error["error"]) for error in second.errors] == [(1, "WorkerLost")]
    assert "a lost worker" in second.errors[0]["message"]
    assert ((await row(job))["started_at"], (await row(job))["progress"]) == (started, "")


async def test_a_job_that_lost_its_worker_at_every_attempt_is_exhausted_and_not_counted_further(job: str) -> None:
    for attempt in (1, 2, 3):
        claim = await claimed(job)
        assert (claim.attempt, claim.exhausted) == (attempt, False)
        await lease_runs_out(job)

    for _ in range(2):
        claim = await claimed(job)
        assert (claim.attempt, claim.exhausted) == (3, True)
        await lease_runs_out(job)


async def test_a_lease_is_renewed_for_its_whole_length_even_after_it_ran_out(job: str) -> None:
    claim = await claimed(job)
    await lease_runs_out(job)

    await jobs.renew(claim)

    assert (await row(job))["lease_left"] > jobs.LEASE_SECONDS - 1
    assert isinstance(await jobs.claim(job, "another worker"), NotYet)


async def test_a_run_and_a_cancellation_change_their_own_job_alone(stage: Stage, job: str) -> None:
    # Given two jobs whose runs have the same fencing token
    order = await stage.buy(await stage.article(slug="another"), email="ben@customers.example", anchorText="mulch")
    other = f"backlink-int-{order.id}"
    mine = await claimed(job)
    assert (await claimed(other)).fencing_token == mine.fencing_token
    before = await row(other)

    await jobs.hand_back(mine)
    again = await claimed(job)
    assert await jobs.is_taken_over(mine)
    assert await jobs.cancel(again.order_id)

    kept = ("state", "attempts", "fencing_token", "lease_holder", "lease_until", "run_at")
    assert {name: (await row(other))[name] for name in kept} == {name: before[name] for name in kept}


async def test_a_job_that_waits_for_the_provider_has_lost_no_attempt(job: str) -> None:
    await jobs.wait_for_provider(await claimed(job))

    found = await row(job)
    assert (found["state"], found["attempts"], found["lease_until"]) == ("DELAYED", 0, None)
    assert found["waits_for_provider"]

    # And once it is claimed again, it waits for nobody
    await claimed(job)
    assert not (await row(job))["waits_for_provider"]


async def test_what_an_operator_does_with_a_job_leaves_the_others_alone(stage: Stage, job: str) -> None:
    order = await stage.buy(await stage.article(slug="another"), email="ben@customers.example", anchorText="mulch")
    other = f"backlink-int-{order.id}"
    for one in (job, other):
        await jobs.cancel((await claimed(one)).order_id)

    await jobs.retry(job)
    assert [(await row(one))["state"] for one in (job, other)] == ["WAITING", "CANCELLED"]

    await jobs.retry(other)
    for one in (job, other):
        await jobs.wait_for_provider(await claimed(one))
    await interventions.run_now(job)
    assert [(await row(one))["waits_for_provider"] for one in (job, other)] == [False, True]


WRITES: dict[str, Callable[[Claim], Awaitable[object]]] = {
    "renew": jobs.renew,
    "store_answers": lambda claim: budget.spend(claim, [ANSWER]),
    "complete": jobs.complete,
    "fail_attempt": lambda claim: jobs.fail_attempt(claim, {"attempt": 1}, permanent=False),
    "fail": lambda claim: jobs.fail_attempt(claim, None, permanent=True),
    "hand_back": jobs.hand_back,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
async def test_a_run_that_lost_its_job_changes_nothing(job: str, write: Callable[[Claim], Awaitable[object]]) -> None:
    # Given a run whose job another one has claimed
    late = await claimed(job)
    await lease_runs_out(job)
    await claimed(job, "another worker")
    before = await Job.select()

    # Then whatever it writes is refused
    with pytest.raises(LostLeaseError):
        await write(late)
    assert await Job.select() == before
    assert await jobs.is_taken_over(late)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
async def test_a_run_whose_job_was_cancelled_changes_nothing(
    job: str, write: Callable[[Claim], Awaitable[object]]
) -> None:
    claim = await claimed(job)
    assert await jobs.cancel(claim.order_id)
    before = await Job.select()

    with pytest.raises(LostLeaseError):
        await write(claim)
    assert await Job.select() == before
    assert await jobs.is_taken_over(claim)


async def test_a_run_that_ended_its_job_itself_was_not_taken_over_and_cannot_end_it_twice(job: str) -> None:
    claim = await claimed(job)
    await jobs.complete(claim)

    assert not await jobs.is_taken_over(claim)
    with pytest.raises(LostLeaseError):
        await jobs.complete(claim)
    found = await row(job)
    assert (found["state"], found["lease_holder"], found["lease_until"]) == ("COMPLETED", None, None)
    assert found["finished_at"] is not None


async def test_a_job_that_is_handed_back_is_due_at_once_and_has_lost_no_attempt(job: str) -> None:
    claim = await claimed(job)
    await budget.spend(claim, [ANSWER])
    await sweep.mark_sent([job])
    await jobs.hand_back(claim)

    found = await row(job)
    assert (found["state"], found["attempts"], found["sent_at"], found["lease_until"]) == ("WAITING", 0, None, None)
    again = await claimed(job)
    assert (again.attempt, again.fencing_token, again.model_answers, again.errors) == (1, 2, [ANSWER], [])


async def test_a_job_is_retried_by_hand_only_if_it_failed_and_then_has_all_its_attempts(job: str) -> None:
    with pytest.raises(ConflictError, match="WAITING; only a FAILED or CANCELLED job can be retried"):
        await jobs.retry(job)
    with pytest.raises(NotFoundError):
        await jobs.retry("nobody's")
    await jobs.fail_attempt(await claimed(job), {"attempt": 1}, permanent=True)
    await sweep.mark_sent([job])

    assert [one.id for one in (await jobs.retry(job)).jobs] == [job]

    found = await row(job)
    assert (found["state"], found["attempts"], found["finished_at"], found["sent_at"]) == ("WAITING", 0, None, None)
    assert (await claimed(job)).attempt == 1


async def test_a_cancelled_job_is_resumed_and_any_other_is_left_alone(job: str) -> None:
    claim = await claimed(job)
    assert (await jobs.resume(claim.order_id)).jobs == ()
    assert await jobs.cancel(claim.order_id)
    assert not await jobs.cancel(claim.order_id)

    assert [one.id for one in (await jobs.resume(claim.order_id)).jobs] == [job]

    again = await claimed(job)
    assert (again.attempt, again.fencing_token) == (1, claim.fencing_token + 2)

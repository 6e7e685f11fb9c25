"""What an operator does to one job by hand: cancel it, run it now, retry it; on the page and by a program."""

import asyncio
import time
from typing import Any
from uuid import UUID

import httpx

from blogqueue import editors
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import OrderEvent
from blogqueue.errors import ConflictError
from blogqueue.jobs import breaker, pausing
from blogqueue.orders import job_actions
from blogqueue.orders.lifecycle import get
from tests.stage import Bought, Stage, bearer, order_row


async def call(stage: Stage, job_id: str, action: str, **said: Any) -> httpx.Response:
    token = await editors.issue_token(f"otto-{time.monotonic_ns()}")
    path = f"/api/v1/admin/jobs/{job_id}/{action}"
    return await stage.http.post(path, headers=bearer(token), json=said or None)


def job_of(order: Bought) -> str:
    return f"backlink-int-{order.id}"


async def state_of(job_id: str) -> str:
    return (await Job.select(Job.state).where(Job.id == job_id))[0]["state"]


async def actions_of(order_id: UUID) -> list[tuple[str, str]]:
    rows = await OrderEvent.select().where(OrderEvent.order_id == order_id).order_by(OrderEvent.id)
    return [(row["actor"], row["action"]) for row in rows]


async def test_a_running_job_that_is_cancelled_stops_within_two_seconds(stage: Stage) -> None:
    # Given a job that probes a slow model after an outage
    await stage.faults(model=[{"kind": "slow", "seconds": 20}])
    order = await stage.buy(await stage.article())
    for _ in range(breaker.FAILURES_TO_OPEN):
        await breaker.record_failure("the model answered 503")
    await stage.by_force("UPDATE breakers SET probe_at = clock_timestamp()")
    running = asyncio.create_task(stage.drain("backlink-integration"))
    async with asyncio.timeout(10):
        while not await stage.model_calls():  # noqa: ASYNC110 - another server's event
            await asyncio.sleep(0.02)

    # When Otto cancels it
    began = time.monotonic()
    answer = await call(stage, job_of(order), "cancel", reason="the customer called")

    # Then its worker stops in time, and the order waits for a decision
    await asyncio.wait_for(running, 5)
    assert time.monotonic() - began < 2
    assert answer.json()["data"]["orderStatus"] == "FAILED"
    assert await state_of(job_of(order)) == "CANCELLED"
    row = await order_row(order)
    assert (row["status"], row["failure_reason"], row["refund_state"]) == ("FAILED", "cancelled", "NONE")
    assert row["refund_due_at"] is not None
    await stage.sound()

    # And another job may probe
    outage = await breaker.get_open()
    assert outage is not None and not outage.probing


async def test_a_cancelled_job_is_said_to_the_customer_and_can_be_retried(stage: Stage) -> None:
    # Given a job that waits, and Edith at its page
    order = await stage.buy(await stage.article())
    await stage.signed_in()
    path = f"/admin/jobs/{job_of(order)}"

    # When she cancels it
    form = (await stage.http.get(path)).text.partition('name="form" value="')[2][:43]
    said = {"form": form, "reason": "wrong target"}
    answer = await stage.http.post(f"{path}/cancel", data=said, follow_redirects=True)

    # Then the page, the history, the customer's page and the review queue say so
    assert "The job is cancelled." in answer.text
    assert ("edith", "job cancelled") in await actions_of(order.id)
    assert "We have stopped the work on your order" in (await stage.status(order))["statusMessage"]
    page = await stage.http.get(f"/order-status/{order.id}?access={order.access}", follow_redirects=True)
    assert "An editor stopped the work on your link. We will either complete your link or refund" in page.text
    assert "wrong target" not in page.text
    assert await stage.email("Order Processing Issue")
    assert str(order.id) in (await stage.http.get("/admin/reviews")).text
    assert "Retry now" in (await stage.http.get(f"/admin/reviews/{order.id}")).text

    # And a retry delivers the order
    answer = await stage.http.post(f"{path}/retry", data={"form": form}, follow_redirects=True)
    assert "The job runs again." in answer.text
    await stage.drain()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    await stage.sound()


async def test_a_cancelled_order_is_refunded_when_its_grace_period_is_over(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await job_actions.cancel(job_of(order), actor="otto")
    await stage.by_force("UPDATE orders SET refund_due_at = clock_timestamp()")

    await stage.minute()
    await stage.refund_state(order, "SUCCEEDED")

    assert "refund" in (await stage.status(order))["statusMessage"]
    assert (await call(stage, job_of(order), "retry")).status_code == 409
    await stage.sound()


async def test_a_delayed_job_runs_now(stage: Stage) -> None:
    # Given a job whose attempt has failed, and is made again in an hour
    await stage.faults(model=[{"kind": "status", "code": 429, "retry_after": 3600}])
    order = await stage.buy(await stage.article())
    await stage.drain()
    assert await state_of(job_of(order)) == "DELAYED"

    # When its queue is paused, then running it now is refused
    await pausing.pause("backlink-integration", actor="edith")
    assert (await call(stage, job_of(order), "run-now")).json()["error"]["code"] == "paused"
    await pausing.resume("backlink-integration", actor="edith")

    # When Otto runs it now, then it is delivered at once
    assert (await call(stage, job_of(order), "run-now")).status_code == 202
    await stage.drain()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    assert "run now" in dict(await actions_of(order.id)).values()
    await stage.sound()


async def test_what_is_not_possible_is_refused_and_changes_nothing(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())
    job = job_of(order)
    before = await Job.select(), await actions_of(order.id)

    for action, words in (
        ("cancel", "only a job that waits or runs can be cancelled"),
        ("run-now", "only a DELAYED job can be run now"),
        ("retry", "needs FAILED"),
    ):
        answer = await call(stage, job, action)
        assert answer.status_code == 409 and words in answer.text
        assert (await call(stage, "unknown", action)).status_code == 404
    assert (await call(stage, job, "cancel", reason="x" * 501)).status_code == 400
    for _ in range(breaker.FAILURES_TO_OPEN):
        await breaker.record_failure("the model answered 503")
    assert (await call(stage, job, "run-now")).json()["error"]["code"] == "provider_out"

    assert (await Job.select(), await actions_of(order.id)) == before


async def test_two_admins_who_retry_at_once_start_one_run(stage: Stage) -> None:
    # Given a failed job
    await stage.faults(model=[{"kind": "status", "code": 400}])
    order = await stage.buy(await stage.article())
    await stage.drain()

    # When two admins retry it at the same time
    answers = await asyncio.gather(*(call(stage, job_of(order), "retry") for _ in range(2)))

    # Then one succeeds, and the job runs once
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    calls = await stage.model_calls()
    assert (await stage.drain()).count("integrate_backlink") == 1
    assert await stage.model_calls() - calls == 2  # the edit and its second opinion
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"


async def test_a_cancel_and_the_end_of_the_run_do_not_both_win(stage: Stage) -> None:
    # Given a run that is about to end
    order = await stage.buy(await stage.article())

    # When it ends while Otto cancels
    results = await asyncio.gather(
        stage.drain(), job_actions.cancel(job_of(order), actor="otto"), return_exceptions=True
    )

    # Then either the version is delivered, or the job is cancelled
    status = (await get(order.id)).status
    refused = isinstance(results[1], ConflictError)
    assert (status, refused) in {("QUALITY_CHECK", True), ("FAILED", False)}, repr(results[1])
    assert results[0] == [] or not isinstance(results[0], Exception)
    await stage.sound()

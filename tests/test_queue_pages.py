"""The operator's dashboard: it says what is wrong, groups failed jobs by cause, and a click puts them right."""

from blogqueue.db.tables.jobs import Job
from blogqueue.jobs import breaker, workers
from tests.people import BEN
from tests.stage import Stage


async def read(stage: Stage, path: str = "/admin/queues") -> str:
    answer = await stage.http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def press(stage: Stage, path: str, **said: str) -> str:
    """Send a form of the dashboard; the text of the page that follows, or of the refusal."""
    form = (await read(stage)).partition('name="form" value="')[2][:43]
    answer = await stage.http.post(path, data={"form": form, **said}, follow_redirects=True)
    return answer.text


async def test_the_dashboard_needs_a_login_and_its_forms_a_token(stage: Stage) -> None:
    assert (await stage.http.get("/admin/queues")).status_code == 303
    assert (await stage.http.get("/admin/jobs/x")).status_code == 303
    await stage.signed_in()
    answer = await stage.http.post("/admin/queues/backlink-integration/pause", data={"form": "wrong"})
    assert answer.status_code == 403


async def test_the_dashboard_says_when_nobody_works_and_when_the_provider_is_out(stage: Stage) -> None:
    # Given no worker, and a provider that is out
    await stage.signed_in()
    for _ in range(breaker.FAILURES_TO_OPEN):
        await breaker.record_failure("the model answered 503")

    # Then both are named
    page = await read(stage)
    assert "Nobody works on article-generation, backlink-integration" in page
    assert "provider has not answered since" in page and "the model answered 503" in page

    # And no longer once a worker works and the provider has answered
    await workers.beat("writer-1:4711", ["article-generation", "backlink-integration", "mail", "upkeep"], 10)
    await breaker.record_answer()
    page = await read(stage)
    assert "Nobody works" not in page and "has not answered" not in page and "writer-1:4711" in page


async def test_failed_jobs_of_one_cause_are_retried_together(stage: Stage) -> None:
    # Given two orders whose jobs failed in the same way
    await stage.faults(model=[{"kind": "status", "code": 400, "times": 2}])
    article_id = await stage.article()
    orders = [await stage.buy(article_id), await stage.buy(article_id, **BEN)]
    await stage.drain()
    await stage.signed_in()

    # When Edith retries the group
    page = await read(stage)
    assert page.count("Retry all 2") == 1
    cause = page.partition('name="cause" value="')[2].partition('"')[0]
    assert "2 jobs run again." in await press(stage, "/admin/queues/retry", cause=cause)
    await stage.drain()

    # Then both are delivered, and nothing waits for a decision
    assert {(await stage.status(order))["status"] for order in orders} == {"QUALITY_CHECK"}
    assert "No failed job waits for a decision." in await read(stage)


async def test_a_queue_is_paused_and_resumed_on_the_dashboard(stage: Stage) -> None:
    await stage.signed_in()
    path = "/admin/queues/backlink-integration"
    assert "paused by edith" in (await press(stage, f"{path}/pause", reason="a new prompt")).lower()
    assert "is paused already" in await press(stage, f"{path}/pause")
    assert "is resumed" in await press(stage, f"{path}/resume")
    assert "is not paused" in await press(stage, f"{path}/resume")
    assert "Nothing" not in await press(stage, "/admin/queues/retry", cause="unknown")


async def test_a_jobs_page_shows_every_attempt_and_what_it_cost(stage: Stage) -> None:
    # Given a job that failed
    await stage.faults(model=[{"kind": "status", "code": 400}])
    await stage.buy(await stage.article())
    await stage.drain()
    await stage.signed_in()
    job_id = (await Job.select(Job.id))[0]["id"]

    # Then the list leads to it, and its page shows the error, its traceback and the order
    assert f"/admin/jobs/{job_id}" in await read(stage, "/admin/jobs?state=FAILED")
    page = await read(stage, f"/admin/jobs/{job_id}")
    assert "Attempt 1" in page and "the model answered 400" in page and "Traceback" in page
    assert (await stage.http.get("/admin/jobs/unknown")).status_code == 404

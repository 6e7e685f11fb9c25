"""The operator's dashboard: it says what is wrong, groups failed jobs by cause, and a click puts them right."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
import redis

from blogqueue.admin import queue_pages
from blogqueue.db.engine import DB, close_pool, open_pool
from blogqueue.db.tables.jobs import Job, QueueStat
from blogqueue.jobs import breaker, failures, pausing, stats, workers
from blogqueue.orders import job_actions
from blogqueue.settings import settings
from tests.people import BEN, CLEO
from tests.stage import Stage, redis_broker


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
    assert "2 jobs run again." in await press(stage, "/admin/bulk-actions", action="retry", scope="cause", cause=cause)
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
    nothing = await press(stage, "/admin/bulk-actions", action="retry", scope="cause", cause="unknown")
    assert "Nothing was changed" in nothing


async def test_a_jobs_page_shows_all_that_is_known_of_it(stage: Stage) -> None:
    # Given a job whose first attempt failed and whose second was given up by the model, after which Ana regenerated
    await stage.faults(model=[{"kind": "wrong_edit", "name": "gutted", "times": 3}])
    order = await stage.buy(await stage.article())
    await stage.drain()
    await stage.time_passes()
    await stage.drain()
    assert (await stage.regenerate(order)).status_code == 202
    await stage.signed_in()
    first, second = await Job.select(Job.id, Job.state).order_by(Job.created_at)
    assert (first["state"], second["state"]) == ("COMPLETED", "WAITING")

    # Then the list leads to it, and its page shows order, customer, attempts, history, emails, and the next job
    assert f"/admin/jobs/{first['id']}" in await read(stage, "/admin/jobs?state=COMPLETED")
    page = " ".join((await read(stage, f"/admin/jobs/{first['id']}")).split())
    assert "ana@customers.example, 49.00 EUR" in page and "Soil that lasts, greenbench.example" in page
    assert "Attempt 1: " in page and "Traceback (most recent call last)" in page and "2 of 3" in page
    assert "worker: version delivered" in page and "customer: regenerate" in page
    assert "Your Backlink is Ready for Review" in page and "SENT" in page
    assert f'rel="next" href="/admin/jobs/{second["id"]}"' in page and 'rel="prev"' not in page
    assert f'rel="prev" href="/admin/jobs/{first["id"]}"' in await read(stage, f"/admin/jobs/{second['id']}")
    assert (await stage.http.get("/admin/jobs/unknown")).status_code == 404


async def test_the_dashboard_sums_the_money_of_orders_without_a_finished_job(stage: Stage) -> None:
    # Given a paused queue with two paid orders, and one whose job was cancelled
    await pausing.pause("backlink-integration", actor="otto")
    article_id = await stage.article()
    await stage.buy(article_id)
    await stage.buy(article_id, **BEN)
    cancelled = await stage.buy(await stage.article(slug="mulch"), **CLEO)
    await job_actions.cancel(f"backlink-int-{cancelled.id}", actor="otto")
    await stage.signed_in()

    # Then both sums are shown
    text = " ".join(re.sub(r"<[^>]+>", "", await read(stage)).split())
    assert "98.00 EUR 2 orders in progress, oldest 0 min" in text
    assert "49.00 EUR 1 order failed, not refunded, oldest 0 min" in text


async def test_each_minute_stores_its_runs_and_the_dashboard_draws_them(stage: Stage) -> None:
    # Given a run of four seconds, picked up after one, and another that failed
    await stage.delivered(await stage.article())
    await stage.by_force(
        "UPDATE jobs SET created_at = t - interval '6 seconds', started_at = t - interval '5 seconds', "
        "claimed_at = t - interval '4 seconds', finished_at = t FROM (SELECT date_trunc('minute', clock_timestamp()) "
        "- interval '1 second' AS t) AS minute",
        "UPDATE queue_stats SET at = at - interval '10 minutes'",
    )

    # When the minute's numbers are stored, twice
    await stats.record()
    await stats.record()

    # Then they are of that run, and each run counts once
    rows = await QueueStat.select().where(QueueStat.queue == "backlink-integration").order_by(QueueStat.at)
    assert (rows[-1]["runs_completed"], rows[-1]["runs_failed"]) == (1, 0)
    assert (rows[-1]["run_ms_p50"], rows[-1]["run_ms_p95"], rows[-1]["pickup_ms_p95"]) == (4000, 4000, 1000)
    assert rows[-1]["oldest_ms"] is None

    # And the dashboard has a drawing with a title, a description and a table, for the hour and for the day
    await stage.signed_in()
    for span, slot in (("hour", "Runs per minute"), ("day", "Runs per 15 minutes")):
        page = await read(stage, f"/admin/queues?span={span}")
        assert page.count('role="img"') == page.count("<desc") == 6
        assert slot in page and "Completed: 1; Failed: 0." in page and "p50: 4 s; p95: 4 s." in page
        assert '<td data-label="p95">4 s</td>' in page
        assert page.count('<rect class="s0"') == 1

    # And rows older than 30 days are deleted
    await stage.by_force("UPDATE queue_stats SET at = at - interval '31 days'")
    await stats.forget()
    assert await QueueStat.count() == 0


async def test_actions_on_queues_are_kept_with_the_operators_name(stage: Stage) -> None:
    await pausing.pause("backlink-integration", actor="otto", reason="a new prompt")
    await pausing.resume("backlink-integration", actor="edith")
    await stage.signed_in()

    page = re.sub(r"\s+", " ", await read(stage))

    assert "edith: resumed backlink-integration" in page
    assert "otto: paused backlink-integration <q>a new prompt</q>" in page


async def events(stage: Stage) -> AsyncGenerator[tuple[str, str]]:
    """Yield the name and the data of each event of the dashboard's stream."""
    async with stage.http.stream("GET", "/admin/queues/events", timeout=20) as stream:
        assert stream.status_code == 200
        name, data = "", list[str]()
        async for line in stream.aiter_lines():
            if line.startswith("event: "):
                name, data = line.removeprefix("event: "), []
            elif line.startswith("data: "):
                data.append(line.removeprefix("data: "))
            elif not line and data:
                yield name, "\n".join(data)
                data = []


async def test_the_dashboard_is_pushed_and_says_when_postgresql_is_down(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given Edith with the dashboard open
    assert (await stage.http.get("/admin/queues/events")).status_code == 303
    await stage.signed_in()
    monkeypatch.setattr(queue_pages, "LOOK_AGAIN_SECONDS", 0.05)
    async with aclosing(events(stage)) as stream:
        name, live = await anext(stream)
        assert name == "live" and "is paused" not in live and "Paused by" not in live

        # When Otto pauses a queue, then her page shows it
        await pausing.pause("backlink-integration", actor="otto")
        async for name, live in stream:
            if name == "live" and "Paused by otto" in live:
                break

        # When PostgreSQL is down, then she reads so, and a new page says so too
        await close_pool()
        with monkeypatch.context() as outage:
            outage.setitem(DB.config, "dsn", "postgresql://127.0.0.1:1/none")
            async for name, live in stream:
                if name == "down":
                    assert live == "PostgreSQL does not answer."
                    break
            answer = await stage.http.get("/admin/queues")
            assert answer.status_code == 503 and "PostgreSQL does not answer" in answer.text

        # And when it is back, so are the numbers
        await open_pool()
        async for name, _ in stream:
            if name in {"live", "same"}:
                break
    assert "Paused by otto" in await read(stage)


async def test_the_dashboard_says_when_the_broker_is_down(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.signed_in()
    assert "0</strong> messages wait" in await read(stage)
    monkeypatch.setattr(settings, "broker_url", "redis://127.0.0.1:1")
    monkeypatch.setattr(redis_broker(), "client", redis.Redis(port=1))

    page = await read(stage)

    assert "Broker: Redis does not answer" in page and "<dd>unknown</dd>" in page


async def test_of_very_many_failed_jobs_the_dashboard_groups_the_newest_and_says_so(stage: Stage) -> None:
    # Given more failed jobs than the dashboard groups, the oldest of another cause
    await stage.faults(model=[{"kind": "status", "code": 400}])
    order = await stage.delivered(await stage.article())
    await DB.run_ddl(  # the jobs are counted as they are inserted
        "INSERT INTO jobs (id, queue, order_id, state, payload, errors, finished_at) "  # noqa: S608 - our own id
        f"SELECT 'old-' || n, 'backlink-integration', '{order.id}', 'FAILED', '{{}}', "
        """'[{"error": "ModelError", "message": "the model refused"}]', now() - n * interval '1 minute' """
        f"FROM generate_series(1, {failures.LISTED + 5}) n"
    )

    await stage.sign_in()
    page = await read(stage)

    assert '<a href="/admin/reviews#failed" class="bad"><strong>1</strong> failed order</a>' in page
    assert f"Only the newest {failures.LISTED:,} failed jobs of each queue are grouped here." in page
    assert sum(group.number for group in await failures.list_groups()) == failures.LISTED
    assert f"Retry the oldest {failures.RETRIED_AT_ONCE}" in page

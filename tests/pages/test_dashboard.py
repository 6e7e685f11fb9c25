"""The operator's dashboard in a real browser: it refreshes itself, and says since when its numbers are old."""

import pytest
from playwright.async_api import expect

from blogqueue.jobs import pausing, workers
from blogqueue.settings import settings
from tests.pages.visitor import Visitor
from tests.people import BEN
from tests.stage import Stage

pytestmark = pytest.mark.thorough

BUSY = """
INSERT INTO queue_stats (queue, at, waiting, active, delayed, completed, failed, runs_completed, runs_failed,
    run_ms_p50, run_ms_p95, pickup_ms_p50, pickup_ms_p95, oldest_ms)
SELECT queue, date_trunc('minute', clock_timestamp()) - n * interval '1 minute', n % 5, 2, n % 2, 100, n % 3,
    5 + (7 * n) % 11, CASE WHEN n % 17 = 0 THEN 2 ELSE 0 END,
    9000 + 1000 * ((5 * n) % 13), 21000 + 2500 * ((3 * n) % 17),
    200 + 30 * (n % 7), 900 + 400 * ((11 * n) % 9), CASE WHEN n % 4 = 0 THEN NULL ELSE 3000 + 1500 * (n % 19) END
FROM generate_series(0, 1439) AS n, (VALUES ('backlink-integration'), ('article-generation')) AS queues (queue)
WHERE n NOT BETWEEN 20 AND 26
"""
"""A day of minutes, without some while the clock was down."""


async def test_the_dashboard_of_a_busy_day_refreshes_itself(stage: Stage, edith: Visitor) -> None:
    # Given a day with runs, a job that failed, one that waits, and a worker
    await stage.faults(model=[{"kind": "status", "code": 400, "times": 1}])
    article_id = await stage.article()
    await stage.delivered(article_id)
    await stage.buy(article_id, **BEN)
    await stage.by_force(BUSY)
    await workers.beat("writer-1:4711", ["article-generation", "backlink-integration", "mail", "upkeep"], 10)
    session = {"name": "id", "value": await stage.signed_in(), "url": settings.public_url}
    await edith.page.context.add_cookies([session])  # type: ignore[list-item]

    # When Edith opens the dashboard
    await edith.go("/admin/queues")
    await expect(edith.page.get_by_text("Everything is running.")).to_be_visible()
    await edith.check_in_all_sizes("dashboard")
    await edith.page.locator("#backlink-integration-runs-table summary").click()

    # Then a change appears without a reload, and what she has opened stays open
    await pausing.pause("backlink-integration", actor="otto", reason="a new prompt")
    await expect(edith.page.get_by_text("Paused by otto since")).to_be_visible()
    await expect(edith.page.locator("#backlink-integration-runs-table table")).to_be_visible()
    await edith.check_in_all_sizes("", again=True)
    await edith.go("/admin/queues?span=day")
    await edith.check_in_all_sizes("dashboard-day", again=True)

    # And the list of failed jobs and a job's page fit every window too
    await edith.go("/admin/jobs?state=FAILED")
    await edith.check_in_all_sizes("jobs")
    await edith.page.get_by_role("link", name="backlink-int-").click()
    await expect(edith.page.get_by_role("heading", name="Attempt 1: ModelError")).to_be_visible()
    await edith.check_in_all_sizes("job")

"""Lists of jobs by state, order, error and time, and what is done to many at once: never to more than were shown."""

import asyncio
import re
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from blogqueue import editors
from blogqueue.db.engine import DB
from blogqueue.db.tables.jobs import BulkAction, Job, OperatorAction
from blogqueue.db.tables.orders import Order
from blogqueue.jobs import overview, pausing, search
from blogqueue.jobs.search import JobFilter
from blogqueue.states import JobState
from tests.people import BEN
from tests.stage import Bought, Stage, bearer

COPIES = """
INSERT INTO orders SELECT (jsonb_populate_record(o, jsonb_build_object('id', gen_random_uuid(), 'number', 5000 + n,
    'session_id', NULL, 'purchase_id', NULL, 'price', 0, 'refund_due_at', NULL,
    'access_token_hash', gen_random_uuid()))).*
FROM orders o, generate_series({first}, {last}) AS n WHERE o.number < 5000
"""
JOBS = """
INSERT INTO jobs SELECT (jsonb_populate_record(j, jsonb_build_object('id', 'backlink-int-' || o.id, 'order_id', o.id,
    'created_at', clock_timestamp() - o.number * interval '1 second'))).*
FROM (SELECT jobs FROM jobs ORDER BY created_at DESC LIMIT 1) AS newest (j), orders o
WHERE o.number > 5000 ON CONFLICT DO NOTHING
"""


async def call(stage: Stage, path: str, **said: Any) -> httpx.Response:
    token = await editors.issue_token(f"otto-{time.monotonic_ns()}")
    return await stage.http.post(f"/api/v1/admin/{path}", headers=bearer(token), json=said)


async def list_jobs(stage: Stage, **query: str) -> httpx.Response:
    token = await editors.issue_token(f"otto-{time.monotonic_ns()}")
    return await stage.http.get("/api/v1/admin/jobs", headers=bearer(token), params=query)


async def failed(stage: Stage, copies: int = 0) -> Bought:
    """An order whose job has failed, and as many copies of both; the order."""
    await stage.faults(model=[{"kind": "status", "code": 400}])
    order = await stage.buy(await stage.article(max_paid_links=100))
    await stage.drain()
    await stage.by_force(COPIES.format(first=1, last=copies), JOBS)
    return order


async def test_jobs_are_found_by_state_order_error_and_time(stage: Stage) -> None:
    # Given a failed job, and another that waits
    order = await failed(stage)
    await pausing.pause("backlink-integration", actor="otto")
    waiting = await stage.buy(await stage.article(slug="mulch"), **BEN)
    number = (await Order.select(Order.number).where(Order.id == order.id))[0]["number"]

    async def find(**query: str) -> list[str]:
        answer = await list_jobs(stage, **query)
        assert answer.status_code == 200, answer.text
        return [item["orderId"] for item in answer.json()["data"]["items"]]

    # Then each filter finds what it names
    assert await find() == [str(waiting.id), str(order.id)]
    assert await find(state="FAILED") == [str(order.id)]
    assert await find(queue="article-generation") == []
    assert await find(order=str(order.id)) == await find(order=f"BQ-{number}") == [str(order.id)]
    assert await find(order=str(order.id), state="WAITING") == []
    assert await find(error="ANSWERED 400") == [str(order.id)]
    assert await find(error="503") == []
    assert await find(after="2026-01-01T00:00:00Z", before="2026-01-02T00:00:00Z") == []
    assert len(await find(after="2026-01-01T00:00:00+02:00")) == 2

    # And a filter that is not understood is refused, and lists nothing on the page
    for query, field in (
        ({"queue": "mail"}, "queue"),
        ({"order": "BQ-99999"}, "order"),
        ({"order": "x"}, "order"),
        ({"after": "2026-01-02T00:00:00Z", "before": "2026-01-01T00:00:00Z"}, "before"),
        ({"cursor": "x"}, "cursor"),
    ):
        answer = await list_jobs(stage, **query)
        assert answer.status_code == 422 and answer.json()["error"]["details"][0]["field"] == field
    await stage.signed_in()
    page = await stage.http.get("/admin/jobs", params={"state": "LOST", "after": "yesterday"})
    assert page.status_code == 422 and "There is no such state" in page.text and "Give a time such as" in page.text
    assert str(order.id) not in page.text


async def test_a_list_of_jobs_has_pages(stage: Stage) -> None:
    await failed(stage, copies=6)

    seen: list[str] = []
    cursor = ""
    while True:
        data = (await list_jobs(stage, limit="3", cursor=cursor)).json()["data"]
        seen += [item["jobId"] for item in data["items"]]
        if data["nextCursor"] is None:
            break
        cursor = data["nextCursor"]

    rows = await Job.select(Job.id).order_by(Job.created_at, ascending=False)
    assert seen == [row["id"] for row in rows] and len(seen) == 7


async def test_what_a_preview_froze_is_cancelled_once_and_nothing_else(stage: Stage) -> None:
    # Given twelve jobs that wait, and a preview of them
    await pausing.pause("backlink-integration", actor="edith")
    await stage.buy(await stage.article())
    await stage.by_force(COPIES.format(first=1, last=11), JOBS)
    previewed = await call(stage, "bulk-actions", action="cancel", filter={"state": "WAITING"})
    assert previewed.status_code == 201, previewed.text
    preview = previewed.json()["data"]
    assert (preview["number"], preview["hasMore"], len(preview["sample"])) == (12, False, 10)
    assert preview["sums"] == {"EUR": 4900}  # the copies are editors' orders
    path = f"bulk-actions/{preview['bulkId']}/confirm"

    # When the number is not typed, or is wrong, then nothing happens
    for said in ({"reason": "a wrong prompt"}, {"reason": "a wrong prompt", "number": 11}):
        answer = await call(stage, path, **said)
        assert answer.status_code == 422 and "Type 12 to confirm" in answer.text
    assert await Job.count().where(Job.state == "WAITING") == 12

    # When one more job comes, one ends, and two operators confirm at once
    oldest = "SELECT id FROM jobs ORDER BY created_at LIMIT 1"
    await stage.by_force(
        f"UPDATE jobs SET state = 'COMPLETED', finished_at = clock_timestamp() WHERE id = ({oldest})",  # noqa: S608 - ours
        COPIES.format(first=20, last=20),
        JOBS,
    )
    answers = await asyncio.gather(*(call(stage, path, number=12, reason="a wrong prompt") for _ in range(2)))

    # Then one of them cancels eleven, the other is refused, and the new one is left alone
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    result = next(answer.json()["data"] for answer in answers if answer.status_code == 200)
    assert (result["done"], result["skipped"]) == (11, 1)
    assert await Job.count().where(Job.state == "CANCELLED") == 11
    assert await Job.count().where(Job.state == "WAITING") == 1
    actions = await OperatorAction.select().order_by(OperatorAction.id)
    assert [(one["action"], one["detail"]) for one in actions[1:]] == [
        ("cancelled 12 jobs", "state WAITING: a wrong prompt")
    ]
    assert (await call(stage, f"bulk-actions/{uuid4()}/confirm", number=1)).status_code == 404


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ({"action": "retry"}, 422, "Give either jobIds or a filter"),
        ({"action": "retry", "jobIds": []}, 422, "Choose between 1 and 500 jobs"),
        ({"action": "retry", "jobIds": ["unknown"]}, 422, "There is no job unknown"),
        ({"action": "retry", "filter": {}}, 400, "required"),
        ({"action": "retry", "filter": {"state": "FAILED", "colour": "red"}}, 400, "no such field"),
        ({"action": "retry", "filter": {"state": "WAITING"}}, 422, "choose the state CANCELLED or FAILED"),
        ({"action": "cancel", "filter": {"state": "FAILED"}}, 422, "choose the state ACTIVE or DELAYED or WAITING"),
        ({"action": "retry", "filter": {"state": "FAILED", "error": "no such"}}, 409, "There is no job to retry"),
        ({"action": "delete", "filter": {"state": "FAILED"}}, 400, "action"),
    ],
)
async def test_a_bulk_action_never_means_all_jobs(stage: Stage, said: dict[str, Any], status: int, words: str) -> None:
    await failed(stage)

    answer = await call(stage, "bulk-actions", **said)

    assert answer.status_code == status and words in answer.text
    assert await BulkAction.count() == 0


async def test_selected_jobs_are_cancelled_on_the_page_with_a_reason(stage: Stage) -> None:
    # Given two jobs that wait
    await pausing.pause("backlink-integration", actor="otto")
    article_id = await stage.article()
    first, second = await stage.buy(article_id), await stage.buy(article_id, **BEN)
    await stage.signed_in()
    page = (await stage.http.get("/admin/jobs?state=WAITING")).text
    said = {"form": page.partition('name="form" value="')[2][:43], "action": "cancel", "state": "WAITING"}

    # When Edith selects none, then nothing is changed
    refused = await stage.http.post("/admin/bulk-actions", data=said | {"scope": "selected"})
    assert refused.status_code == 422 and "Choose between 1 and 500 jobs" in refused.text
    assert (await stage.http.post("/admin/bulk-actions", data=said)).status_code == 422

    # When she selects both, she is shown what they cost, and gives a reason
    chosen = [f"backlink-int-{order.id}" for order in (first, second)]
    shown = await stage.http.post(
        "/admin/bulk-actions", data={**said, "scope": "selected", "job": chosen}, follow_redirects=True
    )
    assert "Cancel 2 jobs?" in shown.text and "98.00 EUR" in shown.text
    path = shown.url.path
    refused = await stage.http.post(path, data=said)
    assert refused.status_code == 422 and "Give a reason, for the other operators." in refused.text
    done = await stage.http.post(path, data=said | {"reason": "wrong prompt"}, follow_redirects=True)

    # Then both are cancelled under her name, and the preview cannot be used again
    assert "2 jobs are cancelled" in done.text
    assert re.search(r"edith: cancelled 2 jobs\s+<q>2 chosen by hand: wrong prompt</q>", done.text)
    assert {row["state"] for row in await Job.select(Job.state)} == {"CANCELLED"}
    again = await stage.http.post(path, data=said | {"reason": "again"})
    assert again.status_code == 409 and "was confirmed already" in again.text
    await stage.sound()


async def test_the_lists_and_the_dashboard_read_indexes_only(stage: Stage) -> None:
    # Given some thousand jobs
    await failed(stage, copies=3000)
    await DB.run_ddl("ANALYZE jobs")

    # Then no query of theirs reads the whole table, and each reads few rows
    before = await _read_rows()
    await overview.list_queues()
    assert await _read_rows() - before <= 3100 * 2  # counts, of an index alone
    before = await _read_rows(), await _scans()
    found, _ = await search.find(JobFilter(state=JobState.FAILED), limit=50)
    assert len(found) == 50
    after = await _read_rows(), await _scans()
    assert after[0] - before[0] < 400
    assert after[1] == before[1]


async def _read_rows() -> int:
    await DB.run_ddl("SELECT pg_stat_force_next_flush()")
    row = await DB.run_ddl("SELECT seq_tup_read + idx_tup_fetch AS n FROM pg_stat_user_tables WHERE relname = 'jobs'")
    return int(row[0]["n"])


async def _scans() -> int:
    row = await DB.run_ddl("SELECT seq_scan AS n FROM pg_stat_user_tables WHERE relname = 'jobs'")
    return int(row[0]["n"])

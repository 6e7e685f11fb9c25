"""An order's status as its customer and programs read it."""

import asyncio
import re
from typing import Any

import msgspec
import pytest

from blogqueue.db.tables.jobs import Job
from blogqueue.orders.status import get_status
from blogqueue.settings import settings
from tests.stage import GARDEN, Bought, Stage


async def test_a_status_is_of_one_moment_while_versions_are_stored(stage: Stage) -> None:
    # Given a program that reads a delivered order's status without pause
    order = await stage.delivered(await stage.article())
    reading = asyncio.gather(*(read_until(stage, order, versions=4) for _ in range(4)))

    # When the customer regenerates it again and again
    for _ in range(3):
        assert (await stage.regenerate(order)).status_code == 202
        await stage.drain()

    # Then every answer is whole, and its parts agree
    for status in [status for seen in await reading for status in seen]:
        open_jobs = [job for job in status["queue"]["jobs"] if job["state"] in {"WAITING", "ACTIVE", "DELAYED"}]
        assert len(open_jobs) == (status["status"] == "PROCESSING")
        assert status["queue"]["hasActiveJob"] == any(job["state"] == "ACTIVE" for job in open_jobs)
        assert (status["estimatedTime"] is not None) == bool(open_jobs)
        assert status["versionCount"] == len(status["queue"]["jobs"]) - len(open_jobs)
        numbers = [version["number"] for version in (status["version"], *status["earlierVersions"])]
        assert numbers == list(range(status["versionCount"], 0, -1))


async def test_before_the_first_run_the_api_says_the_usual_and_the_page_says_nothing(stage: Stage) -> None:
    order = await stage.buy(await stage.article())

    status = await stage.status(order)

    assert (status["estimatedTime"], status["estimatedSeconds"]) == ("10-30 minutes", None)
    await stage.http.get(f"/order-status/{order.id}", params={"access": order.access})
    assert "minutes" not in (await stage.http.get(f"/order-status/{order.id}")).text


async def test_the_estimate_leaves_out_waits_for_retries_and_outages(stage: Stage) -> None:
    # Given a job that failed, was retried a day later and took no time
    article_id = await stage.article()
    order = await stage.buy(article_id)
    await stage.faults(model=[{"kind": "status", "code": 500}])
    await stage.drain()
    await Job.raw("UPDATE jobs SET started_at = clock_timestamp() - interval '20 hours'")
    await stage.time_passes()
    await stage.drain()

    # When the order is regenerated, then that job's last run alone is no measure
    await stage.regenerate(order)
    assert (await stage.status(order))["estimatedTime"] == "10-30 minutes"

    # And once a job has run without a failed attempt, its last run is, from its last claim on
    await Job.raw("UPDATE jobs SET started_at = clock_timestamp() - interval '20 hours' WHERE state = 'WAITING'")
    await stage.drain()
    answer = (await stage.regenerate(order)).json()["data"]
    assert answer["estimatedTime"] == "about a minute"
    status = await stage.status(order)
    assert status["estimatedTime"] == "about a minute" and 0 < status["estimatedSeconds"] < 60


async def test_whether_an_order_can_be_regenerated_is_what_the_call_answers(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an order that was regenerated as often as an hour allows
    monkeypatch.setattr(settings, "max_regenerations_per_hour_per_order", 2)
    order = await stage.delivered(await stage.article())
    for _ in range(2):
        assert (await stage.status(order))["canRegenerateBacklink"]
        assert (await stage.regenerate(order)).status_code == 202
        await stage.drain()

    # When the first of them was 50 minutes ago
    await stage.by_force(
        "UPDATE order_events SET created_at = created_at - interval '50 minutes' WHERE id = "
        "(SELECT min(id) FROM order_events WHERE action = 'regenerate')"
    )

    # Then status and call refuse alike, for as long as that one counts
    assert not (await stage.status(order))["canRegenerateBacklink"]
    refused = await stage.regenerate(order)
    assert refused.status_code == 429
    assert 590 < int(refused.headers["retry-after"]) <= 600

    # And when it no longer counts, they allow it alike
    await stage.by_force("UPDATE order_events SET created_at = created_at - interval '10 minutes'")
    assert (await stage.status(order))["canRegenerateBacklink"]
    assert (await stage.regenerate(order)).status_code == 202


async def test_a_delayed_job_is_told_as_such(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 500}])

    await stage.drain()

    status = await stage.status(order)
    assert [job["state"] for job in status["queue"]["jobs"]] == ["DELAYED"]
    assert status["statusMessage"] == "An attempt has failed; the next one begins soon"
    assert (status["status"], status["queue"]["hasActiveJob"]) == ("PROCESSING", False)


CHANGES = (
    "UPDATE orders SET failure_detail = 'a reason' WHERE id = '{order}'",
    "UPDATE jobs SET progress = 'link_edit' WHERE order_id = '{order}'",
    "UPDATE jobs SET state = 'WAITING', run_at = clock_timestamp() WHERE order_id = '{order}'",
    "UPDATE orders SET status = 'PROCESSING' WHERE id = '{order}'",
    "INSERT INTO paused_queues (queue, actor) VALUES ('backlink-integration', 'me')",
    "DELETE FROM jobs WHERE order_id = '{order}'",
    "UPDATE orders SET status = 'QUALITY_CHECK' WHERE id = '{order}'",
    "UPDATE article_versions SET last_qc_status = 'NEEDS_HUMAN_REVIEW' WHERE order_id = '{order}'",
    "UPDATE articles SET title = 'Another title'",
    "UPDATE domains SET name = 'Another name'",
    (
        "INSERT INTO articles (domain_id, slug, title, status) SELECT gen_random_uuid(), slug, title, 'PUBLISHED' "
        "FROM articles"
    ),
    "UPDATE orders SET status = 'COMPLETED' WHERE id = '{other}'",
    "UPDATE orders SET rel = 'nofollow' WHERE id = '{other}'",
    "UPDATE orders SET link_dropped_at = clock_timestamp() WHERE id = '{other}'",
    (
        "INSERT INTO order_events (order_id, actor, action) SELECT '{order}', 'customer', 'regenerate' "
        "FROM generate_series(1, 10)"
    ),
    "UPDATE order_events SET created_at = created_at - interval '1 hour'",
)
"""Whatever a status shows, changed past all functions."""


async def test_a_kept_status_is_the_one_that_is_true_now_whatever_changes(stage: Stage) -> None:
    article = await stage.article()
    other = await stage.delivered(article, targetUrl="https://other.example/")
    order = await stage.delivered(article)

    for change in CHANGES:
        before = await stage.status(order)
        await stage.by_force(change.format(order=order.id, other=other.id))
        shown = await stage.status(order)
        assert shown == msgspec.to_builtins(await get_status(order.id), str_keys=True), change
        assert shown != before or "other" in change, change


async def test_a_status_is_not_sent_again_while_nothing_has_changed(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())
    url, token = f"/api/v1/purchase/status/{order.id}", {"Authorization": f"Bearer {order.access}"}
    first = await stage.http.get(url, headers=token)

    same = await stage.http.get(url, headers=token | {"If-None-Match": f'W/"other", {first.headers["etag"]}'})
    stranger = await stage.http.get(url, headers={"If-None-Match": first.headers["etag"]})
    await stage.submit(order, first.json()["data"]["version"]["versionId"])
    changed = await stage.http.get(url, headers=token | {"If-None-Match": first.headers["etag"]})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", first.headers["etag"])
    assert stranger.status_code == 404
    assert (changed.status_code, changed.json()["data"]["status"]) == (200, "ADMIN_REVIEW")
    assert changed.headers["etag"] != first.headers["etag"]


async def read_until(stage: Stage, order: Bought, *, versions: int) -> list[dict[str, Any]]:
    """Read an order's status until it has so many versions; every answer."""
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["versionCount"] < versions:
        seen.append(await stage.status(order))
    return seen


async def test_the_marked_paragraph_is_the_one_with_the_link_also_where_a_comment_has_its_characters(
    stage: Stage,
) -> None:
    # Given an article with the characters of the link, which is none there, above every paragraph
    shown = "[a guide to mulching](https://www.anasgarden.example/mulch-guide)"
    article_id = await stage.article(content=GARDEN.replace("\n\n", f"\n\nWrite `{shown}` for it.\n\n", 1))

    # When the link is bought and delivered
    status = await stage.status(await stage.delivered(article_id))

    # Then the paragraph with the link is marked
    assert status["version"] is not None, status["statusMessage"]
    marked = re.findall(r'<p id="changed">.*?</p>', status["version"]["html"], re.DOTALL)
    assert len(marked) == 1 and "<a href" in marked[0]

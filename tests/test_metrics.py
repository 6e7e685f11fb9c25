"""What Prometheus reads: who may read it, that it is true, and that dashboard and alert rules name what there is."""

import asyncio
import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from blogqueue import metrics
from blogqueue.db.tables.orders import Order
from blogqueue.needs import find_problems
from blogqueue.settings import settings
from tests.stage import Stage, bearer

DEPLOY = Path(__file__).parents[1] / "deploy"
QUEUE = {"queue": "backlink-integration"}


async def scrape(stage: Stage) -> dict[str, Metric]:
    answer = await stage.http.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def value(families: dict[str, Metric], sample: str, **labels: str) -> float:
    """Return the sum of a sample's values over the series that have these labels."""
    samples = [one for family in families.values() for one in family.samples if one.name == sample]
    assert samples, sample
    return sum(one.value for one in samples if labels.items() <= one.labels.items())


async def test_an_orders_way_is_in_the_metrics(stage: Stage) -> None:
    # Given an order whose first attempt failed, which was then delivered, regenerated, submitted and published
    await stage.faults(model=[{"kind": "malformed_json"}])
    order = await stage.buy(await stage.article())
    await stage.drain()
    await stage.time_passes()
    await stage.drain()
    await stage.regenerate(order)
    await stage.drain()
    await stage.submit(order, (await stage.status(order))["version"]["versionId"])
    await stage.approve(order)
    await stage.drain()

    families = await scrape(stage)

    assert value(families, "blogqueue_up") == 1
    assert value(families, "blogqueue_jobs_finished_total", state="COMPLETED", **QUEUE) == 2
    assert value(families, "blogqueue_job_attempts_total", **QUEUE) == 3
    assert value(families, "blogqueue_job_attempt_failures_total", **QUEUE) == 1
    assert value(families, "blogqueue_job_run_seconds_count", **QUEUE) == 2
    assert 0 < value(families, "blogqueue_job_run_seconds_sum", **QUEUE) < 60
    assert value(families, "blogqueue_job_pickup_seconds_bucket", le="+Inf", **QUEUE) == 3
    assert value(families, "blogqueue_model_calls_total", **QUEUE) >= 4
    assert value(families, "blogqueue_model_tokens_total", direction="output", **QUEUE) > 0
    assert value(families, "blogqueue_emails_finished_total", state="SENT", kind="published") == 1
    assert value(families, "blogqueue_webhook_events_total", type="checkout.session.completed") == 1
    assert value(families, "blogqueue_webhook_lag_seconds_count") >= 1
    assert value(families, "blogqueue_orders", kind="backlink", status="COMPLETED") == 1
    assert value(families, "blogqueue_orders", kind="backlink", status="PROCESSING") == 0
    route = "/api/v1/purchase/status/{order_id}"
    assert value(families, "blogqueue_http_requests_total", method="GET", route=route, status="200") >= 1
    assert value(families, "blogqueue_http_request_seconds_count", route=route) >= 1


async def test_what_waits_runs_and_stands_still_is_in_the_metrics(stage: Stage) -> None:
    # Given a job that has waited for an hour, one that lost its worker, a pause, an outage and two workers
    article = await stage.article(max_paid_links=3)
    await stage.buy(article)
    await stage.by_force(
        "UPDATE jobs SET created_at = clock_timestamp() - interval '1 hour'",
        "INSERT INTO paused_queues (queue) VALUES ('article-generation')",
        "INSERT INTO breakers (name, opened_at) VALUES ('model', now())",
        """INSERT INTO workers (holder, queues, concurrency) VALUES ('one:1', '["backlink-integration"]', 3),
           ('two:2', '["backlink-integration", "mail"]', 2), ('gone:3', '["mail"]', 4)""",
        "UPDATE workers SET seen_at = now() - interval '1 minute' WHERE holder = 'gone:3'",
    )

    families = await scrape(stage)

    assert value(families, "blogqueue_jobs", state="WAITING", **QUEUE) == 1
    assert 3590 < value(families, "blogqueue_queue_oldest_seconds", state="WAITING", **QUEUE) < 3700
    assert value(families, "blogqueue_queue_oldest_seconds", state="ACTIVE", **QUEUE) == 0
    assert value(families, "blogqueue_queue_paused", queue="article-generation") == 1
    assert value(families, "blogqueue_queue_paused", **QUEUE) == 0
    assert value(families, "blogqueue_breaker_open") == 1
    assert value(families, "blogqueue_workers", **QUEUE) == 2
    assert value(families, "blogqueue_worker_slots", **QUEUE) == 5
    assert value(families, "blogqueue_workers", queue="mail") == 1
    assert value(families, "blogqueue_workers", queue="upkeep") == 0


async def test_a_job_taken_over_from_a_lost_worker_is_a_recovery(stage: Stage) -> None:
    await stage.buy(await stage.article())
    await stage.by_force(
        "UPDATE jobs SET state = 'ACTIVE', attempts = 1, fencing_token = 1, lease_holder = 'lost:1', "
        "lease_until = clock_timestamp() - interval '1 second'"
    )
    await stage.drain()

    families = await scrape(stage)

    assert value(families, "blogqueue_job_recoveries_total", **QUEUE) == 1
    assert value(families, "blogqueue_job_attempt_failures_total", kind="WorkerLost", **QUEUE) == 1


async def test_adding_the_tallies_up_changes_no_number_however_often_it_is_done(stage: Stage) -> None:
    await stage.delivered(await stage.article())
    before = await metrics.collect()
    rows = (await Order.raw("SELECT count(*) AS n FROM tallies"))[0]["n"]

    await asyncio.gather(*(metrics.add_up() for _ in range(4)))

    assert (await Order.raw("SELECT count(*) AS n FROM tallies"))[0]["n"] < rows
    assert stable(before.collect()) == stable((await metrics.collect()).collect())
    await stage.minute()
    assert (await Order.raw("SELECT count(*) AS n, count(DISTINCT (name, labels)) AS sums FROM tallies"))[0]["n"] < rows


def stable(families: Iterable[Metric]) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Return the values that time alone does not change."""
    return {
        family.name: sorted(((one.labels, round(one.value, 9)) for one in family.samples), key=str)
        for family in families
        if not family.name.endswith(("oldest_seconds", "age_seconds"))
    }


async def test_the_numbers_of_rows_are_those_of_the_tables(stage: Stage) -> None:
    # Given orders that moved, one of which was deleted with what belongs to it
    article = await stage.article(max_paid_links=3)
    await stage.submitted(article)
    await stage.buy(article, email="ben@customers.example", targetUrl="https://bens.example/", anchorText="worms")
    await Order.raw("DELETE FROM jobs WHERE state = 'COMPLETED'")

    families = await scrape(stage)

    for table, labels in {"jobs": "queue, state", "emails": "state", "orders": "kind, status"}.items():
        rows = await Order.raw(f"SELECT {labels}, count(*)::int AS n FROM {table} GROUP BY {labels}")  # noqa: S608 - ours
        counted = families[f"blogqueue_{table}"].samples
        assert sum(one.value for one in counted) == sum(row["n"] for row in rows)
        for row in rows:
            about = {name: row[name] for name in labels.split(", ")}
            assert value(families, f"blogqueue_{table}", **about) == row["n"], (table, about)


async def test_names_follow_prometheus_rules(stage: Stage) -> None:
    answer = await stage.http.get("/metrics")

    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", answer.text, re.MULTILINE))
    assert len(kinds) > 20
    for name, kind in kinds.items():
        assert re.fullmatch(r"blogqueue_[a-z_]+", name)
        assert f"# HELP {name} " in answer.text
        assert (kind == "counter") == name.endswith("_total"), name
        assert kind != "histogram" or name.endswith("_seconds"), name
        assert not re.search(r"_(ms|minutes|hours|count|sum|bucket)(_|$)", name), name


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:8000"}, 200),
        ({"host": "[::1]:8000"}, 200),
        ({"host": "links.example.com"}, 404),
        ({"x-forwarded-for": "127.0.0.1"}, 404),
        ({"forwarded": "for=127.0.0.1"}, 404),
        ({"x-forwarded-proto": "https"}, 404),
        ({"via": "1.1 proxy"}, 404),
    ],
)
async def test_without_a_token_only_this_machine_reads_them_and_never_by_a_proxy(
    stage: Stage, headers: dict[str, str], status: int
) -> None:
    assert (await stage.http.get("/metrics", headers=headers)).status_code == status


async def test_with_a_token_only_who_shows_it_reads_them(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "metrics_token", SecretStr("a token of 24 characters"))

    by_proxy = {"host": "links.example.com", "x-forwarded-for": "203.0.113.9"}
    right = bearer("a token of 24 characters")
    assert (await stage.http.get("/metrics")).status_code == 401
    assert (await stage.http.get("/metrics", headers=bearer("another token of theirs"))).status_code == 401
    assert (await stage.http.get("/metrics", headers=right | by_proxy)).status_code == 200


def test_a_short_token_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "metrics_token", SecretStr("short"))

    assert find_problems(["metrics_token"]) == ["BLOGQUEUE_METRICS_TOKEN is shorter than 16 characters"]


async def test_metrics_say_so_while_the_database_cannot_be_read(stage: Stage) -> None:
    await Order.raw("ALTER TABLE tallies RENAME TO elsewhere")
    try:
        families = await scrape(stage)
    finally:
        await Order.raw("ALTER TABLE elsewhere RENAME TO tallies")

    assert value(families, "blogqueue_up") == 0
    assert value(families, "blogqueue_build_info") == 1
    assert value(families, "blogqueue_http_requests_total") >= 0


def names_in(text: str) -> set[str]:
    """Return the metrics that PromQL names, as their families are called."""
    return {re.sub(r"_(bucket|count|sum)$", "", name) for name in re.findall(r"\bblogqueue_[a-z_]+", text)}


async def test_dashboard_and_alert_rules_name_only_metrics_that_a_scrape_has(stage: Stage) -> None:
    found = re.findall(r"^# TYPE (\S+) ", (await stage.http.get("/metrics")).text, re.MULTILINE)
    board = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
    rules = yaml.safe_load((DEPLOY / "prometheus.rules.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    shown = {one["expr"] for panel in board["panels"] for one in panel.get("targets", [])}
    watched = {rule["expr"] for rule in rules}

    for query in shown | watched:
        assert names_in(query), query
        assert names_in(query) <= set(found), query
    # All but the gauges of what is kept are shown somewhere.
    assert set(found) - names_in(" ".join(shown)) == set()
    assert all(rule["annotations"]["summary"].endswith(".") for rule in rules)
    assert len({rule["alert"] for rule in rules}) == len(rules)


async def test_the_labels_that_dashboard_and_rules_ask_for_exist(stage: Stage) -> None:
    await stage.delivered(await stage.article())
    answer = await stage.http.get("/metrics")
    by_name: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(answer.text):
        for one in family.samples:
            by_name.setdefault(one.name, set()).update(one.labels)

    texts = [(DEPLOY / name).read_text(encoding="utf-8") for name in ("grafana-dashboard.json", "prometheus.rules.yml")]
    asked = re.findall(r"\b(blogqueue_[a-z_]+)\{([a-z]+)=", "".join(texts))

    assert len(asked) > 5
    assert [(name, label) for name, label in asked if label not in by_name.get(name, set())] == []

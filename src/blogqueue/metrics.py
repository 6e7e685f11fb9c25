"""What Prometheus reads, taken at scrape time from the tallies and from small or indexed parts of the tables.

It stays as fast with a million orders. Counters only grow, as their tallies are never deleted; durations are in s. The
names follow prometheus.io/docs/practices/naming.
"""

from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from blogqueue import __version__, model_cost
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.observation import Tally
from blogqueue.emails import mail_outage
from blogqueue.emails.render import KINDS
from blogqueue.jobs.queues import JOB_QUEUES, QUEUES
from blogqueue.jobs.workers import LOST_AFTER_SECONDS
from blogqueue.payments import missing_webhooks
from blogqueue.settings import settings
from blogqueue.states import EmailState, JobState, OrderKind, OrderStatus, RefundState

BOUNDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900)
"""The bounds of the buckets of durations, in s: those of the function `tally_seconds` (migration 21)."""

QUEUE_NAMES = tuple(JOB_QUEUES)
FINISHED = (JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)

_TALLIES = "SELECT name, labels, sum(number)::bigint AS number, sum(value) AS value FROM tallies GROUP BY name, labels"

_ADD_UP = """
WITH added AS (DELETE FROM tallies WHERE id IN (SELECT id FROM tallies FOR UPDATE SKIP LOCKED)
               RETURNING name, labels, number, value)
INSERT INTO tallies (name, labels, number, value)
SELECT name, labels, sum(number), sum(value) FROM added GROUP BY name, labels
"""
"""Replace the rows of each tally by their sum, in one statement, so that nobody sees them twice or not at all."""

_OLDEST = """
SELECT queue, state, EXTRACT(EPOCH FROM clock_timestamp() - oldest.at) AS seconds
FROM unnest({}::text[]) AS queue, unnest(ARRAY['WAITING', 'DELAYED', 'ACTIVE']) AS state,
LATERAL (SELECT min(created_at) AS at FROM jobs j WHERE j.queue = queue.queue AND j.state = state.state
         AND j.state IN ('WAITING', 'DELAYED', 'ACTIVE')) AS oldest
WHERE oldest.at IS NOT NULL
"""
"""The age of the oldest job of each queue and open state (index `jobs_by_age`)."""

_WORKERS = """
SELECT queue, count(*) AS workers, sum(concurrency) AS slots
FROM workers, jsonb_array_elements_text(queues) AS queue
WHERE stopped_at IS NULL AND seen_at > clock_timestamp() - {} * interval '1 second' GROUP BY queue
"""

_NUMBERS = """
SELECT (SELECT count(*) FROM breakers WHERE opened_at IS NOT NULL) AS breaker_open,
    (SELECT EXTRACT(EPOCH FROM clock_timestamp() - max(last.at))
     FROM unnest({}::text[]) AS queue,
     LATERAL (SELECT max(at) AS at FROM queue_stats s WHERE s.queue = queue.queue) AS last) AS clock_tick_age,
    (SELECT EXTRACT(EPOCH FROM clock_timestamp() - min(run_at)) FROM emails
     WHERE state IN ('WAITING', 'SENDING')) AS email_oldest,
    (SELECT EXTRACT(EPOCH FROM clock_timestamp() - min(run_at)) FROM refunds
     WHERE state = 'INITIATED') AS refund_oldest,
    (SELECT count(*) FROM held_payments WHERE state IN ('HELD', 'RETURNING')) AS payments_held,
    (SELECT count(*) FROM orders WHERE on_hold) AS orders_on_hold,
    (SELECT count(*) FROM (SELECT FROM alert_posts WHERE state = 'WAITING' LIMIT 10000) AS waiting) AS alert_posts
"""
"""Numbers without labels, each by an index or of a small table."""

_PAUSED = "SELECT queue FROM paused_queues"


@dataclass(frozen=True, slots=True)
class _Family:
    """A metric that is the tally `tally`: its name, what it means, and the values its labels have if nothing happened.

    `known` are those for which 0 is reported, so that an alert's rule has something to compare from the first minute.
    """

    tally: str
    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    known: tuple[tuple[str, ...], ...] = ()


_BY_QUEUE = tuple((name,) for name in QUEUE_NAMES)

GAUGES = (
    _Family(
        "jobs",
        "blogqueue_jobs",
        "Jobs by queue and state; of those that ended, the ones that are kept.",
        ("queue", "state"),
        tuple((name, state) for name in QUEUE_NAMES for state in JobState),
    ),
    _Family("emails", "blogqueue_emails", "Emails by state.", ("state",), tuple((state,) for state in EmailState)),
    _Family("refunds", "blogqueue_refunds", "Refunds by state.", ("state",), tuple((one,) for one in RefundState)),
    _Family(
        "orders",
        "blogqueue_orders",
        "Orders by kind and status.",
        ("kind", "status"),
        tuple((kind, status) for kind in OrderKind for status in OrderStatus),
    ),
)
COUNTERS = (
    _Family(
        "jobs_finished",
        "blogqueue_jobs_finished",
        "Jobs that ended, by the state they ended in.",
        ("queue", "state"),
        tuple((name, state) for name in QUEUE_NAMES for state in FINISHED),
    ),
    _Family("job_attempts", "blogqueue_job_attempts", "Attempts that were started.", ("queue",), _BY_QUEUE),
    _Family(
        "job_attempt_failures", "blogqueue_job_attempt_failures", "Failed attempts by kind of error.", ("queue", "kind")
    ),
    _Family("job_recoveries", "blogqueue_job_recoveries", "Jobs taken over from a lost worker.", ("queue",), _BY_QUEUE),
    _Family("model_calls", "blogqueue_model_calls", "Calls of the model.", ("queue",), _BY_QUEUE),
    _Family(
        "model_tokens",
        "blogqueue_model_tokens",
        "Tokens of the model's calls; cached ones are a part of the input.",
        ("queue", "direction"),
        tuple((name, direction) for name in QUEUE_NAMES for direction in ("input", "cached", "output")),
    ),
    _Family(
        "emails_finished",
        "blogqueue_emails_finished",
        "Emails sent, or failed for good.",
        ("state", "kind"),
        tuple((state, kind) for state in (EmailState.SENT, EmailState.FAILED) for kind in sorted(KINDS)),
    ),
    _Family(
        "refunds_finished",
        "blogqueue_refunds_finished",
        "Refunds that came to an end.",
        ("state",),
        ((RefundState.SUCCEEDED,), (RefundState.FAILED,)),
    ),
    _Family("webhook_events", "blogqueue_webhook_events", "Events of Stripe's that were handled.", ("type",)),
)
HISTOGRAMS = (
    _Family("job_run", "blogqueue_job_run_seconds", "How long the last run of a completed job took.", ("queue",)),
    _Family("job_pickup", "blogqueue_job_pickup_seconds", "From when a job was due until it was claimed.", ("queue",)),
    _Family("webhook_lag", "blogqueue_webhook_lag_seconds", "From Stripe's making an event until it was handled."),
)


async def add_up() -> None:
    """Replace the rows of each tally by their sum. It is safe to run it twice at once."""
    await Tally.raw(_ADD_UP)


async def collect() -> CollectorRegistry:
    """Return a registry with all metrics as they are now. Raises what queries raise."""
    families = [*_read_tallies(await Tally.raw(_TALLIES)), *await _read_queues(), *await _read_numbers()]
    families.append(_gauge("blogqueue_up", "Whether PostgreSQL answered this scrape.", 1))
    return _register(families)


def collect_nothing() -> CollectorRegistry:
    """Return what is known while PostgreSQL does not answer: that it does not."""
    return _register([_gauge("blogqueue_up", "Whether PostgreSQL answered this scrape.", 0)])


class _Collected(Collector):
    """Metric families that were read before, as Prometheus's client wants to be given them."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    @override
    def collect(self) -> Iterable[Metric]:
        return self._families


def _register(families: list[Metric]) -> CollectorRegistry:
    build = GaugeMetricFamily("blogqueue_build_info", "The version that runs; always 1.", labels=["version"])
    build.add_metric([__version__], 1)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected([build, *families]))
    return registry


def _gauge(name: str, meaning: str, value: float | None) -> Metric:
    return GaugeMetricFamily(name, meaning, value=None if value is None else float(value))


def _read_tallies(rows: list[dict[str, Any]]) -> Generator[Metric]:
    """Yield the families that are tallies, and what is made of them."""
    by_name: dict[str, list[tuple[dict[str, Any], int, float]]] = defaultdict(list)
    for row in rows:
        by_name[row["name"]].append((msgspec.json.decode(row["labels"]), row["number"], row["value"]))
    for kind, families in ((GaugeMetricFamily, GAUGES), (CounterMetricFamily, COUNTERS)):
        for one in families:
            family = kind(one.name, one.meaning, labels=one.labels)
            values = dict.fromkeys(one.known, 0.0)
            values |= {_pick(labels, one.labels): value for labels, _, value in by_name[one.tally]}
            for key, value in values.items():
                family.add_metric(key, value)
            yield family
    yield _make_cost(by_name["model_tokens"])
    for one in HISTOGRAMS:
        yield _make_histogram(one, by_name[one.tally])


def _make_cost(rows: list[tuple[dict[str, Any], int, float]]) -> Metric:
    """Return what the model's tokens cost at the prices in the settings; without prices, a counter without samples."""
    family = CounterMetricFamily(
        "blogqueue_model_cost", "What the model's tokens cost, at the prices set now.", labels=["queue", "currency"]
    )
    if model_cost.is_known():
        tokens = {_pick(labels, ("queue", "direction")): int(value) for labels, _, value in rows}
        for name in QUEUE_NAMES:
            parts = [tokens.get((name, direction), 0) for direction in ("input", "cached", "output")]
            family.add_metric([name, settings.model_price_currency], float(model_cost.count(*parts)))
    return family


def _pick(labels: dict[str, Any], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values of some labels, in the order of their names."""
    return tuple(str(labels[name]) for name in names)


def _make_histogram(one: _Family, rows: list[tuple[dict[str, Any], int, float]]) -> Metric:
    """Return a histogram of tallies with a `bucket`, which is the number of bounds that a duration reached."""
    family = HistogramMetricFamily(one.name, one.meaning, labels=one.labels)
    counts: dict[tuple[str, ...], list[int]] = {labels: [0] * (len(BOUNDS) + 1) for labels in one.known}
    sums: dict[tuple[str, ...], float] = defaultdict(float)
    for labels, number, value in rows:
        key = _pick(labels, one.labels)
        counts.setdefault(key, [0] * (len(BOUNDS) + 1))[labels["bucket"]] += number
        sums[key] += value
    for key, numbers in counts.items():
        buckets = [
            (name, float(sum(numbers[: position + 1])))
            for position, name in enumerate([*(str(float(bound)) for bound in BOUNDS), "+Inf"])
        ]
        family.add_metric(key, buckets, sums[key])
    return family


async def _read_queues() -> list[Metric]:
    """Return what is known of each queue now."""
    oldest = GaugeMetricFamily(
        "blogqueue_queue_oldest_seconds", "The age of the oldest job, 0 if there is none.", labels=["queue", "state"]
    )
    ages = {(row["queue"], row["state"]): float(row["seconds"]) for row in await Job.raw(_OLDEST, list(QUEUE_NAMES))}
    for name in QUEUE_NAMES:
        for state in (JobState.WAITING, JobState.DELAYED, JobState.ACTIVE):
            oldest.add_metric([name, state], ages.get((name, state), 0.0))
    alive = {row["queue"]: row for row in await Job.raw(_WORKERS, LOST_AFTER_SECONDS)}
    workers = GaugeMetricFamily("blogqueue_workers", "Workers alive that serve a queue.", labels=["queue"])
    slots = GaugeMetricFamily("blogqueue_worker_slots", "Messages they can work on at once.", labels=["queue"])
    for name in QUEUES:
        workers.add_metric([name], alive[name]["workers"] if name in alive else 0)
        slots.add_metric([name], alive[name]["slots"] if name in alive else 0)
    stopped = {row["queue"] for row in await Job.raw(_PAUSED)}
    paused = GaugeMetricFamily("blogqueue_queue_paused", "Whether a queue is paused.", labels=["queue"])
    for name in QUEUE_NAMES:
        paused.add_metric([name], int(name in stopped))
    return [oldest, workers, slots, paused]


async def _read_numbers() -> list[Metric]:
    """Return the numbers that have no labels."""
    row = (await Job.raw(_NUMBERS, list(QUEUE_NAMES)))[0]

    def due(name: str) -> float:
        return max(0.0, float(row[name] or 0))

    tick = row["clock_tick_age"]
    return [
        _gauge("blogqueue_breaker_open", "Whether jobs wait for the model's provider.", row["breaker_open"]),
        _gauge("blogqueue_clock_tick_age_seconds", "How long ago the work of a minute was done.", tick),
        _gauge("blogqueue_email_oldest_seconds", "How long the oldest unsent email is due.", due("email_oldest")),
        _gauge("blogqueue_mail_down", "Whether the mail server takes no email.", await mail_outage.find() is not None),
        _gauge("blogqueue_refund_oldest_seconds", "How long the oldest unsent refund is due.", due("refund_oldest")),
        _gauge("blogqueue_payments_held", "Payments that wait for a decision.", row["payments_held"]),
        _gauge("blogqueue_orders_on_hold", "Orders on hold for a dispute.", row["orders_on_hold"]),
        _gauge("blogqueue_alert_posts_waiting", "Alerts not posted to the chat yet.", row["alert_posts"]),
        _gauge(
            "blogqueue_webhooks_missing",
            "Payments of the last hour that came without their webhook.",
            await missing_webhooks.count(),
        ),
    ]

"""`/metrics` for Prometheus: what `blogqueue.metrics` reads, and the requests that this process has answered."""

import asyncio
import hmac
import re
from urllib.parse import urlsplit

from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from blogqueue import metrics
from blogqueue.api import auth
from blogqueue.db.engine import UNAVAILABLE, UNUSABLE
from blogqueue.errors import NotFoundError, UnauthorizedError
from blogqueue.log import logger
from blogqueue.settings import settings

PATH = "/metrics"

SECONDS = 5
"""Prometheus itself waits 10 s for a scrape; a database that takes longer than this counts as down."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

LOOPBACK = re.compile(r"127\.\d+\.\d+\.\d+|::1|localhost")
"""Addresses and names of this machine itself."""

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""Headers of requests that came through a proxy."""

disable_created_metrics()  # a gauge beside each counter, which nobody needs
_process = CollectorRegistry()
_requests = Counter(
    "blogqueue_http_requests_total",
    "Requests answered by this process.",
    ["method", "route", "status"],
    registry=_process,
)
_durations = Histogram(
    "blogqueue_http_request_seconds",
    "How long answers took, by route; streams are left out.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_process,
)


def count(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    _requests.labels(method if method in METHODS else "other", route, status).inc()
    if not route.endswith("/events"):
        _durations.labels(route).observe(seconds)


def scrapers_only(request: auth.Connection, _: BaseRouteHandler) -> None:
    """Let in a caller with the metrics token; without one in the settings, only this machine, and never by a proxy.

    Raises UnauthorizedError, and NotFoundError where there is no token to show.
    """
    if may_read(request):
        return
    if settings.metrics_token.get_secret_value():
        raise UnauthorizedError("Send the metrics' token: Authorization: Bearer …")
    raise NotFoundError("page")


def may_read(request: auth.Connection) -> bool:
    """Return whether a request may read the shop's numbers, and what is wrong with its parts."""
    token = settings.metrics_token.get_secret_value()
    return hmac.compare_digest(auth.bearer(request).encode(), token.encode()) if token else _is_local(request)


def _is_local(request: auth.Connection) -> bool:
    """Return whether a request came from this machine itself; a proxy on it names itself, or another host."""
    names = (auth.address(request), urlsplit(f"//{request.headers.get('host', '')}").hostname or "")
    return all(LOOPBACK.fullmatch(name) for name in names) and not any(name in request.headers for name in FORWARDED)


@get(PATH, include_in_schema=False, guards=[scrapers_only])
async def read_metrics() -> Response[bytes]:
    """Return all metrics; `blogqueue_up` is 0 if PostgreSQL does not answer."""
    try:
        async with asyncio.timeout(SECONDS):
            registry = await metrics.collect()
    except (*UNAVAILABLE, *UNUSABLE) as error:  # a TimeoutError is one of UNAVAILABLE
        logger.warning("metrics not read", error=str(error) or type(error).__name__)
        registry = metrics.collect_nothing()
    return Response(generate_latest(registry) + generate_latest(_process), media_type=CONTENT_TYPE_PLAIN_0_0_4)


HANDLERS = [read_metrics]

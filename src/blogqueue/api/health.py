"""Whether this process runs, and whether what it needs answers; `blogqueue doctor` asks this and more.

Each check returns "" or a sentence that says what is wrong.
"""

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

import msgspec
import redis.asyncio
from litestar import Request, Response, get
from msgspec import UNSET, UnsetType

from blogqueue.api.metrics import may_read
from blogqueue.db import migrations
from blogqueue.db.engine import UNAVAILABLE, UNUSABLE
from blogqueue.emails import mail_outage
from blogqueue.jobs import breaker, pausing, stats, workers
from blogqueue.log import logger
from blogqueue.needs import find_problems
from blogqueue.payments import missing_webhooks
from blogqueue.settings import settings

TIMEOUT_SECONDS = 3

OK, NOT_OK = "ok", "not ok"

_warned: dict[str, str] = {}
"""What this process has logged as not ready."""


class Liveness(msgspec.Struct, frozen=True):
    """That a process runs."""

    status: str = OK


class Readiness(msgspec.Struct, frozen=True):
    """Each part "ok", "not ok" or what is wrong with it; those that are read from PostgreSQL only while it answers."""

    postgres: str
    broker: str
    workers: str | UnsetType = UNSET
    provider: str | UnsetType = UNSET
    clock: str | UnsetType = UNSET
    mail: str | UnsetType = UNSET
    webhooks: str | UnsetType = UNSET


@get("/health/live", include_in_schema=False)
async def live() -> Liveness:
    """Answer, as long as this process runs."""
    return Liveness()


@get("/health/ready", include_in_schema=False)
async def ready(request: Request[Any, Any, Any]) -> Response[Readiness]:
    """Answer 503 while PostgreSQL is unavailable or not migrated; without the other parts, orders are still taken.

    What is wrong with a part is the operator's business: others read that it is.
    """
    found = {"postgres": await check_postgres(), "broker": await check_broker()}
    if not found["postgres"]:
        found |= {"workers": await check_workers(), "provider": await check_provider(), "clock": await check_clock()}
        found |= {"mail": await check_mail(), "webhooks": await check_webhooks()}
    _warn(found)
    parts = {name: (problem if may_read(request) else NOT_OK) if problem else OK for name, problem in found.items()}
    return Response(Readiness(**parts), status_code=503 if found["postgres"] else 200)


def _warn(found: dict[str, str]) -> None:
    """Log what is not ready, once until it changes. Digits are ignored, because ages and counts always change."""
    problems = {name: problem for name, problem in found.items() if problem}
    kinds = {name: re.sub(r"\d+", "", problem) for name, problem in problems.items()}
    if problems and kinds != _warned:
        logger.warning("not ready", reason="; ".join(f"{name}: {problem}" for name, problem in problems.items()))
    _warned.clear()
    _warned.update(kinds)


async def check_postgres() -> str:
    """Check that PostgreSQL answers and has our tables."""
    if problems := find_problems(["database_url"]):
        return problems[0]
    try:
        migrated = await migrations.is_applied()
    except UNAVAILABLE as error:
        return f"PostgreSQL does not answer at DATABASE_URL: {error}"
    except UNUSABLE as error:
        return f"the database at DATABASE_URL cannot be used: {error}"
    return "" if migrated else "the database is not migrated to this version: run `blogqueue migrate`"


async def check_broker() -> str:
    """Check that the broker answers, and that Redis keeps all messages."""
    if problems := find_problems(["broker"]):
        return problems[0]
    url = urlsplit(settings.broker_url or settings.redis_url)
    if url.scheme.startswith("amqp"):
        return await _check_port("RabbitMQ", url.hostname, url.port or 5672)
    try:
        policy = await read_eviction_policy()
    except (redis.RedisError, OSError, ValueError) as error:  # ValueError: not a URL that redis-py understands
        return f"Redis does not answer at BROKER_URL: {error}"
    return "" if policy in {"", "noeviction"} else "Redis may evict messages: set maxmemory-policy noeviction"


async def read_eviction_policy() -> str:
    """Return which messages Redis evicts when its memory is full, "" if it does not tell us.

    INFO says it as CONFIG does, which managed services do not have. Raises RedisError, OSError and ValueError.
    """
    url = settings.broker_url or settings.redis_url
    async with redis.asyncio.Redis.from_url(
        url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
    ) as client:
        try:
            return str((await client.info("memory")).get("maxmemory_policy", ""))
        except redis.ResponseError:  # the command is unknown, or not for our user; a wrong password is another error
            await client.ping()
            return ""


async def check_workers() -> str:
    """Check that somebody works on every queue, and that none is paused."""
    unserved = await workers.find_unserved()
    paused = await pausing.list_paused()
    problems = [f"nobody works on {', '.join(unserved)}"] if unserved else []
    problems += [f"{queue} is paused" for queue in paused]
    return "; ".join(problems)


async def check_provider() -> str:
    """Check that the model's provider answered the last jobs."""
    found = await breaker.get_open()
    return f"the model's provider has not answered since {found.opened_at:%F %T} UTC: {found.reason}" if found else ""


async def check_clock() -> str:
    """Check the work of the last minutes, which the clock, the broker and the mail worker do together."""
    age = await stats.get_age_seconds()
    if age is None:
        return "no minute's work has been done yet: wait a minute, or see the logs of the clock and the mail worker"
    return "" if age <= stats.CLOCK_SECONDS else f"the last minute's work was done {age:.0f} s ago"


async def check_mail() -> str:
    """Check that the mail server takes emails, as far as any were sent to it."""
    found = await mail_outage.find()
    return f"the mail server takes no email; {found.waiting} wait, the last with: {found.error}" if found else ""


async def check_webhooks() -> str:
    """Check that the payments of the last hour came with their webhooks."""
    if number := await missing_webhooks.count():
        return f"payments of the last hour without their webhook: {number}; see the webhook's deliveries in Stripe"
    return ""


async def _check_port(name: str, host: str | None, port: int) -> str:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
    except OSError as error:
        return f"{name} does not answer at BROKER_URL: {error}"
    return ""


HANDLERS = [live, ready]

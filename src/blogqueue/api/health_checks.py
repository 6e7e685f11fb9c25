"""The parts that blogqueue needs, each asked whether it is well: "" or a sentence that says what is wrong."""

import asyncio
from urllib.parse import urlsplit

import httpx
import redis.asyncio

from blogqueue.db.engine import AWAY, DB, UNUSABLE
from blogqueue.emails import smtp
from blogqueue.settings import settings

TIMEOUT_SECONDS = 3


async def postgres() -> str:
    """PostgreSQL answers and has our tables."""
    if not settings.database_url:
        return "DATABASE_URL is not set"
    try:
        rows = await DB.run_ddl("SELECT to_regclass('jobs_one_open_per_order') IS NOT NULL AS migrated")
    except AWAY as error:
        return f"PostgreSQL does not answer at DATABASE_URL: {error}"
    except UNUSABLE as error:
        return f"the database at DATABASE_URL cannot be used: {error}"
    return "" if rows[0]["migrated"] else "the database is not migrated: run `blogqueue migrate`"


async def broker() -> str:
    """The broker answers."""
    url = urlsplit(settings.broker_url or settings.redis_url)
    if not url.scheme:
        return "REDIS_URL (or BROKER_URL) is not set, or is no URL"
    if url.scheme.startswith("amqp"):
        return await _port_answers("RabbitMQ", url.hostname, url.port or 5672)
    try:
        async with redis.asyncio.Redis.from_url(
            settings.broker_url or settings.redis_url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
        ) as client:
            policy = await client.config_get("maxmemory-policy")
    except (redis.RedisError, OSError, ValueError) as error:  # the last for a URL that Redis has no way to
        return f"Redis does not answer at BROKER_URL: {error}"
    if policy.get("maxmemory-policy") != "noeviction":
        return "Redis may throw messages away: set maxmemory-policy noeviction"
    return ""


async def mail() -> str:
    """Return "" if the mail server answers, else what is wrong."""
    if not urlsplit(settings.smtp_url.get_secret_value()).hostname:
        return "SMTP_URL is not set, or is not a URL"
    try:
        await smtp.check(TIMEOUT_SECONDS)
    except smtp.MailError as error:
        return f"the mail server does not answer at SMTP_URL: {error}"
    return ""


async def stripe() -> str:
    """Stripe's address answers (no key is used)."""
    return await _address_answers("Stripe", settings.stripe_api_base)


async def openai() -> str:
    """The model's address answers (no key is used)."""
    return await _address_answers("the model", settings.openai_base_url)


async def _address_answers(name: str, url: str) -> str:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"{name} cannot be reached at {url}: {type(error).__name__}"
    return ""


async def _port_answers(name: str, host: str | None, port: int) -> str:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
    except OSError as error:
        return f"{name} does not answer at BROKER_URL: {error}"
    return ""

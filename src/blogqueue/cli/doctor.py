"""What `blogqueue doctor` asks: whether everything that the processes need is there, and works with our keys.

Each question returns a `Finding`. One that needs an answer from outside sends nothing that anybody would keep.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
import redis

from blogqueue.api import health
from blogqueue.db import fuzzy_search
from blogqueue.db.engine import UNAVAILABLE, UNUSABLE, pool
from blogqueue.emails import chat, smtp
from blogqueue.jobs import broker_probe
from blogqueue.jobs.queues import QUEUES
from blogqueue.needs import CLOCK_NEEDS, WEB_NEEDS, find_problems
from blogqueue.payments import stripe_probe
from blogqueue.settings import STRIPE_API_BASE, TEXTS, settings
from blogqueue.writing import model

TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a part, or "", or a remark about what works and may not be meant."""

    part: str
    problem: str = ""
    remark: str = ""


async def examine(*, running: bool) -> list[Finding]:
    """Ask about every part; about the processes themselves only if they should be `running`."""
    parts: list[tuple[str, Callable[[], Awaitable[str]]]] = [
        ("settings", _check_settings),
        ("PostgreSQL", health.check_postgres),
        ("broker", _check_broker),
        ("mail", _check_mail),
        *([("chat", _check_chat)] if chat.is_set() else []),
        ("Stripe", stripe_probe.check_key),
        ("invoices", stripe_probe.check_billing),
        ("webhook", stripe_probe.check_webhook),
        ("model", model.check),
    ]
    if running:
        parts += [("web", _check_web), ("workers", health.check_workers), ("clock", health.check_clock)]
    # One after another: importing a client takes seconds on a slow machine, in which no other question has its answer.
    found = [await _ask(part, question) for part, question in parts]
    return [*found, *_list_remarks(), *await _look_at_broker(), *await _look_at_search()]


async def _ask(part: str, question: Callable[[], Awaitable[str]]) -> Finding:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return Finding(part, await question())
    except TimeoutError:
        return Finding(part, f"no answer within {TIMEOUT_SECONDS} s")
    except Exception as error:  # noqa: BLE001 - of any library; the other parts are asked nevertheless
        # Its text may repeat a part of a password that is not encoded: "Port could not be cast to integer value".
        return Finding(part, f"cannot be asked ({type(error).__name__}): are its settings right?")


async def _check_settings() -> str:
    """Check what every process needs, not only those of this machine."""
    needs = dict.fromkeys((*WEB_NEEDS, *(need for queue in QUEUES.values() for need in queue.needs), *CLOCK_NEEDS))
    return "; ".join(find_problems(needs))


async def _check_broker() -> str:
    return await health.check_broker() or await asyncio.to_thread(broker_probe.check_write, TIMEOUT_SECONDS)


async def _check_mail() -> str:
    try:
        await smtp.check(TIMEOUT_SECONDS)
    except smtp.MailError as error:
        return f"the mail server at SMTP_URL does not take our emails: {error}"
    return ""


async def _check_chat() -> str:
    return await chat.check(TIMEOUT_SECONDS)


async def _check_web() -> str:
    """Check that customers and Stripe reach the web at its public address, and that it has our webhook secret.

    A signed body that is not an event is refused as no event; with a wrong secret, for its signature.
    """
    body = b'"blogqueue doctor"'
    url = settings.public_url.rstrip("/")
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            ready = await client.get(f"{url}/health/ready")
            answer = await client.post(
                f"{url}/api/v1/purchase/webhook", content=body, headers=stripe_probe.sign(body.decode())
            )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"BLOGQUEUE_PUBLIC_URL cannot be reached: {type(error).__name__}: {error}"
    if not ready.is_success:
        return f"{url}/health/ready answers {ready.status_code}: {ready.text[:200]}"
    if '"bad_event"' not in answer.text:
        return f"the webhook at {url} does not accept the signature of STRIPE_WEBHOOK_SECRET: {answer.status_code}"
    return ""


async def _look_at_broker() -> list[Finding]:
    """Return a remark if a Redis that answers does not tell whether it evicts messages."""
    try:
        known = await health.read_eviction_policy()
    except (redis.RedisError, OSError, ValueError):
        return []  # RabbitMQ, or what is wrong has been reported
    return (
        [] if known else [Finding("broker", remark="Redis does not tell its maxmemory-policy; it must be noeviction")]
    )


async def _look_at_search() -> list[Finding]:
    """Return a remark if the catalogue's search works without tolerating typing errors."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS), pool(1):
            return [] if await fuzzy_search.is_available() else [Finding("search", remark=fuzzy_search.MISSING)]
    except (*UNAVAILABLE, *UNUSABLE, ValueError):  # ValueError: not a URL that asyncpg understands
        return []  # what is wrong with PostgreSQL has been reported


def _list_remarks() -> list[Finding]:
    """Return what works, but is perhaps not meant."""
    remarks: list[Finding] = []
    if settings.stripe_api_base == STRIPE_API_BASE and "_test_" in settings.stripe_api_key.get_secret_value():
        remarks.append(Finding("Stripe", remark="STRIPE_API_KEY is a test key: no payment is real"))
    stop, grace = settings.stop_seconds, settings.shutdown_grace_seconds
    if stop is not None and stop <= grace:
        remark = (
            f"BLOGQUEUE_STOP_SECONDS is not more than BLOGQUEUE_SHUTDOWN_GRACE_SECONDS ({grace}): supervisord kills"
        )
        remarks.append(Finding("workers", remark=f"{remark} workers before they have handed their jobs back"))
    if not chat.is_set():
        remarks.append(Finding("chat", remark="BLOGQUEUE_ALERT_WEBHOOK_URL is not set: alerts come by email only"))
    for name in TEXTS:
        if not getattr(settings, name):
            page = name.partition("_")[0]
            remarks.append(
                Finding("texts", remark=f"BLOGQUEUE_{name.upper()} is not set: /{page} shows blogqueue's short text")
            )
    return remarks

"""Every actor, and `nudge`, which reminds them of promised rows. An actor takes one id and may run twice."""

import asyncio
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import dramatiq
import redis
from dramatiq.errors import BrokerError, Retry
from dramatiq.middleware import SkipMessage

from blogqueue.actors import upkeep
from blogqueue.actors.broker import broker, is_never_retried
from blogqueue.actors.deliver import deliver
from blogqueue.actors.generate import write
from blogqueue.actors.integrate import integrate_link
from blogqueue.actors.run import run
from blogqueue.jobs import jobs
from blogqueue.log import logger
from blogqueue.outbox import Outbox
from blogqueue.payments import refunds

MAIL, UPKEEP = "mail", "upkeep"

PATIENCE_SECONDS = 1.0
"""How long a door waits for the broker to take a message: Stripe is to be answered, whatever becomes of a reminder."""

AWAY_SECONDS = 5.0
"""After a message that was not taken, so long nobody waits for the next one."""

RUN_LIMIT_MS = 15 * 60 * 1000
"""Above what six model calls may take, three of 120 s and three of 60 s; the model's own timeout ends each."""


@dramatiq.actor(broker=broker, queue_name=jobs.BACKLINK_INTEGRATION, time_limit=RUN_LIMIT_MS)
async def integrate_backlink(job_id: str) -> None:
    """Run a backlink job."""
    await nudge(await run(job_id, integrate_link))


@dramatiq.actor(broker=broker, queue_name=jobs.ARTICLE_GENERATION, time_limit=RUN_LIMIT_MS)
async def generate_article(job_id: str) -> None:
    """Run an article's job."""
    await nudge(await run(job_id, write))


@dramatiq.actor(broker=broker, queue_name=MAIL)
async def deliver_email(email_id: str) -> None:
    """Send a letter."""
    delay = await deliver(_id(email_id))
    if delay is not None:
        raise Retry("the mail server did not take the email", delay=delay)


@dramatiq.actor(broker=broker, queue_name=UPKEEP)
async def send_refund(refund_id: str) -> None:
    """Have Stripe give an order's money back."""
    await nudge(await refunds.send(_id(refund_id)))


@dramatiq.actor(broker=broker, queue_name=UPKEEP, retry_when=is_never_retried)
async def minute() -> None:
    """Do what falls due; the clock sends it every minute."""
    outbox = await upkeep.minute()
    _line.trust()  # this very message came over it
    await nudge(outbox)


def _id(text: str) -> UUID:
    """The row's id that a message carries; a message of anything else is skipped, and so acked."""
    try:
        return UUID(text)
    except ValueError:
        logger.warning("message is not ours", id=text)
        raise SkipMessage from None


_RUNNERS = {jobs.ARTICLE_GENERATION: generate_article, jobs.BACKLINK_INTEGRATION: integrate_backlink}


class _Line:
    """The way to the broker: threads of its own, as sending blocks them, and whether to try at all just now."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="broker")
        self._cut_until = 0.0

    def trust(self) -> None:
        """It is well, as far as anybody knows."""
        self._cut_until = 0.0

    async def send(self, actor: dramatiq.Actor[[str], None], row_id: str) -> None:
        """Send a message. Raises BrokerError, redis.RedisError or TimeoutError; it may arrive all the same."""
        if time.monotonic() < self._cut_until:
            raise BrokerError("it was away just now")
        if self._cut_until:
            # One tries whether it is back; the others wait for no one.
            self._cut_until = time.monotonic() + AWAY_SECONDS
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.get_running_loop().run_in_executor(self._threads, actor.send, row_id)
        except (BrokerError, redis.RedisError, TimeoutError):
            self._cut_until = time.monotonic() + AWAY_SECONDS
            raise
        self.trust()


_line = _Line()


async def nudge(outbox: Outbox) -> None:
    """Remind the workers of rows that were promised, after their commit.

    A broker that is away is no reason to fail what is already promised, nor to wait for it again and again: it is
    logged, and the minute's sweep sends what nobody was told of.
    """
    told: list[str] = []
    for actor, row_id in _messages(outbox):
        if not await _send(actor, row_id):
            break
        told.append(row_id)
    if jobs_told := [job.id for job in outbox.jobs if job.id in told]:
        await jobs.mark_sent(jobs_told)


def _messages(outbox: Outbox) -> Generator[tuple[dramatiq.Actor[[str], None], str]]:
    for job in outbox.jobs:
        yield _RUNNERS[job.queue], job.id
    for email_id in outbox.emails:
        yield deliver_email, str(email_id)
    for refund_id in outbox.refunds:
        yield send_refund, str(refund_id)


async def _send(actor: dramatiq.Actor[[str], None], row_id: str) -> bool:
    """Whether the broker took the message."""
    try:
        await _line.send(actor, row_id)
    except (BrokerError, redis.RedisError, TimeoutError) as error:
        logger.warning("broker away, left to the sweep", actor=actor.actor_name, row=row_id, error=str(error))
        return False
    return True

"""Every actor, and `nudge`, which reminds them of promised rows. An actor takes one id and may run twice."""

import asyncio
from collections.abc import Generator
from uuid import UUID

import dramatiq
import redis
from dramatiq.errors import BrokerError
from dramatiq.middleware import SkipMessage

from blogqueue import jobs, refunds
from blogqueue.actors import upkeep
from blogqueue.actors.broker import broker
from blogqueue.actors.deliver import deliver
from blogqueue.actors.generate import write
from blogqueue.actors.integrate import integrate_link
from blogqueue.actors.run import run
from blogqueue.log import logger
from blogqueue.promises import Promised

MAIL, UPKEEP = "mail", "upkeep"

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
async def deliver_letter(letter_id: str) -> None:
    """Send a letter."""
    delay = await deliver(_id(letter_id))
    if delay is not None:
        await _send(deliver_letter, letter_id, delay)


@dramatiq.actor(broker=broker, queue_name=UPKEEP)
async def send_refund(refund_id: str) -> None:
    """Have Stripe give an order's money back."""
    await nudge(await refunds.send(_id(refund_id)))


@dramatiq.actor(broker=broker, queue_name=UPKEEP, max_retries=0)
async def minute() -> None:
    """Do what falls due; the clock sends it every minute."""
    await nudge(await upkeep.minute())


def _id(text: str) -> UUID:
    """The row's id that a message carries; a message of anything else is skipped, and so acked."""
    try:
        return UUID(text)
    except ValueError:
        logger.warning("message is not ours", id=text)
        raise SkipMessage from None


_RUNNERS = {jobs.ARTICLE_GENERATION: generate_article, jobs.BACKLINK_INTEGRATION: integrate_backlink}


async def nudge(promised: Promised) -> None:
    """Remind the workers of rows that were promised, after their commit.

    A broker that is away is no reason to fail what is already promised, nor to wait for it again and again: it is
    logged, and the minute's sweep sends what nobody was told of.
    """
    told: list[str] = []
    for actor, row_id, delay in _messages(promised):
        if not await _send(actor, row_id, delay):
            break
        told.append(row_id)
    if jobs_told := [job.id for job in promised.jobs if job.id in told]:
        await jobs.mark_sent(jobs_told)


def _messages(promised: Promised) -> Generator[tuple[dramatiq.Actor[[str], None], str, int]]:
    for job in promised.jobs:
        yield _RUNNERS[job.queue], job.id, job.delay
    for letter_id in promised.letters:
        yield deliver_letter, str(letter_id), 0
    for refund_id in promised.refunds:
        yield send_refund, str(refund_id), 0


async def _send(actor: dramatiq.Actor[[str], None], row_id: str, delay: int = 0) -> bool:
    """Whether the broker took the message; in a thread, because sending blocks for as long as the broker takes."""
    try:
        await asyncio.to_thread(actor.send_with_options, args=(row_id,), delay=delay or None)
    except (BrokerError, redis.RedisError) as error:
        logger.warning("broker away, left to the sweep", actor=actor.actor_name, row=row_id, error=str(error))
        return False
    return True

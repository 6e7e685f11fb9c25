"""Every actor, and `nudge`, which sends the ids of rows to them. An actor takes one id and may run twice for it.

The actors of the mail worker import what they call when they run: every process imports this module, and the writers
and the web need neither Stripe nor a mail server for their own actors.
"""
# ruff: noqa: PLC0415 - see above

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import dramatiq
import redis
from dramatiq.errors import BrokerError, Retry
from dramatiq.middleware import SkipMessage

from blogqueue import traces
from blogqueue.actors.broker import broker, is_never_retried
from blogqueue.actors.generate import write
from blogqueue.actors.heartbeat import Heartbeat
from blogqueue.actors.integrate import integrate_link
from blogqueue.actors.run import run
from blogqueue.actors.watch import Watch
from blogqueue.db.engine import UNAVAILABLE
from blogqueue.jobs import queues, sweep
from blogqueue.log import REQUEST_ID, get_bound, logger
from blogqueue.outbox import Outbox

SEND_SECONDS = 1.0
"""How long a caller waits for the broker to take a message; Stripe, for one, waits for our answer meanwhile."""

UNAVAILABLE_SECONDS = 5.0
"""For how long nobody tries to send after the broker did not take a message."""


def _retry_in_outage(work: Callable[[str], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
    """Have a message delivered again, later and later, if PostgreSQL is unavailable: one line of the log each time."""

    @functools.wraps(work)
    async def retried(row_id: str) -> None:
        try:
            await work(row_id)
        except UNAVAILABLE as error:
            logger.warning("database unavailable", args=(row_id,), error=f"{type(error).__name__}: {error}")
            raise Retry("the database is unavailable") from error

    return retried


@dramatiq.actor(
    broker=broker,
    queue_name=queues.BACKLINK_INTEGRATION.name,
    time_limit=queues.BACKLINK_INTEGRATION.time_limit_ms,
)
@_retry_in_outage
async def integrate_backlink(job_id: str) -> None:
    """Run a job that integrates a link."""
    await run(job_id, integrate_link, send=nudge)


@dramatiq.actor(
    broker=broker, queue_name=queues.ARTICLE_GENERATION.name, time_limit=queues.ARTICLE_GENERATION.time_limit_ms
)
@_retry_in_outage
async def generate_article(job_id: str) -> None:
    """Run a job that writes an article."""
    await run(job_id, write, send=nudge)


@dramatiq.actor(broker=broker, queue_name=queues.MAIL.name, time_limit=queues.MAIL.time_limit_ms)
@_retry_in_outage
async def deliver_email(email_id: str) -> None:
    """Send an email. Raises Retry when the mail server did not take it for now."""
    from blogqueue.actors.deliver import deliver

    retry_ms = await deliver(_parse_id(email_id))
    if retry_ms is not None:
        raise Retry("the mail server did not take the email", delay=retry_ms)


@dramatiq.actor(broker=broker, queue_name=queues.UPKEEP.name, time_limit=queues.UPKEEP.time_limit_ms)
@_retry_in_outage
async def send_refund(refund_id: str) -> None:
    """Have Stripe refund an order's payment."""
    from blogqueue.payments import refunds

    await nudge(await refunds.send(_parse_id(refund_id)))


@dramatiq.actor(broker=broker, queue_name=queues.UPKEEP.name, retry_when=is_never_retried)
async def minute() -> None:
    """Do what is due; the clock sends this message every minute."""
    from blogqueue.actors import upkeep

    outbox = await upkeep.run_minute()
    _sender.trust_broker()  # it has just delivered this message
    await nudge(outbox)


def _parse_id(text: str) -> UUID:
    """Return the row id of a message. Raises SkipMessage, which acks the message, for anything else."""
    try:
        return UUID(text)
    except ValueError:
        logger.warning("message skipped", reason="not a row id", args=(text,))
        raise SkipMessage from None


class _Sender:
    """Sends messages from threads, as that blocks, and stops trying for a while when the broker is unavailable."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="broker")
        self._unavailable_until = 0.0

    def trust_broker(self) -> None:
        """Try the broker again at the next message."""
        self._unavailable_until = 0.0

    async def send(self, actor: dramatiq.Actor[[str], None], row_id: str) -> None:
        """Send a message. Raises BrokerError, redis.RedisError or TimeoutError; it may have been sent even then."""
        if time.monotonic() < self._unavailable_until:
            raise BrokerError("the broker was unavailable a moment ago")
        if self._unavailable_until:
            # One caller tries whether it is available again; the others do not wait for it.
            self._unavailable_until = time.monotonic() + UNAVAILABLE_SECONDS
        # The request's id is read here: the thread that sends is another context.
        options = {REQUEST_ID: request_id} if (request_id := get_bound(REQUEST_ID)) else {}
        send = functools.partial(actor.send_with_options, args=(row_id,), **options, **traces.get_parent())
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await asyncio.get_running_loop().run_in_executor(self._threads, send)
        except (BrokerError, redis.RedisError, TimeoutError):
            self._unavailable_until = time.monotonic() + UNAVAILABLE_SECONDS
            raise
        self.trust_broker()


_sender = _Sender()


async def nudge(outbox: Outbox) -> None:
    """Send the ids of rows to the workers, after the commit that wrote them.

    An unavailable broker or database is logged and raises nothing: the watch and the sweep find the rows.
    """
    sent: set[str] = set()
    for actor_name, row_id in _list_messages(outbox):
        try:
            await _sender.send(broker.get_actor(actor_name), row_id)
        except (BrokerError, redis.RedisError, TimeoutError) as error:
            logger.warning("message not sent", actor=actor_name, args=(row_id,), error=str(error))
            break
        sent.add(row_id)
    try:
        await sweep.mark_sent([job.id for job in outbox.jobs if job.id in sent])
    except UNAVAILABLE as error:  # they are sent once more, which does no harm
        logger.warning("jobs not marked sent", error=f"{type(error).__name__}: {error}")


broker.add_middleware(Heartbeat())
broker.add_middleware(Watch(nudge))


def _list_messages(outbox: Outbox) -> Generator[tuple[str, str]]:
    """Yield the actor and the row id of each message."""
    for job in outbox.jobs:
        yield queues.QUEUES[job.queue].actor, job.id
    for email_id in outbox.emails:
        yield queues.MAIL.actor, str(email_id)
    for refund_id in outbox.refunds:
        yield queues.UPKEEP.actor, str(refund_id)

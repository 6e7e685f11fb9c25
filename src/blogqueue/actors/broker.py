"""The broker, set before any actor is declared, and what a worker process does around its actors."""

import inspect
import signal

import dramatiq
import redis
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.errors import BrokerError, Retry
from dramatiq.middleware import AgeLimit, Callbacks, Middleware, Retries, SkipMessage, TimeLimit
from dramatiq.middleware.asyncio import AsyncIO
from typing_extensions import override

from blogqueue import log
from blogqueue.actors import run
from blogqueue.db.engine import close_pool, open_pool
from blogqueue.jobs import redis_broker
from blogqueue.jobs.processes import die_with_main_thread, die_with_parent
from blogqueue.settings import settings

HAND_BACK_SECONDS = 2
"""What is left of the grace period when runs that are not done by then hand their jobs back."""


class Worker(Middleware):
    """A worker process's own: logs, the pool on the loop that runs the actors, and no new work while it stops."""

    @override
    def after_process_boot(self, broker: dramatiq.Broker) -> None:
        log.configure()
        # When Dramatiq's master is killed, supervisord starts a new one, beside which this process would go on.
        # TERM does not end it any more: it breaks at its first word to the master.
        die_with_parent(signal.SIGKILL)
        die_with_main_thread()

    @override
    def before_process_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:
        """Let a message pass that is ours; another is logged and acked, as trying again would not change it."""
        actor = broker.get_actor(message.actor_name)
        try:
            inspect.signature(actor.fn).bind(*message.args, **message.kwargs)
            # An id is plain text; PostgreSQL would choke on a NUL, at every one of Dramatiq's retries.
            ours = all(isinstance(argument, str) and argument.isprintable() for argument in message.args)
        except TypeError:
            ours = False
        if not ours:
            log.logger.warning("message is not ours", actor=message.actor_name, args=message.args)
            raise SkipMessage

    @override
    def before_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        loop = get_event_loop_thread()
        if loop is None:
            raise RuntimeError("AsyncIO must stand before this middleware")
        loop.run_coroutine(open_pool(max_size=worker.worker_threads * 2 + 2))

    @override
    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        redis_broker.drain(broker)
        loop = get_event_loop_thread()
        if loop is not None:
            patience = max(0.0, settings.shutdown_grace_seconds - HAND_BACK_SECONDS)
            loop.loop.call_soon_threadsafe(loop.loop.call_later, patience, run.stop)

    @override
    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        loop = get_event_loop_thread()
        if loop is not None:
            loop.run_coroutine(close_pool())


class RowRetries(Retries):
    """Dramatiq's Retries; a message that the broker does not take back is left to the sweep, which goes by the rows.

    An actor that raises `Retry(delay=…)` has its message redelivered after exactly that many ms: Dramatiq adds neither
    jitter nor a cap to it, and logs no traceback (dramatiq/middleware/retries.py).
    """

    @override
    def after_process_message(
        self,
        broker: dramatiq.Broker,
        message: dramatiq.MessageProxy,
        *,
        result: object = None,
        exception: BaseException | None = None,
    ) -> None:
        try:
            super().after_process_message(broker, message, result=result, exception=exception)
        except (BrokerError, redis.RedisError) as error:
            log.logger.warning("broker unavailable, retry left to the sweep", args=message.args, error=str(error))


MAX_RETRIES = 20


def is_worth_retrying(retries: int, error: BaseException) -> bool:
    """Return whether a message is delivered again after an error.

    A `Retry` comes from a row, which counts its attempts itself. Any other error kept a run from even starting (the
    database is unavailable); after `MAX_RETRIES` of those the sweep sends a new message.
    """
    return isinstance(error, Retry) or retries < MAX_RETRIES


def is_never_retried(_retries: int, _error: BaseException) -> bool:
    """Return False: for the minute's actor, whose work the next minute does."""
    return False


retries = RowRetries(min_backoff=500, max_backoff=15_000, retry_when=is_worth_retrying)

broker = redis_broker.connect([AgeLimit(), TimeLimit(), Callbacks(), retries, AsyncIO(), Worker()])
dramatiq.set_broker(broker)

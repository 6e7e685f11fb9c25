"""The broker, set before any actor is declared, and what a worker process does around its actors."""

import inspect
from collections.abc import Generator
from contextlib import contextmanager

import dramatiq
import redis
import uvloop
from dramatiq.asyncio import EventLoopThread, get_event_loop_thread, set_event_loop_thread
from dramatiq.errors import BrokerError, Retry
from dramatiq.middleware import AgeLimit, Callbacks, Middleware, Retries, SkipMessage, TimeLimit
from dramatiq.middleware.asyncio import AsyncIO
from dramatiq.middleware.middleware import MiddlewareError
from typing_extensions import override

from blogqueue import log, traces
from blogqueue.actors import run
from blogqueue.db.engine import close_pool, open_pool
from blogqueue.jobs import backoff, brokers, queues
from blogqueue.jobs.processes import die_with_main_thread, spare_imported
from blogqueue.settings import settings
from blogqueue.writing import model

HAND_BACK_SECONDS = 2
"""How long before the end of the grace period the runs that are not done hand their jobs back."""


LOOP_SECONDS = 10.0
"""How long the event loop may take to run; Dramatiq's own second is short where all processes start at once."""


class CannotStartError(MiddlewareError):
    """A worker lacks what it needs. With any other kind of error, Dramatiq would let it run without."""


@contextmanager
def _needed() -> Generator[None]:
    try:
        yield
    except Exception as error:
        raise CannotStartError(f"{type(error).__name__}: {error}") from error


class FastAsyncIO(AsyncIO):
    """Dramatiq's event loop for actors, made by uvloop: a job needs 6 % less of the processor."""

    @override
    @_needed()
    def before_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        thread = EventLoopThread(self.logger)
        thread.loop.close()
        thread.loop = uvloop.new_event_loop()
        thread.start(timeout=LOOP_SECONDS)
        set_event_loop_thread(thread)


class Worker(Middleware):
    """What a worker process needs: logs, a database pool on the actors' event loop, and no new work while it stops."""

    @override
    def after_process_boot(self, broker: dramatiq.Broker) -> None:
        log.configure()
        traces.configure("worker")
        die_with_main_thread()

    @override
    def before_process_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:
        """Begin the log lines about a message, and skip one whose arguments do not fit its actor.

        The actor runs on another thread's event loop with a copy of this thread's context, so its lines have the same
        request's id. A skipped message is acked, as another try would not change it.
        """
        log.begin(str(message.options.get(log.REQUEST_ID, "")))
        traces.continue_from(str(message.options.get(traces.PARENT, "")))
        actor = broker.get_actor(message.actor_name)
        try:
            inspect.signature(actor.fn).bind(*message.args, **message.kwargs)
            # An id is plain text; on a NUL PostgreSQL would raise, at every retry.
            fits = all(isinstance(argument, str) and argument.isprintable() for argument in message.args)
        except TypeError:
            fits = False
        if not fits:
            log.logger.warning("message skipped", reason="not ours", actor=message.actor_name, args=message.args)
            raise SkipMessage

    @override
    @_needed()
    def before_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        loop = get_event_loop_thread()
        if loop is None:
            raise RuntimeError("AsyncIO must come before this middleware")
        if queues.JOB_QUEUES.keys() & (worker.consumer_whitelist or queues.QUEUES.keys()):
            model.prepare()
        spare_imported()
        loop.run_coroutine(open_pool(worker.worker_threads * 2 + 2))

    @override
    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        brokers.drain(broker)
        loop = get_event_loop_thread()
        if loop is not None:
            seconds = max(0.0, settings.shutdown_grace_seconds - HAND_BACK_SECONDS)
            loop.loop.call_soon_threadsafe(loop.loop.call_later, seconds, run.stop)

    @override
    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        loop = get_event_loop_thread()
        if loop is not None:
            loop.run_coroutine(close_pool())


class RowRetries(Retries):
    """Dramatiq's Retries. A message that the broker does not take back is left to the watch and the sweep.

    The message of an actor that raises `Retry(delay=…)` is redelivered after exactly that many ms: Dramatiq adds no
    jitter and no cap to it, and logs it without a traceback (dramatiq/middleware/retries.py).
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
            log.logger.warning("retry not sent", actor=message.actor_name, args=message.args, error=str(error))


def is_worth_retrying(retries: int, error: BaseException) -> bool:
    """Return whether a message is delivered again after an error; `retries` is 0 at its first one.

    A `Retry` with a delay comes from a row, which counts its attempts itself. Any other error kept the work from
    starting, because the database is unavailable, say; such a message has a limit (`backoff.MESSAGES`).
    """
    return (isinstance(error, Retry) and error.delay is not None) or retries < backoff.MESSAGES.max_attempts - 1


def is_never_retried(_retries: int, _error: BaseException) -> bool:
    """Return False: for the minute's actor, whose work the next minute does."""
    return False


retries = RowRetries(
    min_backoff=backoff.MESSAGES.first_ms, max_backoff=backoff.MESSAGES.longest_ms, retry_when=is_worth_retrying
)

broker = brokers.connect([AgeLimit(), TimeLimit(), Callbacks(), retries, FastAsyncIO(), Worker()])
dramatiq.set_broker(broker)

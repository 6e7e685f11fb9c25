"""The broker, set before any actor is declared, and what a worker process does around its actors."""

import dramatiq
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.middleware import AgeLimit, Callbacks, Middleware, Retries, TimeLimit
from dramatiq.middleware.asyncio import AsyncIO
from typing_extensions import override

from blogqueue import brokers, log
from blogqueue.actors import run
from blogqueue.brokers import BellBroker
from blogqueue.database import close_pool, open_pool
from blogqueue.settings import settings

HAND_BACK_SECONDS = 2
"""What is left of the grace period when runs that are not done by then hand their jobs back."""


class Worker(Middleware):
    """A worker process's own: logs, the pool on the loop that runs the actors, and no new work while it stops."""

    @override
    def after_process_boot(self, broker: dramatiq.Broker) -> None:
        log.configure()

    @override
    def before_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        loop = get_event_loop_thread()
        if loop is None:
            raise RuntimeError("AsyncIO must stand before this middleware")
        loop.run_coroutine(open_pool(max_size=worker.worker_threads * 2 + 2))

    @override
    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        if isinstance(broker, BellBroker):
            broker.draining = True
        loop = get_event_loop_thread()
        if loop is not None:
            patience = max(0.0, settings.grace_seconds - HAND_BACK_SECONDS)
            loop.loop.call_soon_threadsafe(loop.loop.call_later, patience, run.stop)

    @override
    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        loop = get_event_loop_thread()
        if loop is not None:
            loop.run_coroutine(close_pool())


broker = brokers.connect(
    [
        AgeLimit(),
        TimeLimit(),
        Callbacks(),
        # A job's own attempts are counted on its row. This is for what keeps a run from even starting: no database.
        Retries(max_retries=20, min_backoff=500, max_backoff=15_000),
        AsyncIO(),
        Worker(),
    ]
)
dramatiq.set_broker(broker)

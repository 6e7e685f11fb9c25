"""A worker process, from its start to the signal that ends it.

Dramatiq's command would start a second process for the worker, and keep the first for its log and signals.
"""

import os
import signal
import sys
from collections.abc import Collection
from types import FrameType

import dramatiq

from blogqueue import log, traces
from blogqueue.actors import broker
from blogqueue.actors.broker import CannotStartError
from blogqueue.settings import settings

_ENDING = (signal.SIGTERM, signal.SIGINT)


def serve(queues: Collection[str], *, threads: int) -> None:
    """Work on queues, `threads` messages at a time, until TERM or INT; a second one ends the process at once.

    The work at hand has `settings.shutdown_grace_seconds` to end; jobs are handed back 2 s before.
    """
    # A shell may have started us with INT ignored, and an ignored signal is not waited for.
    for number in _ENDING:
        signal.signal(number, _end_now)
    # All threads are started with these signals blocked, so that they stay until the main thread asks for them.
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    broker.emit_after("process_boot")
    worker = dramatiq.Worker(broker, queues=set(queues), worker_threads=threads)
    # A thread works on one message at a time, and prefetching more would keep messages from idle workers.
    worker.queue_prefetch = threads
    try:
        worker.start()
    except CannotStartError as error:
        log.logger.critical("worker does not start", error=str(error))
        sys.exit(1)
    signal.sigwait(_ENDING)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    worker.stop(timeout=settings.shutdown_grace_seconds * 1000)
    broker.close()
    traces.shut_down()


def _end_now(_number: int, _frame: FrameType | None) -> None:
    os._exit(1)

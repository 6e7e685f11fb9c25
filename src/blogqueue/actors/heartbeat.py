"""The heartbeat of a worker process."""

import asyncio
from concurrent.futures import Future

import dramatiq
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.middleware import Middleware
from typing_extensions import override

from blogqueue.actors.run import HOLDER
from blogqueue.jobs import queues, workers
from blogqueue.log import logger


class Heartbeat(Middleware):
    """Keep this worker's row alive, as long as its event loop runs."""

    def __init__(self) -> None:
        self._beating: Future[None] | None = None

    @override
    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        loop = get_event_loop_thread()
        if loop is not None:
            served = sorted(worker.consumer_whitelist or queues.QUEUES)
            work = self._beat(served, worker.worker_threads)
            self._beating = asyncio.run_coroutine_threadsafe(work, loop.loop)

    @override
    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        loop = get_event_loop_thread()
        if self._beating is None or loop is None:
            return
        self._beating.cancel()
        try:
            loop.run_coroutine(workers.end(HOLDER))
        except Exception as error:  # noqa: BLE001 - without the row's last line this worker counts as lost; it ends anyway
            logger.warning("heartbeat not ended", error=str(error))

    async def _beat(self, served: list[str], concurrency: int) -> None:
        while True:
            try:
                await workers.beat(HOLDER, served, concurrency)
            except Exception as error:  # noqa: BLE001 - the next heartbeat tries again
                logger.warning("heartbeat failed", error=str(error))
            await asyncio.sleep(workers.HEARTBEAT_SECONDS)

"""The heartbeat of a worker process; the mail worker's also tells the operator when nobody works on a queue."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import UTC, datetime

import dramatiq
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.middleware import Middleware
from typing_extensions import override

from blogqueue.actors.run import HOLDER
from blogqueue.emails.alerts import alert_operator
from blogqueue.jobs import queues, workers
from blogqueue.log import logger
from blogqueue.outbox import Outbox


class Heartbeat(Middleware):
    """Keep this worker's row alive, as long as its event loop runs; `nudge` sends the ids of alerts."""

    def __init__(self, nudge: Callable[[Outbox], Awaitable[None]]) -> None:
        self._nudge = nudge
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
        began = time.monotonic()
        while True:
            try:
                await workers.beat(HOLDER, served, concurrency)
                # A worker that has just started leaves the others the time to start as well.
                if queues.UPKEEP.name in served and time.monotonic() - began > workers.LOST_AFTER_SECONDS:
                    await self._nudge(await alert_unserved())
            except Exception as error:  # noqa: BLE001 - the next heartbeat tries again
                logger.warning("heartbeat failed", error=str(error))
            await asyncio.sleep(workers.HEARTBEAT_SECONDS)


async def alert_unserved() -> Outbox:
    """Write an alert for each queue that nobody works on: once an hour at most."""
    outbox = Outbox()
    for queue in await workers.find_unserved():
        outbox += await alert_operator(
            f"Nobody works on the queue {queue}",
            f"No worker of {queue} has been seen for {workers.LOST_AFTER_SECONDS} s. Paid orders wait. "
            f"Start the program {queues.QUEUES[queue].program}, or see its log.",
            key=f"no worker {queue} {datetime.now(UTC):%F %H}",
        )
    return outbox

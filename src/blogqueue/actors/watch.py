"""The mail worker's watch: every few seconds it sends lost jobs again, and alerts of what an operator has to know."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import UTC, datetime

import dramatiq
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.middleware import Middleware
from typing_extensions import override

from blogqueue.emails import alert_posts, mail_outage
from blogqueue.emails.alerts import EMAILS, QUEUES, alert_of_failed_emails, alert_operator
from blogqueue.jobs import queues, stats, stuck, sweep, workers
from blogqueue.log import logger
from blogqueue.orders import alert_notices
from blogqueue.outbox import Outbox
from blogqueue.payments import missing_webhooks

SECONDS = 5


class Watch(Middleware):
    """Look every few seconds, in the process that works on the queue `upkeep`; `nudge` sends the ids of what is found.

    Each thing has its own loop: while the chat does not answer, say, emails still go out.
    """

    def __init__(self, nudge: Callable[[Outbox], Awaitable[None]]) -> None:
        self._nudge = nudge
        self._loops: list[Future[None]] = []

    @override
    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        loop = get_event_loop_thread()
        if loop is not None and queues.UPKEEP.name in (worker.consumer_whitelist or queues.QUEUES):
            began = time.monotonic()

            async def look() -> None:
                await self._nudge(await look_once(up_seconds=time.monotonic() - began))

            async def send_lost() -> None:
                await self._nudge(await find_lost())

            self._loops = [
                asyncio.run_coroutine_threadsafe(_repeat(step), loop.loop)
                for step in (send_lost, look, alert_posts.send_due)
            ]

    @override
    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        for one in self._loops:
            one.cancel()


async def _repeat(step: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await step()
        except Exception as error:  # noqa: BLE001 - the next round tries again
            logger.warning("watch failed", error=str(error))
        await asyncio.sleep(SECONDS)


async def find_lost() -> Outbox:
    """Return the jobs that nobody works on though they are due: the minute's sweep would find them later."""
    lost = await sweep.find_lost()
    if lost:
        logger.info("lost jobs found", jobs=len(lost))
    return Outbox(jobs=tuple(lost))


async def look_once(*, up_seconds: float) -> Outbox:
    """Write the alerts about what is so now, and return the emails of the notices that are due.

    A process that has been up for `up_seconds` leaves the others the time to start as well.
    """
    if up_seconds > workers.LOST_AFTER_SECONDS:
        await _alert_unserved()
    if up_seconds > stats.CLOCK_SECONDS:
        await _alert_clock()
        await _alert_stuck()
    await alert_of_failed_emails()
    await _alert_mail()
    await alert_notices.alert_of_reviews()
    await missing_webhooks.alert_of_missing()
    return await alert_notices.write_due()


async def _alert_unserved() -> None:
    """Alert of each queue that nobody works on."""
    for queue in await workers.find_unserved():
        await alert_operator(
            f"Nobody works on the queue {queue}",
            f"No worker of {queue} has been seen for {workers.LOST_AFTER_SECONDS} s. Paid orders wait. "
            f"Start the program {queues.QUEUES[queue].program}, or see its log.",
            key=_name_hour(f"no worker {queue}"),
            page=QUEUES,
            urgent=True,
        )


async def _alert_clock() -> None:
    """Alert of minutes whose work was not done."""
    age = await stats.get_age_seconds()
    if age is not None and age > stats.CLOCK_SECONDS:
        await alert_operator(
            "The clock has stopped",
            f"The work of a minute was last done {age / 60:.0f} minutes ago: lost messages are not sent again, and "
            "refunds and missed payments wait. Start the program clock, or see its log and the mail worker's.",
            key=_name_hour("clock"),
            page=QUEUES,
            urgent=True,
        )


async def _alert_stuck() -> None:
    """Alert of each queue whose jobs are due, and none of which runs or ends."""
    for queue, minutes in (await stuck.find()).items():
        await alert_operator(
            f"The queue {queue} is stuck",
            f"A job has been due for {minutes} minutes. Workers are there, but no job runs, and none has ended since. "
            f"Restart the program {queues.QUEUES[queue].program}, and see its log.",
            key=_name_hour(f"stuck {queue}"),
            page=QUEUES,
            urgent=True,
        )


async def _alert_mail() -> None:
    """Alert of a mail server that takes nothing: in the chat, and by an email that waits with the others."""
    if found := await mail_outage.find():
        await alert_operator(
            "The mail server takes no email",
            f"{found.waiting} emails wait and are sent once it does; without their links, customers cannot buy. "
            f"The last answer: {found.error[:500]}. See SMTP_URL, and run `blogqueue doctor`.",
            key=_name_hour("mail"),
            page=EMAILS,
            urgent=True,
        )


def _name_hour(what: str) -> str:
    """Return the key of an alert that is repeated in each hour in which its reason lasts."""
    return f"{what} {datetime.now(UTC):%F %H}"

"""The work of every minute: send again what may be lost, and do what is due. It is safe to run it twice, or late."""

import asyncio
from typing import TYPE_CHECKING, cast
from uuid import UUID

from blogqueue import metrics
from blogqueue.actors.broker import broker
from blogqueue.actors.run import HOLDER
from blogqueue.catalogue import rooms
from blogqueue.db.engine import UNAVAILABLE
from blogqueue.emails import alert_posts, alerts, emails
from blogqueue.jobs import queues, stats, sweep, workers
from blogqueue.jobs.redis_broker import WakingBroker
from blogqueue.log import logger
from blogqueue.orders import bulk_actions, purchases, reminders, results, retention, sign_ins
from blogqueue.outbox import Outbox
from blogqueue.payments import held_payments, reconciliation, refunds

if TYPE_CHECKING:
    from blogqueue.jobs.rabbitmq_broker import DrainingBroker

TEXTS_A_MINUTE = 100
"""A text takes about 10 ms, in which this process does nothing else."""


async def run_minute() -> Outbox:
    """Do what is due, and return what to send (again). A step that fails is logged and does not stop the others."""
    outbox = Outbox()
    # The sweep comes first, because the steps that ask other parties may take long.
    for step in (
        _sweep,
        _expire_holds,
        refunds.begin_due,
        reconciliation.reconcile,
        held_payments.send_due,
        _give_up_waiting,
        reminders.remind,
        _recount_rooms,
        _keep_records,
    ):
        try:
            outbox += await step()
        except UNAVAILABLE as error:
            logger.warning("upkeep step failed", step=step.__name__, error=str(error) or type(error).__name__)
        except Exception:  # noqa: BLE001 - a failed step must not keep the others from running
            logger.exception("upkeep step failed", step=step.__name__)
    logger.info("upkeep finished", jobs=len(outbox.jobs), emails=len(outbox.emails), refunds=len(outbox.refunds))
    return outbox


async def _sweep() -> Outbox:
    """Return the due jobs, emails and refunds whose messages the broker does not have (any more).

    The jobs whose messages it does have are marked so: then each due job's row says when that was last true.
    """
    due = await sweep.find_overdue()
    by_queue = {queue: [job.id for job in due if job.queue == queue] for queue in {job.queue for job in due}}
    waiting = {job_id for queue, ids in by_queue.items() for job_id in await _find_waiting(queue, ids)}
    await sweep.mark_sent(list(waiting))
    await emails.give_up_unanswered()
    due_emails = [str(email_id) for email_id in await emails.find_overdue()]
    waiting_emails = await _find_waiting(queues.MAIL.name, due_emails)
    return Outbox(
        jobs=tuple(job for job in due if job.id not in waiting),
        emails=tuple(UUID(email_id) for email_id in due_emails if email_id not in waiting_emails),
        refunds=await refunds.list_due(),
    )


async def _find_waiting(queue: str, ids: list[str]) -> set[str]:
    """Return those of these row ids of which the broker certainly has a message waiting.

    RabbitMQ only says how many messages wait. If they are fewer than the ids, all ids are sent again: a second message
    does no harm, and at the next sweep there are enough.
    """
    if isinstance(broker, WakingBroker):
        return set(ids) & await asyncio.to_thread(broker.get_waiting_rows, queue)
    waiting = await asyncio.to_thread(cast("DrainingBroker", broker).count_waiting, queue)
    return set(ids) if waiting >= len(ids) else set()


async def _expire_holds() -> Outbox:
    await purchases.expire()
    return Outbox()


async def _give_up_waiting() -> Outbox:
    return await results.give_up_waiting(HOLDER)


async def _recount_rooms() -> Outbox:
    """Count the room of live texts again where the rules have changed; `blogqueue migrate` does all of them at once."""
    await rooms.recount_all(limit=TEXTS_A_MINUTE)
    return Outbox()


async def _keep_records() -> Outbox:
    await stats.record()
    await metrics.add_up()
    await workers.forget()
    await stats.forget()
    await bulk_actions.forget()
    await alerts.forget()
    await alert_posts.forget()
    await sweep.clean_up()
    await retention.delete_unconfirmed()
    await sign_ins.delete_old(retention.UNCONFIRMED_DAYS)
    return Outbox()

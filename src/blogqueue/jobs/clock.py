"""The clock process: it sends one message every minute, and has neither database nor secrets.

periodiq runs a task twice when it is restarted within a minute or when two of them run, and drops a message that is
picked up more than 30 s late. So its only rule is "every minute", and the worker reads what is due from the rows.
"""

from typing import Any

import dramatiq
import redis
from dramatiq.errors import BrokerError
from dramatiq.middleware import AgeLimit
from periodiq import PeriodiqMiddleware, cron
from typing_extensions import override

from blogqueue import log
from blogqueue.jobs import brokers, queues

log.configure()
dramatiq.set_broker(brokers.connect([AgeLimit(), PeriodiqMiddleware()]))


class MinuteActor(dramatiq.Actor[[], None]):
    """An actor whose message may fail to be sent; periodiq would end, and here the next minute sends the next one."""

    @override
    def send_with_options(self, **options: Any) -> Any:
        try:
            return super().send_with_options(**options)
        except (BrokerError, redis.RedisError) as error:
            log.logger.warning("minute not sent", error=str(error))


@dramatiq.actor(actor_class=MinuteActor, actor_name="minute", queue_name=queues.UPKEEP.name, periodic=cron("* * * * *"))
def minute() -> None:
    """Do nothing: only the message counts, and the worker's actor of this name (`actors.messages.minute`) gets it."""

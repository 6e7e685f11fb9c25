"""The clock: strikes every minute, and knows neither database nor secrets.

periodiq fires twice when it is restarted within a minute or runs twice, and drops what is picked up 30 s late; so it
knows only the every-minute rule, and what is due then is read from rows (STACK.md §5).
"""

from typing import Any

import dramatiq
import redis
from dramatiq.errors import BrokerError
from dramatiq.middleware import AgeLimit
from periodiq import PeriodiqMiddleware, cron
from typing_extensions import override

from blogqueue import log
from blogqueue.jobs import redis_broker

log.configure()
dramatiq.set_broker(redis_broker.connect([AgeLimit(), PeriodiqMiddleware()]))


class Striking(dramatiq.Actor[[], None]):
    """An actor whose message may fail to go out: periodiq would end at it, and the next minute strikes again."""

    @override
    def send_with_options(self, **options: Any) -> Any:
        try:
            return super().send_with_options(**options)
        except (BrokerError, redis.RedisError) as error:
            log.logger.warning("broker away, this minute did not strike", error=str(error))


@dramatiq.actor(actor_class=Striking, actor_name="minute", queue_name="upkeep", periodic=cron("* * * * *"))
def strike() -> None:
    """Only its message is of use: the worker's actor of this name (`actors.messages.minute`) does the work."""

"""The clock: strikes every minute, and knows neither database nor secrets.

periodiq fires twice when it is restarted within a minute or runs twice, and drops what is picked up 30 s late; so it
knows only the every-minute rule, and what is due then is read from rows (STACK.md §5).
"""

import dramatiq
from dramatiq.middleware import AgeLimit
from periodiq import PeriodiqMiddleware, cron

from blogqueue import brokers, log

log.configure()
dramatiq.set_broker(brokers.connect([AgeLimit(), PeriodiqMiddleware()]))


@dramatiq.actor(actor_name="minute", queue_name="upkeep", periodic=cron("* * * * *"))
def strike() -> None:
    """Only its message is of use: the worker's actor of this name (`actors.messages.minute`) does the work."""

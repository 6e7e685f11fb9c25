"""How many messages the broker holds, beside the rows: the two may differ, as a message only reminds of a row."""

import asyncio
from typing import TYPE_CHECKING, cast

import redis
from dramatiq.errors import BrokerError

from blogqueue.actors.broker import broker
from blogqueue.jobs.queues import QUEUES

if TYPE_CHECKING:
    from blogqueue.jobs.rabbitmq_broker import DrainingBroker
    from blogqueue.jobs.redis_broker import WakingBroker

TIMEOUT_SECONDS = 1.0


async def count_messages() -> dict[str, int]:
    """Return how many messages wait in each queue of the broker, without those that a worker holds.

    {} if the broker is unavailable.
    """
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await asyncio.to_thread(_count)
    except (BrokerError, redis.RedisError, OSError):  # among the last is TimeoutError
        return {}


def _count() -> dict[str, int]:
    ours = cast("WakingBroker | DrainingBroker", broker)
    return {name: ours.count_waiting(name) for name in QUEUES}

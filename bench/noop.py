"""A worker that only records how long each message took to arrive; `BENCH_BROKER` names the broker."""

import os
import time

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker

from blogqueue.jobs.redis_broker import WakingBroker

KINDS = {"stock": RedisBroker, "blogqueue": WakingBroker}


def make_broker(kind: str, redis_url: str) -> RedisBroker:
    """Return a broker with its own namespace and, apart from its class, Dramatiq's defaults."""
    return KINDS[kind](client=redis.Redis.from_url(redis_url), namespace=f"bench-{kind}")


def results(kind: str) -> str:
    """Return the key of the list of seconds that each message took."""
    return f"bench:{kind}"


if "BENCH_BROKER" in os.environ:
    kind = os.environ["BENCH_BROKER"]
    broker = make_broker(kind, os.environ["REDIS_URL"])
    dramatiq.set_broker(broker)

    @dramatiq.actor(queue_name="noop")
    def noop(sent_at: float) -> None:
        broker.client.rpush(results(kind), time.time() - sent_at)

"""A worker that does nothing but note how long a message was on its way; `BENCH_BROKER` says over which broker."""

import os
import time

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker

from blogqueue.jobs.redis_broker import WakingBroker

KINDS = {"stock": RedisBroker, "blogqueue": WakingBroker}


def make_broker(kind: str, redis_url: str) -> RedisBroker:
    """A broker of its own namespace, with Dramatiq's defaults but for the class."""
    return KINDS[kind](client=redis.Redis.from_url(redis_url), namespace=f"bench-{kind}")


def results(kind: str) -> str:
    """The list of seconds that each message was on its way."""
    return f"bench:{kind}"


if "BENCH_BROKER" in os.environ:
    kind = os.environ["BENCH_BROKER"]
    broker = make_broker(kind, os.environ["REDIS_URL"])
    dramatiq.set_broker(broker)

    @dramatiq.actor(queue_name="noop")
    def noop(sent_at: float) -> None:
        broker.client.rpush(results(kind), time.time() - sent_at)

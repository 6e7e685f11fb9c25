"""The broker that BROKER_URL names: Redis, or RabbitMQ."""

import dramatiq
import redis
from dramatiq.middleware import Middleware
from redis.backoff import NoBackoff
from redis.retry import Retry

from blogqueue.jobs import redis_broker
from blogqueue.jobs.redis_broker import HEARTBEAT_TIMEOUT_MS, WakingBroker
from blogqueue.needs import CLOCK_NEEDS, check_settings
from blogqueue.settings import settings


def connect(middleware: list[Middleware]) -> dramatiq.Broker:
    """Return the broker at BROKER_URL, or else at REDIS_URL; it connects when it is first used.

    Exits with a sentence if the address is none that the libraries understand.
    """
    check_settings("command", CLOCK_NEEDS)
    url = settings.broker_url or settings.redis_url
    if url.startswith(("amqp://", "amqps://")):
        return _rabbitmq(url, middleware)
    redis_broker.use_redis_clock()
    return WakingBroker(
        client=redis.Redis.from_url(
            url,
            socket_timeout=5,
            socket_connect_timeout=2,
            health_check_interval=15,
            # One retry is for a pooled connection that was cut off while idle. redis-py's own three, with their waits,
            # would keep a webhook waiting for a Redis that is unavailable.
            retry=Retry(NoBackoff(), 1),
        ),
        middleware=middleware,
        heartbeat_timeout=HEARTBEAT_TIMEOUT_MS,
        # Every command (1,000,000 in a million) looks for dead workers. At Dramatiq's own 1,000 in a million another
        # worker got a killed worker's job after up to half an hour.
        maintenance_chance=1_000_000,
    )


def _rabbitmq(url: str, middleware: list[Middleware]) -> dramatiq.Broker:
    from blogqueue.jobs.rabbitmq_broker import DrainingBroker  # noqa: PLC0415 - pika is an optional extra

    if "heartbeat=" not in url:
        # RabbitMQ's own 60 s would keep the message of a host that is cut off for two minutes.
        url = f"{url}{'&' if '?' in url else '?'}heartbeat={HEARTBEAT_TIMEOUT_MS // 1000}"
    return DrainingBroker(url=url, middleware=middleware, confirm_delivery=True)


def drain(broker: dramatiq.Broker) -> None:
    """Stop this process's consumers from fetching more messages."""
    setattr(broker, "draining", True)  # noqa: B010 - both brokers have it, but their base class has not

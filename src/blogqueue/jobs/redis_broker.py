"""The broker at BROKER_URL; and Dramatiq's Redis broker, made dependable.

Measured against the stock one (`make bench`; STACK.md §4): a reminder wakes an idle worker at once; a Redis time-out
counts as a lost connection; delayed messages that this process held when Redis went away go back to their queue;
a worker that is stopping fetches nothing more; and everybody goes by Redis's clock.
"""

import math
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, cast

import dramatiq
import dramatiq.brokers.redis
import dramatiq.worker
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.redis import _RedisConsumer as StockConsumer  # pyright: ignore[reportPrivateUsage] - the class that a Redis broker's consumers are made of has no public name
from dramatiq.common import dq_name
from dramatiq.errors import ConnectionClosed, DecodeError
from dramatiq.message import Message
from dramatiq.middleware import Middleware
from redis.backoff import NoBackoff
from redis.retry import Retry
from typing_extensions import override

from blogqueue.log import logger
from blogqueue.settings import settings

HEARTBEAT_TIMEOUT_MS = 10_000
"""After this long without a sign a worker's messages are given to others; 20 kills took 9.6 to 10.5 s (STACK.md §4)."""

WAIT_SECONDS = 1.0
"""The longest wait for the bell; far under the heartbeat timeout, because a waiting consumer gives no heartbeat."""

DELAYED_WAIT_SECONDS = 0.1
"""A delayed message is looked at this often, so that a retry is picked up within 100 ms of its due time."""

BELL_LENGTH = 16
"""How many rings are kept for workers that are busy just now; each wakes one idle worker."""


SYNC_SECONDS = 60
"""How often a process looks at Redis's clock."""


class Clock:
    """Milliseconds since 1970 by Redis's clock: a host whose own is off takes nobody for dead, and delays as others do.

    Stock Dramatiq takes each host's own: one that is 70 s ahead has the others' messages at once.
    """

    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()
        self._synced = -math.inf

    def sync(self, client: "redis.Redis") -> None:
        """Read Redis's clock, if that is a while ago. Raises redis.RedisError."""
        if time.monotonic() - self._synced > SYNC_SECONDS:
            seconds, microseconds = client.time()
            self._synced = time.monotonic()
            self._ahead = seconds + microseconds / 1e6 - self._synced

    def millis(self) -> int:
        """Now."""
        return int((time.monotonic() + self._ahead) * 1000)


clock = Clock()


class Consumer(StockConsumer):
    """Fetches like the stock consumer, but waits for a ring instead of sleeping through growing pauses."""

    def __init__(self, broker: "BellBroker", queue_name: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, queue_name, prefetch, timeout)
        self.bell = broker.bell(queue_name)
        self.delayed = queue_name.endswith(".DQ")
        self.room = threading.Event()

    @override
    def __next__(self) -> Any:
        try:
            if not self.message_cache:
                self.message_cache = self._fetched()
            return super().__next__() if self.message_cache else None
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None

    def _fetched(self) -> list[bytes]:
        wanted = self.prefetch - self.outstanding_message_count
        if wanted <= 0 or self.broker.draining:
            # Nothing to fetch before one of our messages is done (or ever again).
            self.room.clear()
            self.room.wait(DELAYED_WAIT_SECONDS if self.delayed else WAIT_SECONDS)
            return []
        clock.sync(self.broker.client)
        messages = cast("list[bytes]", self.broker.do_fetch(self.queue_name, wanted))
        if not messages:
            self.broker.client.blpop([self.bell], timeout=DELAYED_WAIT_SECONDS if self.delayed else WAIT_SECONDS)
        return [message for message in messages if self._is_message(message)]

    def _is_message(self, data: bytes | None) -> bool:
        """Whether these bytes are a message; what is none is dropped: the stock consumer would break at it for ever."""
        if data is None:
            return False  # its body is gone: acked by another worker meanwhile
        try:
            Message.decode(data)
        except (DecodeError, TypeError) as error:
            logger.warning("no message, dropped", queue=self.queue_name, error=str(error), data=data[:200])
            self.broker.drop(self.queue_name, data)
            return False
        return True

    @override
    def ack(self, message: Any) -> None:
        try:
            super().ack(message)
        except redis.TimeoutError as error:
            raise ConnectionClosed(error) from None
        finally:
            self.room.set()

    @override
    def nack(self, message: Any) -> None:
        try:
            super().nack(message)
        except redis.TimeoutError as error:
            raise ConnectionClosed(error) from None
        finally:
            self.room.set()

    @override
    def requeue(self, messages: Iterable[Any]) -> None:
        try:
            super().requeue(messages)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None


class BellBroker(RedisBroker):
    """Dramatiq's Redis broker with a bell beside each queue: `enqueue` rings it, an idle consumer waits on it."""

    draining = False

    @property
    @override
    def consumer_class(self) -> type[Consumer]:
        return Consumer

    def bell(self, queue_name: str) -> str:
        """The key of a queue's bell."""
        return f"{self.namespace}:{queue_name}.bell"

    def drop(self, queue_name: str, body: bytes) -> None:
        """Forget a fetched message by its body: one that cannot be decoded names no id."""
        fetched = cast("set[bytes]", self.client.smembers(f"{self.namespace}:__acks__.{self.broker_id}.{queue_name}"))
        for message_id in fetched:
            if self.client.hget(f"{self.namespace}:{queue_name}.msgs", cast("str", message_id)) == body:
                self.do_ack(queue_name, message_id)

    def waiting(self, queue_name: str) -> set[str]:
        """The first argument of every message that waits in a queue: what its workers are still to be told of."""
        name = f"{self.namespace}:{queue_name}"
        ids = cast("list[bytes]", self.client.lrange(name, 0, -1))
        bodies = cast("list[bytes | None]", self.client.hmget(f"{name}.msgs", ids)) if ids else []
        found: set[str] = set()
        for body in bodies:
            with suppress(DecodeError, TypeError, IndexError):
                found.add(str(Message.decode(body or b"").args[0]))
        return found

    @override
    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        try:
            clock.sync(self.client)
            enqueued = super().enqueue(message, delay=delay)
            bell = self.bell(dq_name(message.queue_name) if delay is not None else message.queue_name)
            ring = self.client.pipeline(transaction=False)
            ring.rpush(bell, "1")
            ring.ltrim(bell, -BELL_LENGTH, -1)
            ring.execute()
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None
        return enqueued

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Any:  # noqa: ANN401 - a consumer
        """A new consumer, also after a lost connection: then delayed messages this process still held are put back.

        Without it they stay where they are until the process is restarted (Dramatiq issue 527).
        """
        try:
            if queue_name.endswith(".DQ"):
                held = cast(
                    "set[bytes]", self.client.smembers(f"{self.namespace}:__acks__.{self.broker_id}.{queue_name}")
                )
                if held:
                    self.do_requeue(queue_name, *held)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None
        return super().consume(queue_name, prefetch, timeout)


def drain(broker: dramatiq.Broker) -> None:
    """Have this process's consumers fetch nothing more."""
    setattr(broker, "draining", True)  # noqa: B010 - both of `connect`'s have it


def connect(middleware: list[Middleware]) -> dramatiq.Broker:
    """The broker that BROKER_URL (or REDIS_URL) names; nothing is sent yet."""
    url = settings.broker_url or settings.redis_url
    if url.startswith(("amqp://", "amqps://")):
        from blogqueue.jobs.rabbitmq_broker import DrainingBroker  # noqa: PLC0415 - pika is an optional extra

        if "heartbeat=" not in url:
            # Its own 60 s would leave the message of a host that is cut off with it for two minutes.
            url = f"{url}{'&' if '?' in url else '?'}heartbeat={HEARTBEAT_TIMEOUT_MS // 1000}"
        return DrainingBroker(url=url, middleware=middleware, confirm_delivery=True)
    # The two modules in which Dramatiq reads a clock for what it keeps in Redis; it takes none as an argument.
    for module in (dramatiq.brokers.redis, dramatiq.worker):
        setattr(module, "current_millis", clock.millis)  # noqa: B010 - no public name, says the type checker
    return BellBroker(
        client=redis.Redis.from_url(
            url,
            socket_timeout=5,
            socket_connect_timeout=2,
            health_check_interval=15,
            # Once more, for a connection that was cut off while it lay in the pool. The stock three, with their pauses,
            # would keep a webhook waiting on a Redis that is away.
            retry=Retry(NoBackoff(), 1),
        ),
        middleware=middleware,
        heartbeat_timeout=HEARTBEAT_TIMEOUT_MS,
        # Every command looks for dead workers; the stock 0.1 % makes recovery a lottery of up to half an hour.
        maintenance_chance=1_000_000,
    )

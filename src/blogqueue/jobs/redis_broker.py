"""Dramatiq's Redis broker, made reliable.

What it does differently from Dramatiq's own (`make bench` measures both):

- A message wakes an idle worker at once, by a wake-up list beside each queue that idle consumers wait for.
- A Redis time-out counts as a lost connection.
- Delayed messages that this process held when the connection was lost go back to their queue.
- A worker that is stopping fetches no more messages.
- All processes use Redis's clock.
- Bytes that cannot be decoded are dropped.
"""

import math
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, cast

import dramatiq.brokers.redis
import dramatiq.worker
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.redis import _RedisConsumer as StockConsumer  # pyright: ignore[reportPrivateUsage] - a Redis broker's consumer class has no public name
from dramatiq.common import dq_name
from dramatiq.errors import ConnectionClosed, DecodeError
from dramatiq.message import Message
from typing_extensions import override

from blogqueue.log import logger

HEARTBEAT_TIMEOUT_MS = 10_000
"""A worker without a heartbeat for this long is dead, and others get its messages; 20 kills took 9.6 to 10.5 s."""

WAIT_SECONDS = 1.0
"""The longest wait for a wake-up: far below the heartbeat timeout, as a waiting consumer sends no heartbeat."""

DELAYED_WAIT_SECONDS = 0.1
"""How often a consumer looks at the delayed messages that it holds: one is picked up within 100 ms of its due time."""

WAKE_UPS_KEPT = 16
"""How many wake-ups are kept for workers that are busy; each one wakes one idle worker."""

CLOCK_SYNC_SECONDS = 60
"""How often a process reads Redis's clock."""

_CLOCK_USERS = (dramatiq.brokers.redis, dramatiq.worker)
"""The modules of Dramatiq that read the time for what they store in Redis; neither takes a clock as an argument."""


class RedisClock:
    """Milliseconds since 1970 by Redis's clock, so that a host whose own clock is wrong does no harm.

    By Dramatiq's own, each host's clock, a host that is 70 s ahead takes the others' messages at once.
    """

    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()
        self._synced = -math.inf

    def sync(self, client: "redis.Redis") -> None:
        """Read Redis's clock, unless that was done lately. Raises redis.RedisError."""
        if time.monotonic() - self._synced > CLOCK_SYNC_SECONDS:
            seconds, microseconds = client.time()
            self._synced = time.monotonic()
            self._ahead = seconds + microseconds / 1e6 - self._synced

    def millis(self) -> int:
        """Return the time in ms."""
        return int((time.monotonic() + self._ahead) * 1000)


redis_clock = RedisClock()


def use_redis_clock() -> None:
    """Let Dramatiq read Redis's clock instead of this host's."""
    for module in _CLOCK_USERS:
        setattr(module, "current_millis", redis_clock.millis)  # noqa: B010 - the type checker does not export the name


class Consumer(StockConsumer):
    """Fetches like Dramatiq's consumer, but waits for a wake-up where that sleeps through growing pauses."""

    def __init__(self, broker: "WakingBroker", queue_name: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, queue_name, prefetch, timeout)
        self.wake_ups = broker.get_wake_up_key(queue_name)
        self.is_delayed = queue_name.endswith(".DQ")
        self.message_done = threading.Event()

    @override
    def __next__(self) -> Any:
        try:
            if not self.message_cache:
                self.message_cache = self._fetch()
            return super().__next__() if self.message_cache else None
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None

    def _fetch(self) -> list[bytes]:
        wanted = self.prefetch - self.outstanding_message_count
        wait_seconds = DELAYED_WAIT_SECONDS if self.is_delayed and self.outstanding_message_count else WAIT_SECONDS
        if wanted <= 0 or self.broker.draining:
            # There is nothing to fetch before one of our messages is done (or, when draining, at all).
            self.message_done.clear()
            self.message_done.wait(wait_seconds)
            return []
        redis_clock.sync(self.broker.client)
        messages = cast("list[bytes]", self.broker.do_fetch(self.queue_name, wanted))
        if not messages:
            self.broker.client.blpop([self.wake_ups], timeout=wait_seconds)
        return [message for message in messages if self._is_message(message)]

    def _is_message(self, data: bytes | None) -> bool:
        """Return whether these bytes are a message; drop others, which Dramatiq's consumer would fail on for ever."""
        if data is None:
            return False  # its body was deleted: another worker has acked it meanwhile
        try:
            Message.decode(data)
        except (DecodeError, TypeError) as error:
            logger.warning(
                "message dropped", reason="not a message", queue=self.queue_name, error=str(error), data=data[:200]
            )
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
            self.message_done.set()

    @override
    def nack(self, message: Any) -> None:
        try:
            super().nack(message)
        except redis.TimeoutError as error:
            raise ConnectionClosed(error) from None
        finally:
            self.message_done.set()

    @override
    def requeue(self, messages: Iterable[Any]) -> None:
        try:
            super().requeue(messages)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None


class WakingBroker(RedisBroker):
    """Dramatiq's Redis broker with a wake-up list beside each queue: `enqueue` adds to it, idle consumers wait."""

    draining = False

    @property
    @override
    def consumer_class(self) -> type[Consumer]:
        return Consumer

    def get_wake_up_key(self, queue_name: str) -> str:
        """Return the key of a queue's wake-up list."""
        return f"{self.namespace}:{queue_name}.wake_ups"

    def drop(self, queue_name: str, body: bytes) -> None:
        """Remove a fetched message by its body, as one that cannot be decoded has no id."""
        for message_id in self._get_fetched_ids(queue_name):
            if self.client.hget(f"{self.namespace}:{queue_name}.msgs", cast("str", message_id)) == body:
                self.do_ack(queue_name, message_id)

    def count_waiting(self, queue_name: str) -> int:
        """Return how many messages wait in a queue, without those that a worker holds. Raises redis.RedisError."""
        names = (queue_name, dq_name(queue_name))
        return sum(cast("int", self.client.llen(f"{self.namespace}:{name}")) for name in names)

    def get_waiting_rows(self, queue_name: str) -> set[str]:
        """Return the row ids in the messages that wait in a queue. Raises redis.RedisError."""
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
            redis_clock.sync(self.client)
            enqueued = super().enqueue(message, delay=delay)
            key = self.get_wake_up_key(dq_name(message.queue_name) if delay is not None else message.queue_name)
            wake_up = self.client.pipeline(transaction=False)
            wake_up.rpush(key, "1")
            wake_up.ltrim(key, -WAKE_UPS_KEPT, -1)
            wake_up.execute()
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None
        return enqueued

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Any:  # noqa: ANN401 - a consumer
        """Return a new consumer, at the start or after a lost connection.

        The delayed messages that this process still held then go back to their queue. Otherwise they would stay where
        they are until the process is restarted (github.com/Bogdanp/dramatiq/issues/527).
        """
        try:
            if queue_name.endswith(".DQ") and (held := self._get_fetched_ids(queue_name)):
                self.do_requeue(queue_name, *held)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None
        return super().consume(queue_name, prefetch, timeout)

    def _get_fetched_ids(self, queue_name: str) -> set[bytes]:
        """Return the ids of the messages that this process has fetched and not acked."""
        return cast("set[bytes]", self.client.smembers(f"{self.namespace}:__acks__.{self.broker_id}.{queue_name}"))

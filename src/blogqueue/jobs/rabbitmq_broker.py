"""Dramatiq's RabbitMQ broker, made reliable; apart from `brokers` because pika, which it needs, is an optional extra.

What it does differently from Dramatiq's own: a worker that is stopping fetches no more messages, bytes that cannot be
decoded are dropped, an ack never reaches another message, and it can count the messages that wait.
"""

from collections.abc import Generator, Iterator
from typing import Any

import pika.exceptions
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.rabbitmq import _RabbitmqConsumer as StockConsumer  # pyright: ignore[reportPrivateUsage] - a RabbitMQ broker's consumer class has no public name
from dramatiq.errors import ConnectionClosed, DecodeError
from dramatiq.message import Message
from typing_extensions import override

from blogqueue.log import logger

DRAINING_WAIT_SECONDS = 0.1
"""How often a draining consumer acks what its worker has finished, and answers RabbitMQ's heartbeats."""

CHANNEL = "delivered_by"
"""The attribute of a message that holds the channel which delivered it."""

Delivery = tuple[Any, Any, bytes | None]
"""Pika's (method, properties, body); all None when nothing was delivered within the timeout."""

NOTHING: Delivery = (None, None, None)


class Consumer(StockConsumer):
    """Consumes like Dramatiq's consumer until its process stops."""

    def __init__(self, broker: "DrainingBroker", queue_name: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, queue_name, prefetch, timeout)
        self.iterator = self._filter(self.iterator)

    @override
    def __next__(self) -> Any:
        message = super().__next__()
        if message is not None:
            setattr(message, CHANNEL, self.channel)
        return message

    @override
    def ack(self, message: Any) -> None:
        if self._is_from_this_channel(message):
            super().ack(message)

    @override
    def nack(self, message: Any) -> None:
        if self._is_from_this_channel(message):
            super().nack(message)

    def _is_from_this_channel(self, message: Any) -> bool:  # noqa: ANN401 - as in the base class
        """Return whether this channel delivered a message. Its number on a lost channel is another message's here.

        Dramatiq tries to ack every 5 s until it is connected again, and would then ack that other message, on which
        somebody is still working. RabbitMQ has long given this one to another worker.
        """
        return getattr(message, CHANNEL) is self.channel

    def _filter(self, deliveries: Iterator[Delivery]) -> Generator[Delivery]:
        """Yield the deliveries that are messages; once the worker is draining, yield none, but let acks out."""
        for delivery in deliveries:
            method, _, body = delivery
            if self.broker.draining:
                if method is not None:
                    self.channel.basic_reject(method.delivery_tag, requeue=True)
                break
            if method is None or self._is_message(body or b""):
                yield delivery
            else:
                self.channel.basic_ack(method.delivery_tag)
                yield NOTHING
        # Pika returns the messages that it has prefetched, and another worker gets them at once.
        self.channel.cancel()
        while True:
            self.connection.process_data_events(DRAINING_WAIT_SECONDS)  # pyright: ignore[reportArgumentType] - pika's documentation says seconds may be a float
            yield NOTHING

    def _is_message(self, body: bytes) -> bool:
        """Return whether these bytes are a message; Dramatiq's consumer would fail for ever on other JSON."""
        try:
            Message.decode(body)
        except (DecodeError, TypeError) as error:
            logger.warning(
                "message dropped", reason="not a message", queue=self.queue_name, error=str(error), data=body[:200]
            )
            return False
        return True


class DrainingBroker(RabbitmqBroker):
    """Dramatiq's RabbitMQ broker, whose consumers fetch no more messages once it is `draining`."""

    draining = False

    @property
    @override
    def consumer_class(self) -> type[Consumer]:
        return Consumer

    def count_waiting(self, queue_name: str) -> int:
        """Return how many messages wait in a queue, without those that a worker holds. Raises ConnectionClosed."""
        try:
            return self._count_waiting(queue_name)
        except ConnectionClosed:
            return self._count_waiting(queue_name)  # RabbitMQ had closed the connection because it was idle

    def _count_waiting(self, queue_name: str) -> int:
        try:
            return int(self.get_queue_message_counts(queue_name)[0])
        except (pika.exceptions.AMQPConnectionError, pika.exceptions.AMQPChannelError) as error:
            del self.connection
            raise ConnectionClosed(error) from None

"""Dramatiq's RabbitMQ broker, made dependable: it drains, drops what is no message, and says how much waits.

Apart from `brokers` because pika, which it needs, is an optional extra.
"""

from collections.abc import Generator, Iterator
from typing import Any

import pika.exceptions
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.rabbitmq import _RabbitmqConsumer as StockConsumer  # pyright: ignore[reportPrivateUsage] - the class that a RabbitMQ broker's consumers are made of has no public name
from dramatiq.errors import ConnectionClosed, DecodeError
from dramatiq.message import Message
from typing_extensions import override

from blogqueue.log import logger

DRAINED_WAIT_SECONDS = 0.1
"""How often a draining consumer acks what its worker has finished, and gives its sign of life."""

CAME_ON = "came_on"
"""The name under which a message keeps the channel that brought it."""

Delivery = tuple[Any, Any, bytes | None]
"""Pika's (method, properties, body); all None when nothing came in time."""

NOTHING: Delivery = (None, None, None)


class Consumer(StockConsumer):
    """Consumes like the stock consumer, as long as its process does not stop."""

    def __init__(self, broker: "DrainingBroker", queue_name: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, queue_name, prefetch, timeout)
        self.iterator = self._sound(self.iterator)

    @override
    def __next__(self) -> Any:
        message = super().__next__()
        if message is not None:
            setattr(message, CAME_ON, self.channel)
        return message

    @override
    def ack(self, message: Any) -> None:
        if self._came_here(message):
            super().ack(message)

    @override
    def nack(self, message: Any) -> None:
        if self._came_here(message):
            super().nack(message)

    def _came_here(self, message: Any) -> bool:  # noqa: ANN401 - the base's
        """Whether a message came on this channel: its number on a channel that was lost is another message's here.

        Dramatiq tries to ack every 5 s until it is connected anew, and would ack that one, which somebody is still at
        work on. RabbitMQ has given the message itself to somebody else long since.
        """
        return getattr(message, CAME_ON) is self.channel

    def _sound(self, deliveries: Iterator[Delivery]) -> Generator[Delivery]:
        """What is delivered and is a message; nothing more once the worker is draining, but acks go out."""
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
        # Pika gives back what it has fetched already, and another worker gets it at once.
        self.channel.cancel()
        while True:
            self.connection.process_data_events(DRAINED_WAIT_SECONDS)  # pyright: ignore[reportArgumentType] - seconds, says its documentation, may be a float
            yield NOTHING

    def _is_message(self, body: bytes) -> bool:
        """Whether these bytes are a message: at JSON of another shape the stock consumer would break for ever."""
        try:
            Message.decode(body)
        except (DecodeError, TypeError) as error:
            logger.warning("no message, dropped", queue=self.queue_name, error=str(error), data=body[:200])
            return False
        return True


class DrainingBroker(RabbitmqBroker):
    """Dramatiq's RabbitMQ broker; its consumers fetch nothing more once it is `draining`."""

    draining = False

    @property
    @override
    def consumer_class(self) -> type[Consumer]:
        return Consumer

    def ready(self, queue_name: str) -> int:
        """How many messages wait in a queue, those in a worker's hands not counted. Raises ConnectionClosed."""
        try:
            return self._ready(queue_name)
        except ConnectionClosed:
            return self._ready(queue_name)  # a connection that nobody used lately was closed by the server

    def _ready(self, queue_name: str) -> int:
        try:
            return int(self.get_queue_message_counts(queue_name)[0])
        except (pika.exceptions.AMQPConnectionError, pika.exceptions.AMQPChannelError) as error:
            del self.connection
            raise ConnectionClosed(error) from None

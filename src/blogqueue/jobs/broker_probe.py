"""Whether the broker takes messages, and not only answers."""

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from blogqueue.needs import RABBITMQ_SCHEMES
from blogqueue.settings import settings

KEY = "blogqueue:doctor"


def check_write(timeout_seconds: float) -> str:
    """Write something small to the broker and take it back; return "", or a sentence that says what is wrong."""
    url = settings.broker_url or settings.redis_url
    if url.startswith(RABBITMQ_SCHEMES):
        return _publish(url)
    try:
        with redis.Redis.from_url(
            url, socket_timeout=timeout_seconds, socket_connect_timeout=timeout_seconds, retry=Retry(NoBackoff(), 0)
        ) as client:
            client.set(KEY, "1", ex=60)
            client.delete(KEY)
    except (redis.RedisError, OSError) as error:
        return f"Redis at BROKER_URL takes no messages: {error}"
    return ""


def _publish(url: str) -> str:
    """Publish a message to a new queue, which ends with the connection."""
    import pika  # noqa: PLC0415 - an optional extra
    import pika.exceptions  # noqa: PLC0415 - as above

    try:
        connection = pika.BlockingConnection(pika.URLParameters(url))
        try:
            channel = connection.channel()
            channel.confirm_delivery()
            channel.queue_declare(KEY, exclusive=True, auto_delete=True)
            channel.basic_publish("", KEY, b"1", mandatory=True)
        finally:
            connection.close()
    except (pika.exceptions.AMQPError, OSError) as error:
        return f"RabbitMQ at BROKER_URL takes no messages: {error or type(error).__name__}"
    return ""

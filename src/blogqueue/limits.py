"""Limits on how often something may be done, counted in Redis for all web processes together.

While Redis is down, each process counts for itself: limits become looser by the number of processes, but they hold, and
nobody is locked out. A count ends with its window of time, so every limit ends by itself.
"""

import hashlib
import hmac
import ipaddress
import time
from collections import Counter

import msgspec
import redis
from redis.asyncio import Redis

from blogqueue.errors import TooManyError
from blogqueue.log import logger
from blogqueue.settings import settings

REDIS_SECONDS = 0.5
"""How long a caller waits for Redis before this process counts for itself."""

DOWN_SECONDS = 5
"""How long Redis is then left alone, so that not every call waits for it."""

MOST_COUNTERS = 100_000
"""How many counts a process keeps in memory while Redis is down: some 10 MB."""


class Limit(msgspec.Struct, frozen=True):
    """At most `most` times in each window of `seconds`, for each key; `name` tells the limits apart."""

    name: str
    most: int
    seconds: int


class _Counts:
    """What this process has counted itself, and until when it does so."""

    def __init__(self) -> None:
        self.own: Counter[str] = Counter()
        self.redis: Redis | None = None
        self.down_until = 0.0


_counts = _Counts()


async def take(limit: Limit, key: str, *, message: str = "You have sent too many requests.") -> None:
    """Count one more for a key. Raises TooManyError with the message above the limit, until the end of the window."""
    now = time.time()
    window = int(now) // limit.seconds
    count = await _count(f"blogqueue:limit:{limit.name}:{_hide(key)}:{window}", limit.seconds)
    if count > limit.most:
        retry_after = max(1, int((window + 1) * limit.seconds - now) + 1)
        raise TooManyError(message, retry_after=retry_after)


def to_network(address: str) -> str:
    """Return the network that an address is for: a line is given one IPv4 address, or a /56 of IPv6 (RIPE-690)."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip.packed, 56), strict=False))


def _hide(key: str) -> str:
    """Return a key as Redis stores it: without addresses and names of people."""
    secret = settings.secret_key.get_secret_value().encode()
    return hmac.new(secret, key.encode(errors="replace"), hashlib.sha256).hexdigest()[:32]


async def _count(name: str, seconds: int) -> int:
    """Add one to a counter, in Redis or, while that is down, in this process; return the new count."""
    if time.monotonic() >= _counts.down_until and (client := _get_redis()) is not None:
        try:
            async with client.pipeline() as pipeline:
                pipeline.incr(name)
                pipeline.expire(name, seconds)
                counted, _ = await pipeline.execute()
        except (redis.RedisError, OSError) as error:
            _counts.down_until = time.monotonic() + DOWN_SECONDS
            logger.warning("limits counted per process, Redis unavailable", error=str(error))
        else:
            return int(counted)
    if len(_counts.own) >= MOST_COUNTERS:
        _counts.own.clear()
    _counts.own[name] += 1
    return _counts.own[name]


def _get_redis() -> Redis | None:
    """Return the client of this process; None where the broker is RabbitMQ and no Redis is named."""
    url = settings.redis_url or settings.broker_url
    if _counts.redis is None and url.startswith(("redis", "unix")):
        _counts.redis = Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)
    return _counts.redis


async def close() -> None:
    """Close the connections to Redis, at the end of a process."""
    if _counts.redis is not None:
        await _counts.redis.aclose()
        _counts.redis = None

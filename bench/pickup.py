"""How long a message waits in an idle queue until a worker has it, and how many empty messages per second run."""

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench import Table
from bench.noop import make_broker, results

IDLE_MESSAGES = 40
BURST = 2_000
VARIANTS = (
    ("stock Dramatiq", "stock", "1000"),
    ("stock, worker_timeout=100", "stock", "100"),
    ("blogqueue", "blogqueue", "1000"),
)


def table(redis_url: str) -> Table:
    """Return a row per variant, each with one worker process of one thread on the same Redis."""
    rows: list[tuple[str, ...]] = []
    for name, kind, timeout in VARIANTS:
        broker = make_broker(kind, redis_url)
        for _ in range(BURST):
            send(broker)
        with worker(kind, redis_url, timeout):
            rate = drained(broker, kind)
            waits = sorted(one(broker, kind) for _ in range(IDLE_MESSAGES))
        rows.append(
            (
                name,
                f"{statistics.median(waits) * 1000:.1f}",
                f"{waits[int(len(waits) * 0.95)] * 1000:.1f}",
                f"{waits[-1] * 1000:.1f}",
                f"{rate:,.0f}",
            )
        )
    return ("broker, one thread", "p50 ms", "p95 ms", "max ms", "empty jobs/s"), rows


def send(broker: RedisBroker) -> None:
    broker.enqueue(
        dramatiq.Message(queue_name="noop", actor_name="noop", args=(time.time(),), kwargs={}, options={}),
    )


def one(broker: RedisBroker, kind: str) -> float:
    """Send a message to an idle queue; return the seconds until the worker had it."""
    time.sleep(random.uniform(0.2, 0.6))
    send(broker)
    return waited(broker, kind)


def drained(broker: RedisBroker, kind: str) -> float:
    """Return the messages per second from a queue that was full when the worker started, without its start."""
    waited(broker, kind)
    started = time.monotonic()
    for _ in range(BURST - 1):
        waited(broker, kind)
    return (BURST - 1) / (time.monotonic() - started)


def waited(broker: RedisBroker, kind: str) -> float:
    result = broker.client.blpop([results(kind)], timeout=4)
    if result is None:
        raise RuntimeError("the worker does not answer")
    return float(result[1])


@contextmanager
def worker(kind: str, redis_url: str, timeout: str) -> Generator[None]:
    environment = {"REDIS_URL": redis_url, "BENCH_BROKER": kind, "dramatiq_worker_timeout": timeout}
    command = [sys.executable, "-m", "dramatiq", "bench.noop", "-p", "1", "-t", "1", "--skip-logging"]
    process = subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()

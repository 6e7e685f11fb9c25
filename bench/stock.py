"""What Dramatiq's own Redis broker, with its defaults, does with the job of a killed worker.

Its workers load this module too (`dramatiq bench.stock`), with `BENCH_STOCK_REDIS` set.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker

from blogqueue.demo import servers

STARTS = "bench:stock:starts"
THINKING_SECONDS = 8
"""As long as in `bench.recovery`; the kill is in the middle."""

MEASURED_ROW = ("… measured once in November 2026, without a limit", "1", "", "", "1577.0")
BULL_ROW = ("Bull's stalled check (stalledInterval: 30000, its documentation)", "", "", "", "30.0")


if "BENCH_STOCK_REDIS" in os.environ:
    url = os.environ["BENCH_STOCK_REDIS"]
    dramatiq.set_broker(RedisBroker(url=url))
    starts = redis.Redis.from_url(url)

    @dramatiq.actor(queue_name="think")
    def think() -> None:
        starts.rpush(STARTS, os.getpid())
        time.sleep(THINKING_SECONDS)


def rows(cap: int) -> list[tuple[str, ...]]:
    """Return a row of one kill beside an idle worker, after at most `cap` s, and two rows of other sources."""
    name = "stock Dramatiq, another at hand"
    with tempfile.TemporaryDirectory(prefix="blogqueue-stock-") as folder, servers.redis(Path(folder)) as redis_url:
        command = [sys.executable, "-m", "dramatiq", "bench.stock", "-p", "1", "-t", "1", "--skip-logging"]
        environment = os.environ | {"BENCH_STOCK_REDIS": redis_url}
        workers = [
            subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0
            )
            for _ in range(2)
        ]
        try:
            taken = _taken_up(redis_url, cap)
        finally:
            for worker in workers:
                with suppress(ProcessLookupError):  # a master that lost its worker has ended
                    os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()
    figure = f"> {cap} (cap)" if taken is None else f"{taken:.1f}"
    return [(name, "1", "", "", figure), MEASURED_ROW, BULL_ROW]


def _taken_up(redis_url: str, cap: int) -> float | None:
    """Return the seconds from the kill of the worker until another one has started; None if it takes too long."""
    client = redis.Redis.from_url(redis_url, socket_timeout=None)  # the default of 5 s would end the wait
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name="think", actor_name="think", args=(), kwargs={}, options={}
    )
    RedisBroker(client=client, middleware=[]).enqueue(message)
    first = client.blpop([STARTS], timeout=30)
    if first is None:
        raise RuntimeError("the worker does not answer")
    time.sleep(THINKING_SECONDS / 2)
    os.kill(int(first[1]), signal.SIGKILL)
    killed = time.monotonic()
    again = client.blpop([STARTS], timeout=cap)
    client.close()
    return time.monotonic() - killed if again else None

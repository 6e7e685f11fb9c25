"""Order status as programs read it: requests a second, and what one costs the web process."""

import asyncio
import time
from statistics import median
from urllib.parse import urlsplit
from uuid import UUID

import psutil

from bench import Table
from blogqueue import tokens
from blogqueue.settings import settings

REQUESTS, ROUNDS = 2_000, 3


async def measure_status(order_id: UUID, web: psutil.Process) -> Table:
    """Return a row for one and for eight programs, whole answers and those that nothing has changed (304).

    The client is a bare socket: an HTTP library would need more CPU than the web process.
    """
    head = await _ask(order_id, 1, [])
    etag = next(line for line in head.splitlines() if line.lower().startswith("etag:")).partition(":")[2].strip()
    rows: list[tuple[str, ...]] = []
    for name, condition in (("whole", ""), ("unchanged (304)", f"If-None-Match: {etag}\r\n")):
        for at_once in (1, 8):
            runs = [await _round(order_id, web, at_once, condition) for _ in range(ROUNDS)]
            rates, medians, slowest, costs = zip(*runs, strict=True)
            rows.append(
                (
                    name,
                    str(at_once),
                    f"{median(rates):,.0f}",
                    f"{min(rates):,.0f} to {max(rates):,.0f}",
                    f"{median(medians):.1f}",
                    f"{median(slowest):.1f}",
                    f"{median(costs):.2f}",
                )
            )
    return ("status as JSON", "at once", "requests/s", "lowest to highest", "p50 ms", "p99 ms", "CPU ms"), rows


async def _round(
    order_id: UUID, web: psutil.Process, at_once: int, condition: str
) -> tuple[float, float, float, float]:
    took: list[float] = []
    spent, began = sum(web.cpu_times()[:2]), time.perf_counter()
    await asyncio.gather(*(_ask(order_id, REQUESTS // at_once, took, condition) for _ in range(at_once)))
    total = time.perf_counter() - began
    took.sort()
    cost = 1000 * (sum(web.cpu_times()[:2]) - spent) / len(took)
    return len(took) / total, median(took), took[int(len(took) * 0.99)], cost


async def _ask(order_id: UUID, number: int, took: list[float], condition: str = "") -> str:
    """Ask so many times on one connection, add the ms of each to `took`, and return the last answer's head."""
    where = urlsplit(settings.public_url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    request = (
        f"GET /api/v1/purchase/status/{order_id} HTTP/1.1\r\nHost: {where.netloc}\r\n"
        f"Authorization: Bearer {tokens.derive_order_token(order_id, 0)}\r\n{condition}\r\n"
    ).encode()
    head = b""
    for _ in range(number):
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length or 0))
        took.append((time.perf_counter() - began) * 1000)
    writer.close()
    return head.decode()

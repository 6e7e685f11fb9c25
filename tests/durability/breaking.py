"""What the durability tests do to the real processes, and what they check afterwards."""

import os
from typing import Any

import httpx
import psutil

from tests.product import Product, Storefront

WRITER, WEB, MAIL, CLOCK = "app:writer-backlinks", "app:web", "app:mail", "app:clock"
POSTGRES, REDIS = "data:postgres", "data:redis"

OUTAGE_SECONDS = float(os.environ.get("BLOGQUEUE_TEST_OUTAGE_SECONDS", "9"))
"""How long a service is down; longer than a lease lasts. Ten minutes can be set for `make durability`."""


def slow(schema: str, seconds: float, times: int = 1) -> dict[str, Any]:
    return {"kind": "slow", "schema": schema, "seconds": seconds, "times": times}


async def pass_a_minute(product: Product) -> None:
    """Let a minute begin: a clock sends its first message as soon as it starts."""
    product.take_away(CLOCK)
    product.bring_back(CLOCK)


async def at_work(shop: Storefront, **faults: float) -> tuple[Any, psutil.Process]:
    """Return an order whose worker waits for the model's second answer, and the worker's process."""
    before = (await shop.calls()).count("second_opinion")
    await shop.faults(model=[slow("second_opinion", faults.get("seconds", 20))])
    order = await shop.buy()
    await shop.asked_model("second_opinion", before)
    return order, psutil.Process(int((await shop.job(order))["lease_holder"].rpartition(":")[2]))


async def answers(shop: Storefront) -> bool:
    try:
        return (await shop.http.get(f"{shop.base}/health/ready")).is_success
    except httpx.TransportError:
        return False


async def runs(product: Product) -> bool:
    return product.pid(WRITER) > 0


async def works(shop: Storefront, pid: int) -> bool:
    """Return whether a process has said that it is a worker."""
    return bool(await shop.rows("SELECT FROM workers WHERE stopped_at IS NULL AND holder LIKE '%:' || $1", str(pid)))

"""An order's status as its customer and programs read it."""

import asyncio
from typing import Any

from tests.stage import Bought, Stage


async def test_a_status_is_of_one_moment_while_versions_are_stored(stage: Stage) -> None:
    # Given a program that reads a delivered order's status without pause
    order = await stage.delivered(await stage.article())
    reading = asyncio.gather(*(read_until(stage, order, versions=4) for _ in range(4)))

    # When the customer regenerates it again and again
    for _ in range(3):
        assert (await stage.regenerate(order)).status_code == 202
        await stage.drain()

    # Then every answer is whole, and its parts agree
    for status in [status for seen in await reading for status in seen]:
        open_jobs = [job for job in status["queue"]["jobs"] if job["state"] in {"WAITING", "ACTIVE", "DELAYED"}]
        assert len(open_jobs) == (status["status"] == "PROCESSING")
        assert status["queue"]["hasActiveJob"] == any(job["state"] == "ACTIVE" for job in open_jobs)
        assert (status["estimatedTime"] is not None) == bool(open_jobs)
        assert status["versionCount"] == len(status["queue"]["jobs"]) - len(open_jobs)
        numbers = [version["number"] for version in (status["version"], *status["earlierVersions"])]
        assert numbers == list(range(status["versionCount"], 0, -1))


async def read_until(stage: Stage, order: Bought, *, versions: int) -> list[dict[str, Any]]:
    """Read an order's status until it has so many versions; every answer."""
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["versionCount"] < versions:
        seen.append(await stage.status(order))
    return seen

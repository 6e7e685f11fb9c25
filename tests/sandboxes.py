"""The sandbox as tests run it: in the tests' own loop, on the ports that the environment names."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from blogqueue.sandbox.app import Config, running


@asynccontextmanager
async def sandbox(folder: Path) -> AsyncGenerator[str]:
    """A running sandbox; gives its address."""
    async with running(Config.from_environment(os.environ, folder)) as served:
        yield served.url

"""The sandbox as tests run it: in the tests' own loop, on the ports that the environment names."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from blogqueue.sandbox.app import running
from blogqueue.sandbox.state import Config


@asynccontextmanager
async def sandbox(folder: Path) -> AsyncGenerator[str]:
    """A running sandbox; gives its address."""
    webhook = f"{os.environ['BLOGQUEUE_PUBLIC_URL']}/api/v1/purchase/webhook"
    named = {"BLOGQUEUE_SANDBOX_DIR": str(folder), "BLOGQUEUE_SANDBOX_WEBHOOK_URL": webhook}
    async with running(Config.from_environment(os.environ | named)) as served:
        yield served.config.url

"""The sandbox in the tests' own event loop, on the ports that the environment names."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from blogqueue.sandbox.app import serve
from blogqueue.sandbox.state import Config


@asynccontextmanager
async def serve_sandbox(folder: Path) -> AsyncGenerator[str]:
    """Serve a sandbox; yields its address."""
    webhook = f"{os.environ['BLOGQUEUE_PUBLIC_URL']}/api/v1/purchase/webhook"
    named = {"BLOGQUEUE_SANDBOX_DIR": str(folder), "BLOGQUEUE_SANDBOX_WEBHOOK_URL": webhook}
    async with serve(Config.from_environment(os.environ | named)) as served:
        yield served.config.url

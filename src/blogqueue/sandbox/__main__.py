"""Run the sandbox as a process: `python -m blogqueue.sandbox`."""

import asyncio
import os
import signal

from blogqueue.sandbox.app import serve
from blogqueue.sandbox.state import Config


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with serve(Config.from_environment(os.environ)):
        await stopped.wait()


asyncio.run(main())

"""Flame graphs of the processes that are measured, by py-spy (`pip install py-spy`): where their time goes.

A process that is watched is slower, so a run with `--flames` is for the pictures and not for its figures.
"""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

FOLDER = "BENCH_FLAMES"
"""The environment's name for the folder of the pictures; without it none is drawn."""

SAMPLES_A_SECOND = 200

_drawn: set[str] = set()


def ask_for(folder: Path) -> None:
    """Have every process that is measured from now on drawn in a folder. Raises SystemExit where py-spy is missing."""
    if not shutil.which("py-spy"):
        sys.exit("--flames needs py-spy: pip install py-spy")
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[FOLDER] = str(folder)


@asynccontextmanager
async def watch(pid: int, name: str) -> AsyncGenerator[None]:
    """Draw what a process does during the block as `NAME.svg`, if that was asked for; the first block of each name."""
    folder = os.environ.get(FOLDER)
    if not folder or name in _drawn:
        yield
        return
    _drawn.add(name)
    spy = await asyncio.create_subprocess_exec(
        "py-spy", "record", "--pid", str(pid), "--rate", str(SAMPLES_A_SECOND), "--gil", "--duration", "86400",
        "--format", "flamegraph", "--output", f"{folder}/{name}.svg",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await asyncio.sleep(1)
    try:
        yield
    finally:
        spy.send_signal(signal.SIGINT)
        await spy.wait()

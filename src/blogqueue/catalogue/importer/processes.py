"""The processes that read and measure many files at once."""

import gc
import os
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any

Map = Callable[..., Iterator[Any]]

FEW_FILES = 400
"""So many files are read and measured before other processes would have started."""

CHUNK = 20
"""How many files a process takes at once."""


@contextmanager
def open_map(files: int) -> Generator[Map]:
    """Yield what takes the place of `map`: for many files, it uses as many processes as there are processors."""
    if files < FEW_FILES:
        yield map
        return
    # Not forked: a copy of a process with open connections would share them. A parsed text has few reference cycles and
    # the processes end soon, so that collecting garbage would only take time: a quarter of the whole.
    with ProcessPoolExecutor(
        len(os.sched_getaffinity(0)), mp_context=get_context("spawn"), initializer=gc.disable
    ) as pool:
        yield partial(pool.map, chunksize=CHUNK)

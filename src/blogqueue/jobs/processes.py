"""What a long-running process sets up: when it ends with its parent or main thread, and its garbage collector."""

import ctypes
import gc
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1  # linux/prctl.h

EXIT_SECONDS = 0.5
"""Longer than Python takes to end a process in which no thread is waiting."""

NEW_OBJECTS = 50_000
"""After so many more objects than before, the youngest are searched for cycles; Python's own 700 is for small programs.

A parsed article alone has thousands of objects, and hardly any cycles.
"""


def spare_imported() -> None:
    """Leave what has been imported so far out of every garbage collection, and collect more rarely.

    A collection visits all objects that it is about, and those of modules never become garbage (docs: gc.freeze).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)


def die_with_parent(number: signal.Signals) -> None:
    """Ask the kernel to send `number` to this process when the thread that started it ends; on Linux only.

    The request survives exec, and is dropped when the user changes (prctl(2), PR_SET_PDEATHSIG).
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def die_with_main_thread() -> None:
    """Start a thread that ends this process when its main thread ends, whatever the other threads wait for.

    Python waits for those that send messages, and one of them may wait for a broker that hangs.
    """

    def end() -> None:
        threading.main_thread().join()
        time.sleep(EXIT_SECONDS)
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()

"""What becomes of a process whose parent ends, and of one whose main thread does."""

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(number: signal.Signals) -> None:
    """Have the kernel send `number` to this process when the thread that started it ends; on Linux only.

    It outlives exec, and is lost when the user changes (prctl(2), PR_SET_PDEATHSIG).
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)


LAST_BREATH_SECONDS = 0.5
"""Longer than Python takes to end a process that nothing holds up."""


def die_with_main_thread() -> None:
    """Have this process end when its main thread does, whatever its other threads are still waiting for.

    A worker that is told a second time to stop leaves its main thread at once, and its others would go on half alive:
    taking jobs, and failing them because no new work can be begun.
    """

    def end() -> None:
        threading.main_thread().join()
        time.sleep(LAST_BREATH_SECONDS)
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()

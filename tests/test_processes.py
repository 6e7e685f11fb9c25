"""No part of a process outlives its main thread."""

import subprocess
import sys

HELD_UP = """
import threading
from blogqueue.jobs.processes import die_with_main_thread

die_with_main_thread()
threading.Thread(target=threading.Event().wait).start()  # as a sender does that waits for a broker which hangs
print("the main thread ends", flush=True)
"""


def test_a_process_ends_with_its_main_thread_whatever_its_others_wait_for() -> None:
    ended = subprocess.run([sys.executable, "-c", HELD_UP], capture_output=True, text=True, check=False, timeout=30)

    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "the main thread ends\n", "")

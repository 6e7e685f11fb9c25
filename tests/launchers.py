"""Launchers as tests run them: the real supervisord.conf with stand-ins for the product's own processes."""

import configparser
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil

from blogqueue.demo.ports import free_port

ROOT = Path(__file__).parents[1]
STOP_SECONDS = 20.0
"""Within this time everything has to stop."""
HANG_SECONDS = 120.0
"""A limit for what hangs; a busy machine may take most of a minute to start what is to be stopped."""

STAND_INS = """
import os, signal, sys, time

def serve(port):
    import http.server  # here, as it takes longer to import than all else takes

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()

match sys.argv[1]:
    case "serves":
        serve(int(os.environ[sys.argv[2]]))
    case "waits":
        signal.pause()
    case "is-deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            signal.pause()
    case "breaks":
        sys.exit("this part is broken")
    case "tells":
        print(time.time_ns())
"""

LAUNCHER = """
import sys
from pathlib import Path
from blogqueue.demo import launch
from blogqueue.demo.steps import Step
once = Step("Once", ("stand_ins", "tells"), once=True, stored_as="adminToken")
steps = (Step("Always", ("stand_ins", "tells")), once)
sys.exit(launch.run(int(sys.argv[1]), Path(sys.argv[2]), launch.Product(Path(sys.argv[3]), steps)))
"""

PROGRAMS = {
    "web": "stand_ins serves BLOGQUEUE_WEB_PORT",
    "sandbox": "stand_ins serves BLOGQUEUE_SANDBOX_PORT",
    "writer-backlinks": "stand_ins waits",
    "writer-articles": "stand_ins waits",
    "mail": "stand_ins waits",
    "clock": "stand_ins waits",
}

# The demo does not inherit the settings of the tests.
OURS = ("BLOGQUEUE_", "STRIPE_", "OPENAI_", "DATABASE_URL", "REDIS_URL", "BROKER_URL", "SMTP_URL")


class Launcher:
    """A running launcher and its output."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.output = ""

    def wait_for(self, text: str) -> None:
        """Read its output until it contains a text."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line
            if text in line:
                return
        raise AssertionError(f"never printed {text!r}, but:\n{self.output}")

    def wait_until_started(self) -> dict[str, Any]:
        """Wait until everything runs; return demo.json."""
        self.wait_for("Ctrl-C stops everything.")
        return json.loads((self.folder / "demo.json").read_text())

    def end(self, number: signal.Signals | None = None) -> tuple[int, float]:
        """End it, with a signal if one is given; return its exit code, and the seconds it took."""
        started = time.monotonic()
        if number is not None:
            self.process.send_signal(number)
        self.output += self.process.communicate(timeout=HANG_SECONDS)[0]
        return self.process.returncode, time.monotonic() - started


class Launchers:
    """Starts launchers. `product` replaces stand-ins, `outside` changes the environment."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.port = free_port()
        self._stack = stack
        (folder / "stand_ins.py").write_text(STAND_INS)

    def launch(self, data: Path, outside: dict[str, str] | None = None, **product: str) -> Launcher:
        conf = configuration()
        for name, words in (PROGRAMS | product).items():
            # The stand-ins run or fail within a second; another test covers the real waiting times.
            conf[f"program:{name}"].update(
                command=f'"%(ENV_BLOGQUEUE_PYTHON)s" -m {words}', startsecs="1", stopwaitsecs="3"
            )
        path = self.folder / "supervisord.conf"
        with path.open("w") as file:
            conf.write(file)
        given = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, str(self.port), str(data), str(path)],
            env=given | {"PYTHONPATH": str(self.folder)} | (outside or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self._stack.enter_context(_ended(Launcher(process, data)))


class _ended:  # noqa: N801 - read as a phrase
    """Ends a launcher that a failed test left running."""

    def __init__(self, launcher: Launcher) -> None:
        self.launcher = launcher

    def __enter__(self) -> Launcher:
        return self.launcher

    def __exit__(self, *_: object) -> None:
        if self.launcher.process.poll() is None:
            self.launcher.end(signal.SIGTERM)
        assert self.launcher.process.stdout is not None
        self.launcher.process.stdout.close()


def configuration() -> configparser.RawConfigParser:
    conf = configparser.RawConfigParser(inline_comment_prefixes=(" ;",))
    conf.read([ROOT / "supervisord.conf", ROOT / "src/blogqueue/demo/supervisord.conf"])
    conf.remove_section("include")  # the first file is what the second includes
    return conf


def of(demo_file: dict[str, Any]) -> list[psutil.Process]:
    """Return the living processes that demo.json names."""
    return [psutil.Process(pid) for pid in demo_file["pids"].values() if psutil.pid_exists(pid)]


def left(processes: Iterable[psutil.Process], within: float = 2) -> list[psutil.Process]:
    """Return the processes that still live after some seconds. A zombie does not live."""
    deadline = time.monotonic() + within
    while (living := [one for one in processes if _lives(one)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return living


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

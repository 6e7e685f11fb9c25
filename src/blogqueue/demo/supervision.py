"""The supervisord that runs all of the demo: start it, call it, stop it, and stop what a killed one left behind."""

import asyncio
import http.client
import os
import signal
import sys
import xmlrpc.client
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from supervisor.xmlrpc import SupervisorTransport

from blogqueue.demo.folder import DemoError

POLL_SECONDS = 0.05
START_SECONDS = 15.0
# Stopping may take 20 s in all; the remaining 2 s are for killing.
STOP_SECONDS = 18.0
# A process that had to be started this often before everything was ready counts as broken.
STARTS = 3


@dataclass(frozen=True, slots=True)
class Program:
    """A process as supervisord reports it: `state` in its terms, `started` in seconds since 1970."""

    group: str
    name: str
    state: str
    pid: int
    started: int
    log: Path


class Supervisor:
    """A running supervisord, called over the socket in `run`; `process` is None if another launcher started it."""

    def __init__(self, run: Path, process: asyncio.subprocess.Process | None = None) -> None:
        self.process = process
        self._address = f"unix://{run / 'supervisor.sock'}"
        self._starts: defaultdict[str, set[int]] = defaultdict(set)

    def _call(self, method: str, *arguments: str | bool) -> Any:  # noqa: ANN401 - each method returns its own shape
        """Call a method of supervisord's XML-RPC interface. Raises DemoError."""
        # A new connection for each call: the transport cannot be used again after a call that failed.
        with closing(SupervisorTransport(None, None, self._address)) as transport:
            server = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
            try:
                return getattr(server.supervisor, method)(*arguments)
            except (OSError, http.client.HTTPException, xmlrpc.client.Error) as error:
                raise DemoError(f"supervisord does not answer {method} {arguments or ''}: {error}") from error

    def find_pid(self) -> int | None:
        """Return its pid, or None if it does not answer."""
        try:
            return int(self._call("getPID"))
        except DemoError:
            return None

    def shut_down(self) -> None:
        """Make it stop everything and end."""
        with suppress(DemoError):
            self._call("shutdown")

    def start(self, *names: str) -> None:
        """Start programs (`group:name`) or whole groups (`group:*`), without waiting. Raises DemoError."""
        wait = False
        for name in names:
            if name.endswith(":*"):
                self._call("startProcessGroup", name.removesuffix(":*"), wait)
            else:
                self._call("startProcess", name, wait)

    def list_programs(self) -> list[Program]:
        """Return all programs of the configuration. Raises DemoError when supervisord does not answer."""
        found = self._call("getAllProcessInfo")
        return [
            Program(
                group=one["group"],
                name=one["name"],
                state=one["statename"],
                pid=one["pid"],
                started=one["start"],
                log=Path(one["stdout_logfile"]),
            )
            for one in found
        ]

    def check(self) -> list[Program]:
        """Return all programs. Raises DemoError with the end of the log of one that does not stay up."""
        programs = self.list_programs()
        for program in programs:
            if program.started:
                self._starts[program.name].add(program.started)
            # The state alone is not enough: on a slow machine a program may fail so late that it counted as running.
            if program.state == "FATAL" or len(self._starts[program.name]) >= STARTS:
                raise DemoError(
                    f"{program.name} does not start. The end of {program.log}:\n{read_log_end(program.log)}"
                )
        return programs


@asynccontextmanager
async def start_supervisord(
    configuration: Path, environ: dict[str, str], run: Path, log: Path
) -> AsyncGenerator[Supervisor]:
    """Run a supervisord for the length of a block; afterwards it and all that it started have ended.

    It runs in a new session, so that Ctrl-C reaches only the launcher and remaining processes can be found. It is
    silent (-s), so `log` receives only the errors that keep it from starting. Raises DemoError when it does not start.
    """
    command = [sys.executable, "-m", "blogqueue.demo.servers", "supervisord", "-n", "-s", "-c", str(configuration)]
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    supervisor = Supervisor(run, process)
    try:
        await _wait_until_it_answers(supervisor, process, log)
        yield supervisor
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await _end_session(process.pid)
        await process.wait()


async def _wait_until_it_answers(supervisor: Supervisor, process: asyncio.subprocess.Process, log: Path) -> None:
    deadline = asyncio.get_running_loop().time() + START_SECONDS
    while supervisor.find_pid() != process.pid:
        if process.returncode is not None or asyncio.get_running_loop().time() > deadline:
            raise DemoError(f"supervisord did not start. The end of {log}:\n{read_log_end(log)}")
        await asyncio.sleep(POLL_SECONDS)


async def stop_left_over(run: Path) -> bool:
    """Stop the processes that a killed launcher left behind; return whether there were any."""
    left = Supervisor(run)
    if (pid := left.find_pid()) is not None:
        left.shut_down()
        await _end_session(pid)
        return True
    pid_file = run / "supervisord.pid"
    text = pid_file.read_text().strip() if pid_file.exists() else ""
    # The number may belong to another process by now, so its environment must name our folder.
    members = [one for one in _list_session(int(text)) if _belongs_to(one, run)] if text.isdigit() else []
    for member in members:
        _send(member, signal.SIGTERM)
    await _wait_or_kill(members, STOP_SECONDS)
    return bool(members)


async def _end_session(pid: int) -> None:
    """Wait until supervisord has stopped everything and ended, then kill what is left of its session."""
    with suppress(psutil.NoSuchProcess):
        await _wait_or_kill([psutil.Process(pid)], STOP_SECONDS)
    rest = list(_list_session(pid))
    for member in rest:
        _send(member, signal.SIGKILL)
    await _wait_or_kill(rest, 1.0)


async def _wait_or_kill(members: list[psutil.Process], seconds: float) -> None:
    """Wait until the processes have ended, then kill those that have not."""
    deadline = asyncio.get_running_loop().time() + seconds
    while any(_is_alive(member) for member in members):
        if asyncio.get_running_loop().time() > deadline:
            for member in members:
                _send(member, signal.SIGKILL)
            break
        await asyncio.sleep(POLL_SECONDS)


def _list_session(pid: int) -> Iterable[psutil.Process]:
    """Yield the living processes of the session that `pid` started. The id is not reused while one of them lives."""
    for process in psutil.process_iter():
        with suppress(OSError, psutil.Error):
            if os.getsid(process.pid) == pid and _is_alive(process):
                yield process


def _belongs_to(process: psutil.Process, run: Path) -> bool:
    with suppress(psutil.Error):
        return process.environ().get("BLOGQUEUE_RUN_DIR") == str(run)
    return False


def _is_alive(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.Error):
        process.send_signal(number)


def read_log_end(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, for an error message."""
    if not log.exists():
        return "(empty)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) or "(empty)"

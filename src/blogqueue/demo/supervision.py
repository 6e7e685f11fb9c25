"""The one supervisord under which all of the demo runs: start it, ask it, stop it, clear what one left behind."""

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
# Of the 20 s that stopping may take (DESIGN §9), what is left after these goes to killing.
STOP_SECONDS = 18.0
# A process that had to be started this often before everything was ready is taken for broken.
STARTS = 3


@dataclass(frozen=True, slots=True)
class Program:
    """One process as supervisord sees it; `state` is its word for it, `started` in seconds since 1970."""

    group: str
    name: str
    state: str
    pid: int
    started: int
    log: Path


class Supervisor:
    """A running supervisord, spoken to over the socket in `run`; `process` is None for one that was found running."""

    def __init__(self, run: Path, process: asyncio.subprocess.Process | None = None) -> None:
        self.process = process
        self._address = f"unix://{run / 'supervisor.sock'}"
        self._starts: defaultdict[str, set[int]] = defaultdict(set)

    def _ask(self, method: str, *words: str | bool) -> Any:  # noqa: ANN401 - each method answers with its own shape
        """One call of supervisord's XML-RPC interface. Raises DemoError."""
        # A connection of its own for each call: the transport cannot be used again after a call that failed.
        with closing(SupervisorTransport(None, None, self._address)) as transport:
            server = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
            try:
                return getattr(server.supervisor, method)(*words)
            except (OSError, http.client.HTTPException, xmlrpc.client.Error) as error:
                raise DemoError(f"supervisord does not answer to {method} {words or ''}: {error}") from error

    def pid(self) -> int | None:
        """Its pid, or None when it does not answer."""
        try:
            return int(self._ask("getPID"))
        except DemoError:
            return None

    def shut_down(self) -> None:
        """Ask it to stop everything and end."""
        with suppress(DemoError):
            self._ask("shutdown")

    def start(self, *names: str) -> None:
        """Start programs (`group:name`) or whole groups (`group:*`), without waiting. Raises DemoError."""
        wait = False
        for name in names:
            if name.endswith(":*"):
                self._ask("startProcessGroup", name.removesuffix(":*"), wait)
            else:
                self._ask("startProcess", name, wait)

    def programs(self) -> list[Program]:
        """All programs of the configuration. Raises DemoError when supervisord does not answer."""
        told = self._ask("getAllProcessInfo")
        return [
            Program(
                group=one["group"],
                name=one["name"],
                state=one["statename"],
                pid=one["pid"],
                started=one["start"],
                log=Path(one["stdout_logfile"]),
            )
            for one in told
        ]

    def check(self) -> list[Program]:
        """All programs. Raises DemoError, with the end of its log, when one gave up or starts again and again."""
        programs = self.programs()
        for program in programs:
            if program.started:
                self._starts[program.name].add(program.started)
            # Its state alone does not tell: on a slow machine it may fail so late that it counted as running.
            if program.state == "FATAL" or len(self._starts[program.name]) >= STARTS:
                raise DemoError(f"{program.name} does not start. The end of {program.log}:\n{tail(program.log)}")
        return programs


@asynccontextmanager
async def supervisord(configuration: Path, environ: dict[str, str], run: Path, log: Path) -> AsyncGenerator[Supervisor]:
    """Have a supervisord for the length of a block; afterwards it and all that it started have ended.

    It has a session of its own, so that Ctrl-C reaches the launcher alone and what is left can be found. As it is
    silent (-s), `log` gets only what keeps it from starting. Raises DemoError when it does not start.
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
        await _answering(supervisor, process, log)
        yield supervisor
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await _gone(process.pid)
        await process.wait()


async def _answering(supervisor: Supervisor, process: asyncio.subprocess.Process, log: Path) -> None:
    deadline = asyncio.get_running_loop().time() + START_SECONDS
    while supervisor.pid() != process.pid:
        if process.returncode is not None or asyncio.get_running_loop().time() > deadline:
            raise DemoError(f"supervisord did not start. The end of {log}:\n{tail(log)}")
        await asyncio.sleep(POLL_SECONDS)


async def clear_left_over(run: Path) -> bool:
    """Stop what a launcher that was killed left behind; says whether there was anything."""
    left = Supervisor(run)
    if (pid := left.pid()) is not None:
        left.shut_down()
        await _gone(pid)
        return True
    pid_file = run / "supervisord.pid"
    text = pid_file.read_text().strip() if pid_file.exists() else ""
    # A number that only looks like ours by chance leads to no process whose environment names our folder.
    members = [one for one in _session(int(text)) if _names(one, run)] if text.isdigit() else []
    for member in members:
        _send(member, signal.SIGTERM)
    await _ended(members, STOP_SECONDS)
    return bool(members)


async def _gone(pid: int) -> None:
    """Wait until supervisord has stopped everything and ended; what is left of its session then is killed."""
    with suppress(psutil.NoSuchProcess):
        await _ended([psutil.Process(pid)], STOP_SECONDS)
    rest = list(_session(pid))
    for member in rest:
        _send(member, signal.SIGKILL)
    await _ended(rest, 1.0)


async def _ended(members: list[psutil.Process], seconds: float) -> None:
    """Wait until the processes have ended, then kill those that have not."""
    deadline = asyncio.get_running_loop().time() + seconds
    while any(_alive(member) for member in members):
        if asyncio.get_running_loop().time() > deadline:
            for member in members:
                _send(member, signal.SIGKILL)
            break
        await asyncio.sleep(POLL_SECONDS)


def _session(pid: int) -> Iterable[psutil.Process]:
    """The living processes of the session that `pid` began; their number stays taken as long as one of them lives."""
    for process in psutil.process_iter():
        with suppress(OSError, psutil.Error):
            if os.getsid(process.pid) == pid and _alive(process):
                yield process


def _names(process: psutil.Process, run: Path) -> bool:
    with suppress(psutil.Error):
        return process.environ().get("BLOGQUEUE_RUN_DIR") == str(run)
    return False


def _alive(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.Error):
        process.send_signal(number)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, for a message."""
    if not log.exists():
        return "(nothing)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) or "(nothing)"

"""The command line as tests call it: each command is a process of its own, forked from one that has imported all.

`python -m tests.command_line MODULE…` imports the modules and then reads one command from each line of its input, as
JSON: its words, what is typed if it asks, and the environment that it is to have. It answers with the command's exit
code and output. So a command takes some ms, and not the second in which Python imports everything.
"""

import asyncio
import gc
import importlib
import json
import os
import sys
import traceback
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from tempfile import TemporaryFile
from typing import Any

LIBRARIES = (
    "asyncpg",
    "babel.numbers",
    "dramatiq.brokers.redis",
    "openai",
    "piccolo.apps.migrations.commands.forwards",
    "piccolo.engine.postgres",
    "piccolo.table",
    "piccolo_api.mfa.authenticator.tables",
    "pydantic_settings",
    "redis",
    "rich.console",
    "rich.table",
    "stripe",
    "structlog",
)
"""What takes long to import and reads none of our settings."""

OURS = ("blogqueue.cli.start", "blogqueue.cli.commands", "blogqueue.actors", "blogqueue.audit", "blogqueue.reviews")
"""What commands with the tests' own settings import as well."""

NO_SETTINGS = {"BLOGQUEUE_EDITOR_PASSWORD"}
"""What is read when it is needed, and so may differ for a command with the tests' own settings."""


@dataclass(frozen=True)
class Done:
    """The end of a command."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> tuple[int, str]:
        """The exit code and all that was printed."""
        return self.code, self.out + self.err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Forking:
    """A process that has imported modules and forks itself for each command."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    async def start(cls, *modules: str) -> "Forking":
        command = [sys.executable, "-m", "tests.command_line", *modules]
        pipe = asyncio.subprocess.PIPE
        return cls(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=2**24))

    async def run(self, command: dict[str, Any]) -> Done:
        assert self._process.stdin and self._process.stdout
        async with self._one_at_a_time:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            answered = await self._process.stdout.readline()
        assert answered, "the process of the command line has ended"
        return Done(**json.loads(answered))

    async def stop(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await self._process.wait()


class CommandLine:
    """Runs commands."""

    def __init__(self) -> None:
        self._forking: dict[tuple[str, ...], Forking] = {}

    async def run(self, *words: object, answer: str = "", **environment: str) -> Done:
        """Run a command with the tests' environment and these changes ("" for not set); `answer` is what is typed."""
        # Ours read the settings when they are imported.
        modules = LIBRARIES + OURS if environment.keys() <= NO_SETTINGS else LIBRARIES
        if modules not in self._forking:
            self._forking[modules] = await Forking.start(*modules)
        surroundings = {name: value for name, value in (os.environ | environment).items() if value}
        command = {"words": [str(word) for word in words], "answer": answer, "environment": surroundings}
        return await self._forking[modules].run(command)

    async def stop(self) -> None:
        for forking in self._forking.values():
            await forking.stop()


@asynccontextmanager
async def open_command_line() -> AsyncGenerator[CommandLine]:
    command_line = CommandLine()
    yield command_line
    await command_line.stop()


def serve(modules: list[str]) -> None:
    """Run the commands of the input to its end."""
    for module in modules:
        importlib.import_module(module)
    gc.freeze()  # a collection would copy all that was imported into each fork
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    for line in sys.stdin:
        command = json.loads(line)
        with TemporaryFile() as typed, TemporaryFile() as out, TemporaryFile() as err:
            typed.write(command["answer"].encode())
            files = (typed, out, err)
            for file in files:
                file.seek(0)
            pid = os.fork()
            if pid == 0:
                for number, file in enumerate(files):
                    os.dup2(file.fileno(), number)
                become(command)
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            for file in files:
                file.seek(0)
            done = Done(code, out.read().decode(), err.read().decode())
        json.dump(asdict(done), answers)
        answers.write("\n")
        answers.flush()


def become(command: dict[str, Any]) -> None:
    """Be `blogqueue` with the command's words; this does not return."""
    os.environ.clear()
    os.environ.update(command["environment"])
    os.chdir("/")  # where no demo runs
    sys.argv = ["blogqueue", *command["words"]]
    from piccolo.apps.user.tables import BaseUser  # noqa: PLC0415 - as below

    from blogqueue.cli.start import main  # noqa: PLC0415 - in the new process, which may have other settings

    BaseUser._pbkdf2_iteration_count = 1_000  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - as in tests/stage.py
    code = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            sys.stderr.write(f"{ended.code}\n")
    except BaseException:  # noqa: BLE001 - as Python ends with any exception
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # at once: Python would take apart all that was imported, for half a second


if __name__ == "__main__":
    serve(sys.argv[1:])

"""The command line as tests call it: the real commands, in one process of their own, which starts once.

`python -m tests.command_line` reads the words of a command from each line of its input, as JSON, and answers with its
exit code and what it printed. So a command takes some ms, not the second in which Python imports everything.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from blogqueue.cli.commands import main


@dataclass(frozen=True)
class Done:
    """The end of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class CommandLine:
    """Runs commands, one after another."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def run(self, *words: object, answer: str = "") -> Done:
        """Run a command; `answer` is what is typed if it asks."""
        assert self.process.stdin and self.process.stdout
        line = json.dumps({"words": [str(word) for word in words], "answer": answer})
        self.process.stdin.write(line.encode() + b"\n")
        answered = await self.process.stdout.readline()
        assert answered, "the process of the command line has ended"
        return Done(**json.loads(answered))


@asynccontextmanager
async def open_command_line() -> AsyncGenerator[CommandLine]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.command_line",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    yield CommandLine(process)
    assert process.stdin
    process.stdin.close()
    await process.wait()


def serve() -> None:
    """Run the commands of the input to its end."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    for line in sys.stdin:
        asked = json.loads(line)
        done = CliRunner().invoke(main, asked["words"], input=asked["answer"], prog_name="blogqueue")
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        out, err = done.stdout, done.stderr
        if isinstance(done.exception, SystemExit) and isinstance(done.exception.code, str):
            # Python prints such a sentence to standard error, CliRunner to standard output.
            said = f"{done.exception.code}\n"
            out, err = out.removesuffix(said), err + said
        json.dump({"code": done.exit_code, "out": out, "err": err}, answers)
        answers.write("\n")
        answers.flush()


if __name__ == "__main__":
    serve()

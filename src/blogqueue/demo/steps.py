"""What has to be done before the product starts: at every start, or once for a database. The one list of it."""

import asyncio
import secrets
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from blogqueue.demo.folder import DemoError

PROJECT = Path(__file__).resolve().parents[3]
ADMIN_USER = "admin"


@dataclass(frozen=True, slots=True)
class Step:
    """A command line after `python -m`; `told` says what it does, as "Migrating the database".

    `once`: only the first time on a database. `password`: it reads the editor's password from BLOGQUEUE_ADMIN_PASSWORD.
    `keeps`: the last line that it prints is kept under this name. `done_when`: a failure that says this word means
    that a start which was broken off has done it before.
    """

    told: str
    words: tuple[str, ...]
    once: bool = False
    password: bool = False
    keeps: str = ""
    done_when: str = ""


# A token is shown once only, so a start that was broken off right after it makes one under another name.
TOKEN_NAME = f"demo-{secrets.token_hex(4)}"
ADMIN = ("blogqueue", "admin", "create", "--name", ADMIN_USER, "--email", "admin@blogqueue.example")

STEPS = (
    Step("Migrating the database", ("blogqueue", "migrate")),
    Step("Publishing the sample articles", ("blogqueue", "articles", "import", str(PROJECT / "samples")), once=True),
    Step("Making the editor's account", ADMIN, once=True, password=True, done_when="already"),
    Step("Making a token for programs", ("blogqueue", "admin", "token", TOKEN_NAME), once=True, keeps="adminToken"),
)


async def take(step: Step, python: str, environ: dict[str, str]) -> str:
    """Run one step to its end; gives the last line that it printed. Raises DemoError with what it said."""
    process = await asyncio.create_subprocess_exec(
        python,
        "-m",
        *step.words,
        env=environ,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        # Ctrl-C is for the launcher, which ends the step itself.
        process_group=0,
    )
    try:
        printed, said = await process.communicate()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()
        raise
    if process.returncode:
        words = (said or printed).decode(errors="replace").strip()
        if step.done_when and step.done_when in words:
            return ""
        raise DemoError(f"{step.told} failed ({process.returncode}):\n" + "\n".join(words.splitlines()[-15:]))
    lines = printed.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""

"""The steps before the product starts: some run at every start, some once per database."""

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
    """A command: `arguments` follow `python -m`, and `title` is printed, as in "Migrating the database".

    `once`: run it only the first time on a database. `password`: it reads the editor's password from
    BLOGQUEUE_EDITOR_PASSWORD. `stored_as`: store the last line it prints under this name. `done_when`: if it fails with
    this word in its message, an interrupted start has run it before.
    """

    title: str
    arguments: tuple[str, ...]
    once: bool = False
    password: bool = False
    stored_as: str = ""
    done_when: str = ""


# A token is shown only once, so the start after an interrupted one issues another token under another name.
TOKEN_NAME = f"demo-{secrets.token_hex(4)}"
EDITOR = ("blogqueue", "editors", "create", "--name", ADMIN_USER, "--email", "admin@blogqueue.example")

STEPS = (
    Step("Migrating the database", ("blogqueue", "migrate")),
    Step("Publishing the sample articles", ("blogqueue", "articles", "import", str(PROJECT / "samples")), once=True),
    Step("Creating the editor's account", EDITOR, once=True, password=True, done_when="already"),
    Step(
        "Issuing a token for programs", ("blogqueue", "editors", "token", TOKEN_NAME), once=True, stored_as="adminToken"
    ),
)


async def run_step(step: Step, python: str, environ: dict[str, str]) -> str:
    """Run one step to its end; return the last line it printed. Raises DemoError with its message."""
    process = await asyncio.create_subprocess_exec(
        python,
        "-m",
        *step.arguments,
        env=environ,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        # Ctrl-C reaches the launcher, which ends the step itself.
        process_group=0,
    )
    try:
        printed, errors = await process.communicate()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()
        raise
    if process.returncode:
        message = (errors or printed).decode(errors="replace").strip()
        if step.done_when and step.done_when in message:
            return ""
        raise DemoError(f"{step.title} failed ({process.returncode}):\n" + "\n".join(message.splitlines()[-15:]))
    lines = printed.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""

"""What the demo keeps in its folder: the lock, the ports, the secrets, and what was done at the first start."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from blogqueue.demo.ports import free_port, is_free

LAST_PORT = 65535

# sun_path holds 108 bytes on Linux and 104 on macOS; supervisord adds a dot and its pid while it makes the socket.
SOCKET_PATH_BYTES = 104 - len(".4194304") - 1


class DemoError(Exception):
    """The demo cannot start or go on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each part listens on 127.0.0.1."""

    web: int
    sandbox: int
    smtp: int
    postgres: int
    redis: int


@dataclass(frozen=True, slots=True)
class Secrets:
    """Made at the first start and kept, so that yesterday's sessions, links and signatures hold today."""

    secret_key: str
    stripe_api_key: str
    stripe_webhook_secret: str
    openai_api_key: str
    redis_password: str
    admin_password: str


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Make the folder if need be and hold it: one demo to a folder. The kernel lets go of it when this process ends.

    Raises DemoError when it cannot be written, or is held.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / "lock").open("a+")
    except OSError as error:
        raise DemoError(
            f"Cannot write in {folder}: {error.strerror}. Choose another folder with --data-dir."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise DemoError(f"blogqueue already runs from {folder} (pid {holder}).") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def run_folder(folder: Path) -> Generator[Path]:
    """Have a folder for the control socket: in `folder`, or in /tmp when a socket cannot have so long a name.

    supervisord would expand a % in it, so such a path counts as too long. The one in /tmp goes with the block; its name
    is made from `folder`, so that the start after a crash finds it. Raises DemoError when somebody else made it.
    """
    run = folder / "run"
    if len(os.fsencode(run / "supervisor.sock")) > SOCKET_PATH_BYTES or "%" in str(run):
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        run = Path(tempfile.gettempdir()) / f"blogqueue-{os.geteuid()}-{name}"
    run.mkdir(mode=0o700, exist_ok=True)
    state = run.lstat()
    if run.is_symlink() or state.st_uid != os.geteuid() or state.st_mode & 0o077:
        raise DemoError(f"{run} belongs to somebody else or is open to others: remove it.")
    try:
        yield run
    finally:
        if run.parent != folder:
            shutil.rmtree(run, ignore_errors=True)


def ports(folder: Path, web: int) -> Ports:
    """The ports of this start: those of the last one as far as they are free, since links in old mails name them.

    Raises DemoError when `web` is taken or no port.
    """
    if not 0 < web <= LAST_PORT:
        raise DemoError(f"There is no port {web}: they go from 1 to {LAST_PORT}.")
    try:
        free = is_free(web)
    except PermissionError as error:
        raise DemoError(f"Port {web} is for root alone: choose one from 1024 on with --port.") from error
    if not free:
        raise DemoError(f"Port {web} is taken by another program: stop it, or choose another port with --port.")
    kept: dict[str, int] = _read(folder / "ports.json")
    chosen = {web}

    def choose(name: str, *requests: int) -> int:
        for port in (kept.get(name, 0), *requests):
            if 0 < port <= LAST_PORT and port not in chosen and is_free(port):
                break
        else:
            port = free_port()
        chosen.add(port)
        return port

    found = Ports(web, choose("sandbox", web + 1), choose("smtp"), choose("postgres"), choose("redis"))
    write_private(folder / "ports.json", asdict(found))
    return found


def kept_secrets(folder: Path) -> Secrets:
    """The secrets of this folder, made once; a kept one that is missing is made anew."""
    fresh = Secrets(
        secret_key=secrets.token_urlsafe(48),
        stripe_api_key=f"sk_test_{secrets.token_hex(24)}",
        stripe_webhook_secret=f"whsec_{secrets.token_hex(24)}",
        openai_api_key=f"sk-sandbox-{secrets.token_hex(24)}",
        redis_password=secrets.token_urlsafe(24),
        admin_password=secrets.token_urlsafe(12),
    )
    known = {name: value for name, value in _read(folder / "secrets.json").items() if name in Secrets.__slots__}
    found = replace(fresh, **known)
    write_private(folder / "secrets.json", asdict(found))
    return found


def first_start(folder: Path, database: str) -> dict[str, str]:
    """What was done once for this very database: the words of each step and what it told."""
    return _read(folder / "first-start.json").get(database, {})


def record_first_start(folder: Path, database: str, done: dict[str, str]) -> None:
    """Keep what was done once for this database."""
    path = folder / "first-start.json"
    write_private(path, _read(path) | {database: done})


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Write JSON in one move, readable for its owner alone."""
    text = json.dumps(content, indent=2) + "\n"
    # mkstemp makes its file with 0600.
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(number, "w") as file:
        file.write(text)
    Path(name).replace(path)


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise DemoError(f"{path} is not JSON any more: repair it, or move it away.") from error

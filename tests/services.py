"""The PostgreSQL and the Redis that the tests run on: those named in the environment, else fresh ones."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

from blogqueue.demo import servers

MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's file system in memory
MEMORY_BYTES = 4 * 1024**3
"""What must be free there: a fresh PostgreSQL takes 60 MB, and a run of the tests makes a dozen of them."""


def find_memory() -> Path | None:
    """Return a folder in memory for data that nobody keeps, or None where the machine has too little of it.

    A test creates and removes some hundred files; on a disk of a virtual machine each of them takes a millisecond.
    """
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES:
        return MEMORY
    return None


PREFIX = "blogqueue-tests-"
"""Of a run's folder; the id of its process follows."""


def remove_left_over() -> None:
    """Remove the folders of runs that were killed, which would otherwise hold memory until the machine restarts."""
    for folder in (find_memory() or Path(tempfile.gettempdir())).glob(f"{PREFIX}*-*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Services:
    """Where they are, and what has to be closed after the tests."""

    database_url: str
    redis_url: str
    running: ExitStack


def start() -> Services:
    """Find or start both; BLOGQUEUE_TEST_DATABASE_URL and BLOGQUEUE_TEST_REDIS_URL name given ones."""
    with ExitStack() as stack:
        database_url = os.environ.get("BLOGQUEUE_TEST_DATABASE_URL", "")
        redis_url = os.environ.get("BLOGQUEUE_TEST_REDIS_URL", "")
        if not (database_url and redis_url):
            remove_left_over()
            folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=find_memory()))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            database_url = database_url or stack.enter_context(servers.postgres(folder, fast=True))
            redis_url = redis_url or stack.enter_context(servers.redis(folder))
        return Services(database_url, redis_url, stack.pop_all())


def stop(services: Services) -> None:
    """Stop what `start` started and remove its data."""
    services.running.close()

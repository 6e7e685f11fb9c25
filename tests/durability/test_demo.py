"""The launcher, with the real supervisord.conf, PostgreSQL and Redis, and stand-ins for the product's own processes."""

import json
import os
import signal
import stat
import time
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest
import redis

from tests.launchers import PROGRAMS, STOP_SECONDS, Launcher, Launchers, left, of

pytestmark = pytest.mark.durability


@pytest.fixture
def launchers(tmp_path: Path) -> Generator[Launchers]:
    with ExitStack() as stack:
        yield Launchers(tmp_path, stack)


@pytest.fixture
def outside() -> dict[str, str]:
    """The tests' own PostgreSQL and Redis, given to a launcher from outside."""
    return {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Launchers, Launcher, dict[str, Any]]]:
    """A demo that already runs, on the tests' own PostgreSQL and Redis; and its demo.json."""
    with ExitStack() as stack:
        launchers = Launchers(tmp_path_factory.mktemp("others"), stack)
        given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
        launcher = launchers.launch(launchers.folder / "var", given)
        yield launchers, launcher, launcher.wait_until_started()


Others = tuple[Launchers, Launcher, dict[str, Any]]


async def test_everything_starts_ends_without_a_trace_and_goes_on_the_next_day(launchers: Launchers) -> None:
    # Given a demo that has started for the first time
    data = launchers.folder / "var"
    launcher = launchers.launch(data)
    first = launcher.wait_until_started()
    assert set(first["pids"]) == set(PROGRAMS) | {"postgres", "redis", "supervisord", "launcher"}
    assert stat.S_IMODE((data / "demo.json").stat().st_mode) == 0o600
    connection = await asyncpg.connect(first["databaseUrl"])
    await connection.execute("CREATE TABLE orders (id int); INSERT INTO orders VALUES (7)")
    await connection.close()
    with redis.Redis.from_url(first["redisUrl"]) as client:
        client.set("queue", "kept")

    # When Ctrl-C is pressed
    code, seconds = launcher.end(signal.SIGINT)

    # Then everything ends in time, and nothing is left
    assert (code, seconds < STOP_SECONDS) == (0, True), launcher.output
    assert left(of(first)) == []
    assert not (data / "demo.json").exists()

    # And the next start goes on with the data, the secrets and the ports, and does not do again what is done once
    again = launchers.launch(data)
    second = again.wait_until_started()
    connection = await asyncpg.connect(second["databaseUrl"])
    assert await connection.fetchval("SELECT id FROM orders") == 7
    await connection.close()
    with redis.Redis.from_url(second["redisUrl"]) as client:
        assert client.get("queue") == b"kept"
    assert {**second, "pids": 0} == {**first, "pids": 0}
    assert "Always" in again.output
    assert "Once" not in again.output
    assert again.end(signal.SIGTERM)[0] == 0


def test_odd_and_deep_folders_do(launchers: Launchers) -> None:
    data = launchers.folder / "100%s of 'it' %(here)s" / ("deep " * 20)

    launcher = launchers.launch(data)

    demo_file = launcher.wait_until_started()
    assert launcher.end(signal.SIGTERM)[0] == 0
    assert left(of(demo_file)) == []


def test_what_a_killed_launcher_and_supervisord_left_behind_is_stopped(
    launchers: Launchers, outside: dict[str, str]
) -> None:
    # Given processes without a master
    data = launchers.folder / "var"
    killed = launchers.launch(data, outside, web="stand_ins waits")
    killed.wait_for("Starting the web")
    supervisord = psutil.Process(killed.process.pid).children()[0].pid
    while len(orphans := psutil.Process(supervisord).children()) < len(PROGRAMS):
        time.sleep(0.05)
    psutil.Process(supervisord).kill()
    killed.process.kill()
    killed.end()

    # When the demo starts again
    launcher = launchers.launch(data, outside)
    launcher.wait_until_started()

    # Then it reports them, and they are gone
    assert "left behind" in launcher.output
    assert left(orphans) == []
    assert launcher.end(signal.SIGTERM)[0] == 0


def test_nothing_outlives_a_launcher_that_is_killed(launchers: Launchers, outside: dict[str, str]) -> None:
    launcher = launchers.launch(launchers.folder / "var", outside)
    supervised = of(launcher.wait_until_started())

    launcher.end(signal.SIGKILL)

    assert left(supervised, within=STOP_SECONDS) == []


def test_a_signal_while_everything_starts_leaves_nothing(launchers: Launchers) -> None:
    launcher = launchers.launch(launchers.folder / "var", web="stand_ins waits")
    launcher.wait_for("Starting the web")
    supervisord = psutil.Process(launcher.process.pid).children()[0].pid
    started = psutil.Process(supervisord).children(recursive=True)

    code, seconds = launcher.end(signal.SIGINT)

    assert (code, seconds < STOP_SECONDS) == (0, True), launcher.output
    assert left(started) == []


def test_a_part_that_does_not_start_is_named_with_the_end_of_its_log(
    launchers: Launchers, outside: dict[str, str]
) -> None:
    launcher = launchers.launch(launchers.folder / "var", outside, web="stand_ins breaks")

    code, _ = launcher.end()

    assert code == 1
    assert "web does not start" in launcher.output
    assert "this part is broken" in launcher.output
    assert "Traceback" not in launcher.output


def test_another_part_than_the_web_that_does_not_start_is_named_too(
    launchers: Launchers, outside: dict[str, str]
) -> None:
    launcher = launchers.launch(launchers.folder / "var", outside, clock="stand_ins breaks")

    code, _ = launcher.end()

    assert code == 1
    assert "clock does not start" in launcher.output


@pytest.mark.parametrize("url", ["postgresql://nobody:guess@{address}/blogqueue", "nonsense://"])
def test_a_database_url_that_is_not_good_is_one_sentence(
    launchers: Launchers, outside: dict[str, str], url: str
) -> None:
    address = urlsplit(outside["DATABASE_URL"]).netloc.rpartition("@")[2]
    given = outside | {"DATABASE_URL": url.format(address=address)}

    launcher = launchers.launch(launchers.folder / "var", given)

    assert launcher.end()[0] == 1
    assert launcher.output.splitlines()[-1].startswith("DATABASE_URL does not work: ")


def test_a_part_that_hears_nothing_is_killed_and_all_is_over_in_time(
    launchers: Launchers, outside: dict[str, str]
) -> None:
    launcher = launchers.launch(launchers.folder / "var", outside, mail="stand_ins is-deaf")
    demo_file = launcher.wait_until_started()

    code, seconds = launcher.end(signal.SIGINT)

    assert (code, seconds < STOP_SECONDS) == (0, True), launcher.output
    assert left(of(demo_file)) == []


def test_a_restarted_part_has_its_new_pid_in_demo_json(others: Others) -> None:
    # Given a running demo
    _, launcher, demo_file = others

    # When a part of it ends
    psutil.Process(demo_file["pids"]["mail"]).kill()

    # Then it is started again, and nothing else is
    deadline = time.monotonic() + 10
    pids = demo_file["pids"]
    while pids.get("mail") in (None, demo_file["pids"]["mail"]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
        pids = json.loads((launcher.folder / "demo.json").read_text())["pids"]
    assert psutil.Process(pids["mail"]).is_running()
    assert {name for name, pid in pids.items() if pid != demo_file["pids"].get(name)} == {"mail"}


def test_parts_given_from_outside_are_used_and_not_started(others: Others) -> None:
    _, launcher, demo_file = others

    assert (demo_file["databaseUrl"], demo_file["redisUrl"]) == (os.environ["DATABASE_URL"], os.environ["REDIS_URL"])
    assert demo_file["brokerUrl"] == os.environ["REDIS_URL"]
    assert not {"postgres", "redis"} & set(demo_file["pids"])
    assert "from outside   DATABASE_URL, REDIS_URL" in launcher.output


def test_a_second_launcher_in_the_same_folder_is_refused(others: Others) -> None:
    launchers, launcher, _ = others

    second = launchers.launch(launcher.folder)

    assert second.end()[0] == 1
    assert second.output == f"blogqueue already runs from {launcher.folder} (pid {launcher.process.pid}).\n"


def test_a_taken_port_is_one_sentence(others: Others) -> None:
    launchers, _, _ = others

    second = launchers.launch(launchers.folder / "another")

    assert second.end()[0] == 1
    assert second.output == (
        f"Port {launchers.port} is in use by another program: stop it, or choose another port with --port.\n"
    )

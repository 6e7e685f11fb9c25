"""The demo's folder, the environment of its processes, and supervisord.conf; nothing is started here."""

import stat
import tempfile
from pathlib import Path

import pytest

from blogqueue.demo.environment import STOP_SECONDS as PROGRAM_STOP_SECONDS
from blogqueue.demo.environment import Folders, build_environment
from blogqueue.demo.folder import DemoError, Ports, choose_ports, load_secrets, lock, make_run_folder
from tests.launchers import STOP_SECONDS, configuration


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(DemoError, match=r"Cannot write in .*: Not a directory\. Choose another"),
        lock(tmp_path / "file" / "var"),
    ):
        pass


@pytest.mark.parametrize("number", [0, 65536, -1])
def test_a_number_that_is_no_port_is_refused(tmp_path: Path, number: int) -> None:
    with pytest.raises(DemoError, match="is not a port"):
        choose_ports(tmp_path, number)


def test_secrets_are_made_once_and_readable_for_their_owner_alone(tmp_path: Path) -> None:
    first = load_secrets(tmp_path)

    assert load_secrets(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_run_folder_that_others_can_enter_is_refused() -> None:
    # pytest's folders may be too deep for a socket, and then the run folder is made elsewhere.
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "run").mkdir()
        (Path(folder) / "run").chmod(0o755)

        with pytest.raises(DemoError, match="open to others"), make_run_folder(Path(folder)):
            pass


def test_a_folder_too_deep_for_a_socket_has_it_in_a_short_one_of_its_own(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()

    with make_run_folder(deep) as run:
        assert len(bytes(run / "supervisor.sock")) < 80
        assert stat.S_IMODE(run.stat().st_mode) == 0o700

    assert not run.exists()


def of_the_demo(tmp_path: Path, outside: dict[str, str]) -> dict[str, str]:
    return build_environment(
        Folders(tmp_path, tmp_path / "run"), Ports(1, 2, 3, 4, 5), load_secrets(tmp_path), "pw", outside
    )


def test_without_anything_outside_all_parties_are_the_sandbox(tmp_path: Path) -> None:
    found = of_the_demo(tmp_path, {"STRIPE_API_KEY": ""})

    assert found["STRIPE_API_BASE"] == "http://127.0.0.1:2"
    assert found["OPENAI_BASE_URL"] == "http://127.0.0.1:2/v1"
    assert found["SMTP_URL"] == "smtp://127.0.0.1:3"
    assert found["DATABASE_URL"] == "postgresql://blogqueue:pw@127.0.0.1:4/blogqueue"
    assert found["BROKER_URL"] == found["REDIS_URL"]


def test_a_key_from_outside_goes_to_the_real_party_alone(tmp_path: Path) -> None:
    found = of_the_demo(tmp_path, {"STRIPE_API_KEY": "sk_test_ours", "OPENAI_API_KEY": "sk-ours"})

    assert (found["STRIPE_API_KEY"], found["OPENAI_API_KEY"]) == ("sk_test_ours", "sk-ours")
    assert not {"STRIPE_API_BASE", "OPENAI_BASE_URL", "OPENAI_MODEL"} & set(found)


def test_byte_code_is_kept_in_the_folder_where_it_must_not_be_written_beside_the_code(tmp_path: Path) -> None:
    found = of_the_demo(tmp_path, {"PYTHONDONTWRITEBYTECODE": "1"})

    assert "PYTHONDONTWRITEBYTECODE" not in found
    assert found["PYTHONPYCACHEPREFIX"] == str(tmp_path / "bytecode")


SECRETS = {
    "DATABASE_URL",
    "STRIPE_API_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "OPENAI_API_KEY",
    "SMTP_URL",
    "BLOGQUEUE_SECRET_KEY",
}


@pytest.mark.parametrize(
    ("program", "own"),
    [
        ("web", SECRETS - {"OPENAI_API_KEY", "SMTP_URL"}),
        ("writer-backlinks", {"DATABASE_URL", "OPENAI_API_KEY"}),
        ("writer-articles", {"DATABASE_URL", "OPENAI_API_KEY"}),
        ("mail", SECRETS - {"OPENAI_API_KEY", "STRIPE_WEBHOOK_SECRET"}),
        ("clock", set[str]()),
        ("sandbox", {"STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "OPENAI_API_KEY"}),
    ],
)
def test_a_program_has_its_own_secrets_alone(program: str, own: set[str]) -> None:
    emptied = configuration()[f"program:{program}"]["environment"].split(",")

    assert SECRETS - {words.removesuffix('=""') for words in emptied} == own


def test_the_groups_one_after_another_have_less_time_than_was_promised() -> None:
    conf = configuration()

    def longest(group: str) -> int:
        waits = [conf[f"program:{name}"]["stopwaitsecs"] for name in conf[f"group:{group}"]["programs"].split(",")]
        return max(PROGRAM_STOP_SECONDS if wait == "%(ENV_BLOGQUEUE_STOP_SECONDS)s" else int(wait) for wait in waits)

    assert sum(map(longest, ("app", "sandbox", "data"))) < STOP_SECONDS - 1
    assert [conf[f"group:{name}"]["priority"] for name in ("app", "sandbox", "data")] == ["900", "500", "100"]

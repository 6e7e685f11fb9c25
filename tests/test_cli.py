"""The command line, as a shell runs it: errors are one sentence, without a traceback."""

from pathlib import Path

import pytest

from blogqueue.settings import settings
from tests.command_line import CommandLine
from tests.stage import Stage

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
QUIET = "a quiet green garden"
PASSWORD = {"BLOGQUEUE_EDITOR_PASSWORD": QUIET}
COMMANDS = [
    ("customers", "export", "x@x.example"),
    ("editors", "list"),
    ("migrate",),
    ("audit",),
    ("jobs", "list"),
    ("jobs", "show", "x"),
    ("jobs", "retry", "x"),
    ("queues", "list"),
    ("articles", "import", "/"),
    ("status",),
    ("orders", "list"),
    ("editors", "token", "x"),
    ("editors", "create", "--name", "x", "--email", "x@x.example"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
async def test_a_command_without_a_database_prints_it_and_nothing_else(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    unset = await cli.run(*words, DATABASE_URL="", **PASSWORD)
    nowhere = await cli.run(*words, DATABASE_URL=NOWHERE, **PASSWORD)

    assert (unset.code, unset.out) == (1, "")
    assert unset.err.splitlines() == [
        "DATABASE_URL is not set, and no demo runs from var.",
        f"Is a demo running elsewhere? blogqueue --data-dir DIR {' '.join(words[:2])}",
    ]
    assert (nowhere.code, nowhere.out) == (1, "")
    assert nowhere.err.startswith("PostgreSQL does not answer at DATABASE_URL: ")
    assert nowhere.err.count("\n") == 1


async def test_a_database_that_is_not_ours_is_said_in_one_line(cli: CommandLine, stage: Stage) -> None:
    assert stage
    server = settings.database_url.rpartition("/")[0]

    for url in (f"{server}/no_such_database", f"{server}/template1"):
        done = await cli.run("audit", DATABASE_URL=url)
        assert done.code == 1
        assert "DATABASE_URL" in done.err
        assert done.err.count("\n") == 1


@pytest.mark.parametrize("words", [("api",), ("worker", "mail")], ids=" ".join)
async def test_no_process_starts_on_an_older_schema(cli: CommandLine, words: tuple[str, ...]) -> None:
    empty = f"{settings.database_url.rpartition('/')[0]}/template1"

    done = await cli.run(*words, DATABASE_URL=empty)

    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1
    assert done.err.endswith(
        "does not start: the database has the schema of an older version. Run `blogqueue migrate`.\n"
    )


@pytest.mark.parametrize("words", [("api",), ("worker", "mail")], ids=" ".join)
async def test_a_process_that_postgresql_refuses_says_so_and_ends(cli: CommandLine, words: tuple[str, ...]) -> None:
    missing = f"{settings.database_url.rpartition('/')[0]}/no_such_database"

    done = await cli.run(*words, DATABASE_URL=missing)

    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1
    assert done.err.endswith(
        'does not start: PostgreSQL refuses DATABASE_URL: database "no_such_database" does not exist\n'
    )


@pytest.mark.parametrize(
    ("words", "environment", "problem"),
    [
        (("audit",), {"DATABASE_URL": "no url"}, "DATABASE_URL must begin with postgres:// or postgresql://"),
        (("api",), {"DATABASE_URL": "postgresql://x@127.0.0.1:99999/z"}, "DATABASE_URL is not a URL"),
        (("jobs", "retry", "x"), {"REDIS_URL": ""}, "REDIS_URL (or BROKER_URL) is not set"),
        (("orders", "end", "0" * 32), {"REDIS_URL": "kafka://x"}, "REDIS_URL must begin with redis://"),
        (("api",), {"REDIS_URL": "", "DATABASE_URL": ""}, "DATABASE_URL is not set\n  - REDIS_URL (or"),
        (("worker", "mail"), {"BROKER_URL": "http://x"}, "BROKER_URL must begin with redis://"),
        (("clock",), {"BROKER_URL": "kafka://x"}, "BROKER_URL must begin with redis://"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
async def test_an_address_that_no_library_understands_is_a_sentence_and_no_traceback(
    cli: CommandLine, words: tuple[str, ...], environment: dict[str, str], problem: str
) -> None:
    done = await cli.run(*words, **({"BROKER_URL": ""} | environment))

    assert (done.code, done.out) == (1, "")
    assert problem in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("words", [("audit",), ("api",), ("worker", "mail"), ("clock",), ("doctor",)], ids=" ".join)
async def test_settings_that_cannot_be_read_are_listed_one_a_line(cli: CommandLine, words: tuple[str, ...]) -> None:
    done = await cli.run(*words, BLOGQUEUE_WEB_PORT="abc", BLOGQUEUE_MAGIC_LINK_TTL_MINUTES="0")

    assert done.code == 1
    assert "Traceback" not in done.err
    first, *lines = done.err.splitlines()
    assert first == "blogqueue does not start:"
    assert [line.partition(":")[0] for line in lines] == [
        "  - BLOGQUEUE_WEB_PORT",
        "  - BLOGQUEUE_MAGIC_LINK_TTL_MINUTES",
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("jobs", "list", "--limit", "-1"),
        ("jobs", "list", "--limit", "many"),
        ("jobs", "list", "--state", "bogus"),
        ("jobs", "list", "--queue", "bogus"),
        ("worker", "bogus"),
        ("worker",),
        ("bogus",),
        ("articles", "import", "/no/such/folder"),
    ],
    ids=" ".join,
)
async def test_wrong_usage_is_said_so(cli: CommandLine, words: tuple[str, ...]) -> None:
    done = await cli.run(*words)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: ")
    assert "Error: " in done.err


@pytest.mark.parametrize("host", ["not a host", f"{'x' * 300}.example"])
async def test_articles_are_not_imported_under_what_is_not_a_host(cli: CommandLine, tmp_path: Path, host: str) -> None:
    done = await cli.run("articles", "import", tmp_path, "--domain", host)

    assert (done.code, done.out) == (2, "")
    assert "This is not a host name." in done.err


CREATE = ("editors", "create", "--name")


@pytest.mark.parametrize(
    ("words", "password", "sentence"),
    [
        ((*CREATE, "edith", "--email", "e@x.example"), QUIET, "An editor named 'edith' already exists."),
        ((*CREATE, "ed", "--email", "edith@blogqueue.example"), QUIET, "Another editor has this email."),
        ((*CREATE, "x" * 101, "--email", "e@x.example"), QUIET, "The name must have 1 to 100 characters."),
        ((*CREATE, " ", "--email", "e@x.example"), QUIET, "The name must have 1 to 100 characters."),
        ((*CREATE, "ed", "--email", "ed"), QUIET, "The email must be an address of at most 254 characters."),
        ((*CREATE, "ed", "--email", f"{'x' * 250}@x.example"), QUIET, "The email must be an address of at most 254"),
        ((*CREATE, "ed", "--email", "e@x.example"), QUIET * 7, "The password is too long: it may have at most 128"),
        (("editors", "reset-password", "edith"), QUIET * 7, "The password is too long: it may have at most 128"),
        (("editors", "token", "x" * 101), "", "The name must have 1 to 100 characters."),
        (("queues", "pause", "backlink-integration", "--reason", "x" * 501), "", "The reason may have at most 500"),
        (("jobs", "show", "\udcff"), "", "PostgreSQL takes no such value: "),
    ],
)
async def test_what_a_user_gets_wrong_is_a_sentence(
    cli: CommandLine, stage: Stage, words: tuple[str, ...], password: str, sentence: str
) -> None:
    await stage.signed_in("edith")

    done = await cli.run(*words, BLOGQUEUE_EDITOR_PASSWORD=password)

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(sentence)
    assert done.err.count("\n") == 1


async def test_jobs_are_listed_by_the_states_and_queues_that_there_are(cli: CommandLine, stage: Stage) -> None:
    assert stage
    for queue in ("article-generation", "backlink-integration"):
        done = await cli.run("jobs", "list", "--state", "failed", "--queue", queue)
        assert (done.code, done.out, done.err) == (0, "", "There are none.\n")
    assert (await cli.run("jobs", "list", "--queue", "mail")).code == 2


async def test_a_worker_that_cannot_reach_what_it_needs_ends_and_does_not_drop_messages(
    cli: CommandLine, stage: Stage
) -> None:
    order = await stage.buy(await stage.article())

    done = await cli.run("worker", "backlink-integration", SSL_CERT_FILE="/no/such/file")

    assert (done.code, done.out) == (1, "")
    assert "worker does not start" in done.err and "Traceback" not in done.err
    await stage.drain()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"

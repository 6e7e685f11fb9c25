"""The stage of most tests: a real PostgreSQL and Redis, the real web and the sandbox, on free ports.

The environment is set before anything of blogqueue is imported, because settings are read once; so fixtures import
what they use.
"""
# ruff: noqa: PLC0415 - see above

import gc
import os
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING

import pytest

from blogqueue.demo.ports import free_port
from tests import services

if TYPE_CHECKING:
    from tests.command_line import CommandLine
    from tests.stage import Stage


LONGEST_FIRST = (
    "test_cli.py",
    "test_clicks.py",
    "test_promises.py",
    "test_operator_commands.py",
    "test_articles.py",
    "test_link_purchase.py",
    "test_editor.py",
    "test_states.py",
)
"""The files that take longest begin, so that the two processes end at about the same time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by file, the longest first; xdist hands the files out in this order."""
    ranks = {name: rank for rank, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: ranks.get(item.path.name, len(ranks)))


def pytest_collection_finish() -> None:
    """Keep what was imported out of the garbage collector, which would go through a million objects again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """End the report with the tests that were skipped, by their reasons."""
    yield
    skipped: list[pytest.TestReport] = terminalreporter.getreports("skipped")
    reasons = Counter(str(report.longrepr[2]) for report in skipped if isinstance(report.longrepr, tuple))
    terminalreporter.section(f"{len(skipped)} skipped")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count:4}: {reason.removeprefix('Skipped: ')}")


def pytest_configure(config: pytest.Config) -> None:
    if folder := services.find_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))  # where tmp_path is made
    if config.getoption("numprocesses") and not hasattr(config, "workerinput"):
        return  # the process that only hands out the tests needs nothing
    running = services.start()
    config.add_cleanup(lambda: services.stop(running))
    web, sandbox, smtp = free_port(), free_port(), free_port()
    os.environ.update(
        BLOGQUEUE_ENV="test",
        BLOGQUEUE_PUBLIC_URL=f"http://127.0.0.1:{web}",
        BLOGQUEUE_WEB_PORT=str(web),
        BLOGQUEUE_SECRET_KEY="the tests' own secret key, long enough for production",
        BLOGQUEUE_OPERATOR_EMAIL="operator@blogqueue.example",
        BLOGQUEUE_ALERT_WEBHOOK_URL=f"http://127.0.0.1:{sandbox}/chat/operators",
        BLOGQUEUE_MAIL_FROM="blogqueue <no-reply@blogqueue.example>",
        BLOGQUEUE_MAIL_REPLY_TO="blogqueue <help@blogqueue.example>",
        BLOGQUEUE_LOG_FORMAT="console",
        BLOGQUEUE_MAX_CHECKOUTS_PER_MINUTE_PER_IP="10000",
        BLOGQUEUE_SANDBOX_PORT=str(sandbox),
        BLOGQUEUE_SANDBOX_SMTP_PORT=str(smtp),
        DATABASE_URL=running.database_url,
        REDIS_URL=running.redis_url,
        BROKER_URL=running.redis_url,
        STRIPE_API_KEY="sk_test_of_the_tests",
        STRIPE_WEBHOOK_SECRET="whsec_of_the_tests",
        STRIPE_API_BASE=f"http://127.0.0.1:{sandbox}",
        OPENAI_API_KEY="sk-of-the-tests",
        OPENAI_BASE_URL=f"http://127.0.0.1:{sandbox}/v1",
        OPENAI_MODEL="sandbox-writer",
        BLOGQUEUE_OPENAI_TIMEOUT_SECONDS="5",
        SMTP_URL=f"smtp://127.0.0.1:{smtp}",
    )


@pytest.fixture(scope="session")
async def running_stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator["Stage"]:
    from tests.stage import up

    async with up(tmp_path_factory.mktemp("sandbox")) as stage:
        yield stage


@pytest.fixture
async def stage(running_stage: "Stage") -> "Stage":
    """The running stage with an empty database, empty queues, an empty mailbox and no faults."""
    await running_stage.clear()
    return running_stage


@pytest.fixture(scope="session")
async def cli() -> AsyncGenerator["CommandLine"]:
    """The command line, with the tests' settings or others."""
    from tests.command_line import open_command_line

    async with open_command_line() as command_line:
        yield command_line

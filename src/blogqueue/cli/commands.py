"""The `blogqueue` command: starts the processes, sets them up and checks them.

`cli.operator` and `cli.people` have the operator's part.

Each command imports what it needs, so that `demo` and `--help` need no database.

A command that fails prints a sentence and exits with 1; wrong usage exits with 2.
"""
# ruff: noqa: PLC0415 - see above: the other modules read the settings when they are imported

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from blogqueue import __version__
from blogqueue.cli import engine, operator, people
from blogqueue.cli.operator import with_database
from blogqueue.jobs.queues import QUEUES

if TYPE_CHECKING:
    from blogqueue.audit import Finding

DEFAULT_PORT = 8000


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Sell links in published articles: run the processes, and operate them."""


@main.command()
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="Port of the web.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    default=Path("var"),
    show_default=True,
    help="Folder for data and logs.",
)
def demo(port: int, data_dir: Path) -> None:
    """Run the whole product on this machine.

    The sandbox replaces Stripe, the model and the mail server.
    """
    try:
        from blogqueue import demo as launcher
    except ModuleNotFoundError as error:
        sys.exit(
            f"The demo's servers are not installed ({error.name} is missing): pip install -c constraints.txt '.[demo]'"
        )

    sys.exit(launcher.run(port=port, data_dir=data_dir))


@main.command()
def api() -> None:
    """Serve the JSON API and the pages."""
    from blogqueue.settings import WEB_NEEDS, check_settings

    check_settings("web", WEB_NEEDS)
    from blogqueue.app import serve

    serve()


@main.command()
@click.argument("queues", nargs=-1, required=True, metavar=f"[{'|'.join(QUEUES)}]...")
def worker(queues: tuple[str, ...]) -> None:
    """Work on the named queues."""
    from blogqueue.settings import check_settings, settings

    unknown = set(queues) - set(QUEUES)
    if unknown:
        raise click.UsageError(f"Unknown queue: {', '.join(sorted(unknown))}.")
    named = [QUEUES[queue] for queue in queues]
    check_settings(named[0].program, dict.fromkeys(need for queue in named for need in queue.needs))
    # A thread works on one message at a time, and prefetching more would keep messages from idle workers.
    threads = str(sum(queue.get_threads(settings) for queue in named))
    os.environ["dramatiq_queue_prefetch"] = threads  # noqa: SIM112 - Dramatiq's own name
    _become(
        "dramatiq",
        "blogqueue.actors",
        "--processes", "1",
        "--threads", threads,
        "--worker-shutdown-timeout", str(settings.shutdown_grace_seconds * 1000),
        "--skip-logging",
        "--queues", *queues,
    )  # fmt: skip


@main.command()
def clock() -> None:
    """Start the work of each minute (periodiq)."""
    from blogqueue.settings import CLOCK_NEEDS, check_settings

    check_settings("clock", CLOCK_NEEDS)
    from periodiq import entrypoint

    sys.argv = ["periodiq", "blogqueue.jobs.clock"]
    entrypoint()


def _become(module: str, *arguments: str) -> None:
    """Replace this process by a library's command, so that supervisord's signals reach it."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606 - a list of arguments for this interpreter, not a shell


@main.command()
def migrate() -> None:
    """Migrate the database to this version, and count how many links its articles can take.

    It may run on several hosts at once.
    """
    from blogqueue.catalogue import rooms
    from blogqueue.db import migrations

    async def run() -> None:
        await migrations.forwards()
        while await rooms.recount_all(limit=100):
            pass

    with_database(run())


@main.command()
@click.option("--running", is_flag=True, help="Check the web, the workers and the clock as well.")
def doctor(running: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Check the settings, and that everything needed answers and accepts our keys.

    Exit with 1 if orders could not be taken or worked on.
    """
    from blogqueue.cli.doctor import examine

    found = asyncio.run(examine(running=running))
    for finding in found:
        print(f"{finding.part:<12}{finding.problem or finding.remark or 'ok'}")
    sys.exit(1 if any(finding.problem for finding in found) else 0)


@main.command()
def audit() -> None:
    """Check the rules that must always hold.

    Exit with 1 if one is broken.
    """
    from blogqueue.audit import audit as check
    from blogqueue.emails import resending

    async def look() -> "tuple[list[Finding], int]":
        return await check(), await resending.count_failed()

    findings, failed = with_database(look())
    for finding in findings:
        ids = f"  {' '.join(finding.offenders)}" if finding.offenders else ""
        print(f"{finding.number}  {len(finding.offenders):>5}  {finding.rule}{ids}")
    if failed:
        print(f"Emails that failed: {failed}; see `blogqueue emails list --state FAILED`.")
    sys.exit(1 if any(finding.offenders for finding in findings) else 0)


@main.group()
def articles() -> None:
    """Manage the articles on sale."""


@articles.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--domain", default="", help="Host of the articles' domain [default: the host of PUBLIC_URL].")
@click.option(
    "--drop-paid-links", default="", metavar="REASON", help="Allow texts that drop paid links; the reason is recorded."
)
def import_articles(folder: Path, domain: str, drop_paid_links: str) -> None:
    """Publish the Markdown files of a folder, byte for byte, except those that a site generator would not publish."""
    from urllib.parse import urlsplit

    from blogqueue.catalogue.importer import import_folder
    from blogqueue.cli import import_report
    from blogqueue.settings import settings

    host = domain or urlsplit(settings.public_url).hostname or "localhost"
    with import_report.show_progress() as progress:
        imported = with_database(import_folder(folder, domain=host, drop_paid_links=drop_paid_links, progress=progress))
    sys.exit(import_report.show(imported, folder))


for _group in (*operator.GROUPS, *engine.GROUPS, *people.GROUPS):
    main.add_command(_group)

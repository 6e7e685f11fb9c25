"""The `blogqueue` command: starts the processes, sets them up and checks them.

The other modules of this package have the operator's part.

Each command imports what it needs, so that `demo` and `--help` need no database.

A command that fails prints a sentence and exits with 1; wrong usage exits with 2.
"""
# ruff: noqa: PLC0415 - see above: the other modules read the settings when they are imported

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from blogqueue import __version__
from blogqueue.cli import articles, decisions, engine, orders, output, payments, people, status
from blogqueue.cli.database import DATA_DIR, find_demo, with_database
from blogqueue.jobs.queues import QUEUES

if TYPE_CHECKING:
    from blogqueue.audit import Finding

DEFAULT_PORT = 8000


PROCESSES = {"api", "worker", "clock", "demo"}
"""The commands that run processes: they take their settings from the environment only."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    default=DATA_DIR,
    show_default=True,
    help="Folder of the demo to operate, if DATABASE_URL is not set.",
)
@click.pass_context
def main(context: click.Context, data_dir: Path) -> None:
    """Sell links in published articles: run the processes, and operate them.

    Exit codes: 0 if all went well, 1 if something failed or was refused, 2 after wrong usage.
    """
    if context.invoked_subcommand not in PROCESSES:
        find_demo(data_dir)


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
    from blogqueue.needs import WEB_NEEDS, check_settings

    check_settings("web", WEB_NEEDS)
    _check_schema("web")
    from blogqueue.app import serve

    serve()


@main.command()
@click.argument("queues", nargs=-1, required=True, metavar=f"[{'|'.join(QUEUES)}]...")
@click.option("--reload", is_flag=True, help="Restart when the code changes, for development.")
def worker(queues: tuple[str, ...], reload: bool) -> None:
    """Work on the named queues."""
    from blogqueue.needs import check_settings
    from blogqueue.settings import settings

    unknown = set(queues) - set(QUEUES)
    if unknown:
        raise click.UsageError(f"Unknown queue: {', '.join(sorted(unknown))}.")
    named = [QUEUES[queue] for queue in queues]
    check_settings(named[0].program, dict.fromkeys(need for queue in named for need in queue.needs))
    if reload:
        _reload("worker", *queues)
        return
    _check_schema(named[0].program)
    from blogqueue.actors.process import serve

    serve(queues, threads=sum(queue.get_threads(settings) for queue in named))


@main.command()
def clock() -> None:
    """Start the work of each minute (periodiq)."""
    from blogqueue.needs import CLOCK_NEEDS, check_settings

    check_settings("clock", CLOCK_NEEDS)
    from periodiq import entrypoint

    sys.argv = ["periodiq", "blogqueue.jobs.clock"]
    entrypoint()


def _check_schema(process: str) -> None:
    """Wait for PostgreSQL; exit with a sentence if it refuses us, or has not been migrated to this version."""
    import asyncio

    import asyncpg

    from blogqueue import log
    from blogqueue.db import schema

    log.configure()
    try:
        older = asyncio.run(schema.is_older())
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        sys.exit(f"blogqueue {process} does not start: PostgreSQL refuses DATABASE_URL: {error}")
    if older:
        sys.exit(
            f"blogqueue {process} does not start: the database has the schema of an older version. "
            "Run `blogqueue migrate`."
        )


def _reload(*words: str) -> None:
    """Run a command in a process that is restarted whenever a Python file of the package changes, until Ctrl-C."""
    import shlex

    from watchfiles import PythonFilter, run_process

    from blogqueue.settings import settings

    package = Path(__file__).parents[1]
    command = shlex.join([sys.executable, "-m", "blogqueue", *words])
    print(f"Watching {package}", file=sys.stderr)
    grace = settings.shutdown_grace_seconds + 2
    run_process(package, target=command, target_type="command", watch_filter=PythonFilter(), sigint_timeout=grace)


@main.command()
@output.JSON
def migrate(as_json: bool) -> None:
    """Migrate the database to this version.

    It counts how many links the articles can take, too. It may run on several hosts at once.
    """
    from blogqueue.catalogue import rooms
    from blogqueue.db import fuzzy_search, migrations

    async def run() -> None:
        note = "" if await migrations.forwards() else fuzzy_search.MISSING
        if note and not as_json:
            print(f"note: {note}")
        counted = 0
        with output.show_progress("Counting the links that articles can take") as progress:
            while found := await rooms.recount_all(limit=100):
                counted += found
                progress(counted, None)
        if as_json:
            output.show_json({"articlesCounted": counted, "note": note})

    with_database(run())


@main.command()
@click.option("--running", is_flag=True, help="Check the web, the workers and the clock as well.")
@output.JSON
def doctor(running: bool, as_json: bool) -> None:
    """Check the settings, the services and the keys.

    Exit with 1 if orders could not be taken or worked on.
    """
    import asyncio

    from blogqueue.cli.doctor import examine

    found = asyncio.run(examine(running=running))
    if as_json:
        output.show_json({"items": found})
    else:
        output.show_fields([(finding.part, finding.problem or finding.remark or "ok") for finding in found])
    sys.exit(1 if any(finding.problem for finding in found) else 0)


@main.command()
@output.JSON
def audit(as_json: bool) -> None:
    """Check the rules that must always hold.

    Exit with 1 if one is broken.
    """
    from blogqueue.audit import audit as check
    from blogqueue.emails import resending

    async def look() -> "tuple[list[Finding], int]":
        return await check(), await resending.count_failed()

    findings, failed = with_database(look())
    if as_json:
        output.show_json({"items": findings, "failedEmails": failed})
        sys.exit(1 if any(finding.offenders for finding in findings) else 0)
    for finding in findings:
        ids = f"  {' '.join(finding.offenders)}" if finding.offenders else ""
        print(f"{finding.number}  {len(finding.offenders):>5}  {finding.rule}{ids}")
    if failed:
        print(f"Emails that failed: {failed}; see `blogqueue emails list --state FAILED`.")
    sys.exit(1 if any(finding.offenders for finding in findings) else 0)


@main.command()
@click.argument("shell", type=click.Choice(["bash", "fish", "zsh"]))
def completion(shell: str) -> None:
    """Print a script that completes commands.

    For bash: eval "$(blogqueue completion bash)".
    """
    from click.shell_completion import get_completion_class

    completer = get_completion_class(shell)
    if completer is None:  # the choices are those that click knows
        raise click.UsageError(f"Unknown shell: {shell}.")
    print(completer(main, {}, "blogqueue", "_BLOGQUEUE_COMPLETE").source())


_ = decisions  # its commands are in the group of the orders

for _group in (
    status.show_status,
    orders.orders_group,
    *engine.GROUPS,
    *payments.GROUPS,
    articles.articles_group,
    *people.GROUPS,
):
    main.add_command(_group)

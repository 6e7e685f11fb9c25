"""The `blogqueue` command. Each command imports what it needs, so that `demo` and `--help` need no database.

A command that finds something wrong says so in a sentence and exits with 1; wrong usage exits with 2.
"""
# ruff: noqa: PLC0415 - see above: the rest reads the settings when it is imported

import asyncio
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import click

from blogqueue import __version__
from blogqueue.errors import ProblemError
from blogqueue.money import amount
from blogqueue.states import JobState

if TYPE_CHECKING:
    from blogqueue.audit import Finding

DEFAULT_PORT = 8000
JOB_QUEUES = ("article-generation", "backlink-integration")
OPERATOR = "operator"

Result = TypeVar("Result")


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Paid links in published articles: the product's processes and its operator's tools."""


def _with_database(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a verb with a pool of its own; what it refuses is a sentence and exit status 1."""
    from blogqueue import readiness
    from blogqueue.database import AWAY, UNUSABLE, pool

    async def run() -> Result:
        async with pool():
            return await work

    try:
        readiness.check_settings("cli")
        return asyncio.run(run())
    except ProblemError as error:
        sys.exit(error.message)
    except AWAY as error:
        sys.exit(f"PostgreSQL does not answer at DATABASE_URL: {error}")
    except UNUSABLE as error:
        sys.exit(f"The database at DATABASE_URL cannot be used: {error}. Is it migrated (`blogqueue migrate`)?")
    finally:
        work.close()  # where it never came to it, Python would complain that it was never awaited


@main.command()
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="The web's port.")
@click.option("--data-dir", type=click.Path(path_type=Path), default=Path("var"), show_default=True)
def demo(port: int, data_dir: Path) -> None:
    """Run the whole product on this machine, with a sandbox for Stripe, the model and mail."""
    from blogqueue import demo as launcher

    sys.exit(launcher.run(port=port, data_dir=data_dir))


@main.command()
def api() -> None:
    """Serve the web: JSON API and pages."""
    from blogqueue.app import serve

    serve()


@main.command()
@click.argument("queues", nargs=-1, required=True)
def worker(queues: tuple[str, ...]) -> None:
    """Work on the named queues: article-generation, backlink-integration, mail, upkeep."""
    from blogqueue import readiness
    from blogqueue.settings import settings

    threads = {
        "article-generation": settings.article_generation_concurrency,
        "backlink-integration": settings.backlink_integration_concurrency,
        "mail": 4,
        "upkeep": 1,
    }
    unknown = set(queues) - set(threads)
    if unknown:
        raise click.UsageError(f"there is no queue named {', '.join(sorted(unknown))}")
    readiness.check_settings("mail" if "mail" in queues else "writer")
    # A thread works on one job at a time, and prefetching more would keep jobs from idle workers.
    os.environ["dramatiq_queue_prefetch"] = str(sum(threads[queue] for queue in queues))  # noqa: SIM112 - its name
    _become(
        "dramatiq",
        "blogqueue.actors",
        "--processes", "1",
        "--threads", str(sum(threads[queue] for queue in queues)),
        "--worker-shutdown-timeout", str(settings.grace_seconds * 1000),
        "--skip-logging",
        "--queues", *queues,
    )  # fmt: skip


@main.command()
def clock() -> None:
    """Strike every minute (periodiq)."""
    from blogqueue import readiness

    readiness.check_settings("clock")
    from periodiq import entrypoint

    sys.argv = ["periodiq", "blogqueue.clock"]
    entrypoint()


def _become(module: str, *arguments: str) -> None:
    """Turn this process into a library's own command, so that supervisord's signals reach it."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606 - our own interpreter, a list


@main.command()
def migrate() -> None:
    """Bring the database's tables up to date; safe to run at once from several places."""
    from blogqueue import migrations

    _with_database(migrations.forwards())


@main.command()
def doctor() -> None:
    """Ask every part that is needed whether it is well."""
    from blogqueue import parts

    async def ask() -> dict[str, str]:
        return {
            "PostgreSQL": await parts.postgres(),
            "broker": await parts.broker(),
            "mail": await parts.mail(),
            "Stripe": await parts.stripe(),
            "model": await parts.openai(),
        }

    found = asyncio.run(ask())
    for part, problem in found.items():
        print(f"{part:<12}{problem or 'ok'}")
    sys.exit(1 if any(found.values()) else 0)


@main.command()
def audit() -> None:
    """Check what must always hold; exit 1 on any breach."""
    from blogqueue import letter_desk
    from blogqueue.audit import audit as check

    async def look() -> "tuple[list[Finding], int]":
        return await check(), await letter_desk.failed()

    findings, failed = _with_database(look())
    for finding in findings:
        ids = f"  {' '.join(finding.offenders)}" if finding.offenders else ""
        print(f"{finding.number}  {len(finding.offenders):>5}  {finding.rule}{ids}")
    if failed:
        print(f"Letters that failed: {failed}; see `blogqueue letters list --state FAILED`.")
    sys.exit(1 if any(finding.offenders for finding in findings) else 0)


@main.group()
def articles() -> None:
    """Articles on sale."""


@articles.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--domain", default="", help="Host of the domain that the articles belong to [default: PUBLIC_URL's].")
@click.option("--drop-paid-links", default="", metavar="REASON", help="Publish texts that lose paid links; recorded.")
def import_articles(folder: Path, domain: str, drop_paid_links: str) -> None:
    """Publish the Markdown files of a folder, byte for byte."""
    from urllib.parse import urlsplit

    from blogqueue.imports import import_folder
    from blogqueue.settings import settings

    host = domain or urlsplit(settings.public_url).hostname or "localhost"
    imported = _with_database(import_folder(folder, domain=host, drop_paid_links=drop_paid_links))
    for file in imported:
        if not file.used:
            print(f"{file.path}: {file.outcome}", file=sys.stderr)
    used = [file.outcome for file in imported if file.used]
    said = ", ".join(f"{used.count(outcome)} {outcome}" for outcome in ("published", "updated", "unchanged"))
    print(f"{said}, {len(imported) - len(used)} not used")
    sys.exit(0 if len(used) == len(imported) and imported else 1)


@main.group()
def jobs() -> None:
    """Jobs of the queues."""


@jobs.command("list")
@click.option("--queue", type=click.Choice(JOB_QUEUES), default=None)
@click.option("--state", type=click.Choice(JobState, case_sensitive=False), default=None)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def list_jobs(queue: str | None, state: JobState | None, limit: int) -> None:
    """The newest jobs."""
    from blogqueue.tables import Job

    async def find() -> list[dict[str, Any]]:
        query = Job.select().order_by(Job.created_at, ascending=False).limit(limit)
        if queue:
            query = query.where(Job.queue == queue)
        if state:
            query = query.where(Job.state == state)
        return await query.output(load_json=True)

    for row in _with_database(find()):
        error = f"  {row['errors'][-1]['message']}" if row["errors"] else ""
        print(
            f"{row['id']}  {row['state']:<9} {row['attempts']}/{row['max_attempts']}  {row['created_at']:%F %T}{error}"
        )


@jobs.command("show")
@click.argument("job_id")
def show_job(job_id: str) -> None:
    """One job with the errors of all its attempts."""
    import json

    from blogqueue.tables import Job

    async def find() -> dict[str, Any] | None:
        return await Job.select().where(Job.id == job_id).first().output(load_json=True)

    row = _with_database(find())
    if row is None:
        sys.exit(f"There is no job {job_id}.")
    print(json.dumps(row, indent=2, default=str, ensure_ascii=False))


@jobs.command("retry")
@click.argument("job_id")
def retry_job(job_id: str) -> None:
    """Give a FAILED job new attempts; its order goes back to PROCESSING."""
    from blogqueue import orders
    from blogqueue.actors.messages import nudge
    from blogqueue.tables import Job

    async def again() -> None:
        rows = await Job.select(Job.order_id).where(Job.id == job_id)
        if not rows:
            sys.exit(f"There is no job {job_id}.")
        await nudge(await orders.retry(rows[0]["order_id"], who="operator", job_id=job_id))

    _with_database(again())
    print(f"{job_id} is waiting again")


@main.group()
def orders() -> None:
    """Orders whose payment is disputed."""


@orders.command("frozen")
def list_frozen() -> None:
    """The orders that rest, oldest first."""
    from blogqueue.tables import Order

    async def find() -> list[dict[str, Any]]:
        return await Order.select().where(Order.frozen.eq(value=True)).order_by(Order.created_at)

    for row in _with_database(find()):
        money = f"{amount(row['price'], row['currency'])}"
        print(f"{row['id']}  {row['status']:<13} {money}  {row['customer_email']}  {row['created_at']:%F %T}")


@orders.command("unfreeze")
@click.argument("order_id", type=click.UUID)
def unfreeze_order(order_id: UUID) -> None:
    """Let a frozen order go on where it stood."""
    from blogqueue import reversals
    from blogqueue.actors.messages import nudge

    async def release() -> None:
        await nudge(await reversals.unfreeze(order_id, who=OPERATOR))

    _with_database(release())
    print(f"{order_id} goes on")


@orders.command("end")
@click.argument("order_id", type=click.UUID)
def end_order(order_id: UUID) -> None:
    """End a frozen order: FAILED, its payment reversed; nothing is refunded from here."""
    from blogqueue import reversals
    from blogqueue.actors.messages import nudge

    async def end() -> None:
        await nudge(await reversals.end(order_id, who=OPERATOR))

    _with_database(end())
    print(f"{order_id} has ended")


@main.group()
def payments() -> None:
    """Payments that made no order: not as asked, or one too many."""


@payments.command("held")
def list_held() -> None:
    """Those that wait for a word, oldest first."""
    from blogqueue import held_payments

    for one in _with_database(held_payments.undecided()):
        money = f"{one['amount']} {one['currency']} (minor units)"
        error = f"  Stripe: {one['error']}" if one["error"] else ""
        print(f"{one['sessionId']}  {one['state']}  {money}  {one['email']}  {one['reason']}{error}")


@payments.command("accept")
@click.argument("session_id")
def accept_payment(session_id: str) -> None:
    """Work on a held payment all the same: it becomes its order."""
    from blogqueue import held_payments
    from blogqueue.actors.messages import nudge

    async def accept() -> str:
        promised, outcome = await held_payments.accept(session_id, who=OPERATOR)
        await nudge(promised)
        return outcome

    print(_with_database(accept()))


@payments.command("return")
@click.argument("session_id")
def return_payment(session_id: str) -> None:
    """Have Stripe give a held payment back."""
    from blogqueue import held_payments
    from blogqueue.actors.messages import nudge

    async def give_back() -> None:
        await nudge(await held_payments.give_back(session_id, who=OPERATOR))

    _with_database(give_back())
    print(f"{session_id} was given back")


@payments.command("dismiss")
@click.argument("session_id")
def dismiss_payment(session_id: str) -> None:
    """Note that a held payment was settled outside."""
    from blogqueue import held_payments

    _with_database(held_payments.dismiss(session_id, who=OPERATOR))
    print(f"{session_id} is dismissed")


@main.group()
def queues() -> None:
    """The queues."""


@queues.command("list")
def list_queues() -> None:
    """How many jobs each queue has in each state."""
    from blogqueue import jobs as job_rows

    for queue, states in _with_database(job_rows.counts()).items():
        print(f"{queue:<22}" + "  ".join(f"{state.lower()} {n}" for state, n in states.items()))


@main.group()
def letters() -> None:
    """E-mails to customers and to the operator."""


@letters.command("list")
@click.option("--state", default="", help="WAITING, SENDING, SENT or FAILED")
@click.option("--limit", default=50, show_default=True)
def list_letters(state: str, limit: int) -> None:
    """The newest letters."""
    from blogqueue import letter_desk

    for row in _with_database(letter_desk.listed(state, limit)):
        error = f"  {row['error']}" if row["error"] else ""
        about = f"{row['created_at']:%F %T}  {row['kind']} to {row['to']}"
        print(f"{row['id']}  {row['state']:<7} {row['attempts']:>3}  {about}{error}")


@letters.command("resend")
@click.argument("letter_id", type=click.UUID)
@click.option("--although-unknown", is_flag=True, help="Also one that the server may have taken: it may come twice.")
def resend_letter(letter_id: UUID, although_unknown: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Send a FAILED letter again."""
    from blogqueue import letter_desk
    from blogqueue.actors.messages import nudge

    async def again() -> None:
        await nudge(await letter_desk.resend(letter_id, who="operator", although_unknown=although_unknown))

    _with_database(again())
    print(f"{letter_id} is waiting again")


@main.group()
def admin() -> None:
    """Editors and their programs."""


@admin.command("create")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--password", envvar="BLOGQUEUE_ADMIN_PASSWORD", prompt=True, hide_input=True, confirmation_prompt=True)
def create_admin(name: str, email: str, password: str) -> None:
    """Make an editor who may sign in."""
    from blogqueue import admins

    _with_database(admins.create(name, email, password))
    print(f"{name} may sign in")


@admin.command("token")
@click.argument("name")
@click.option("--revoke", is_flag=True, help="Make the token worthless.")
def admin_token(name: str, revoke: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Print a new bearer token for the admin API; it is shown this once."""
    from blogqueue import admins

    if revoke:
        _with_database(admins.revoke_token(name))
        print(f"{name} is revoked", file=sys.stderr)
    else:
        print(_with_database(admins.issue_token(name)))

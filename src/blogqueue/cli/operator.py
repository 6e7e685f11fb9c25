"""The operator's commands: jobs, queues, orders that rest, payments that are held, letters, editors.

As in `cli`, each imports what it needs. A command that finds something wrong says so in a sentence and exits with 1.
"""
# ruff: noqa: PLC0415 - see above

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar
from uuid import UUID

import click

from blogqueue.errors import ProblemError
from blogqueue.money import format_amount
from blogqueue.states import EmailState, JobState

JOB_QUEUES = ("article-generation", "backlink-integration")
OPERATOR = "operator"

Result = TypeVar("Result")


def with_database(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a verb with a pool of its own; what it refuses is a sentence and exit status 1."""
    from blogqueue import readiness
    from blogqueue.db.engine import AWAY, UNUSABLE, pool

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


@click.group()
def jobs() -> None:
    """Jobs of the queues."""


@jobs.command("list")
@click.option("--queue", type=click.Choice(JOB_QUEUES), default=None)
@click.option("--state", type=click.Choice(JobState, case_sensitive=False), default=None)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def list_jobs(queue: str | None, state: JobState | None, limit: int) -> None:
    """The newest jobs."""
    from blogqueue.db.tables.jobs import Job

    async def find() -> list[dict[str, Any]]:
        query = Job.select().order_by(Job.created_at, ascending=False).limit(limit)
        if queue:
            query = query.where(Job.queue == queue)
        if state:
            query = query.where(Job.state == state)
        return await query.output(load_json=True)

    for row in with_database(find()):
        error = f"  {row['errors'][-1]['message']}" if row["errors"] else ""
        print(
            f"{row['id']}  {row['state']:<9} {row['attempts']}/{row['max_attempts']}  {row['created_at']:%F %T}{error}"
        )


@jobs.command("show")
@click.argument("job_id")
def show_job(job_id: str) -> None:
    """One job with the errors of all its attempts."""
    import json

    from blogqueue.db.tables.jobs import Job

    async def find() -> dict[str, Any] | None:
        return await Job.select().where(Job.id == job_id).first().output(load_json=True)

    row = with_database(find())
    if row is None:
        sys.exit(f"There is no job {job_id}.")
    print(json.dumps(row, indent=2, default=str, ensure_ascii=False))


@jobs.command("retry")
@click.argument("job_id")
def retry_job(job_id: str) -> None:
    """Give a FAILED job new attempts; its order goes back to PROCESSING."""
    from blogqueue.actors.messages import nudge
    from blogqueue.db.tables.jobs import Job
    from blogqueue.orders import lifecycle

    async def again() -> None:
        rows = await Job.select(Job.order_id).where(Job.id == job_id)
        if not rows:
            sys.exit(f"There is no job {job_id}.")
        await nudge(await lifecycle.retry(rows[0]["order_id"], actor=OPERATOR, job_id=job_id))

    with_database(again())
    print(f"{job_id} is waiting again")


@click.group()
def orders() -> None:
    """Orders whose payment is disputed."""


@orders.command("on_hold")
def list_on_hold() -> None:
    """The orders that rest, oldest first."""
    from blogqueue.db.tables.orders import Order

    async def find() -> list[dict[str, Any]]:
        return await Order.select().where(Order.on_hold.eq(value=True)).order_by(Order.created_at)

    for row in with_database(find()):
        money = format_amount(row["price"], row["currency"])
        print(f"{row['id']}  {row['status']:<13} {money}  {row['customer_email']}  {row['created_at']:%F %T}")


@orders.command("release")
@click.argument("order_id", type=click.UUID)
def release_order(order_id: UUID) -> None:
    """Let an order on hold go on where it stood."""
    from blogqueue.actors.messages import nudge
    from blogqueue.payments import disputes

    async def release() -> None:
        await nudge(await disputes.release(order_id, actor=OPERATOR))

    with_database(release())
    print(f"{order_id} goes on")


@orders.command("end")
@click.argument("order_id", type=click.UUID)
def end_order(order_id: UUID) -> None:
    """End an order on hold: FAILED, its payment reversed; nothing is refunded from here."""
    from blogqueue.actors.messages import nudge
    from blogqueue.payments import disputes

    async def end() -> None:
        await nudge(await disputes.end(order_id, actor=OPERATOR))

    with_database(end())
    print(f"{order_id} has ended")


@click.group()
def payments() -> None:
    """Payments that made no order: not as asked, or one too many."""


@payments.command("held")
def list_held() -> None:
    """Those that wait for a word, oldest first."""
    from blogqueue.payments import held_payments

    for one in with_database(held_payments.undecided()):
        money = format_amount(one.amount or 0, one.currency)
        error = f"  Stripe: {one.error}" if one.error else ""
        print(f"{one.session_id}  {one.state}  {money}  {one.email}  {one.reason}{error}")


@payments.command("accept")
@click.argument("session_id")
def accept_payment(session_id: str) -> None:
    """Work on a held payment all the same: it becomes its order."""
    from blogqueue.actors.messages import nudge
    from blogqueue.payments import held_payments

    async def accept() -> str:
        outbox, outcome = await held_payments.accept(session_id, actor=OPERATOR)
        await nudge(outbox)
        return outcome

    print(with_database(accept()))


@payments.command("return")
@click.argument("session_id")
def return_payment(session_id: str) -> None:
    """Have Stripe give a held payment back."""
    from blogqueue.actors.messages import nudge
    from blogqueue.payments import held_payments

    async def give_back() -> None:
        await nudge(await held_payments.give_back(session_id, actor=OPERATOR))

    with_database(give_back())
    print(f"{session_id} was given back")


@payments.command("dismiss")
@click.argument("session_id")
def dismiss_payment(session_id: str) -> None:
    """Note that a held payment was settled outside."""
    from blogqueue.payments import held_payments

    with_database(held_payments.dismiss(session_id, actor=OPERATOR))
    print(f"{session_id} is dismissed")


@click.group()
def queues() -> None:
    """The queues."""


@queues.command("list")
def list_queues() -> None:
    """How many jobs each queue has in each state."""
    from blogqueue.jobs import jobs as job_rows

    for queue, states in with_database(job_rows.counts()).items():
        print(f"{queue:<22}" + "  ".join(f"{state.lower()} {n}" for state, n in states.items()))


@click.group()
def emails() -> None:
    """E-mails to customers and to the operator."""


@emails.command("list")
@click.option("--state", type=click.Choice(EmailState, case_sensitive=False), default=None)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def list_emails(state: EmailState | None, limit: int) -> None:
    """The newest letters."""
    from blogqueue.emails import resending

    for row in with_database(resending.listed(state or "", limit)):
        error = f"  {row['error']}" if row["error"] else ""
        about = f"{row['created_at']:%F %T}  {row['kind']} to {row['to']}"
        print(f"{row['id']}  {row['state']:<7} {row['attempts']:>3}  {about}{error}")


@emails.command("resend")
@click.argument("email_id", type=click.UUID)
@click.option("--although-unknown", is_flag=True, help="Also one that the server may have taken: it may come twice.")
def resend_email(email_id: UUID, although_unknown: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Send a FAILED letter again."""
    from blogqueue.actors.messages import nudge
    from blogqueue.emails import resending

    async def again() -> None:
        await nudge(await resending.resend(email_id, actor=OPERATOR, although_unknown=although_unknown))

    with_database(again())
    print(f"{email_id} is waiting again")


@click.group()
def admin() -> None:
    """Editors and their programs."""


@admin.command("create")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--password", envvar="BLOGQUEUE_ADMIN_PASSWORD", prompt=True, hide_input=True, confirmation_prompt=True)
def create_admin(name: str, email: str, password: str) -> None:
    """Make an editor who may sign in."""
    from blogqueue import editors

    with_database(editors.create(name, email, password))
    print(f"{name} may sign in")


@admin.command("token")
@click.argument("name")
@click.option("--revoke", is_flag=True, help="Make the token worthless.")
def admin_token(name: str, revoke: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Print a new bearer token for the admin API; it is shown this once."""
    from blogqueue import editors

    if revoke:
        with_database(editors.revoke_token(name))
        print(f"{name} is revoked", file=sys.stderr)
    else:
        print(with_database(editors.issue_token(name)))


GROUPS = (jobs, orders, payments, queues, emails, admin)

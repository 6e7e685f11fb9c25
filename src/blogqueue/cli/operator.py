"""The operator's commands about money: orders on hold, held payments, emails.

As in `cli.commands`, each imports what it needs; one that fails prints a sentence and exits with 1.
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
from blogqueue.states import EmailState

OPERATOR = "operator"

Result = TypeVar("Result")


def with_database(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine with a database pool; print a refusal as a sentence and exit with 1."""
    from blogqueue.db.engine import UNAVAILABLE, UNUSABLE, pool
    from blogqueue.settings import CLI_NEEDS, check_settings

    async def run() -> Result:
        async with pool():
            return await work

    try:
        check_settings("cli", CLI_NEEDS)
        return asyncio.run(run())
    except ProblemError as error:
        sys.exit(" ".join(detail.message for detail in error.details) or error.message)
    except UNAVAILABLE as error:
        sys.exit(f"PostgreSQL does not answer at DATABASE_URL: {error}")
    except UNUSABLE as error:
        sys.exit(f"The database at DATABASE_URL cannot be used: {error}. Is it migrated (`blogqueue migrate`)?")
    finally:
        work.close()  # Python would complain about a coroutine that was never awaited


@click.group("orders")
def orders_group() -> None:
    """Decide on orders on hold, whose payments are disputed, and replace the links to an order."""


@orders_group.command("on-hold")
def list_on_hold() -> None:
    """List the orders on hold, oldest first."""
    from blogqueue.orders import listing

    for order in with_database(listing.list_on_hold()):
        money = format_amount(order.price, order.currency)
        when = f"{order.created_at:%F %T}"
        print(f"{order.order_id}  {order.status:<13} {money}  {order.customer_email}  {when}")


@orders_group.command("release")
@click.argument("order_id", type=click.UUID)
def release_order(order_id: UUID) -> None:
    """Continue an order on hold from its status."""
    from blogqueue.actors.messages import nudge
    from blogqueue.payments import disputes

    async def release() -> None:
        await nudge(await disputes.release(order_id, actor=OPERATOR))

    with_database(release())
    print(f"{order_id} continues")


@orders_group.command("end")
@click.argument("order_id", type=click.UUID)
def end_order(order_id: UUID) -> None:
    """Fail an order on hold, because its payment was reversed; nothing is refunded."""
    from blogqueue.actors.messages import nudge
    from blogqueue.payments import disputes

    async def end() -> None:
        await nudge(await disputes.end(order_id, actor=OPERATOR))

    with_database(end())
    print(f"{order_id} is FAILED")


@orders_group.command("relink")
@click.argument("order_id", type=click.UUID)
def relink_order(order_id: UUID) -> None:
    """Revoke the links to an order that were mailed so far, and mail its customer a new one."""
    from blogqueue.actors.messages import nudge
    from blogqueue.orders import access

    async def relink() -> None:
        await nudge(await access.replace_link(order_id))

    with_database(relink())
    print(f"the customer of {order_id} is mailed a new link; the old ones open nothing")


@click.group("payments")
def payments_group() -> None:
    """Decide on held payments.

    They do not match their purchase, or are duplicates.
    """


@payments_group.command("held")
def list_held() -> None:
    """List the held payments that need a decision, oldest first."""
    from blogqueue.payments import held_payments

    for one in with_database(held_payments.list_undecided()):
        money = format_amount(one.amount or 0, one.currency)
        error = f"  Stripe: {one.error}" if one.error else ""
        print(f"{one.session_id}  {one.state}  {money}  {one.email}  {one.reason}{error}")


@payments_group.command("accept")
@click.argument("session_id")
def accept_payment(session_id: str) -> None:
    """Accept a held payment: it becomes an order."""
    from blogqueue.actors.messages import nudge
    from blogqueue.payments import held_payments

    async def accept() -> str:
        accepted = await held_payments.accept(session_id, actor=OPERATOR)
        await nudge(accepted.outbox)
        return accepted.outcome

    print(with_database(accept()))


@payments_group.command("return")
@click.argument("session_id")
def return_payment(session_id: str) -> None:
    """Refund a held payment in full."""
    from blogqueue.actors.messages import nudge
    from blogqueue.payments import held_payments

    async def give_back() -> None:
        await nudge(await held_payments.return_payment(session_id, actor=OPERATOR))

    with_database(give_back())
    print(f"{session_id} was refunded")


@payments_group.command("dismiss")
@click.argument("session_id")
def dismiss_payment(session_id: str) -> None:
    """Record that a held payment was dealt with outside blogqueue."""
    from blogqueue.payments import held_payments

    with_database(held_payments.dismiss(session_id, actor=OPERATOR))
    print(f"{session_id} is dismissed")


@click.group("emails")
def emails_group() -> None:
    """List and resend emails."""


@emails_group.command("list")
@click.option("--state", type=click.Choice(EmailState, case_sensitive=False), help="Only this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
def list_emails(state: EmailState | None, limit: int) -> None:
    """List the newest emails."""
    from blogqueue.emails import resending

    for row in with_database(resending.list_newest(state or "", limit)):
        error = f"  {row['error']}" if row["error"] else ""
        about = f"{row['created_at']:%F %T}  {row['kind']} to {row['to']}"
        print(f"{row['id']}  {row['state']:<7} {row['attempts']:>3}  {about}{error}")


@emails_group.command("resend")
@click.argument("email_id", type=click.UUID)
@click.option("--although-unknown", is_flag=True, help="Even if the server may have accepted it: it may arrive twice.")
def resend_email(email_id: UUID, although_unknown: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Send a FAILED email again."""
    from blogqueue.actors.messages import nudge
    from blogqueue.emails import resending

    async def again() -> None:
        await nudge(await resending.resend(email_id, actor=OPERATOR, although_unknown=although_unknown))

    with_database(again())
    print(f"{email_id} is waiting again")


GROUPS = (orders_group, payments_group, emails_group)

"""The operator's commands about held payments and emails.

As in `cli.commands`, each imports what it needs; one that fails prints a sentence and exits with 1.
"""
# ruff: noqa: PLC0415 - see above

from typing import Any
from uuid import UUID

import click

from blogqueue.cli import output
from blogqueue.cli.database import OPERATOR, with_database
from blogqueue.states import EmailState


@click.group("payments")
def payments_group() -> None:
    """Decide on held payments.

    They do not match their purchase, or are duplicates.
    """


@payments_group.command("held")
@output.JSON
def list_held(as_json: bool) -> None:
    """List the held payments that need a decision, oldest first."""
    from blogqueue.payments import held_payments

    held = with_database(held_payments.list_undecided())
    if as_json:
        output.show_json({"items": held})
        return
    output.show_table(
        ("SESSION", "STATE", "AMOUNT", "CUSTOMER", "CREATED", "REASON", "STRIPE'S ERROR"),
        [
            (
                one.session_id,
                one.state,
                output.format_price(one.amount or 0, one.currency),
                one.email,
                one.created_at,
                one.reason,
                one.error,
            )
            for one in held
        ],
    )


@payments_group.command("accept")
@click.argument("session_id")
@output.JSON
def accept_payment(session_id: str, as_json: bool) -> None:
    """Accept a held payment: it becomes an order."""
    from blogqueue.actors.messages import nudge
    from blogqueue.payments import held_payments

    async def accept() -> str:
        accepted = await held_payments.accept(session_id, actor=OPERATOR)
        await nudge(accepted.outbox)
        return accepted.outcome

    outcome = with_database(accept())
    output.show_result(outcome, {"sessionId": session_id, "outcome": outcome}, as_json=as_json)


@payments_group.command("return")
@click.argument("session_id")
@output.JSON
def return_payment(session_id: str, as_json: bool) -> None:
    """Refund a held payment in full: a worker asks Stripe, whose key this command does not need."""
    from blogqueue.payments import held_payments

    with_database(held_payments.request_return(session_id, actor=OPERATOR))
    sentence = "will be refunded within two minutes; if Stripe refuses, `blogqueue payments held` has its answer"
    _show(session_id, "returning", sentence, as_json=as_json)


@payments_group.command("dismiss")
@click.argument("session_id")
@output.JSON
def dismiss_payment(session_id: str, as_json: bool) -> None:
    """Record that a held payment was dealt with outside blogqueue."""
    from blogqueue.payments import held_payments

    with_database(held_payments.dismiss(session_id, actor=OPERATOR))
    _show(session_id, "dismissed", "is dismissed", as_json=as_json)


def _show(session_id: str, outcome: str, sentence: str, *, as_json: bool) -> None:
    output.show_result(f"{session_id} {sentence}", {"sessionId": session_id, "outcome": outcome}, as_json=as_json)


@click.group("emails")
def emails_group() -> None:
    """List and resend emails."""


@emails_group.command("list")
@click.option("--state", type=click.Choice(EmailState, case_sensitive=False), help="Only this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Show at most this many.")
@output.JSON
def list_emails(state: EmailState | None, limit: int, as_json: bool) -> None:
    """List the newest emails."""
    from blogqueue.emails import resending

    rows = with_database(resending.list_newest(state or "", limit))
    if as_json:
        output.show_json({"items": [_view_email(row) for row in rows]})
        return
    output.show_table(
        ("EMAIL", "STATE", "ATTEMPTS", "CREATED", "KIND", "TO", "ERROR"),
        [
            (row["id"], row["state"], row["attempts"], row["created_at"], row["kind"], row["to"], row["error"])
            for row in rows
        ],
    )


def _view_email(row: dict[str, Any]) -> dict[str, object]:
    names = {"id": "emailId", "created_at": "createdAt"}
    return {names.get(name, name): value for name, value in row.items()}


@emails_group.command("resend")
@click.argument("email_ids", nargs=-1, required=True, type=click.UUID, metavar="EMAIL_ID...")
@click.option("--although-unknown", is_flag=True, help="Even if the server may have accepted it: it may arrive twice.")
@output.JSON
def resend_emails(email_ids: tuple[UUID, ...], although_unknown: bool, as_json: bool) -> None:
    """Send FAILED emails again."""
    from blogqueue.actors.messages import nudge
    from blogqueue.emails import resending

    async def again(email_id: str) -> None:
        await nudge(await resending.resend(UUID(email_id), actor=OPERATOR, although_unknown=although_unknown))

    with_database(output.do_each([str(one) for one in email_ids], again, "is waiting again", as_json=as_json))


GROUPS = (payments_group, emails_group)

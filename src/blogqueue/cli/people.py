"""The operator's commands about people: editors, their passwords and programs, and customers who ask for their data.

A password is asked for, or read from BLOGQUEUE_EDITOR_PASSWORD: as an option every user of the machine could see it.
"""
# ruff: noqa: PLC0415 - as in `cli.commands`

import json
import os
import sys
from typing import TYPE_CHECKING

import click

from blogqueue.cli import output
from blogqueue.cli.database import OPERATOR, with_database

if TYPE_CHECKING:
    from blogqueue.editors import Account


def _ask_password() -> str:
    """Return a new password, typed twice, or that of the environment."""
    given = os.environ.get("BLOGQUEUE_EDITOR_PASSWORD", "")
    return given or click.prompt("Password", hide_input=True, confirmation_prompt=True)


@click.group("editors")
def editors_group() -> None:
    """Manage editors, and the tokens of their programs."""


@editors_group.command("create")
@click.option("--name", required=True, help="The name to sign in with.")
@click.option("--email", required=True, help="The editor's email address.")
@output.JSON
def create_editor(name: str, email: str, as_json: bool) -> None:
    """Create an editor who may sign in; the password is asked for."""
    from blogqueue import editors

    with_database(editors.create(name, email, _ask_password()))
    _show(name, "created", "may sign in", as_json=as_json)


def _show(name: str, outcome: str, sentence: str, *, as_json: bool) -> None:
    output.show_result(f"{name} {sentence}", {"name": name, "outcome": outcome}, as_json=as_json)


@editors_group.command("list")
@output.JSON
def list_editors(as_json: bool) -> None:
    """List the editors."""
    from blogqueue import editors

    accounts = with_database(editors.list_accounts())
    if as_json:
        output.show_json({"items": [_view_account(account) for account in accounts]})
        return
    output.show_table(
        ("NAME", "EMAIL", "STATE", "SIGNS IN WITH", "LAST SIGNED IN"),
        [
            (
                account.name,
                account.email,
                "active" if account.active else "deactivated",
                "second factor" if account.second_factor else "password only",
                account.last_login or "never",
            )
            for account in accounts
        ],
    )


def _view_account(account: "Account") -> dict[str, object]:
    return {
        "name": account.name,
        "email": account.email,
        "active": account.active,
        "secondFactor": account.second_factor,
        "lastLogin": account.last_login,
    }


@editors_group.command("deactivate")
@click.argument("name")
@output.JSON
def deactivate_editor(name: str, as_json: bool) -> None:
    """Stop an editor from signing in, and sign them out everywhere."""
    from blogqueue import editors

    with_database(editors.set_active(name, active=False))
    _show(name, "deactivated", "is deactivated", as_json=as_json)


@editors_group.command("activate")
@click.argument("name")
@output.JSON
def activate_editor(name: str, as_json: bool) -> None:
    """Let a deactivated editor sign in again."""
    from blogqueue import editors

    with_database(editors.set_active(name, active=True))
    _show(name, "activated", "may sign in", as_json=as_json)


@editors_group.command("reset-password")
@click.argument("name")
@output.JSON
def reset_password(name: str, as_json: bool) -> None:
    """Give an editor another password, and sign them out everywhere."""
    from blogqueue import editors

    with_database(editors.reset_password(name, _ask_password()))
    _show(name, "password reset", "has a new password", as_json=as_json)


@editors_group.command("remove-second-factor")
@click.argument("name")
@output.JSON
def remove_second_factor(name: str, as_json: bool) -> None:
    """Let an editor who has lost their authenticator app sign in with the password alone."""
    from blogqueue import editors

    with_database(editors.remove_second_factor(name))
    _show(name, "second factor removed", "signs in with the password alone", as_json=as_json)


@editors_group.command("token")
@click.argument("name")
@click.option("--revoke", is_flag=True, help="Revoke the token.")
@output.JSON
def issue_token(name: str, revoke: bool, as_json: bool) -> None:
    """Issue a bearer token for the admin API, and print it this once."""
    from blogqueue import editors

    if revoke:
        with_database(editors.revoke_token(name))
        if as_json:
            output.show_json({"name": name, "outcome": "revoked"})
        else:
            print(f"{name} is revoked", file=sys.stderr)
    else:
        token = with_database(editors.issue_token(name))
        output.show_result(token, {"name": name, "token": token}, as_json=as_json)


@click.group("customers")
def customers_group() -> None:
    """Export or erase what is stored about a customer, or sign them out."""


@customers_group.command("export")
@click.argument("email")
def export_customer(email: str) -> None:
    """Print everything that is stored about an email address, as JSON."""
    from blogqueue.payments import customers

    print(json.dumps(with_database(customers.export(email)), indent=2, default=str, ensure_ascii=False))


@customers_group.command("erase")
@click.argument("email")
@click.confirmation_option(prompt="This cannot be undone. Erase?")
@output.JSON
def erase_customer(email: str, as_json: bool) -> None:
    """Erase a customer's address, notes and emails; amounts, dates and references to payments stay."""
    from blogqueue.payments import customers

    erased = with_database(customers.erase(email, actor=OPERATOR))
    output.show_result(", ".join(f"{number} {name}" for name, number in erased.items()), erased, as_json=as_json)


@customers_group.command("sign-out")
@click.argument("email")
@output.JSON
def sign_out_customer(email: str, as_json: bool) -> None:
    """End all sessions of a customer, and the links to sign in that were not used."""
    from blogqueue.orders import sign_ins

    ended = with_database(sign_ins.sign_out_everywhere(email))
    output.show_result(f"{ended} sign-ins ended", {"email": email, "ended": ended}, as_json=as_json)


GROUPS = (editors_group, customers_group)

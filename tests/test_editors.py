"""Editors' accounts: passwords, sessions, and what the operator does about them."""

from datetime import UTC, datetime

import httpx
import pytest
from piccolo_api.mfa.authenticator.tables import AuthenticatorSecret

from blogqueue import editors, tokens
from blogqueue.db.tables.editors import Editor
from blogqueue.db.tables.sessions import EditorSession
from blogqueue.errors import InvalidError, NotFoundError
from blogqueue.passwords import find_weakness
from tests.command_line import CommandLine
from tests.stage import Stage

GOOD = "harbour quilt nineteen"
WEAK = [
    "short",
    "elevenchars",
    "123456789012",
    "password1234",
    "P@ssw0rd2026!",
    "qwertyuiop12",
    "qwerty123456",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "letmein-letmein",
    "AdminAdmin2026",
    "correct staple horse",
    "Welcome2026!!",
    "9876543210987",
]


@pytest.mark.parametrize("password", WEAK)
def test_a_common_password_is_refused(password: str) -> None:
    assert find_weakness(password)


@pytest.mark.parametrize(
    "password", [GOOD, "tidal-otter-4-lamp", "Zq7#vM2pXw9L", "größer als der Mond", "passwords are a nuisance"]
)
def test_a_long_and_uncommon_password_is_taken(password: str) -> None:
    assert find_weakness(password) == ""


async def test_a_password_has_neither_the_editors_name_nor_address(stage: Stage) -> None:
    assert stage
    for password in ("edith's quiet garden", "a garden of Fernwood"):
        with pytest.raises(InvalidError) as refused:
            await editors.create("edith", "fernwood@editors.example", password)
        assert "name or address" in refused.value.details[0].message
    assert await editors.list_accounts() == []


async def test_the_operator_lists_deactivates_and_resets_editors(stage: Stage, cli: CommandLine) -> None:
    # Given an editor who is signed in with a second factor
    cookie = await stage.signed_in()
    user = await Editor.objects().get(Editor.username == "edith")
    assert user is not None
    await AuthenticatorSecret(user_id=user.id, secret="", recovery_codes=[], last_used_at=datetime.now(UTC)).save()

    listed = await cli.run("editors", "list")
    assert "edith" in listed.out
    assert "second factor" in listed.out
    assert await editors.get_by_session(cookie) == "edith"

    # When she is deactivated, she is out; activated and with new credentials, she is back
    assert (await cli.run("editors", "deactivate", "edith")).code == 0
    assert await editors.get_by_session(cookie) is None
    assert "deactivated" in (await cli.run("editors", "list")).out
    assert (await cli.run("editors", "activate", "edith")).code == 0
    cookie = await stage.signed_in()
    assert (await cli.run("editors", "remove-second-factor", "edith")).code == 0
    assert await editors.get_by_session(cookie) is None
    assert "password only" in (await cli.run("editors", "list")).out
    session = await EditorSession.create_session(user.id)
    weak = await cli.run("editors", "reset-password", "edith", BLOGQUEUE_EDITOR_PASSWORD="password1234")
    assert (weak.code, "common" in weak.err) == (1, True)
    assert (await cli.run("editors", "reset-password", "edith", BLOGQUEUE_EDITOR_PASSWORD=GOOD)).code == 0
    assert await Editor.login("edith", GOOD) == user.id
    assert await editors.get_by_session(session.token) is None

    for command in ("deactivate", "activate", "reset-password", "remove-second-factor"):
        unknown = await cli.run("editors", command, "nobody", BLOGQUEUE_EDITOR_PASSWORD=GOOD)
        assert (unknown.code, unknown.err) == (1, "There is no such editor: nobody.\n")
    with pytest.raises(NotFoundError):
        await editors.set_active("nobody", active=False)


async def test_a_revoked_tokens_name_can_be_used_again(stage: Stage, cli: CommandLine) -> None:
    # Given a token of a program
    assert stage
    first = (await cli.run("editors", "token", "ci")).out.strip()
    taken = await cli.run("editors", "token", "ci")
    assert (taken.code, await editors.get_token_name(first)) == (1, "ci")
    assert taken.err == "A token named 'ci' already exists; revoke it, or choose another name.\n"

    # When it is revoked, as the refusal says, then the next one has its name, and the first one opens nothing
    assert (await cli.run("editors", "token", "ci", "--revoke")).code == 0
    second = (await cli.run("editors", "token", "ci")).out.strip()
    assert [await editors.get_token_name(token) for token in (first, second)] == [None, "ci"]
    assert (await cli.run("editors", "token", "ci", "--revoke")).code == 0
    assert await editors.get_token_name(second) is None


async def test_a_password_cannot_be_an_option(cli: CommandLine) -> None:
    done = await cli.run("editors", "create", "--name", "x", "--email", "x@x.example", "--password", GOOD)

    assert done.code == 2
    assert "--password" in done.err


async def test_the_database_has_the_hash_of_a_sessions_token_and_not_the_token(stage: Stage) -> None:
    cookie = await stage.signed_in()

    stored = [row["token"] for row in await EditorSession.select(EditorSession.token)]

    assert stored == [tokens.hash_token(cookie)]
    assert await editors.get_by_session(stored[0]) is None


async def test_signing_in_and_out_on_the_pages_uses_hashed_sessions(stage: Stage) -> None:
    signed_in: httpx.Response = await stage.sign_in()
    assert signed_in.is_success

    stored = {row["token"] for row in await EditorSession.select(EditorSession.token)}

    assert tokens.hash_token(signed_in.cookies["id"]) in stored
    assert signed_in.cookies["id"] not in stored

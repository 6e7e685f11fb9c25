"""Letters on their way: at most once, tried again when that can help, marked failed and shown when it cannot."""

from typing import Any

import pytest

from blogqueue import letters
from blogqueue.actors.messages import deliver_letter, nudge
from blogqueue.promises import Promised
from blogqueue.tables import Letter
from tests.stage import Stage


async def a_letter(stage: Stage) -> dict[str, Any]:
    """The magic link that Ana was promised; not sent yet."""
    await stage.ask(await stage.article())
    return (await Letter.select())[0]


async def row() -> dict[str, Any]:
    return (await Letter.select())[0]


async def due_again() -> None:
    await Letter.raw("UPDATE letters SET run_at = clock_timestamp() - interval '1 minute', lease_until = NULL")


async def test_a_letter_carries_its_headers(stage: Stage) -> None:
    letter = await a_letter(stage)

    await stage.drain()

    mail = (await stage.mails())[0]
    assert mail["messageId"] == f"<{letter['id']}@127.0.0.1>"
    assert mail["headers"]["Auto-Submitted"] == "auto-generated"
    assert mail["to"] == ["ana@customers.example"]
    assert "{token}" not in mail["text"] + mail["html"]


async def test_no_token_lies_in_the_database(stage: Stage) -> None:
    letter = await a_letter(stage)

    token = await stage.magic_token()

    assert token not in letter["html"] + letter["text"]
    assert "{token}" in letter["text"]


async def test_a_letter_whose_message_comes_five_times_goes_out_once(stage: Stage) -> None:
    letter = await a_letter(stage)
    for _ in range(4):
        deliver_letter.send(str(letter["id"]))

    await stage.drain()

    assert len(await stage.mails()) == 1


@pytest.mark.parametrize("at", ["rcpt", "data"])
async def test_a_letter_that_is_not_taken_for_now_is_tried_again(stage: Stage, at: str) -> None:
    # Given a mail server that is busy
    letter = await a_letter(stage)
    await stage.sandbox.put("/faults", json={"mail": [{"kind": "status", "code": 451, "at": at}]})
    await stage.drain("mail")
    assert await stage.mails() == []

    # When its time has come again
    assert (await row())["attempts"] == 1
    await due_again()
    if (await row())["state"] == "WAITING":
        await nudge(Promised(letters=(letter["id"],)))
    await stage.drain("mail")

    # Then it goes out, once
    assert ((await row())["state"], len(await stage.mails())) == ("SENT", 1)


async def test_a_letter_that_is_refused_for_good_is_marked_failed(stage: Stage) -> None:
    await a_letter(stage)
    await stage.sandbox.put("/faults", json={"mail": [{"kind": "status", "code": 550, "at": "rcpt"}]})

    await stage.drain("mail")

    assert (await row())["state"] == "FAILED"
    assert "550" in (await row())["error"]
    await stage.sound()


async def test_a_letter_whose_outcome_is_unknown_is_never_sent_again(stage: Stage) -> None:
    # Given a worker that was killed while the server had the letter
    letter = await a_letter(stage)
    outgoing = await letters.claim(letter["id"])
    assert outgoing is not None
    assert await letters.hand_over(outgoing)
    await Letter.raw("UPDATE letters SET lease_until = clock_timestamp() - interval '1 second'")

    # When the sweep comes by
    assert await letters.overdue() == ()

    # Then the letter is shown as failed and nobody sends it again
    assert ((await row())["state"], await stage.mails()) == ("FAILED", [])
    deliver_letter.send(str(letter["id"]))
    await stage.drain("mail")
    assert await stage.mails() == []
    await stage.sound()


async def test_a_forgotten_letter_is_found_by_the_sweep(stage: Stage) -> None:
    letter = await a_letter(stage)
    await due_again()

    assert await letters.overdue() == (letter["id"],)

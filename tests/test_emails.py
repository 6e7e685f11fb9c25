"""Emails are sent at most once, tried again when that can help, and marked failed and shown when it cannot."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from pydantic import SecretStr

from blogqueue.actors.messages import deliver_email, nudge
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.orders import OrderEvent
from blogqueue.emails import emails, smtp
from blogqueue.jobs import backoff
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from tests.command_line import CommandLine
from tests.mailed import an_email, due_again, email_row
from tests.stage import Stage, redelivered_in_ms


async def test_an_email_has_its_headers(stage: Stage) -> None:
    email = await an_email(stage)

    await stage.drain()

    mail = (await stage.mails())[0]
    assert mail["messageId"] == f"<{email['id']}@127.0.0.1>"
    assert mail["headers"]["Auto-Submitted"] == "auto-generated"
    assert mail["to"] == ["ana@customers.example"]
    assert "{token}" not in mail["text"] + mail["html"]


async def test_no_token_lies_in_the_database(stage: Stage) -> None:
    email = await an_email(stage)

    token = await stage.magic_token()

    assert token not in email["html"] + email["text"]
    assert "{token}" in email["text"]


async def test_an_email_whose_message_arrives_five_times_is_sent_once(stage: Stage) -> None:
    email = await an_email(stage)
    for _ in range(4):
        deliver_email.send(str(email["id"]))

    await stage.drain()

    assert len(await stage.mails()) == 1


@pytest.mark.parametrize("at", ["rcpt", "data"])
async def test_an_email_that_is_refused_for_now_is_tried_again(stage: Stage, at: str) -> None:
    # Given a mail server that is busy
    email = await an_email(stage)
    await stage.sandbox.put("/faults", json={"mail": [{"kind": "status", "code": 451, "at": at}]})
    await stage.drain("mail")
    assert await stage.mails() == []

    # When its time has come again
    assert (await email_row())["attempts"] == 1
    assert [4_000 < delay <= 5_000 for delay in redelivered_in_ms("mail")] == [True]
    await due_again()
    if (await email_row())["state"] == "WAITING":
        await nudge(Outbox(emails=(email["id"],)))
    await stage.drain("mail")

    # Then it goes out, once
    assert ((await email_row())["state"], len(await stage.mails())) == ("SENT", 1)


async def test_a_mail_server_that_is_down_for_hours_gets_the_email_when_it_is_back(stage: Stage) -> None:
    # Given a mail server that hangs up on everybody
    email = await an_email(stage)
    await stage.faults(mail=[{"kind": "down", "times": -1}])

    # When the email was tried again and again
    for attempt in range(1, 13):
        await stage.drain("mail")
        tried = await email_row()
        assert (tried["state"], tried["attempts"]) == ("WAITING", attempt)
        await due_again()
        await nudge(Outbox(emails=(email["id"],)))

    # And the server is back
    await stage.faults(mail=[])
    await stage.drain("mail")

    # Then it goes out, once
    assert ((await email_row())["state"], len(await stage.mails())) == ("SENT", 1)
    await stage.sound()


def test_the_pauses_grow_to_half_an_hour_and_end_after_four_days() -> None:
    pauses = [backoff.EMAILS.get_wait_ms(attempt) / 1000 for attempt in range(1, backoff.EMAILS.max_attempts)]

    assert pauses[:4] == [5, 10, 20, 40]
    assert max(pauses) == pauses[-1] == 1800
    assert 3.9 < sum(pauses) / 86_400 < 5


async def test_an_email_that_was_given_up_is_listed_and_sent_again_when_the_operator_asks_for_it(
    stage: Stage, cli: CommandLine
) -> None:
    # Given an email that was tried for days
    order = await stage.delivered(await stage.article())
    await Email.raw(
        "UPDATE emails SET state = 'WAITING', sent_at = NULL, attempts = {} WHERE kind = 'backlink_ready'",
        backoff.EMAILS.max_attempts - 1,
    )
    email = (await Email.select().where(Email.kind == "backlink_ready"))[0]
    await stage.sandbox.delete("/mailbox.json")
    await stage.faults(mail=[{"kind": "down", "times": 2}])
    await nudge(Outbox(emails=(email["id"],)))
    await stage.drain("mail")

    # When the operator looks, and has it sent again
    listed = await cli.run("emails", "list", "--state", "FAILED")
    audited = await cli.run("audit")
    again = await cli.run("emails", "resend", str(email["id"]))
    await stage.drain("mail")
    after = (await Email.select().where(Email.id == email["id"]))[0]

    # Then it is tried as often as a new one: it waits after another refusal, and goes out
    assert (after["state"], after["attempts"]) == ("WAITING", 201)
    await due_again()
    await nudge(Outbox(emails=(email["id"],)))
    await stage.drain("mail")

    # And the order's history says who wanted it
    assert str(email["id"]) in listed.out and listed.out.count("\n") == 2  # the head and one row
    assert (audited.code, "Emails that failed: 1" in audited.out) == (0, True)
    assert again.code == 0, again.err
    assert [mail["subject"] for mail in await stage.mails()] == [email["subject"]]
    assert await OrderEvent.exists().where(
        OrderEvent.order_id == order.id, OrderEvent.action == "resend email", OrderEvent.actor == "operator"
    )
    assert (await Email.select(Email.attempts).where(Email.id == email["id"]))[0]["attempts"] == 202
    assert "SENT; only a FAILED one" in (await cli.run("emails", "resend", str(email["id"]))).err
    assert "no such email" in (await cli.run("emails", "resend", uuid4())).err.lower()
    await stage.sound()


async def test_an_email_that_is_refused_for_good_is_marked_failed(stage: Stage) -> None:
    await an_email(stage)
    await stage.sandbox.put("/faults", json={"mail": [{"kind": "status", "code": 550, "at": "rcpt"}]})

    await stage.drain("mail")

    assert (await email_row())["state"] == "FAILED"
    assert "550" in (await email_row())["error"]
    await stage.sound()


async def test_an_email_whose_outcome_is_unknown_is_never_sent_again(stage: Stage, cli: CommandLine) -> None:
    # Given a worker that was killed while the server had the email
    email = await an_email(stage)
    outgoing = await emails.claim(email["id"])
    assert outgoing is not None
    assert await emails.hand_over(outgoing)
    await Email.raw("UPDATE emails SET lease_until = clock_timestamp() - interval '1 second'")

    # When the sweep comes by
    await emails.give_up_unanswered()
    assert await emails.find_overdue() == ()

    # Then the email is shown as failed and nobody sends it again
    assert ((await email_row())["state"], await stage.mails()) == ("FAILED", [])
    deliver_email.send(str(email["id"]))
    await stage.drain("mail")
    assert await stage.mails() == []
    await stage.sound()

    # And the operator, who knows better, must say so
    refused = await cli.run("emails", "resend", str(email["id"]))
    assert (refused.code, "may get it twice" in refused.err) == (1, True)
    assert (await cli.run("emails", "resend", str(email["id"]), "--although-unknown")).code == 0
    await stage.drain("mail")
    assert len(await stage.mails()) == 1


async def test_an_email_that_got_no_answer_is_neither_sent_again_nor_an_error_of_ours(stage: Stage) -> None:
    # Given a mail server that takes an email, and is gone before it says so
    await an_email(stage)
    await stage.sandbox.put("/faults", json={"mail": [{"kind": "drop_after_data"}]})

    # When it is sent
    await stage.drain("mail")

    # Then it arrived once, and its row waits for the end of its lease
    assert ((await email_row())["state"], len(await stage.mails())) == ("SENDING", 1)


async def test_an_email_has_a_whole_lease_from_when_it_is_handed_over(stage: Stage) -> None:
    # Given a mail server that was slow until the email's text may be sent
    email = await an_email(stage)
    outgoing = await emails.claim(email["id"])
    assert outgoing is not None
    await Email.raw("UPDATE emails SET lease_until = clock_timestamp() + interval '1 second'")

    # When it is handed over
    assert await emails.hand_over(outgoing)

    # Then there is time for the server's answer
    left = await Email.raw("SELECT EXTRACT(EPOCH FROM lease_until - clock_timestamp()) AS seconds FROM emails")
    assert emails.LEASE_SECONDS - 5 < left[0]["seconds"] <= emails.LEASE_SECONDS


async def test_what_the_server_has_taken_is_sent_even_if_a_sweep_gave_it_up_meanwhile(stage: Stage) -> None:
    email = await an_email(stage)
    outgoing = await emails.claim(email["id"])
    assert outgoing is not None and await emails.hand_over(outgoing)
    await Email.raw("UPDATE emails SET lease_until = clock_timestamp() - interval '1 second'")
    await emails.give_up_unanswered()
    assert (await email_row())["state"] == "FAILED"

    await emails.mark_sent(outgoing)

    assert ((await email_row())["state"], (await email_row())["error"]) == ("SENT", "")


async def test_a_forgotten_email_is_found_by_the_sweep(stage: Stage) -> None:
    email = await an_email(stage)
    await due_again()

    assert await emails.find_overdue() == (email["id"],)


async def test_an_email_that_a_worker_does_not_hand_over_reaches_nobody(stage: Stage) -> None:
    # Given an email that is SENT when its second message is read, after the mail server has accepted its addresses
    email = await an_email(stage)
    outgoing = await emails.claim(email["id"])
    assert outgoing is not None

    async def hand_over() -> bool:
        await Email.raw("UPDATE emails SET state = 'SENT', sent_at = clock_timestamp()")
        return await emails.hand_over(outgoing)

    message = smtp.make_message(
        outgoing.id, to=outgoing.to, subject=outgoing.subject, html=outgoing.html, text=outgoing.text
    )
    assert not await smtp.send(message, hand_over)

    assert await stage.mails() == []


async def test_a_worker_changes_its_own_email_alone(stage: Stage) -> None:
    # Given two emails that two workers have claimed, both at their first attempt
    await an_email(stage)
    await stage.ask(await stage.article(slug="another"), email="ben@customers.example")
    ids = [email["id"] for email in await Email.select(Email.id).order_by(Email.created_at)]
    mine, other = [await emails.claim(email_id) for email_id in ids]
    assert mine is not None and other is not None
    before = (await Email.select().where(Email.id == other.id))[0]

    # When one of them is handed over, and put off by the mail server
    assert await emails.hand_over(mine)
    await emails.mark_refused(mine, "busy", retry_ms=0)

    # Then the other one waits as before
    assert (await Email.select().where(Email.id == other.id))[0] == before


async def test_an_email_that_no_mail_server_could_take_fails_at_once(stage: Stage) -> None:
    await an_email(stage)
    await Email.update({Email.to: "ana@customers.example\nBcc: eve@customers.example"}, force=True)

    await stage.drain("mail")

    failed = await email_row()
    assert (failed["state"], failed["attempts"]) == ("FAILED", 1)
    assert failed["error"].startswith("this cannot be sent as an email: ")
    assert await stage.mails() == []


async def test_an_email_about_an_order_names_it_and_any_other_names_none(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    emails_of = {email["kind"]: email for email in await Email.select()}
    await due_again()
    await Email.raw("UPDATE emails SET state = 'WAITING'")

    about, before = [await emails.claim(emails_of[kind]["id"]) for kind in ("order_received", "magic_link")]

    assert about is not None and before is not None
    assert (about.order, before.order) == (str(order.id), "")
    assert f"/order-status/{order.id}" in about.text
    assert "BQ-" in about.text and "BQ-" not in before.text


@asynccontextmanager
async def serve_refusal(answer: bytes) -> AsyncGenerator[int]:
    """A mail server that answers each recipient with these bytes; its port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        while line := await reader.readline():
            writer.write(answer if line.upper().startswith(b"RCPT") else b"250 OK\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_refusal_that_is_not_in_utf8_is_stored(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await an_email(stage)

    async with serve_refusal("550 5.1.1 Empf\u00e4nger\0 unbekannt\r\n".encode("latin-1")) as port:
        monkeypatch.setattr(settings, "smtp_url", SecretStr(f"smtp://127.0.0.1:{port}"))
        await stage.drain()

    row = await email_row()
    assert (row["state"], row["error"]) == ("FAILED", "550 5.1.1 Empf?nger unbekannt")

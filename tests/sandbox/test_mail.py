"""The mail server, tested with aiosmtplib."""

import asyncio
from email.message import EmailMessage

import aiosmtplib
import httpx
import pytest

from blogqueue.sandbox.state import Sandbox


def make_email(to: str = "ana@customers.example", subject: str = "Grüße aus dem Garten") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "blogqueue <no-reply@blogqueue.example>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = f"<{abs(hash(subject))}@blogqueue.example>"
    message.set_content("Als Text: 49 €")
    message.add_alternative("<p>Als <b>HTML</b>: 49 €</p>", subtype="html")
    return message


async def send(sandbox: Sandbox, message: EmailMessage) -> None:
    await aiosmtplib.send(message, hostname="127.0.0.1", port=sandbox.config.smtp_port, start_tls=False)


async def test_an_email_can_be_read_as_text_and_as_html(running_sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    message = make_email()

    await send(running_sandbox, message)

    (mail,) = (await http.get("/mailbox.json")).json()
    assert (mail["to"], mail["from"]) == (["ana@customers.example"], "no-reply@blogqueue.example")
    assert (mail["subject"], mail["messageId"]) == ("Grüße aus dem Garten", message["Message-ID"])
    assert (mail["text"].strip(), mail["html"].strip()) == ("Als Text: 49 €", "<p>Als <b>HTML</b>: 49 €</p>")
    assert mail["headers"]["To"] == "ana@customers.example"
    assert set(mail) == {"id", "to", "from", "subject", "text", "html", "at", "messageId", "headers"}


async def test_emails_are_listed_newest_last_by_recipient_until_deleted(
    running_sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    for to, subject in (("ana@x.example", "one"), ("ben@x.example", "two"), ("ana@x.example", "three")):
        await send(running_sandbox, make_email(to, subject))

    assert [mail["subject"] for mail in (await http.get("/mailbox.json")).json()] == ["one", "two", "three"]
    anas = await http.get("/mailbox.json", params={"to": "ana@x.example"})
    assert [mail["subject"] for mail in anas.json()] == ["one", "three"]
    assert (await http.delete("/mailbox.json")).status_code == 204
    assert (await http.get("/mailbox.json")).json() == []


async def test_fifty_emails_at_once_all_arrive(running_sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await asyncio.gather(*(send(running_sandbox, make_email(subject=f"email {number}")) for number in range(50)))

    arrived = {mail["subject"] for mail in (await http.get("/mailbox.json")).json()}
    assert arrived == {f"email {number}" for number in range(50)}


@pytest.mark.parametrize("code", [451, 550])
async def test_a_recipient_can_be_refused(running_sandbox: Sandbox, http: httpx.AsyncClient, code: int) -> None:
    fault = {"kind": "status", "code": code, "at": "rcpt", "to": "ana@*"}
    await http.put("/faults", json={"mail": [fault]})

    await send(running_sandbox, make_email("ben@x.example"))
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await send(running_sandbox, make_email("ana@x.example"))

    assert refused.value.recipients[0].code == code
    await send(running_sandbox, make_email("ana@x.example"))
    assert len((await http.get("/mailbox.json")).json()) == 2


@pytest.mark.parametrize("code", [451, 554])
async def test_an_email_can_be_refused(running_sandbox: Sandbox, http: httpx.AsyncClient, code: int) -> None:
    await http.put("/faults", json={"mail": [{"kind": "status", "code": code, "at": "data"}]})

    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await send(running_sandbox, make_email())

    assert refused.value.code == code
    assert (await http.get("/mailbox.json")).json() == []


async def test_a_server_that_is_down_accepts_no_connection(running_sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await http.put("/faults", json={"mail": [{"kind": "down", "times": 2}]})

    for _ in range(2):
        with pytest.raises(aiosmtplib.SMTPException):
            await send(running_sandbox, make_email())

    await send(running_sandbox, make_email())
    assert len((await http.get("/mailbox.json")).json()) == 1


async def test_an_email_can_be_accepted_without_an_answer(running_sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await http.put("/faults", json={"mail": [{"kind": "drop_after_data"}]})

    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(running_sandbox, make_email())

    assert len((await http.get("/mailbox.json")).json()) == 1


async def test_a_slow_server_makes_the_client_time_out(running_sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await http.put("/faults", json={"mail": [{"kind": "slow", "seconds": 0.5}]})

    with pytest.raises(aiosmtplib.SMTPTimeoutError):
        await aiosmtplib.send(
            make_email(), hostname="127.0.0.1", port=running_sandbox.config.smtp_port, start_tls=False, timeout=0.2
        )

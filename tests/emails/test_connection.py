"""What blogqueue asks of a mail server before it hands over a password or an email."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from blogqueue.emails import smtp
from blogqueue.settings import settings
from tests.certificates import make_certificate

HOST = "127.0.0.2"
"""Reachable on Linux, and not one of the names of this machine that need no encryption."""


class Mailbox:
    """Keeps what the server was told."""

    def __init__(self) -> None:
        self.passwords: list[bytes] = []
        self.emails: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.emails.append(envelope)
        return "250 OK"

    def log_in(self, _server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.passwords.append(data.password)
        return AuthResult(success=data.password == b"right", handled=False)


@asynccontextmanager
async def serve_mail(tls: ssl.SSLContext | None) -> AsyncGenerator[tuple[Mailbox, int]]:
    """Serve mail, with STARTTLS if a certificate is given; yield what arrives, and the port."""
    loop, mailbox = asyncio.get_running_loop(), Mailbox()

    def start() -> SMTP:
        return SMTP(mailbox, tls_context=tls, authenticator=mailbox.log_in, auth_require_tls=False, loop=loop)

    server = await loop.create_server(start, HOST, 0)
    async with server:
        yield mailbox, server.sockets[0].getsockname()[1]


async def send(port: int, password: str) -> bool:
    """Send an email with a password."""

    async def go_on() -> bool:
        return True

    pytest.MonkeyPatch().setattr(settings, "smtp_url", SecretStr(f"smtp://shop:{password}@{HOST}:{port}"))
    email = smtp.make_message(uuid4(), to="ana@customers.example", subject="Hello", html="<p>Hello</p>", text="Hello\n")
    return await smtp.send(email, go_on)


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    certificate, key = make_certificate(tmp_path, HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr(settings, "smtp_url", settings.smtp_url)  # restored afterwards
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_server_without_starttls_gets_neither_password_nor_email(tls: ssl.SSLContext) -> None:
    assert tls
    async with serve_mail(None) as (mailbox, port):
        with pytest.raises(smtp.MailError, match="STARTTLS") as refused:
            await send(port, "right")

    assert not refused.value.permanent
    assert (mailbox.passwords, mailbox.emails) == ([], [])


async def test_an_email_goes_out_over_starttls_with_a_password_that_the_doctor_has_proved(tls: ssl.SSLContext) -> None:
    async with serve_mail(tls) as (mailbox, port):
        assert await send(port, "right")
        await smtp.check(5)
        assert len(mailbox.emails) == 1

        with pytest.raises(smtp.MailError, match="535"):
            await send(port, "wrong")
        with pytest.raises(smtp.MailError, match="535"):
            await smtp.check(5)
    assert set(mailbox.passwords[2:]) == {b"wrong"}  # tried with each mechanism that the server offers


async def test_a_certificate_that_nobody_has_signed_is_refused(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    async with serve_mail(tls) as (mailbox, port):
        with pytest.raises(smtp.MailError, match="certificate"):
            await send(port, "right")
    assert mailbox.passwords == []

"""An SMTP server that accepts every email, and the mailbox in which programs can read them."""

import asyncio
import time
import uuid
from contextlib import suppress
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session
from litestar import Request, delete, get
from litestar.params import FromQuery

from blogqueue.sandbox.state import JSON, Sandbox, get_sandbox


class Mailbox:
    """The handler that aiosmtpd asks at each step of a delivery."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept a recipient, unless a fault refuses it."""
        fault = self._sandbox.faults.take("mail", "status", at="rcpt", to=address)
        if fault["kind"]:
            return f"{fault['code']} <{address}>: A fault is set in the sandbox for this recipient"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Store an email, or do what a fault says."""
        to = envelope.rcpt_tos[0]
        fault = self._sandbox.faults.take("mail", "slow", "status", "drop_after_data", at="data", to=to)
        if fault["kind"] == "slow":
            await self._sandbox.pause(float(fault.get("seconds", 1)))
        if fault["kind"] == "status":
            return f"{fault['code']} A fault is set in the sandbox for this email"
        _store(self._sandbox, envelope)
        if fault["kind"] == "drop_after_data" and server.transport is not None:
            cast("asyncio.Transport", server.transport).abort()
        return "250 OK"


class MailServer(SMTP):
    """One SMTP conversation, which a "down" fault ends before it begins."""

    def __init__(self, sandbox: Sandbox) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(Mailbox(sandbox), enable_SMTPUTF8=True, loop=loop, ident="blogqueue sandbox")
        self._sandbox = sandbox

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the conversation, or close the connection."""
        if self._sandbox.faults.take("mail", "down")["kind"]:
            cast("asyncio.Transport", transport).abort()
        else:
            super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """End the conversation, if one has begun."""
        if self.transport is not None:
            super().connection_lost(error)


@get("/mailbox.json")
async def read_mailbox(request: Request[Any, Any, Any], to: FromQuery[str] = "") -> list[JSON]:
    """Return all emails, newest last; `to` filters by one recipient's whole address."""
    return [mail for mail in get_sandbox(request).store.all("mails") if not to or to in mail["to"]]


@delete("/mailbox.json")
async def empty_mailbox(request: Request[Any, Any, Any]) -> None:
    """Delete all emails."""
    get_sandbox(request).store.clear("mails")


def _store(sandbox: Sandbox, envelope: Envelope) -> None:
    # Python's newer policy takes 20 ms to parse an email's headers; the older one takes 1.
    message = message_from_bytes(cast("bytes", envelope.content), policy=policy.compat32)
    headers = {name: str(make_header(decode_header(value))).replace("\r\n", "") for name, value in message.items()}
    by_name = {name.lower(): value for name, value in headers.items()}
    key = uuid.uuid4().hex
    mail = {
        "id": key,
        "to": envelope.rcpt_tos,
        "from": envelope.mail_from,
        "subject": by_name.get("subject"),
        "text": _get_part(message, "text/plain"),
        "html": _get_part(message, "text/html"),
        "at": time.time(),
        "messageId": by_name.get("message-id"),
        "headers": headers,
    }
    sandbox.store.put("mails", key, mail)


def _get_part(message: Message, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
            content = cast("bytes", part.get_payload(decode=True))
            # An email in a character set that Python does not know is stored without that part.
            with suppress(LookupError):
                return content.decode(part.get_content_charset("ascii"), errors="replace")
    return ""


HANDLERS = [read_mailbox, empty_mailbox]

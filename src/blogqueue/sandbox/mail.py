"""An SMTP server that takes every letter, and the mailbox in which they can be read."""

import asyncio
import time
import uuid
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session
from litestar import Request, delete, get
from litestar.params import FromQuery

from blogqueue.sandbox.state import JSON, Sandbox, of


class Mailbox:
    """What aiosmtpd asks at each step of a letter."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Whether a recipient is accepted."""
        fault = self._sandbox.faults.take("mail", kind="status", at="rcpt")
        if fault:
            return f"{fault.get('code', 451)} not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a letter, or do what a fault says."""
        fault = self._sandbox.faults.take("mail", at="data") or {"kind": ""}
        if fault["kind"] == "slow":
            await asyncio.sleep(float(fault.get("seconds", 1)))
        if fault["kind"] == "status":
            return f"{fault.get('code', 451)} not now"
        self._keep(envelope)
        if fault["kind"] == "drop_after_data" and server.transport is not None:
            server.transport.close()
        return "250 OK"

    def _keep(self, envelope: Envelope) -> None:
        message = message_from_bytes(cast("bytes", envelope.content), policy=policy.default)
        key = uuid.uuid4().hex
        mail = {
            "id": key,
            "to": envelope.rcpt_tos,
            "from": envelope.mail_from,
            "subject": message["subject"],
            "text": _part(message, "plain"),
            "html": _part(message, "html"),
            "at": time.time(),
            "messageId": message["message-id"],
            "headers": {name: str(value) for name, value in message.items()},
        }
        self._sandbox.store.put("mails", key, mail)


@get("/mailbox.json")
async def read_mailbox(request: Request[Any, Any, Any], to: FromQuery[str] = "") -> list[JSON]:
    """What was mailed, newest last."""
    return [mail for mail in of(request).store.all("mails") if not to or to in mail["to"]]


@delete("/mailbox.json")
async def empty_mailbox(request: Request[Any, Any, Any]) -> None:
    """Throw all letters away."""
    of(request).store.clear("mails")


def protocol(sandbox: Sandbox) -> SMTP:
    """An SMTP conversation with the mailbox."""
    return SMTP(Mailbox(sandbox), enable_SMTPUTF8=True, loop=asyncio.get_running_loop())


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


HANDLERS = [read_mailbox, empty_mailbox]

"""The connection to the mail server (SMTP, RFC 5321); no other module has one."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib

from blogqueue.errors import make_storable
from blogqueue.settings import LOOPBACK, settings

TIMEOUT_SECONDS = 20
PERMANENT = 500
"""Reply codes from here on are permanent (RFC 5321 §4.2.1)."""


class MailError(Exception):
    """The mail server did not take an email; `permanent` if trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(make_storable(message))
        self.permanent = permanent


class OutcomeUnknownError(Exception):
    """The connection broke after an email's text was sent: nobody knows whether the mail server took it."""


def make_message(email_id: UUID, *, to: str, subject: str, html: str, text: str, order: str = "") -> EmailMessage:
    """Return an email as it is sent. Raises ValueError for an address or subject that cannot be a header.

    Its Message-ID is made from its row's id, so that mail clients show two copies as one. All emails
    about an `order` refer to the same identifier, so that they are shown as one conversation (RFC 5322 §3.6.4).
    """
    host = urlsplit(settings.public_url).hostname or "localhost"
    email = EmailMessage()
    email["From"] = settings.mail_from
    email["To"] = to
    email["Subject"] = subject
    email["Date"] = format_datetime(datetime.now(UTC))
    email["Message-ID"] = f"<{email_id}@{host}>"
    if order:
        email["In-Reply-To"] = email["References"] = f"<order-{order}@{host}>"
    email["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: asks for no out-of-office replies
    if settings.mail_reply_to:
        email["Reply-To"] = settings.mail_reply_to
    email.set_content(text)
    email.add_alternative(html, subtype="html")
    return email


async def send(email: EmailMessage, before_data: Callable[[], Awaitable[bool]]) -> bool:
    """Hand an email to the mail server; return False if `before_data`, called just before its text is sent, did.

    By then the server has accepted sender and recipient. Raises MailError when the server certainly did not take the
    email, and OutcomeUnknownError when the connection broke after the text was sent.
    """
    client = _client()
    about_this_email = handed_over = False
    try:
        await client.connect()
        await client.mail(parseaddr(settings.mail_from)[1])
        about_this_email = True  # an earlier refusal is about us (our password, our name), and can be repaired
        await client.rcpt(email["To"])
        if not await before_data():
            return False
        handed_over = True
        await client.data(email.as_bytes())
    except aiosmtplib.SMTPResponseException as error:
        # The server answered, so the outcome is known even after the text was sent.
        raise MailError(
            f"{error.code} {error.message}", permanent=about_this_email and error.code >= PERMANENT
        ) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise (OutcomeUnknownError(reason) if handed_over else MailError(reason, permanent=False)) from error
    finally:
        client.close()
    return True


async def check(timeout_seconds: float) -> None:
    """Raise MailError if the mail server refuses our name and password, or our sender; this sends nothing."""
    client = _client(timeout_seconds)
    try:
        await client.connect()
        await client.mail(parseaddr(settings.mail_from)[1])
        await client.rset()
        await client.quit()
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise MailError(str(error) or type(error).__name__, permanent=False) from error
    finally:
        client.close()


def _client(timeout_seconds: float = TIMEOUT_SECONDS) -> aiosmtplib.SMTP:
    """Return a client that encrypts, unless the mail server is on this machine.

    With `smtp://` it insists on STARTTLS: a server that does not offer it gets neither password nor email.
    """
    url = urlsplit(settings.smtp_url.get_secret_value())
    return aiosmtplib.SMTP(
        hostname=url.hostname,
        port=url.port,
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        use_tls=url.scheme == "smtps",
        # A server on this machine has no real certificate, and nobody listens on the way to it.
        start_tls=url.scheme == "smtp" and url.hostname not in LOOPBACK,
        timeout=timeout_seconds,
    )

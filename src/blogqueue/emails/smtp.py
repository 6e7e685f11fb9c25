"""The only module that speaks to a mail server (SMTP, RFC 5321)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib

from blogqueue.settings import settings

TIMEOUT_SECONDS = 20
PERMANENT = 500


class MailError(Exception):
    """The letter was not taken; `permanent` if trying again cannot help (an SMTP 5xx answer, RFC 5321 §4.2.1)."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


def message(email_id: UUID, *, to: str, subject: str, html: str, text: str) -> EmailMessage:
    """The letter as it goes out; its Message-ID is derived from its row, so that a copy collapses in mail clients."""
    host = urlsplit(settings.public_url).hostname or "localhost"
    email = EmailMessage()
    email["From"] = settings.mail_from
    email["To"] = to
    email["Subject"] = subject
    email["Date"] = format_datetime(datetime.now(UTC))
    email["Message-ID"] = f"<{email_id}@{host}>"
    email["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no out-of-office answers, please
    if settings.mail_reply_to:
        email["Reply-To"] = settings.mail_reply_to
    email.set_content(text)
    email.add_alternative(html, subtype="html")
    return email


async def send(email: EmailMessage, before_data: Callable[[], Awaitable[bool]]) -> bool:
    """Hand a letter over; `before_data` is asked once the server has accepted both addresses, and may still say no.

    False if it did. Raises MailError when the letter was surely not taken, and aiosmtplib's or the system's error when
    the connection broke after the bytes went out, so that nobody knows.
    """
    client = _client()
    about_this_email = handed_over = False
    try:
        await client.connect()
        await client.mail(parseaddr(settings.mail_from)[1])
        about_this_email = True  # a refusal before is about us (a password, a greeting), and may be mended
        await client.rcpt(email["To"])
        if not await before_data():
            return False
        handed_over = True
        await client.data(email.as_bytes())
    except aiosmtplib.SMTPResponseException as error:
        # The server answered, so the outcome is known even after the bytes went out.
        raise MailError(
            f"{error.code} {error.message}", permanent=about_this_email and error.code >= PERMANENT
        ) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        if handed_over:
            raise
        raise MailError(f"{type(error).__name__}: {error}", permanent=False) from error
    finally:
        client.close()
    return True


async def check(timeout_seconds: float) -> None:
    """Raise MailError if the mail server does not answer in time; nothing is sent, and nobody signs in."""
    url = urlsplit(settings.smtp_url.get_secret_value())
    client = aiosmtplib.SMTP(
        hostname=url.hostname,
        port=url.port,
        use_tls=url.scheme == "smtps",
        start_tls=False,
        timeout=timeout_seconds,
    )
    try:
        await client.connect()
        await client.quit()
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailError(str(error), permanent=False) from error


def _client() -> aiosmtplib.SMTP:
    url = urlsplit(settings.smtp_url.get_secret_value())
    return aiosmtplib.SMTP(
        hostname=url.hostname,
        port=url.port,
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        use_tls=url.scheme == "smtps",
        # A server on this machine has no certificate to speak of; everybody else must offer STARTTLS if they can.
        start_tls=None if url.hostname not in {"127.0.0.1", "localhost", "::1"} else False,
        timeout=TIMEOUT_SECONDS,
    )

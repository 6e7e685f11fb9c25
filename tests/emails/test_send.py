"""An email as it is sent to the mail server."""

from email import message_from_bytes, policy
from uuid import UUID

import pytest

from blogqueue.emails.smtp import make_message
from blogqueue.settings import settings

ID = UUID("0f0e0f0e-0000-4000-8000-000000000001")


def test_an_email_has_the_headers_of_honest_automatic_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "public_url", "https://links.example.com")
    monkeypatch.setattr(settings, "mail_reply_to", "Käthe <kaethe@links.example.com>")

    sent = make_message(
        ID, to="ana@customers.example", subject="Grüße", html="<p>Grüße</p>", text="Grüße\n", order="0f0e"
    )
    read = message_from_bytes(sent.as_bytes(), policy=policy.default)

    assert read["Message-ID"] == f"<{ID}@links.example.com>"
    assert read["References"] == read["In-Reply-To"] == "<order-0f0e@links.example.com>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Reply-To"] == "Käthe <kaethe@links.example.com>"
    assert (read["To"], read["Subject"]) == ("ana@customers.example", "Grüße")
    assert read["Date"] and read["From"]
    # Plain text first, HTML last: readers show the last that they can (RFC 2046, section 5.1.4).
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in read.iter_parts()] == ["Grüße", "<p>Grüße</p>"]

"""Emails as customers read them: the same in HTML and plain text, and no customer's text becomes markup."""

from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from blogqueue.emails.render import KINDS, render
from blogqueue.settings import settings

VALUES = {
    "order_id": "0f0e",
    "order_number": "BQ-1042",
    "job_id": "backlink-int-0f0e",
    "order_url": "https://links.example/order-status/0f0e?access={token}",
    "receipt_url": "https://links.example/receipts/0f0e?access={token}",
    "refund_receipt_url": "https://links.example/receipts/0f0e/refund?access={token}",
    "has_invoice": 1,
    "confirm_url": "https://links.example/purchase/confirm?token={token}",
    "article_url": "https://links.example/articles/soil",
    "article_title": "Soil & <b>worms</b>",
    "domain_name": "Green Bench",
    "target_url": "https://www.anasgarden.example/mulch",
    "anchor_text": "a guide to mulching",
    "thing": "link",
    "item": "a link in “Soil & <b>worms</b>”",
    "price": "49.00 EUR",
    "paid": 1,
    "minutes": 30,
    "days": 30,
    "submits_in": 7,
    "rel": "sponsored",
    "on": "23 Nov 2026",
    "quote_before": "Worms like ",
    "quote_link": "a guide to mulching",
    "quote_behind": " & <b>straw</b>.",
    "catalogue_url": "https://links.example/",
    "sign_in_url": "https://links.example/orders/sign-in?token={token}",
    "reason": "the article was taken down before your payment arrived",
    "summary": "An order's job failed",
    "detail": "the model answered 503",
    "url": "https://links.example/admin/queues",
    "items": [{"name": "Order BQ-1042", "facts": "49.00 EUR", "detail": "", "url": "https://links.example/admin/0f0e"}],
    "more": 0,
    "preview": "Order BQ-1042",
    "by_customer": 1,
}
SUBJECTS = {
    "backlink_ready": "Your Backlink is Ready for Review",
    "regeneration_ready": "Your Regeneration is Ready",
    "order_failed": "Order Processing Issue",
}


class Page(HTMLParser):
    """The links, headings and tags of an email's HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.headings = 0
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.headings += tag == "h1"
        self.links += [value or "" for name, value in attrs if name == "href"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_html_and_text_versions_have_the_same_links(kind: str) -> None:
    email = render(kind, **VALUES)

    page = Page(email.html)
    assert page.headings == 1
    assert "\n" not in email.subject
    assert "{{" not in email.subject + email.html + email.text
    for url in page.links:
        assert url.startswith("https://links.example/")
        assert url in email.text
    assert not page.tags & {"script", "img", "iframe", "link"}
    assert len(email.html.encode()) < 60_000


@pytest.mark.parametrize(("kind", "subject"), SUBJECTS.items())
def test_specified_subjects_are_used_word_for_word(kind: str, subject: str) -> None:
    assert render(kind, **VALUES).subject == subject


def test_customer_text_never_becomes_markup() -> None:
    email = render("backlink_ready", **VALUES)

    assert "Soil &amp; &lt;b&gt;worms&lt;/b&gt;" in email.html
    assert "Soil & <b>worms</b>" in email.text


@pytest.mark.parametrize("kind", sorted(KINDS - {"operator_alert"}))
def test_every_email_names_a_contact_if_there_is_one(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    email = render(kind, **VALUES)
    monkeypatch.setattr(settings, "mail_reply_to", "")
    without_contact = render(kind, **VALUES)

    assert "write to help@blogqueue.example." in email.html and "write to help@blogqueue.example." in email.text
    assert "Questions?" not in without_contact.html + without_contact.text


def test_the_first_link_of_the_published_email_is_the_article() -> None:
    links = Page(render("published", **VALUES).html).links

    assert links[0] == VALUES["article_url"]
    assert VALUES["order_url"] in links


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_text_version_mentions_no_buttons(kind: str) -> None:
    assert "button" not in render(kind, **VALUES).text


def test_the_placeholder_for_the_token_is_left_for_the_mail_worker() -> None:
    email = render("magic_link", **VALUES)

    assert email.html.count("token={token}") == 3
    assert email.text.count("token={token}") == 1


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("refunded", **{name: value for name, value in VALUES.items() if name != "price"})


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown kind of email"):
        render("love_letter", **VALUES)

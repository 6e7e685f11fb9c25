"""Nobody uses the shop to send emails to strangers: purchases are limited, and what is unconfirmed says nothing."""

import pytest

from blogqueue.db.tables.catalogue import Article
from blogqueue.orders.purchase_limits import to_mailbox
from blogqueue.settings import settings
from tests.people import BEN
from tests.stage import Stage


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("Ana@Customers.example", "ana@customers.example"),
        ("ana+blog+more@customers.example", "ana@customers.example"),
        ("+tag@customers.example", "+tag@customers.example"),
        ("a.n.a+x@gmail.com", "ana@gmail.com"),
        ("a.na@googlemail.com", "ana@gmail.com"),
        ("a.na@customers.example", "a.na@customers.example"),
    ],
)
def test_addresses_of_one_mailbox_are_known(email: str, mailbox: str) -> None:
    assert to_mailbox(email) == mailbox


@pytest.mark.parametrize(
    ("limit", "email", "address"),
    [
        ("max_purchases_per_hour_per_email", "ana+{n}@customers.example", "192.0.2.{n}"),
        ("max_purchases_per_hour_per_ip", "customer{n}@customers{n}.example", "2001:db8::{n}"),
        ("max_purchases_per_hour_per_email_domain", "customer{n}@customers.example", "192.0.2.{n}"),
        ("max_purchases_per_hour", "customer{n}@customers{n}.example", "192.0.2.{n}"),
    ],
)
async def test_going_around_one_limit_meets_the_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, limit: str, email: str, address: str
) -> None:
    monkeypatch.setattr(settings, limit, 3)

    site = await stage.site()
    answers: list[int] = []
    for n in range(4):
        stage.http.headers["x-forwarded-for"] = address.format(n=n)
        answers.append((await stage.ask_article(site, email=email.format(n=n))).status_code)
    del stage.http.headers["x-forwarded-for"]

    assert answers == [202, 202, 202, 429]


async def test_asking_for_what_is_sold_out_does_not_count(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a limit of three, an article that is sold out, and one that is not
    monkeypatch.setattr(settings, "max_purchases_per_hour_per_email", 3)
    sold_out, on_sale = await stage.article(max_paid_links=1), await stage.article(slug="another")
    await stage.ask(sold_out)
    await stage.open_link()

    # When somebody asks for the first one again and again, and then for the second one
    answers = [(await stage.ask(article, **BEN)).status_code for article in [sold_out] * 5 + [on_sale]]

    # Then nothing that was refused has counted
    assert answers == [409] * 5 + [202]


async def test_an_unconfirmed_email_says_nothing_that_a_stranger_typed(stage: Stage) -> None:
    typed = {
        "topic": "Buy cheap watches now",
        "targetUrl": "https://www.evil.example/watches",
        "anchorText": "cheap watches",
        "notes": "Call 0900 and win",
    }
    site = await stage.site()
    article = (await Article.select(Article.id))[0]["id"]
    await stage.ask(article, **{name: value for name, value in typed.items() if name != "topic"})
    await stage.ask_article(site, **{name: value for name, value in typed.items() if name != "notes"})
    await stage.drain()

    mails = await stage.mails("ana@customers.example")

    assert len(mails) == 2
    for mail in mails:
        read = mail["subject"] + mail["text"] + mail["html"]
        assert not [value for value in [*typed.values(), "evil.example", "watches"] if value in read]
        assert "/purchase/confirm?token=" in read

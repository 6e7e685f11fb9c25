"""Editors type prices as people write money, and are told the rule that one breaks."""

from collections.abc import Generator

import httpx
import pytest

from blogqueue.catalogue import row_edits
from blogqueue.db.tables.catalogue import Domain
from blogqueue.db.tables.orders import OrderEvent
from blogqueue.localized import get_locale
from blogqueue.settings import settings
from tests.forms import press
from tests.payments import minute_with_refunds_due, session_at_stripe
from tests.stage import Stage


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    """Let the shop be a German one."""
    with monkeypatch.context() as changed:
        changed.setattr(settings, "locale", "de_DE")
        get_locale.cache_clear()
        yield "de_DE"
    get_locale.cache_clear()


async def test_a_german_shop_writes_money_as_germans_do_and_takes_what_people_type(stage: Stage, german: str) -> None:
    # Given a German shop, where Edith types a price with a point
    assert settings.locale == german
    article_id = await stage.article()
    await stage.signed_in()
    page = await stage.http.get((await set_prices(stage, backlink_price="1234.50")).headers["location"])

    # When Ana buys a link and is refunded
    order = await stage.submitted(article_id)
    await stage.judge(order, "reject", reason="The target is not what we link to.")
    await minute_with_refunds_due(stage)
    await stage.email("Your payment was refunded")
    stage.http.cookies.set(f"order_{order.id.hex}", order.access)

    # Then all of them show money in one way, and the form shows what it takes
    texts = [
        page.text,
        *[(await stage.http.get(f"{path}/{order.id}")).text for path in ("/admin/reviews", "/order-status")],
    ]
    mails = [mail["text"] for mail in await stage.mails("ana@") if "EUR" in mail["text"]]
    assert len(mails) == 4
    for text in texts + mails:
        assert "1.234,50 EUR" in text and "1234.50 EUR" not in text
    assert 'value="1234.50"' in page.text


async def set_prices(stage: Stage, **typed: str) -> httpx.Response:
    domain = (await Domain.select(Domain.id))[0]["id"]
    prices = {"currency": "EUR", "backlink_price": "59.00", "article_price": "149.00"} | typed
    return await press(stage, "/admin/domains", f"/admin/domains/{domain}/prices", **prices)


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ({}, (5900, 14900), "59.00 EUR"),
        ({"backlink_price": "59,5"}, (5950, 14900), "59.50 EUR"),
        ({"currency": "JPY", "backlink_price": "7000", "article_price": "20000"}, (7000, 20000), "7000 JPY"),
        ({"currency": "UGX", "backlink_price": "180000", "article_price": "500000"}, (18_000_000, 50_000_000), "UGX"),
        ({"currency": "KWD", "backlink_price": "5.120", "article_price": "20"}, (5120, 20_000), "5.120 KWD"),
    ],
)
async def test_a_price_is_typed_as_people_write_money_and_charged_as_stripe_counts_it(
    stage: Stage, typed: dict[str, str], stored: tuple[int, int], shown: str
) -> None:
    # Given a domain whose prices Edith types
    article_id = await stage.article()
    await stage.signed_in()
    answer = await set_prices(stage, **typed)
    assert answer.status_code == 303, answer.text
    assert shown in (await stage.http.get(answer.headers["location"])).text.replace(",", "")
    row = (await Domain.select(Domain.backlink_price, Domain.article_price))[0]
    assert (row["backlink_price"], row["article_price"]) == stored
    line = (await OrderEvent.select().order_by(OrderEvent.id, ascending=False).limit(1))[0]
    assert (line["actor"], line["action"]) == ("edith", "edit domain")

    # When Ana buys a link
    page = await stage.http.get("/articles/soil-that-lasts/link")
    opened = await stage.asked_and_opened(article_id)

    # Then she sees the same amount here and at Stripe
    assert shown in page.text.replace(",", "")
    at_stripe = await session_at_stripe(stage, opened["sessionId"])
    assert (at_stripe["amount_total"], at_stripe["currency"]) == (stored[0], typed.get("currency", "EUR").lower())


@pytest.mark.parametrize(
    ("typed", "field", "rule"),
    [
        ({"backlink_price": "0.49"}, "backlink_price", "from 0.50 EUR"),
        ({"article_price": "1000000"}, "article_price", "to 999999.99 EUR"),
        ({"article_price": "1,000"}, "article_price", "like 49.00"),
        ({"backlink_price": "59.005"}, "backlink_price", "at most 2 decimals"),
        ({"currency": "HUF"}, "backlink_price", "from 175.00 HUF"),
        ({"currency": "ISK"}, "backlink_price", "no decimals"),
        ({"currency": "KWD", "backlink_price": "5.125"}, "backlink_price", "must be 0"),
        ({"currency": "ZZZ"}, "currency", "currency code"),
        ({"article_price": "500000", "exclusive_price": "500000"}, "exclusive_price", "this is 1000000.00 EUR"),
        ({"host": "other.example"}, "domain", "no such domain"),
    ],
)
async def test_a_price_that_stripe_would_refuse_is_refused_by_its_rule(
    stage: Stage, typed: dict[str, str], field: str, rule: str
) -> None:
    await stage.article()
    await stage.signed_in()
    before = (await Domain.select())[0]

    answer = await set_prices(stage, **typed)

    assert answer.status_code in {404, 422}
    assert field in answer.text and rule in answer.text
    if "backlink_price" in typed:
        assert f'value="{typed["backlink_price"]}"' in answer.text
    assert (await Domain.select())[0] == before


async def test_an_exclusive_article_costs_no_more_than_stripe_takes_and_follows_its_currency(stage: Stage) -> None:
    # Given a domain that sells exclusive articles
    await stage.article()
    await stage.signed_in()
    assert (await set_prices(stage, exclusive_price="999850.99")).status_code == 303

    # When an older form, without that price, would make both cost more together, or change their currency
    dearer = await set_prices(stage, article_price="150.00")
    abroad = await set_prices(stage, currency="USD")

    # Then nothing changes, and the answer names the price
    assert (dearer.status_code, abroad.status_code) == (422, 422)
    assert "exclusive_price" in dearer.text and "up to 999999.99 EUR" in dearer.text
    assert "exclusive_price" in abroad.text and "the currency was EUR" in abroad.text
    row = (await Domain.select())[0]
    assert (row["article_price"], row["exclusive_price"], row["currency"]) == (14900, 99985099, "EUR")


@pytest.mark.parametrize("form", ["prices", "terms"])
async def test_a_page_that_shows_older_terms_does_not_put_them_back(stage: Stage, form: str) -> None:
    # Given an editor's open page, and a price that another one has set since
    await stage.article()
    await stage.signed_in()
    (domain,) = await row_edits.list_domains()
    shown = row_edits.identify(domain)
    assert (await set_prices(stage, backlink_price="99.00")).status_code == 303
    before = (await Domain.select())[0]

    # When the older page is saved
    if form == "prices":
        answer = await set_prices(stage, article_price="199.00", shown=shown)
    else:
        path = f"/admin/domains/{domain.id}"
        answer = await press(stage, "/admin/domains", path, max_paid_links="7", shown=shown)

    # Then nothing has changed, and the page says so with what was typed; saved once more, it is stored
    assert answer.status_code == 409 and "Somebody has changed greenbench.example" in answer.text
    assert (await Domain.select())[0] == before
    assert (await set_prices(stage, article_price="199.00")).status_code == 303

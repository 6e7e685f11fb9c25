"""Receipts and invoices: what the shop asks Stripe for, and the way from an order to Stripe's page."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest

from blogqueue import editors, tokens
from blogqueue.payments import receipts
from blogqueue.payments.checkout_locale import find_locale
from blogqueue.settings import STRIPE_API_BASE, settings
from tests.payments import minute_with_refunds_due, session_at_stripe
from tests.stage import Bought, Stage, bearer, order_row

HTML = {"accept": "text/html"}


async def checkout(stage: Stage) -> dict[str, Any]:
    """Open a payment page; the session as Stripe has it."""
    opened = await stage.asked_and_opened(await stage.article())
    return await session_at_stripe(stage, opened["sessionId"])


def find_link(mail: dict[str, Any], path: str) -> str:
    """Return the link of an email's text whose path ends like this, which must be in its HTML, too."""
    link = next(word for word in mail["text"].split() if urlsplit(word).path.endswith(path))
    assert link in mail["html"]
    return link


async def follow(stage: Stage, url: str) -> httpx.Response:
    """Open an emailed link in a new browser, and follow its redirects up to Stripe's page."""
    stage.http.cookies.clear()
    answer = await stage.http.get(url, headers=HTML)
    assert (answer.status_code, "access=" in answer.headers["location"]) == (303, False)
    answer = await stage.http.get(answer.headers["location"], headers=HTML)
    assert answer.status_code == 303, answer.text
    return await stage.sandbox.get(answer.headers["location"], headers=HTML)


async def test_the_shop_asks_for_an_invoice_tax_ids_and_its_own_language(stage: Stage) -> None:
    session = await checkout(stage)

    invoice = session["invoice_creation"]["invoice_data"]
    assert (
        invoice["metadata"] == session["metadata"]
        and "“Soil that lasts”, bought from blogqueue" in invoice["description"]
    )
    assert session["tax_id_collection"]["enabled"] and session["customer_creation"] == "always"
    assert (session["locale"], session["billing_address_collection"]) == ("en-GB", "auto")
    assert session["automatic_tax"]["enabled"] is False


async def test_the_settings_turn_taxes_on_and_invoices_off(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"automatic_tax": True, "invoices": False, "locale": "de_AT"}.items():
        monkeypatch.setattr(settings, name, value)

    session = await checkout(stage)
    await stage.pay(session["url"])

    assert session["automatic_tax"]["enabled"] and session["billing_address_collection"] == "required"
    assert (session["locale"], session["invoice_creation"]["enabled"]) == ("de", False)
    # The price contains the tax, so the payment is the purchase's price, and an order.
    order = await stage.received()
    paid = await session_at_stripe(stage, session["id"])
    assert (paid["amount_total"], paid["total_details"]["amount_tax"]) == (4900, 817)
    # Without an invoice, the link leads to the receipt, and says so.
    mail = await stage.email("We received your order")
    assert "Receipt and invoice" not in mail["text"]
    assert "<h1>Receipt</h1>" in (await follow(stage, find_link(mail, f"/receipts/{order.id}"))).text


async def test_a_payment_with_tax_on_top_is_held(stage: Stage) -> None:
    session = await checkout(stage)
    await stage.faults(stripe=[{"kind": "tax_added"}])

    await stage.pay(session["url"])

    assert [one["reason"] for one in await stage.held()] == ["the amount is 58.80 EUR instead of 49.00 EUR"]
    await stage.sound()


async def test_a_changed_setting_does_not_block_a_payment_page_whose_answer_was_lost(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a session that Stripe made without our hearing of it
    await stage.ask(await stage.article())
    token = await stage.magic_token()
    await stage.faults(stripe=[{"kind": "drop_after", "path": "/v1/checkout/sessions", "method": "POST", "times": 3}])
    assert (await stage.checkout(token)).status_code == 503

    # When the shop has another setting by now
    monkeypatch.setattr(settings, "billing_address", True)
    opened = await stage.checkout(token)

    # Then the customer can pay all the same, as the setting says
    session = await session_at_stripe(stage, opened.json()["data"]["sessionId"])
    assert session["billing_address_collection"] == "required"
    await stage.pay(session["url"])
    await stage.sound()


async def test_a_customer_finds_the_invoice_with_their_tax_id(stage: Stage) -> None:
    # Given a business that has paid
    session = await checkout(stage)
    typed = {"tax_id": "DE123456789", "business_name": "Ana's Garden Ltd"}
    await stage.sandbox.post(f"{session['url']}/pay", data=typed, headers={"accept": "application/json"})
    order = await stage.received()
    mail = await stage.email("We received your order")

    # When it opens the link of the email
    page = await follow(stage, find_link(mail, f"/receipts/{order.id}"))

    # Then it sees Stripe's invoice
    for shown in ("Invoice SANDBOX-", "49.00 EUR", "DE123456789", "Ana&#39;s Garden Ltd", "Soil that lasts"):
        assert shown in page.text
    # And the order's page, the list of orders and programs find it, too; its tax id is not stored.
    assert f'href="/receipts/{order.id}">Receipt and invoice' in await order_page(stage, order)
    assert f'href="/receipts/{order.id}">Receipt and invoice' in (await stage.http.get("/orders")).text
    answer = (await stage.http.get(path(order), headers=bearer(order.access))).json()["data"]
    assert answer["invoiceUrl"] == str(page.url) and answer["invoiceNumber"].startswith("SANDBOX-")
    assert "/receipt/ch_" in answer["receiptUrl"]
    assert "DE123456789" not in str(await order_row(order))
    assert (await stage.status(order))["hasInvoice"]


async def order_page(stage: Stage, order: Bought) -> str:
    stage.http.cookies.set(f"order_{order.id.hex}", order.access)
    return (await stage.http.get(f"/order-status/{order.id}", headers=HTML)).text


def path(order: Bought) -> str:
    return f"/api/v1/purchase/status/{order.id}/receipt"


async def test_after_a_refund_the_receipt_shows_it(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    before = await order_page(stage, order)
    await stage.judge(order, "reject", reason="The target is a gambling site.")
    await minute_with_refunds_due(stage)

    mail = await stage.email("Your payment was refunded")
    page = await follow(stage, find_link(mail, f"/receipts/{order.id}/refund"))

    assert "Refunded: 49.00 EUR" in page.text
    assert ('/refund"' in before, '/refund"' in await order_page(stage, order)) == (False, True)


async def test_a_stranger_cannot_tell_whether_there_is_a_receipt(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    nobodys = Bought(UUID(int=7), "")
    for end in ("", "/refund"):
        pages = [await stage.http.get(f"/receipts/{one.id}{end}", headers=HTML) for one in (order, nobodys)]
        assert {page.status_code for page in pages} == {404}
        assert pages[0].text.replace(str(order.id), "") == pages[1].text.replace(str(nobodys.id), "")
    answers = [await stage.http.get(path(one), headers=bearer("wrong")) for one in (order, nobodys)]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].json() == answers[1].json()


async def test_while_stripe_does_not_answer_the_customer_is_told_and_nothing_hangs(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "SECONDS", 0.05)
    order = await stage.buy(await stage.article())
    await stage.faults(stripe=[{"kind": "slow", "seconds": 60, "method": "GET", "times": -1}])
    stage.http.cookies.set(f"order_{order.id.hex}", order.access)

    page = await stage.http.get(f"/receipts/{order.id}", headers=HTML)
    answer = await stage.http.get(path(order), headers=bearer(order.access))

    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert "does not respond" in page.text and f'href="/receipts/{order.id}">Try again' in page.text
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")


async def test_an_editors_order_and_a_session_that_stripe_lost_have_no_receipt(stage: Stage) -> None:
    wanted = {"topic": "Pots", "keyword": "pots", "targetUrl": "https://a.example/", "anchorText": "good pots"}
    wanted |= {"domainId": str(await stage.site()), "email": "edith@editors.example"}
    headers = bearer(await editors.issue_token("edith"))
    made = await stage.http.post("/api/v1/admin/articles", json=wanted, headers=headers)
    order_id = UUID(made.json()["data"]["orderId"])
    ordered = Bought(order_id, tokens.derive_order_token(order_id))
    bought = await stage.buy(await stage.article(slug="another"))
    await stage.sandbox.delete("/")

    for order in (ordered, bought):
        assert (await stage.status(order))["hasReceipt"] == (order is bought)
        assert (await stage.http.get(path(order), headers=bearer(order.access))).status_code == 404
        assert ("/receipts/" in await order_page(stage, order)) == (order is bought)
        page = await stage.http.get(f"/receipts/{order.id}", headers=HTML)
        assert (page.status_code, "There is no receipt" in page.text) == (404, True)


ELSEWHERE = (
    "http://invoice.stripe.com/i/1",
    "https://stripe.com.evil.example/i/1",
    "https://evilstripe.com/i/1",
    "https://evil.example\\.stripe.com/i/1",
    "https://stripe.com@evil.example/",
    "javascript:alert(1)//.stripe.com/",
    "",
    None,
)


def test_customers_are_sent_only_to_stripes_own_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "stripe_api_base", STRIPE_API_BASE)

    for url in ("https://invoice.stripe.com/i/acct_1/live_1?s=ap", "https://pay.stripe.com/receipts/1"):
        assert receipts.choose_safe(url) == url
    assert [receipts.choose_safe(url) for url in ELSEWHERE] == [None] * len(ELSEWHERE)


@pytest.mark.parametrize(
    ("locale", "stripes"),
    [("en_GB", "en-GB"), ("en_US", "en"), ("de_AT", "de"), ("nn_NO", "nb"), ("zh_Hant", "zh-TW"), ("uk_UA", "auto")],
)
def test_stripes_page_has_the_language_of_the_shop_or_of_the_browser(locale: str, stripes: str) -> None:
    assert find_locale(locale) == stripes

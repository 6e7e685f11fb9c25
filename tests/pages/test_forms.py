"""The pages before the payment: the catalogue, the form for a link, and the emailed link."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.orders import Purchase
from tests.stage import Stage

FORM = {
    "targetUrl": "https://www.anasgarden.example/mulch-guide",
    "anchorText": "a guide to mulching",
    "notes": "Near the middle, please.",
    "email": "ana@customers.example",
}
PATH = "/articles/soil-that-lasts/link"
HTML = {"accept": "text/html"}


async def send(stage: Stage, **changes: Any) -> httpx.Response:
    return await stage.http.post(PATH, data=FORM | changes, headers=HTML)


async def test_the_form_shows_which_paragraphs_can_take_a_link(stage: Stage) -> None:
    await stage.article(forbidden_words=["casino"], rel="nofollow")

    form = (await stage.http.get(PATH, headers=HTML)).text

    assert "one of 2 of the article's 4 paragraphs" in form
    assert "Healthy soil is alive" in form
    assert "Digging turns the layers upside down" not in form, "it would take the room of two links"
    assert "49.00 EUR" in form
    assert "does not accept links about casino" in form
    assert "nofollow" in form


async def test_a_valid_form_is_stored_and_leads_to_the_next_page(stage: Stage) -> None:
    await stage.article()

    answer = await send(stage)

    assert (answer.status_code, answer.headers["location"]) == (303, "/purchase/check-email")
    assert "ana@customers.example" in (await stage.http.get("/purchase/check-email", headers=HTML)).text
    assert await stage.magic_token()


async def test_an_address_in_any_letters_leads_to_the_next_page(stage: Stage) -> None:
    await stage.article()

    answer = await send(stage, email="ana@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444")

    assert (answer.status_code, answer.headers["location"]) == (303, "/purchase/check-email")
    shown = (await stage.http.get("/purchase/check-email", headers=HTML)).text
    assert "ana@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444" in shown


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("targetUrl", "javascript:alert(1)", "A URL must begin with https://"),
        ("anchorText", "<b>bold</b>", "An anchor text must be plain text"),
        ("notes", "n" * 1001, "Notes must have at most 1000 characters."),
        ("email", "ana", "This is not an email address."),
    ],
)
async def test_an_invalid_form_is_shown_again_with_what_was_typed(
    stage: Stage, field: str, value: str, message: str
) -> None:
    # Given an article
    await stage.article()

    # When a form with one invalid value is sent
    answer = await send(stage, **{field: value})

    # Then the message is at its field, which has the focus, and everything that was typed is still there, as text
    assert answer.status_code == 422
    at_field = re.search(rf'id="{field}-error">([^<]*)', answer.text)
    assert at_field is not None and message in at_field[1].replace("&#39;", "'")
    focused = re.findall(r'<(?:input|textarea) id="(\w+)"[^>]* autofocus', answer.text)
    assert focused == [field]
    for name, typed in (FORM | {field: value}).items():
        assert typed.replace("<", "&lt;").replace(">", "&gt;") in answer.text, name
    assert "<b>bold</b>" not in answer.text
    assert await Purchase.count() == 0


async def test_the_same_form_sent_twice_creates_one_purchase_and_one_email(stage: Stage) -> None:
    await stage.article(max_paid_links=1)
    form = str(uuid4())

    answers = [await send(stage, form=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert await Purchase.count() == 1
    assert await Email.count() == 1


async def test_the_same_form_with_other_values_creates_another_purchase(stage: Stage) -> None:
    await stage.article()
    form = str(uuid4())

    await send(stage, form=form)
    await send(stage, form=form, email="ben@customers.example")

    assert [row["email"] for row in await Purchase.select().order_by(Purchase.created_at)] == [
        "ana@customers.example",
        "ben@customers.example",
    ]


async def test_a_sold_out_article_refuses_the_form(stage: Stage) -> None:
    await stage.article(max_paid_links=1)
    await send(stage)
    await stage.open_link()

    answer = await send(stage, email="ben@customers.example")

    assert answer.status_code == 409
    assert "All link slots of this article are taken." in answer.text
    assert "Sold out" in (await stage.http.get("/", headers=HTML)).text
    assert "Soil that lasts" not in (await stage.http.get("/?free=1", headers=HTML)).text


async def test_an_unpublished_article_is_no_longer_available(stage: Stage) -> None:
    article_id = await stage.article()
    await Article.update({Article.status: "UNPUBLISHED"}).where(Article.id == article_id)

    for path in ("/articles/soil-that-lasts", PATH):
        answer = await stage.http.get(path, headers=HTML)
        assert answer.status_code == 410
        assert "no longer on sale" in answer.text
    assert (await stage.http.get("/articles/never-was", headers=HTML)).status_code == 404


async def test_an_expired_link_offers_a_new_one_for_the_same_purchase(stage: Stage) -> None:
    # Given a magic link that has expired
    await stage.article()
    await send(stage)
    token = await stage.magic_token()
    await Purchase.raw("UPDATE purchases SET token_expires_at = now() - interval '1 second', state = 'EXPIRED'")

    # When Ana opens it and asks for a new one
    expired = await stage.http.get("/purchase/confirm", params={"token": token}, headers=HTML)
    assert expired.status_code == 410
    assert 'action="/purchase/renew"' in expired.text
    renewed = await stage.http.post("/purchase/renew", data={"token": token}, headers=HTML)

    # Then it is emailed, the next page shows the address, and the link confirms the same purchase
    assert renewed.status_code == 303
    check = await stage.http.get("/purchase/check-email", headers=HTML)
    assert "ana@customers.example" in check.text and f'href="{PATH}"' in check.text
    fresh = await stage.magic_token()
    assert fresh != token
    confirm = await stage.http.get("/purchase/confirm", params={"token": fresh}, headers=HTML)
    assert confirm.status_code == 200
    assert "a guide to mulching" in confirm.text and "Near the middle, please." in confirm.text


async def test_a_paid_purchase_gets_no_new_link(stage: Stage) -> None:
    # Given a purchase whose payment takes days, and whose link has expired
    await stage.article()
    await send(stage)
    token = await stage.magic_token()
    await Purchase.raw("UPDATE purchases SET payment_pending = true, token_expires_at = now() - interval '1 second'")

    # When Ana asks for a new link, before and after the payment arrives
    pending = await stage.http.post("/purchase/renew", data={"token": token}, headers=HTML)
    await Purchase.raw("UPDATE purchases SET state = 'PAID'")
    paid = await stage.http.post("/purchase/renew", data={"token": token}, headers=HTML)

    # Then nothing is sold twice
    assert (pending.status_code, paid.status_code) == (409, 410)
    assert "Your payment is on its way" in pending.text
    assert "This purchase is already paid" in paid.text
    assert await Purchase.count() == 1


async def test_opening_the_confirmation_buys_nothing(stage: Stage) -> None:
    await stage.article()
    await send(stage)
    token = await stage.magic_token()

    for _ in range(3):
        assert (await stage.http.get("/purchase/confirm", params={"token": token}, headers=HTML)).status_code == 200

    assert (await Purchase.select(Purchase.session_id))[0]["session_id"] is None


async def test_the_catalogue_filters_by_domain_niche_and_search_words(stage: Stage) -> None:
    await stage.article()

    for query, found in (
        ("q=soil", True),
        ("q=bread", False),
        ("domain=greenbench.example", True),
        ("domain=elsewhere.example", False),
        ("niche=gardening", True),
        ("niche=cooking", False),
        ("q=%25", False),
    ):
        page = (await stage.http.get(f"/?{query}", headers=HTML)).text
        assert ("Soil that lasts" in page) is found, query
        assert ("No articles match your search" in page) is not found, query


@pytest.mark.parametrize("path", ["/", "/articles/soil-that-lasts", PATH, "/order-link", "/terms", "/nowhere"])
async def test_every_page_has_a_strict_security_policy_and_nothing_inline(stage: Stage, path: str) -> None:
    await stage.article()

    answer = await stage.http.get(path, headers=HTML)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    pictures = " https://greenbench.example" if path == "/articles/soil-that-lasts" else ""
    assert f"img-src 'self'{pictures};" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    public = path in {"/", "/articles/soil-that-lasts", "/terms"}
    assert answer.headers["cache-control"].startswith("public, max-age=0, s-maxage=60" if public else "no-store")
    assert (answer.headers["x-robots-tag"] == "noindex") is not public
    data = r' src=| type="application/ld\+json"'
    assert not re.search(rf"<style|\sstyle=|\son\w+=|<script(?!{data})", answer.text)


async def test_the_check_your_email_page_links_only_to_our_forms(stage: Stage) -> None:
    for form in ("https://elsewhere.example/", "//elsewhere.example", "/articles/../x/link", "javascript:alert(1)"):
        page = await stage.http.get("/purchase/check-email", headers=HTML | {"cookie": f"purchase_form={form}"})
        assert page.status_code == 200
        assert "Fill in the form again" not in page.text


@pytest.mark.parametrize(("anchor", "found"), [("C# towpath", "#"), ("a_b", "_"), ("[x]", "["), ("2 < 3", "&lt;")])
async def test_the_refusal_of_an_anchor_text_names_the_character(stage: Stage, anchor: str, found: str) -> None:
    await stage.article()

    answer = await send(stage, anchorText=anchor)

    assert f"please leave out “{found}”." in answer.text


async def test_an_article_with_one_slot_uses_the_singular(stage: Stage) -> None:
    await stage.article(max_paid_links=1)

    page = (await stage.http.get("/articles/soil-that-lasts", headers=HTML)).text
    await send(stage)
    await stage.open_link()
    sold = (await stage.http.get("/articles/soil-that-lasts", headers=HTML)).text

    assert "1 slot left" in page
    assert "Sold out for now." in sold

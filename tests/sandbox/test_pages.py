"""The pages, as a browser without JavaScript gets them."""

import httpx
import pytest
import stripe

from blogqueue.sandbox.forms import format_price
from blogqueue.sandbox.state import Sandbox
from tests.sandbox.conftest import Shop, open_session
from tests.sandbox.test_mail import make_email, send

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_the_payment_page_shows_the_item_the_price_and_each_button(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    session = await open_session(client)

    page = (await http.get(str(session.url), headers=BROWSER)).text

    assert "49.00 EUR" in page and "One link in “Soil that lasts”" in page and "ana@customers.example" in page
    for button in ("pay", "pay-delayed", "decline", "cancel", "expire"):
        assert f'action="/checkout/{session.id}/{button}"' in page
    assert "<script" not in page


async def test_a_browser_that_pays_is_redirected_to_the_shop(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    session = await open_session(client)

    paid = await http.post(f"{session.url}/pay", headers=BROWSER)

    assert paid.status_code == 303
    assert paid.headers["location"] == f"https://shop.example/return?session_id={session.id}"
    assert len(shop.events) == 1
    again = await http.post(f"{session.url}/pay", headers=BROWSER)
    assert again.status_code == 409 and "The session is complete." in again.text


async def test_a_browser_that_cancels_returns_to_the_shop_and_can_still_pay(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    session = await open_session(client)

    cancelled = await http.post(f"{session.url}/cancel", headers=BROWSER)

    assert (cancelled.status_code, cancelled.headers["location"]) == (303, "https://shop.example/cancelled")
    assert (await http.post(f"{session.url}/cancel")).json()["cancelUrl"] == "https://shop.example/cancelled"
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).status == "open"


async def test_a_browser_sees_why_a_card_was_declined(client: stripe.StripeClient, http: httpx.AsyncClient) -> None:
    session = await open_session(client)

    declined = await http.post(f"{session.url}/decline", headers=BROWSER)

    assert declined.status_code == 402
    assert "The card was declined" in declined.text and f"/checkout/{session.id}/pay" in declined.text


async def test_a_delayed_payment_can_be_completed_on_its_page(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    session = await open_session(client)
    await http.post(f"{session.url}/pay-delayed")

    page = (await http.get(str(session.url))).text

    assert f"/checkout/{session.id}/settle-delayed" in page and f"/checkout/{session.id}/pay" not in page


async def test_an_expired_page_has_no_button(client: stripe.StripeClient, http: httpx.AsyncClient) -> None:
    session = await open_session(client)

    expired = await http.post(f"{session.url}/expire", headers=BROWSER)

    assert expired.headers["location"] == f"/checkout/{session.id}"
    page = (await http.get(str(session.url))).text
    assert "expired" in page and "<form" not in page


async def test_a_product_name_is_shown_as_text_and_not_as_markup(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    product = {"name": "<script>alert(1)</script>"}
    session = await open_session(
        client, line_items=[{"price_data": {"currency": "jpy", "unit_amount": 500, "product_data": product}}]
    )

    for page in (str(session.url), "/"):
        assert "<script>alert" not in (await http.get(page)).text


async def test_an_email_is_shown_in_a_frame_without_script(running_sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    message = make_email(subject="Read me")
    message.get_payload()[1].set_content('<script>alert("x")</script><p>Hi</p>', subtype="html")  # type: ignore[index, union-attr]
    await send(running_sandbox, message)

    assert "Read me" in (await http.get("/mailbox")).text
    mail = (await http.get("/mailbox.json")).json()[0]
    page = (await http.get(f"/mailbox/{mail['id']}")).text

    frame = page.partition("<iframe")[2].partition("</iframe>")[0]
    assert 'sandbox="' in frame and "allow-scripts" not in frame and "allow-same-origin" not in frame
    assert "<script" not in page and "&lt;script&gt;" in frame


async def test_the_overview_links_to_everything(client: stripe.StripeClient, http: httpx.AsyncClient) -> None:
    session = await open_session(client)
    await http.put("/faults", json={"mail": [{"kind": "down"}]})

    page = (await http.get("/")).text

    for path in ("/mailbox", "/model/calls.json", "/webhooks.json", f"/checkout/{session.id}"):
        assert f'href="{path}"' in page
    assert "&#34;down&#34;" in page or '"down"' in page


@pytest.mark.parametrize("path", ["/checkout/cs_test_nothing", "/mailbox/nothing"])
async def test_a_missing_object_is_a_page_that_says_so(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path, headers=BROWSER)

    assert answer.status_code == 404
    assert "Not found" in answer.text


@pytest.mark.parametrize(
    ("minor_units", "currency", "shown"),
    [(4900, "eur", "49.00 EUR"), (5, "usd", "0.05 USD"), (500, "jpy", "500 JPY"), (5120, "kwd", "5.120 KWD")],
)
def test_a_price_is_shown_in_major_units_of_its_currency(minor_units: int, currency: str, shown: str) -> None:
    assert format_price(minor_units, currency) == shown

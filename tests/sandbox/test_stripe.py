"""Stripe's checkout sessions, keys and events, tested with its own unmodified client."""

import asyncio
import time
from typing import Any

import httpx
import pytest
import stripe

from blogqueue.sandbox.state import Sandbox
from tests.sandbox.conftest import STRIPE_KEY, Shop, open_session, pay_session, session_params


async def test_a_session_is_created_with_all_given_parameters(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    ends = int(time.time()) + 3_600

    made = await open_session(client, expires_at=ends)

    session = await client.v1.checkout.sessions.retrieve_async(made.id, {"expand": ["line_items"]})
    assert (session.status, session.payment_status, session.mode) == ("open", "unpaid", "payment")
    assert (session.amount_total, session.currency, session.expires_at) == (4900, "eur", ends)
    assert session.client_reference_id == "purchase-1"
    assert session.metadata is not None and session.metadata["purchase_id"] == "purchase-1"
    assert session.url is not None and session.url.startswith(str(http.base_url))
    assert session.line_items is not None
    assert [(line.description, line.amount_total) for line in session.line_items.data] == [
        ("One link in “Soil that lasts”", 4900)
    ]
    assert session.payment_intent is None and session.livemode is False


async def test_a_paid_session_has_a_payment_intent_with_a_charge(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    session = await pay_session(client, http, payment_intent_data={"metadata": {"order": "7"}})

    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert session.customer_details is not None and session.customer_details.email == "ana@customers.example"
    intent = await client.v1.payment_intents.retrieve_async(str(session.payment_intent))
    assert (intent.status, intent.amount_received, intent.metadata["order"]) == ("succeeded", 4900, "7")
    charge = await client.v1.charges.retrieve_async(str(intent.latest_charge))
    assert (charge.paid, charge.amount, charge.refunded) == (True, 4900, False)


PRICE = {"currency": "eur", "unit_amount": 4900, "product_data": {"name": "A link"}}


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"expires_at": int(time.time()) + 60}, "expires_at"),
        ({"expires_at": int(time.time()) + 90_000}, "expires_at"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"metadata": {"note": "n" * 501}}, "metadata[note]"),
        ({"metadata": {"n" * 41: "note"}}, f"metadata[{'n' * 41}]"),
        ({"metadata": {str(number): "note" for number in range(51)}}, "metadata"),
        ({"customer_email": "nobody"}, "customer_email"),
        ({"success_url": "/return"}, "success_url"),
        ({"mode": "gift"}, "mode"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0][price_data]"),
        ({"line_items": [{"quantity": 0, "price_data": PRICE}]}, "line_items[0]"),
        ({"line_items": [{"price_data": PRICE | {"unit_amount": 10}}]}, "line_items"),
        ({"line_items": [{"price_data": PRICE}, {"price_data": PRICE | {"currency": "usd"}}]}, "line_items"),
        ({"locale": "uk"}, "locale"),
        ({"customer_creation": "never"}, "customer_creation"),
        ({"tax_id_collection": {}, "billing_address_collection": "maybe"}, "billing_address_collection"),
        ({"tax_id_collection": {"required": "never"}}, "tax_id_collection[enabled]"),
        ({"invoice_creation": {"enabled": "yes"}}, "invoice_creation[enabled]"),
        ({"invoice_creation": {"enabled": True, "footer": "Thanks"}}, "invoice_creation[footer]"),
        ({"automatic_tax": {"enabled": True}}, "line_items[0][price_data][tax_behavior]"),
        ({"line_items": [{"price_data": PRICE | {"tax_behavior": "extra"}}]}, "tax_behavior"),
        ({"line_itmes": []}, None),
        ({"a_word_too_much": "x"}, "a_word_too_much"),
    ],
)
async def test_parameters_that_stripe_refuses_are_refused(
    client: stripe.StripeClient, changes: dict[str, Any], param: str | None
) -> None:
    params = session_params(**changes)
    if param is None:
        del params["line_items"]
        param = "line_items"

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.checkout.sessions.create_async(params)

    assert refused.value.http_status == 400
    assert refused.value.param == param
    assert str(refused.value.request_id).startswith("req_")


INVOICED = {
    "invoice_creation": {"enabled": True, "invoice_data": {"description": "A memo", "metadata": {"purchase_id": "7"}}},
    "tax_id_collection": {"enabled": True},
}


async def test_a_paid_session_has_an_invoice_with_what_the_buyer_typed(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    line = {"quantity": 1, "price_data": PRICE | {"tax_behavior": "inclusive"}}
    opened = await open_session(client, line_items=[line], automatic_tax={"enabled": True}, **INVOICED)
    wrong = await http.post(f"{opened.url}/pay", data={"tax_id": "12"})
    typed = {"tax_id": "DE123456789", "business_name": "Worms <b>Ltd</b>"}
    paid = await http.post(f"{opened.url}/pay", data=typed)

    assert (wrong.status_code, paid.status_code) == (400, 200)
    expand = ["invoice", "payment_intent.latest_charge"]
    session: Any = await client.v1.checkout.sessions.retrieve_async(opened.id, {"expand": expand})
    invoice = session.invoice
    assert (invoice.status, invoice.total, invoice.amount_paid, invoice.description) == ("paid", 4900, 4900, "A memo")
    assert (invoice.metadata["purchase_id"], invoice.customer) == ("7", session.customer)
    assert [(one.type, one.value) for one in invoice.customer_tax_ids] == [("eu_vat", "DE123456789")]
    assert [(tax.amount, tax.tax_behavior) for tax in invoice.total_taxes] == [(817, "inclusive")]
    assert (session.total_details.amount_tax, session.automatic_tax.status) == (817, "complete")
    assert (await client.v1.invoices.retrieve_async(invoice.id)).number == invoice.number
    page = (await http.get(invoice.hosted_invoice_url)).text
    for shown in (invoice.number, "49.00 EUR", "8.17 EUR", "DE123456789", "Worms &lt;b&gt;Ltd&lt;/b&gt;"):
        assert shown in page
    assert "49.00 EUR" in (await http.get(session.payment_intent.latest_charge.receipt_url)).text


async def test_exclusive_tax_is_added_to_the_price(client: stripe.StripeClient, http: httpx.AsyncClient) -> None:
    line = {"quantity": 1, "price_data": PRICE | {"tax_behavior": "exclusive"}}

    session = await pay_session(client, http, line_items=[line], automatic_tax={"enabled": True})

    assert (session.amount_subtotal, session.amount_total) == (4900, 5880)
    intent = await client.v1.payment_intents.retrieve_async(str(session.payment_intent))
    assert intent.amount_received == 5880


async def test_a_delayed_payment_has_its_invoice_when_it_succeeds(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    opened = await open_session(client, **INVOICED)
    await http.post(f"{opened.url}/pay-delayed")
    assert (await client.v1.checkout.sessions.retrieve_async(opened.id)).invoice is None

    await http.post(f"{opened.url}/settle-delayed")

    assert (await client.v1.checkout.sessions.retrieve_async(opened.id)).invoice is not None


async def test_a_session_is_expired_once_and_cannot_be_paid(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    session = await open_session(client)

    ended = await client.v1.checkout.sessions.expire_async(session.id)

    assert (ended.status, ended.url) == ("expired", None)
    assert (await http.post(f"{session.url}/pay")).status_code == 409
    with pytest.raises(stripe.InvalidRequestError, match="expired"):
        await client.v1.checkout.sessions.expire_async(session.id)
    events = await shop.wait_for("checkout.session.expired")
    assert [event.data.object["id"] for event in events] == [session.id]


async def test_a_session_expires_by_itself_when_its_time_has_run_out(
    client: stripe.StripeClient, running_sandbox: Sandbox, shop: Shop
) -> None:
    session = await open_session(client)
    stored = running_sandbox.store.get("sessions", session.id)
    assert stored is not None

    running_sandbox.store.put("sessions", session.id, stored | {"expires_at": int(time.time()) - 1})

    events = await shop.wait_for("checkout.session.expired")
    assert events[0].data.object["id"] == session.id
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).status == "expired"


async def test_sessions_are_listed_newest_first_and_filtered(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    first, second = await open_session(client), await open_session(client)
    done = await pay_session(client, http)

    listed = await client.v1.checkout.sessions.list_async({"status": "open", "limit": 2})
    assert [session.id for session in listed.data] == [second.id, first.id]
    after = await client.v1.checkout.sessions.list_async({"starting_after": second.id, "limit": 1})
    assert [session.id for session in after.data] == [first.id]
    by_intent = await client.v1.checkout.sessions.list_async({"payment_intent": str(done.payment_intent)})
    assert [session.id for session in by_intent.data] == [done.id]
    later = await client.v1.checkout.sessions.list_async({"created": {"gte": int(time.time()) + 60}})
    assert later.data == []


async def test_a_delayed_payment_is_unpaid_until_it_succeeds(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    session = await open_session(client)

    await http.post(f"{session.url}/pay-delayed")
    completed = (await shop.wait_for("checkout.session.completed"))[-1].data.object
    assert (completed["status"], completed["payment_status"]) == ("complete", "unpaid")
    with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
        await client.v1.refunds.create_async({"payment_intent": completed["payment_intent"]})
    await http.post(f"{session.url}/settle-delayed")

    arrived = (await shop.wait_for("checkout.session.async_payment_succeeded"))[-1].data.object
    assert (arrived["id"], arrived["payment_status"]) == (session.id, "paid")
    assert (await http.post(f"{session.url}/fail-delayed")).status_code == 409


async def test_a_delayed_payment_can_fail(client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop) -> None:
    session = await open_session(client)
    await http.post(f"{session.url}/pay-delayed")

    await http.post(f"{session.url}/fail-delayed")

    failed = (await shop.wait_for("checkout.session.async_payment_failed"))[-1].data.object
    assert (failed["id"], failed["payment_status"]) == (session.id, "unpaid")
    assert (await http.post(f"{session.url}/settle-delayed")).status_code == 409


async def test_a_declined_card_leaves_the_session_open(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    session = await open_session(client)

    declined = await http.post(f"{session.url}/decline")

    assert (declined.status_code, declined.json()["webhookStatus"]) == (402, 200)
    failed = (await shop.wait_for("payment_intent.payment_failed"))[-1].data.object
    assert failed["last_payment_error"]["code"] == "card_declined"
    assert (await http.post(f"{session.url}/pay")).status_code == 200


async def test_paying_twice_at_once_is_one_payment(
    client: stripe.StripeClient, http: httpx.AsyncClient, shop: Shop
) -> None:
    session = await open_session(client)

    both = await asyncio.gather(*(http.post(f"{session.url}/pay") for _ in range(2)))

    assert sorted(answer.status_code for answer in both) == [200, 409]
    assert [event.type for event in shop.events] == ["checkout.session.completed"]


async def test_events_can_be_paged_in_both_directions(client: stripe.StripeClient, http: httpx.AsyncClient) -> None:
    before = (await pay_new_session(client, http)).id
    made = [(await pay_new_session(client, http)).id for _ in range(5)]

    newest_first = await client.v1.events.list_async({"type": "checkout.session.completed", "limit": 2})
    ids = [event.id async for event in newest_first.auto_paging_iter()]
    assert ids[:6] == [*made[::-1], before]
    since = await client.v1.events.list_async(
        {"types": ["checkout.session.completed", "checkout.session.expired"], "ending_before": before, "limit": 2}
    )
    assert [event.id async for event in since.auto_paging_iter()] == made
    assert (await client.v1.events.retrieve_async(made[0])).type == "checkout.session.completed"
    assert (await client.v1.events.list_async({"type": "refund.*", "created": {"lt": 1}})).data == []


async def pay_new_session(client: stripe.StripeClient, http: httpx.AsyncClient) -> stripe.Event:
    """Open and pay a session; return the event of its payment."""
    session = await open_session(client)
    paid = (await http.post(f"{session.url}/pay")).json()
    return await client.v1.events.retrieve_async(paid["eventId"])


async def test_a_wrong_key_and_no_key_are_refused(running_sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    http_client = stripe.HTTPXClient()
    wrong_client = stripe.StripeClient(
        "sk_test_wrong", base_addresses={"api": running_sandbox.config.url}, http_client=http_client
    )
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key"):
        await wrong_client.v1.balance.retrieve_async()
    await http_client.close_async()
    without_key = await http.get("/v1/balance")
    assert (without_key.status_code, without_key.json()["error"]["type"]) == (401, "invalid_request_error")


async def test_a_right_key_can_read_the_balance_and_the_account(client: stripe.StripeClient) -> None:
    assert (await client.v1.balance.retrieve_async()).livemode is False
    assert (await client.v1.accounts.retrieve_current_async()).charges_enabled is True


async def test_a_missing_object_gets_stripes_own_error(client: stripe.StripeClient, http: httpx.AsyncClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"No such checkout\.session") as missing:
        await client.v1.checkout.sessions.retrieve_async("cs_test_nothing")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    unknown = await http.get("/v1/unicorns", headers={"authorization": f"Bearer {STRIPE_KEY}"})
    assert "Unrecognized request URL (GET: /v1/unicorns)" in unknown.json()["error"]["message"]


async def test_a_form_that_contradicts_itself_is_refused(http: httpx.AsyncClient) -> None:
    headers = {"authorization": f"Bearer {STRIPE_KEY}", "content-type": "application/x-www-form-urlencoded"}

    answer = await http.post("/v1/checkout/sessions", content="metadata=1&metadata[a]=2", headers=headers)

    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")

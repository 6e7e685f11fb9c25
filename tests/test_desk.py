"""The editors' desk: the login that leads on, the queue that can be searched, and a button on every row."""

import re

import pytest

from blogqueue import tokens
from blogqueue.db.tables.catalogue import Article, ArticleVersion, Domain
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.orders import Order, OrderEvent, Purchase
from blogqueue.emails.emails import OUTCOME_UNKNOWN
from tests.forms import press
from tests.people import BEN, LONG
from tests.stage import PASSWORD, Bought, Stage, order_row


async def test_the_login_leads_to_the_page_that_was_asked_for_and_nowhere_else(stage: Stage) -> None:
    # Given Edith, signed out, with the link to an order
    order = await stage.submitted(await stage.article())
    await stage.signed_in()
    stage.http.cookies.clear()
    asked = await stage.http.get(f"/admin/reviews/{order.id}?notice={'x' * 300}")

    # When she signs in where she is sent, with a wrong password first
    login = asked.headers["location"]
    wrong = await press(stage, login, "/admin/login", username="edith", password="harbour quilt eighteen")
    right = await press(stage, login, "/admin/login", username="edith", password=PASSWORD)

    # Then she comes to the order; who is signed in is not asked again, and no address leads elsewhere
    assert asked.status_code == 303 and login.startswith("/admin/login?next=")
    assert wrong.status_code == 401 and "wrong" in wrong.text and "id" not in wrong.cookies
    assert right.headers["location"] == f"/admin/reviews/{order.id}?notice={'x' * 300}"
    assert "HttpOnly" in right.headers["set-cookie"]
    assert (await stage.http.get("/admin/")).headers["location"] == "/admin/reviews"
    for elsewhere in ("https://evil.example/", "//evil.example", "/admin//evil.example", "/admin/\\evil.example", "/x"):
        answer = await stage.http.get("/admin/login", params={"next": elsewhere})
        assert answer.headers["location"] == "/admin/reviews"

    # And once she has signed out, her session opens nothing
    session = stage.http.cookies["id"]
    out = await press(stage, "/admin/reviews", "/admin/logout")
    assert out.headers["location"] == "/admin/login"
    stage.http.cookies.set("id", session)
    assert (await stage.http.get("/admin/reviews")).status_code == 303


async def test_the_queue_is_searched_and_filtered_and_says_what_else_waits(stage: Stage) -> None:
    # Given two orders in review, one of them with a doubtful second opinion, and a failed email
    article_id = await stage.article(content=LONG)
    ana, ben = await stage.submitted(article_id), await stage.submitted(article_id, **BEN)
    doubtful = (await order_row(ben))["version_id"]
    await ArticleVersion.update({ArticleVersion.last_qc_status: "NEEDS_HUMAN_REVIEW"}).where(
        ArticleVersion.id == doubtful
    )
    await Email.update({Email.state: "FAILED"}).where(Email.order_id == ana.id, Email.kind == "submitted")
    await stage.signed_in()

    async def found(**query: str) -> list[bool]:
        text = (await stage.http.get("/admin/reviews", params=query)).text
        return [f"/admin/reviews/{order.id}" in text for order in (ana, ben)]

    # Then words, the domain and the result of the checks choose among them
    assert await found(q="ANA@customers") == [True, False]
    assert await found(q=str(ben.id)[:8]) == [False, True]
    assert await found(q="100%") == [False, False]
    assert await found(host="greenbench.example") == [True, True]
    assert await found(host="other.example") == [False, False]
    assert await found(checks="doubt") == [False, True]
    assert await found(checks="passed") == [True, False]
    page = re.sub(r"<[^>]+>|\s+", " ", (await stage.http.get("/admin/reviews")).text)
    assert re.search(r"2 +To review", page) and re.search(r"1 +Failed emails", page)

    # And while the article is taken down, both are blocked
    await Article.update({Article.status: "UNPUBLISHED"}).where(Article.id == article_id)
    assert await found(checks="blocked") == [True, True]
    page = re.sub(r"<[^>]+>|\s+", " ", (await stage.http.get("/admin/reviews")).text)
    assert re.search(r"2 +Blocked reviews", page) and page.count("Article taken down") == 1 + 2  # the filter, the rows
    await Article.update({Article.status: "PUBLISHED"}).where(Article.id == article_id)
    assert await found(checks="blocked") == [False, False]

    # And the list of all orders finds them too, page by page
    text = (await stage.http.get("/admin/orders", params={"q": "mulching", "status": "ADMIN_REVIEW"})).text
    assert str(ana.id) in text and str(ben.id) not in text
    assert "No orders found" in (await stage.http.get("/admin/orders", params={"status": "FAILED"})).text


async def test_the_whole_address_of_a_customer_finds_their_orders_only(stage: Stage) -> None:
    # Given an address that ends like another one
    article_id = await stage.article(content=LONG)
    ana = await stage.submitted(article_id)
    joana = await stage.submitted(article_id, **BEN | {"email": "joana@customers.example"})
    await stage.signed_in()

    async def found(**query: str) -> list[bool]:
        text = (await stage.http.get("/admin/orders", params=query)).text
        return [str(order.id) in text for order in (ana, joana)]

    # Then the address itself finds the one, and a part of it both
    assert await found(q="Ana@customers.example") == [True, False]
    assert await found(q="Ana@customers.example", status="COMPLETED") == [False, False]
    assert await found(q="joana@customers.example") == [False, True]
    assert await found(q="na@customers.example") == [True, True]

    # And so it is with emails
    for typed, found_both in (("Ana@customers.example", False), ("na@customers.example", True)):
        listed = (await stage.http.get("/admin/emails", params={"q": typed})).text
        assert (">ana@customers.example" in listed, ">joana@customers.example" in listed) == (True, found_both)


REASON = "Please keep the new sentence shorter."


async def test_an_order_is_sent_back_for_another_version_with_a_reason_that_the_writer_gets(stage: Stage) -> None:
    # Given an order in review, and Edith
    article_id = await stage.article(content=LONG)
    order = await stage.submitted(article_id)
    seen = (await order_row(order))["version_id"]
    await stage.signed_in()
    page, action = f"/admin/reviews/{order.id}", f"/admin/reviews/{order.id}/send-back"

    # When she sends it back without a word, then nothing happens
    refused = await press(stage, page, action, reason="  ")
    assert refused.status_code == 422 and "Say what should be different" in refused.text

    # When she says what should be different
    sent = await press(stage, page, action, reason=REASON)
    assert sent.status_code == 303
    status = await stage.status(order)
    mail = await stage.email("Another version of your link")

    # Then the customer is told, the writer gets the reason, and the new version differs
    assert (status["status"], status["editorReason"]) == ("PROCESSING", REASON)
    assert REASON in mail["text"] and REASON in mail["html"]
    job = status["queue"]["jobs"][-1]
    assert "-regen-" in job["jobId"]
    await stage.drain()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    assert (await order_row(order))["version_id"] != seen
    rows = await Order.raw("SELECT payload->>'editorReason' AS reason FROM jobs WHERE id = {}", job["jobId"])
    assert rows[0]["reason"] == REASON
    stage.http.cookies.set(f"order_{order.id.hex}", order.access)
    assert REASON in (await stage.http.get(f"/order-status/{order.id}")).text

    # And after three times she has to decide
    for _ in range(2):
        await stage.submit(order, (await stage.status(order))["version"]["versionId"])
        assert (await stage.judge(order, "send-back", reason=REASON)).json()["data"]["status"] == "PROCESSING"
        await stage.drain()
    await stage.submit(order, (await stage.status(order))["version"]["versionId"])
    again = await stage.judge(order, "send-back", reason=REASON)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "too_often")
    assert action not in (await stage.http.get(page)).text
    assert (await stage.approve(order)).json()["data"]["status"] == "COMPLETED"
    await stage.drain()
    await stage.sound()


async def test_a_domain_is_added_and_its_terms_are_changed_with_a_line_of_history(stage: Stage) -> None:
    # Given Edith, and the form for a new domain
    await stage.signed_in()
    new = {"host": "New.example", "name": "New", "niche": "gardening", "language": "de-AT"}
    added = await press(stage, "/admin/domains", "/admin/domains", **new)
    assert added.status_code == 303, added.text
    domain = (await Domain.select())[0]
    action = f"/admin/domains/{domain['id']}"

    # When she changes its terms, then they are hers; a wrong one is refused by name, with all that she typed
    terms = {"name": "New", "niche": "tools", "language": "de-AT", "rel": "nofollow"}
    lists = {"forbidden_words": "casino, poker", "forbidden_niches": "", "max_paid_links": "2"}
    assert (await press(stage, "/admin/domains", action, **terms, **lists)).status_code == 303
    for wrong in ({"max_paid_links": "-1"}, {"language": "<x>"}, {"rel": "dofollow"}, {"name": "two\nlines"}):
        refused = await press(stage, "/admin/domains", action, **(terms | lists | wrong))
        assert refused.status_code == 422 and next(iter(wrong)) in refused.text and "casino, poker" in refused.text
    again = await press(stage, "/admin/domains", "/admin/domains", **new)

    # Then the row has what was valid, and a second domain of the host is refused
    row = (await Domain.select())[0]
    assert (row["host"], row["rel"], row["niche"], row["max_paid_links"]) == ("new.example", "nofollow", "tools", 2)
    assert row["forbidden_words"] == ["casino", "poker"]
    assert again.status_code == 422 and "already" in again.text
    assert [one["action"] for one in await OrderEvent.select()] == ["create domain", "edit domain"]


async def test_held_payments_and_disputes_are_decided_by_buttons_on_their_rows(stage: Stage) -> None:
    # Given a held payment
    article_id = await stage.article()
    opened = await stage.asked_and_opened(article_id)
    await Purchase.update({Purchase.price: 9900}).where(Purchase.session_id == opened["sessionId"])
    await stage.pay(opened["checkoutUrl"])
    await stage.signed_in()
    page, action = "/admin/held-payments", f"/admin/held-payments/{opened['sessionId']}"
    assert "49.00 EUR" in (await stage.http.get(page)).text

    # When Edith has it refunded, then it goes back, and cannot be accepted any more
    returned = await press(stage, page, f"{action}/return")
    assert returned.status_code == 303
    form = {"form": (await stage.http.get(page)).text.partition('name="form" value="')[2][:43]}
    assert (await stage.http.post(f"{action}/accept", data=form)).status_code == 409
    assert (await stage.http.post(f"{action}/accept", data={})).status_code == 403
    await Order.raw("UPDATE held_payments SET updated_at = updated_at - interval '1 minute'")
    await stage.minute()
    await stage.email("We refunded your payment")

    # When a payment is disputed, then she lets its order go on, once
    order = await stage.buy(article_id)
    intent = (await order_row(order))["payment_data"]["paymentIntent"]
    await stage.sandbox.post("/disputes", json={"paymentIntent": intent})
    released = await press(stage, "/admin/disputes", f"/admin/disputes/{order.id}/release")
    assert released.status_code == 303
    assert (await stage.http.post(f"/admin/disputes/{order.id}/end", data=form)).status_code == 409
    await stage.minute()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    await stage.sound()


@pytest.mark.parametrize("error", ["550 no such mailbox", f"{OUTCOME_UNKNOWN}: the connection broke"])
async def test_a_failed_email_is_found_read_and_sent_again(stage: Stage, error: str) -> None:
    # Given an email that failed
    order: Bought = await stage.buy(await stage.article())
    await Email.update({Email.state: "FAILED", Email.error: error}).where(Email.kind == "order_received")
    email_id = (await Email.select(Email.id).where(Email.kind == "order_received"))[0]["id"]
    await stage.signed_in()

    # When Edith looks for it
    listed = (await stage.http.get("/admin/emails", params={"q": "ANA@", "state": "FAILED"})).text
    shown = (await stage.http.get(f"/admin/emails/{email_id}")).text

    # Then she sees why, and reads it without the customer's token
    assert error in listed and str(email_id) in listed
    assert "{token}" in shown and order.access not in shown

    # When she sends it again, then it is sent
    sent = await press(stage, "/admin/emails", f"/admin/emails/{email_id}/resend")
    assert sent.status_code == 303, sent.text
    await stage.drain()
    assert (await Email.select(Email.state).where(Email.id == email_id))[0]["state"] == "SENT"


async def test_all_pages_of_the_desk_need_a_login_and_lead_to_each_other(stage: Stage) -> None:
    paths = ["/admin/reviews", "/admin/orders", "/admin/articles", "/admin/domains", "/admin/held-payments"]
    paths += ["/admin/disputes", "/admin/emails", "/admin/queues", "/admin/history", "/admin/tables/"]
    for path in paths:
        answer = await stage.http.get(path)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/admin/login"), path
    await stage.signed_in()
    for path in paths[:-1]:
        text = (await stage.http.get(path)).text
        assert all(f'<a href="{other}"' in text for other in paths) and "Sign out" in text, path


async def test_an_editor_types_what_a_domain_says_about_itself(stage: Stage) -> None:
    # Given a domain of which a rating without its source is refused, and changes nothing
    domain_id = await stage.site()
    form = {"form": tokens.derive_form_token(await stage.signed_in())}
    path = f"/admin/domains/{domain_id}"
    refused = await stage.http.post(path, data=form | {"domain_rating": "41", "rating_date": "2026-11-12"})
    assert refused.status_code == 422 and "rating_source: Required, because domain_rating is given." in refused.text
    assert 'value="41"' in refused.text

    # When it is typed with its source, and exclusive articles get a price
    typed = {"domain_rating": "41", "rating_source": "Ahrefs", "rating_date": "2026-11-12", "country": "gb"}
    assert (await stage.http.post(path, data=form | typed)).status_code == 303
    prices = {"host": "greenbench.example", "backlink_price": "49", "article_price": "149", "currency": "EUR"}
    assert (await stage.http.post(f"{path}/prices", data=form | prices | {"exclusive_price": "99"})).status_code == 303
    assert (await stage.http.post(f"{path}/prices", data=form | prices)).status_code == 303

    # Then buyers see it, and the same form again changes nothing
    page = (await stage.http.get("/articles/soil-that-lasts")).text
    assert "41 (Ahrefs, 12 Nov 2026)" in page and "United Kingdom" in page
    lines = await OrderEvent.count()
    assert (await stage.http.post(path, data=form | typed)).status_code == 303
    assert await OrderEvent.count() == lines
    assert (await Domain.select(Domain.exclusive_price))[0]["exclusive_price"] == 9900

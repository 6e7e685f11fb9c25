"""The admin's own pages: the review queue, one order under review, an article's text."""

import html
import re
from uuid import UUID

import httpx
import pytest

from blogqueue import tokens
from blogqueue.catalogue import articles, versions
from blogqueue.db.engine import DB
from blogqueue.db.tables.catalogue import ArticleVersion
from blogqueue.db.tables.orders import Order, OrderEvent
from blogqueue.reviews import approval, queue
from blogqueue.writing.markdown.links import Link, format_link
from tests.people import BEN, LONG
from tests.stage import Bought, Stage, order_row


async def post(stage: Stage, order: Bought, verb: str, form: str, **said: str) -> httpx.Response:
    """Send a form of the order's page."""
    version = {"version": str((await order_row(order))["version_id"])}
    return await stage.http.post(f"/admin/reviews/{order.id}/{verb}", data={"form": form} | version | said)


async def form_token(stage: Stage, order: Bought) -> str:
    return (await stage.http.get(f"/admin/reviews/{order.id}")).text.partition('name="form" value="')[2][:43]


async def test_a_text_based_on_an_older_version_does_not_replace_a_newer_one(stage: Stage) -> None:
    # Given Edith's open page of a text, and a newer text that went live after she opened it
    article_id = await stage.article(content=LONG)
    await stage.signed_in()
    seen = (await ArticleVersion.select(ArticleVersion.id))[0]["id"]
    form = (await stage.http.get(f"/admin/articles/{article_id}")).text.partition('name="form" value="')[2][:43]
    newer = LONG.replace("# A long", "# A newer")
    await articles.publish_text(article_id, newer, actor="owner")

    # When she publishes hers
    said = {"form": form, "base": str(seen), "text": LONG.replace("# A long", "# Her")}
    answer = await stage.http.post(f"/admin/articles/{article_id}", data=said)

    # Then she reads why not, and the newer text stays; without the form's token the answer is 403
    assert answer.status_code == 409 and "Another version has gone live since" in answer.text
    assert (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["content"] == newer
    assert (await stage.http.post(f"/admin/articles/{article_id}", data=said | {"form": ""})).status_code == 403


async def test_forms_that_were_not_sent_from_our_pages_are_refused(stage: Stage) -> None:
    # Given an order in review and Edith signed in
    order = await stage.submitted(await stage.article())
    await stage.signed_in()
    form = await form_token(stage, order)

    # When her browser sends the form without its token, with a wrong one, from another site, or signed out
    path, data = f"/admin/reviews/{order.id}/approve", {"form": form, "version": str(UUID(int=0))}
    answers = [
        await stage.http.post(path, data=data | {"form": ""}),
        await stage.http.post(path, data=data | {"form": "x" * 43}),
        await stage.http.post(path, data=data, headers={"sec-fetch-site": "cross-site"}),
        await stage.http.post(f"/api/v1/admin/orders/{order.id}/approve"),
    ]
    stage.http.cookies.clear()
    answers.append(await stage.http.post(path, data=data))

    # Then nothing changes, and the answer reveals nothing
    assert [answer.status_code for answer in answers] == [403] * 5
    assert (await order_row(order))["status"] == "ADMIN_REVIEW"


async def test_the_json_api_accepts_a_session_with_the_form_token(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await stage.signed_in()
    headers = {"x-csrftoken": await form_token(stage, order)}

    answer = await stage.http.post(f"/api/v1/admin/orders/{order.id}/approve", headers=headers)

    assert answer.json()["data"]["status"] == "COMPLETED"
    rows = await OrderEvent.select(OrderEvent.actor).where(OrderEvent.action == "approve")
    assert rows == [{"actor": "edith"}]


async def test_an_order_that_another_editor_has_approved_is_shown_as_it_is_now(stage: Stage) -> None:
    # Given Edith's open page of an order
    order = await stage.submitted(await stage.article())
    await stage.signed_in()
    form = await form_token(stage, order)

    # When somebody else approves it before she rejects it
    await stage.approve(order)
    answer = await post(stage, order, "reject", form, reason="Too late.")

    # Then she reads what happened and sees the order as it is now
    assert answer.status_code == 409
    assert "The order is not in review, it is COMPLETED: approve, by edith-" in html.unescape(answer.text)
    assert "Reject and refund" not in answer.text
    await stage.drain()
    await stage.sound()


async def test_a_version_that_the_editor_did_not_see_is_not_approved(stage: Stage) -> None:
    # Given Edith's open page of an order, whose link is then integrated and submitted again
    article_id = await stage.article()
    order = await stage.submitted(article_id)
    await stage.signed_in()
    form, seen = await form_token(stage, order), (await order_row(order))["version_id"]
    await articles.publish_text(article_id, LONG, actor="owner")
    await stage.approve(order)
    await stage.drain()
    version = (await stage.status(order))["version"]
    await stage.submit(order, version["versionId"])

    # When she approves what she saw
    answer = await post(stage, order, "approve", form, version=str(seen))

    # Then it is refused, and the page shows the newer version
    assert answer.status_code == 409
    assert "not the order's current version" in html.unescape(answer.text)
    assert version["versionId"] in answer.text
    assert (await stage.status(order))["status"] == "ADMIN_REVIEW"


async def test_a_rejection_without_a_reason_is_refused_on_the_page(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await stage.signed_in()

    answer = await post(stage, order, "reject", await form_token(stage, order), reason="", explanation="  ")

    assert answer.status_code == 422
    assert "Give a reason" in answer.text
    assert (await order_row(order))["status"] == "ADMIN_REVIEW"


async def test_an_invalid_rejection_is_shown_again_with_what_was_typed(stage: Stage) -> None:
    # Given Edith's open page of an order
    order = await stage.submitted(await stage.article())
    await stage.signed_in()
    form = await form_token(stage, order)

    # When her explanation contains an invisible character
    said = {"reason": approval.REASONS[1], "explanation": "It is <b>not</b> what\u202e it says."}
    answer = await post(stage, order, "reject", form, **said)

    # Then the form is open, with the reason and the explanation that she gave
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert f"<option selected>{approval.REASONS[1]}</option>" in page
    assert f">\n{said['explanation']}</textarea>" in page
    assert '<details name="decision" open><summary class="button quiet danger" data-key="r">' in page


@pytest.mark.parametrize("verb", ["approve", "reject"])
async def test_an_order_without_a_version_cannot_be_approved_or_rejected(stage: Stage, verb: str) -> None:
    # Given an order without a version
    order = await stage.buy(await stage.article())
    form = tokens.derive_form_token(await stage.signed_in())
    page = await stage.http.get(f"/admin/reviews/{order.id}")

    # When Edith approves or rejects it
    answer = await post(stage, order, verb, form, reason="No.")

    # Then its page says what state it is in
    assert page.status_code == 200 and "In progress" in page.text
    assert answer.status_code == 409
    assert "it is PROCESSING: paid, by stripe" in answer.text


@pytest.mark.parametrize(
    ("how", "words", "button"),
    [
        ("a heading", "the same change is made to the live text", "Approve and publish"),
        ("the paragraph", "stale_block: The edited paragraph was changed or removed.", "Add the link again"),
        ("a neighbour's paid link", "beside another paid link", "Add the link again"),
        ("taken down", "The article is not published.", ""),
    ],
)
async def test_the_page_says_what_approval_will_do(stage: Stage, how: str, words: str, button: str) -> None:
    # Given an order in review, and an article that has changed since
    article_id = await stage.article(content=LONG)
    order = await stage.submitted(article_id)
    version = await versions.get((await order_row(order))["version_id"])
    edit, number = version.backlink_metadata["edit"], LONG.count("\n\n", 0, version.backlink_metadata["edit"]["start"])
    blocks = LONG.split("\n\n")
    if how == "taken down":
        await articles.take_down(article_id, actor="owner")
    elif how == "a neighbour's paid link":
        ben = await stage.submitted(article_id, **BEN)
        row = await order_row(ben)
        blocks[number - 1] += f" {format_link(Link(BEN['targetUrl'], BEN['anchorText']))}"
        await Order.update({Order.status: "COMPLETED"}).where(Order.id == row["id"])
        await articles.publish_text(article_id, "\n\n".join(blocks), actor="owner")
    else:
        newer = (
            LONG.replace("# A long", "# A longer") if how == "a heading" else LONG.replace(edit["new_text"][:40], "")
        )
        await articles.publish_text(article_id, newer, actor="owner")
    await stage.signed_in()

    # When Edith opens it
    page = html.unescape((await stage.http.get(f"/admin/reviews/{order.id}")).text)

    # Then she reads what approval will do and why, and that is what it does
    assert words in page
    shown = re.sub(r"<span class=\"wide\">|</span>", "", page)
    assert [one for one in ("Approve and publish", "Add the link again") if f">{one}</button>" in shown] == (
        [button] if button else []
    )
    answer = await stage.approve(order)
    became = answer.json()["data"]["status"] if answer.status_code == 200 else answer.json()["error"]["code"]
    assert became == {"Approve and publish": "COMPLETED", "Add the link again": "PROCESSING", "": "unpublished"}[button]


async def test_a_failed_order_is_retried_on_its_page(stage: Stage) -> None:
    # Given an order whose job failed before there was a version
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 400, "times": -1}])
    await stage.drain()
    await stage.faults(model=[])
    await stage.signed_in()

    # When Edith looks for it
    listed = (await stage.http.get("/admin/reviews")).text
    page = await stage.http.get(f"/admin/reviews/{order.id}")

    # Then it is listed with the reason, and its page offers to retry and to refund
    assert "Failed and not refunded yet" in listed and f"/admin/reviews/{order.id}" in listed and "job failed" in listed
    assert "Retry now" in page.text and "Refund now" in page.text

    # When she retries it
    form = {"form": page.text.partition('name="form" value="')[2][:43]}
    answer = await stage.http.post(f"/admin/reviews/{order.id}/retry", data=form)

    # Then it is in processing again, under her name, and no more actions are offered
    assert answer.headers["location"] == f"/admin/reviews/{order.id}?notice=retry"
    page = await stage.http.get(answer.headers["location"])
    assert "The job is in the queue again" in page.text and "Retry now" not in page.text
    again = await stage.http.post(f"/admin/reviews/{order.id}/retry", data=form)
    assert again.status_code == 409 and "it is" not in again.text.partition("alert")[0]
    assert [row["actor"] for row in await OrderEvent.select().where(OrderEvent.action == "retry")] == ["edith"]
    assert (await stage.http.post(f"/admin/reviews/{order.id}/retry", data={})).status_code == 403
    await stage.drain()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    assert "Failed and not refunded yet" not in (await stage.http.get("/admin/reviews")).text
    await stage.sound()


async def test_a_failed_order_is_refunded_on_its_page_and_again_after_the_refund_failed(stage: Stage) -> None:
    # Given an order that failed, and a bank that refuses the refund
    order = await stage.buy(await stage.article())
    fails = [{"kind": "refund_fails", "seconds": 0, "path": "/v1/refunds"}]
    await stage.faults(model=[{"kind": "status", "code": 400, "times": -1}], stripe=fails)
    await stage.drain()
    await stage.signed_in()
    form = {"form": await form_token(stage, order)}

    # When Edith refunds it
    answer = await stage.http.post(f"/admin/reviews/{order.id}/refund", data=form)
    assert answer.headers["location"] == f"/admin/reviews/{order.id}?notice=refund"
    page = (await stage.http.get(answer.headers["location"])).text
    assert "The refund is on its way." in page and "Refund now" not in page and "Retry now" not in page
    await stage.drain()
    await stage.refund_state(order, "FAILED")

    # Then the queue and the page say that the refund failed, and she tries again
    assert '<span class="bad">failed</span>' in (await stage.http.get("/admin/reviews")).text
    page = (await stage.http.get(f"/admin/reviews/{order.id}")).text
    assert "Try the refund again" in page and "Retry now" not in page
    await stage.http.post(f"/admin/reviews/{order.id}/refund", data=form)
    await stage.drain()
    await stage.refund_state(order, "SUCCEEDED")
    assert (await stage.http.post(f"/admin/reviews/{order.id}/refund", data=form)).status_code == 409
    assert "Failed and not refunded yet" not in (await stage.http.get("/admin/reviews")).text
    await stage.sound()


A_HUNDRED_MORE = """
WITH more AS (
    INSERT INTO orders (id, article_id, version_id, kind, customer_email, backlink_data, payment_data, price, currency,
        rel, status, failure_detail, refund_state, on_hold, access_token_hash, regeneration_count,
        created_at, updated_at)
    SELECT gen_random_uuid(), article_id, version_id, kind, customer_email, backlink_data, payment_data, 0,
        currency, rel, status, '', refund_state, on_hold, 'hash ' || n, 0, created_at, updated_at
    FROM orders, generate_series(1, 100) n RETURNING id)
INSERT INTO order_events (order_id, created_at, actor, action, from_status, to_status, detail)
SELECT id, clock_timestamp(), 'customer', 'submit', 'QUALITY_CHECK', 'ADMIN_REVIEW', '' FROM more
"""


async def test_more_orders_than_a_page_shows_are_counted_and_all_can_be_reached(stage: Stage) -> None:
    # Given 101 orders in review
    order = await stage.submitted(await stage.article())
    await DB.run_ddl(A_HUNDRED_MORE)
    await stage.signed_in()

    # When Edith goes through them
    page = (await stage.http.get("/admin/reviews")).text
    seen = [order.id]
    while (following := await queue.find_next(seen[-1])) and following != order.id:
        seen.append(following)

    # Then the page says how many there are, and "Next" leads to each
    assert "101 waiting" in page and "the 100 oldest of 101" in page
    assert len(set(seen)) == len(seen) == 101


async def test_the_review_queue_is_sorted_by_time_of_submission(stage: Stage) -> None:
    # Given two orders, the second of which was submitted first
    article_id = await stage.article(content=LONG)
    ana = await stage.delivered(article_id)
    ben = await stage.submitted(article_id, **BEN)
    await stage.submit(ana, (await stage.status(ana))["version"]["versionId"])
    await stage.signed_in()

    page = (await stage.http.get("/admin/reviews")).text

    assert 0 < page.index(str(ben.id)) < page.index(str(ana.id))


async def test_a_version_with_undeclared_changes_gets_a_warning(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await stage.by_force(
        "UPDATE article_versions SET backlink_metadata = jsonb_set(backlink_metadata, '{edit,sha256}', '\"0\"') "
        "WHERE order_id IS NOT NULL"
    )
    await stage.signed_in()

    assert "Do not approve it" in (await stage.http.get(f"/admin/reviews/{order.id}")).text

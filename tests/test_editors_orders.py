"""An editor orders an article: the same job, checks, review and publication as for a customer, and no money."""

import re
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from blogqueue import editors, tokens
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.observation import Alert
from blogqueue.db.tables.orders import Order, OrderEvent
from blogqueue.db.tables.payments import Refund
from blogqueue.orders import unfinished
from blogqueue.reviews import queue
from tests.command_line import CommandLine
from tests.stage import Bought, Stage, bearer, order_row

WANTED = {
    "topic": "Growing tomatoes on a balcony",
    "keyword": "balcony tomatoes",
    "targetUrl": "https://www.anasgarden.example/pots",
    "anchorText": "pots that hold water",
    "email": "edith@editors.example",
}
REFUSED = {"kind": "status", "code": 400, "times": -1}


async def order(stage: Stage, **changes: Any) -> Bought:
    """An article that Edith's program orders."""
    headers = bearer(await editors.issue_token(f"edith-{uuid4()}"))
    wanted = {"domainId": str(await stage.site())} | WANTED | changes
    answer = await stage.http.post("/api/v1/admin/articles", json=wanted, headers=headers)
    assert answer.status_code == 201, answer.text
    await stage.drain("mail")
    order_id = UUID(answer.json()["data"]["orderId"])
    return Bought(order_id, tokens.derive_order_token(order_id))


async def test_an_ordered_article_is_written_reviewed_and_published_without_a_payment(stage: Stage) -> None:
    # When an editor's program orders an article
    ordered = await order(stage)

    # Then it waits like a paid one, nothing is owed, and the email says nothing of money
    assert (await stage.status(ordered))["queue"]["jobs"][0]["jobId"] == f"article-gen-{ordered.id}"
    received = await stage.email("We received your order", "edith@editors.example")
    assert not re.search("pa(id|yment)|0.00", received["text"] + received["html"], re.IGNORECASE)
    assert "Your article is in the queue" in received["text"]
    assert await unfinished.list_unfinished() == []

    # When it is written, submitted and approved
    await stage.drain()
    status = await stage.status(ordered)
    assert status["version"]["qcStatus"] == "APPROVED_BY_AI"
    assert (await stage.submit(ordered, status["version"]["versionId"])).status_code == 200
    assert (await stage.approve(ordered)).json()["data"]["status"] == "COMPLETED"

    # Then it is published, and what must always hold holds
    row = await order_row(ordered)
    article = (await Article.select().where(Article.id == row["article_id"]))[0]
    assert (article["status"], row["price"], row["purchase_id"]) == ("PUBLISHED", 0, None)
    actors = await OrderEvent.select(OrderEvent.actor).where(
        OrderEvent.order_id == ordered.id, OrderEvent.action == "ordered"
    )
    assert len(actors) == 1 and actors[0]["actor"].startswith("edith-")
    await stage.drain()
    await stage.sound()


async def test_a_rejected_one_is_not_refunded(stage: Stage) -> None:
    ordered = await order(stage)
    await stage.drain()
    await stage.submit(ordered, (await stage.status(ordered))["version"]["versionId"])

    rejected = await stage.judge(ordered, "reject", reason="Not what we need.")
    refunded = await stage.judge(ordered, "refund")
    await stage.minute()

    assert rejected.json()["message"] == "Rejected"
    assert rejected.json()["data"]["refundState"] == "NONE"
    assert refunded.status_code == 409 and "nobody paid for it" in refunded.text
    assert await Refund.count() == 0
    email = await stage.email("Your article was not approved", "edith@editors.example")
    assert "refund" not in email["text"] + email["html"]
    page = await stage.http.get(f"/order-status/{ordered.id}", params={"access": ordered.access}, follow_redirects=True)
    assert "refund" not in page.text.casefold() and "Paid" not in page.text
    assert await queue.list_failed() == []
    await stage.sound()


async def test_one_whose_reviewer_never_answers_is_cancelled_without_a_refund(stage: Stage, cli: CommandLine) -> None:
    ordered = await order(stage)
    await stage.drain()

    done = await cli.run("orders", "cancel", ordered.id)
    await stage.minute()

    assert done.out == f"{ordered.id} is FAILED\n"
    assert await Refund.count() == 0
    email = await stage.email("Your order was cancelled", "edith@editors.example")
    assert "refund" not in email["text"] + email["html"]
    assert (await cli.run("customers", "erase", "edith@editors.example", "--yes")).code == 0
    await stage.sound()


async def test_a_failed_one_waits_for_its_editor(stage: Stage) -> None:
    await stage.faults(model=[REFUSED])
    ordered = await order(stage)
    await stage.drain()
    await stage.faults(model=[])
    row = await order_row(ordered)

    assert (row["status"], row["refund_due_at"]) == ("FAILED", None)
    assert [one.id for one in await queue.list_failed()] == [ordered.id]
    alerts = [row["detail"] for row in await Alert.select(Alert.detail).where(Alert.order_id == ordered.id)]
    assert alerts == ["An editor ordered it: nothing happens until it is retried."]
    assert "money" not in (await stage.status(ordered))["statusMessage"]
    await stage.sound()

    assert (await stage.judge(ordered, "retry")).status_code == 202
    await stage.drain()
    assert (await stage.status(ordered))["status"] == "QUALITY_CHECK"


async def test_what_breaks_a_rule_opens_nothing_and_names_the_fields(stage: Stage) -> None:
    headers = bearer(await editors.issue_token("edith"))
    domain_id = str(await stage.site(forbidden_words=["casino"]))

    async def refuse(**changes: Any) -> list[Any]:
        answer = await stage.http.post(
            "/api/v1/admin/articles", json={"domainId": domain_id} | WANTED | changes, headers=headers
        )
        return [answer.status_code, *[one["field"] for one in answer.json()["error"]["details"]]]

    assert await refuse(topic="", targetUrl="ftp://x", email="edith") == [422, "targetUrl", "email", "topic"]
    assert await refuse(anchorText="the best casino") == [422, "anchorText"]
    assert await refuse(domainId=str(uuid4())) == [404, "domainId"]
    assert await refuse(price=1) == [400, "price"]
    assert (await stage.http.post("/api/v1/admin/articles", json=WANTED)).status_code == 401
    assert await Order.count() == 0


async def test_the_form_of_the_desk_opens_one_order_however_often_it_is_sent(stage: Stage) -> None:
    domain_id = await stage.site()
    assert (await stage.http.get("/admin/articles/new")).status_code == 303
    session = await stage.signed_in()
    shown = await stage.http.get("/admin/articles/new")
    assert 'value="edith@blogqueue.example"' in shown.text
    assert "None" not in shown.text
    order_id = str(uuid4())
    typed = {"domain": str(domain_id), "order": order_id, "form": tokens.derive_form_token(session)} | WANTED

    wrong = await stage.http.post("/admin/articles/new", data=typed | {"topic": "", "keyword": "kept words"})
    first = await stage.http.post("/admin/articles/new", data=typed)
    again = await stage.http.post("/admin/articles/new", data=typed)
    forged = await stage.http.post("/admin/articles/new", data=typed | {"form": "x", "order": str(uuid4())})

    assert wrong.status_code == 422 and 'id="topic-error"' in wrong.text and "kept words" in wrong.text
    assert [one.headers["location"] for one in (first, again)] == [f"/admin/reviews/{order_id}"] * 2
    assert forged.status_code == 403
    assert [str(row["id"]) for row in await Order.select(Order.id)] == [order_id]
    review = await stage.http.get(f"/admin/reviews/{order_id}")
    assert "none, ordered by an editor" in review.text


async def test_the_command_line_orders_an_article(stage: Stage, cli: CommandLine) -> None:
    await stage.site()
    words = ("articles", "order", "--domain", "greenbench.example", "--topic", "Growing tomatoes on a balcony")
    link = ("--target-url", "https://www.anasgarden.example/pots", "--anchor-text", "pots that hold water")

    refused = await cli.run(*words, *link, "--email", "edith")
    unknown = await cli.run(*words, *link, "--domain", "nowhere.example", "--email", "edith@editors.example")
    done = await cli.run(*words, *link, "--email", "edith@editors.example", "--json")

    assert (refused.code, refused.out) == (1, "") and "email address" in refused.err
    assert (unknown.code, unknown.err) == (1, "There is no such domain.\n")
    assert done.json["status"] == "PROCESSING"
    assert str((await Order.select(Order.id))[0]["id"]) == done.json["orderId"]


async def test_the_database_keeps_an_editors_order_from_having_a_price(stage: Stage) -> None:
    ordered = await order(stage)

    with pytest.raises(asyncpg.CheckViolationError):
        await Order.update({Order.price: 4900}).where(Order.id == ordered.id)

"""The admin in a real browser: the review queue, approve and reject, Piccolo Admin, a new text."""

import pytest
from playwright.async_api import expect

from blogqueue.catalogue import articles, row_edits, versions
from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.orders import Purchase
from blogqueue.settings import settings
from tests.pages.visitor import Visitor
from tests.people import BEN, CLEO, LONG
from tests.stage import PASSWORD, Stage, order_row

pytestmark = pytest.mark.thorough

HARMLESS = "'script-src' was not explicitly set"
"""Chromium's message when a library of Piccolo Admin tries eval, is refused, and falls back."""


async def rejects(edith: Visitor) -> None:
    page = edith.page
    await page.locator("summary", has_text="Reject").click()
    await page.get_by_label("Reason shown to the customer").select_option(index=3)
    await edith.check_in_all_sizes("editor-reject", again=True)
    await page.get_by_role("button", name="Reject and refund").click()
    await expect(page.get_by_text("All clear: no orders are waiting for review.")).to_be_visible()
    await expect(page.get_by_role("status")).to_contain_text("reject, by edith")
    await edith.check_in_all_sizes("editor-nothing")


async def signed_in(stage: Stage, edith: Visitor) -> None:
    session = {"name": "id", "value": await stage.signed_in(), "url": settings.public_url}
    await edith.page.context.add_cookies([session])  # type: ignore[list-item]


async def test_an_editor_signs_in_reads_the_change_and_approves_by_keyboard(stage: Stage, edith: Visitor) -> None:
    # Given two orders in review, the first by a customer who left notes, and Edith with a browser
    article_id = await stage.article(content=LONG)
    ana, ben = await stage.submitted(article_id), await stage.submitted(article_id, **BEN)
    await stage.signed_in()
    page = edith.page

    # When she signs in
    await edith.go("/admin/")
    await edith.check_in_all_sizes("editor-login")
    await page.fill('input[name="username"]', "edith")
    await page.fill('input[name="password"]', PASSWORD)
    await page.keyboard.press("Enter")

    # Then both orders are listed, the oldest first
    await expect(page.get_by_role("heading", name="Review queue")).to_be_visible()
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("ana@customers.example")
    await expect(rows.first).to_contain_text("49.00 EUR")
    await edith.check_in_all_sizes("editor-queue")

    # When she goes down, up and opens the first one, all by keys
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await expect(rows.last.get_by_role("link")).to_be_focused()
    await page.keyboard.press("k")
    await page.keyboard.press("Enter")

    # Then she sees the change in its place and in the source, the checks, the other links and the history
    await expect(page.locator(".changed ins a")).to_have_count(0)
    await expect(page.locator(".changed a ins").first).to_contain_text("a guide to mulching")
    await expect(page.locator(".diff ins").last).to_contain_text("https://www.anasgarden.example/mulch-guide")
    await expect(page.get_by_text("Everything else is identical, byte for byte, to version 1.")).to_be_visible()
    await expect(page.get_by_text("All checks passed.")).to_be_visible()
    await expect(page.locator("#others + ul")).to_contain_text("worm farming")
    await expect(page.locator(".history")).to_contain_text("customer: submit")
    await expect(page.get_by_role("button", name="Approve and publish")).to_be_in_viewport()
    await edith.check_in_all_sizes("editor-review")

    # When she approves it with the keyboard alone
    await page.keyboard.press("a")
    await page.keyboard.press("Enter")

    # Then it is published under her name, and the next order is shown, with what its approval will do now
    await page.wait_for_url(f"**/admin/reviews/{ben.id}?done={ana.id}")
    await expect(page.get_by_role("status")).to_contain_text("approve, by edith")
    await expect(page.get_by_text("the same change is made to the live text")).to_be_visible()
    assert (await order_row(ana))["status"] == "COMPLETED"

    # When she rejects that one with a reason from the list, then the queue is empty
    await rejects(edith)
    assert (await order_row(ben))["failure_detail"] == "The link breaks this domain's rules for paid links."
    await stage.drain()
    await stage.sound()


async def test_an_editor_retries_and_refunds_failed_orders(stage: Stage, edith: Visitor) -> None:
    # Given two orders whose jobs failed, one of them with a failed refund, and an order in review
    article_id = await stage.article(content=LONG)
    await stage.faults(
        model=[{"kind": "status", "code": 400, "times": -1}],
        stripe=[{"kind": "refund_fails", "seconds": 0, "path": "/v1/refunds"}],
    )
    ana, ben = await stage.delivered(article_id), await stage.delivered(article_id, **BEN)
    await stage.judge(ben, "refund")
    await stage.drain()
    await stage.refund_state(ben, "FAILED")
    await stage.faults(model=[], stripe=[])
    cleo = await stage.submitted(article_id, **CLEO)
    await signed_in(stage, edith)
    page = edith.page

    # When she opens the queue, then both are listed with the state of their refunds
    await edith.go("/admin/reviews")
    rows = page.locator("#failed + table tbody tr")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("job failed")
    await expect(rows.last).to_contain_text("failed")
    await edith.check_in_all_sizes("editor-failed", again=True)

    # When she retries the first, then it is in processing again
    await rows.first.get_by_role("link").click()
    await page.locator("summary", has_text="Retry").click()
    await edith.check_in_all_sizes("editor-retry", again=True)
    await page.get_by_role("button", name="Retry now").click()
    await expect(page.get_by_role("status")).to_contain_text("The job is in the queue again")
    assert (await order_row(ana))["status"] == "PROCESSING"

    # When she tries the refund of the other one again, then it succeeds
    await edith.go(f"/admin/reviews/{ben.id}")
    await page.locator("summary", has_text="Refund").click()
    await page.get_by_role("button", name="Try the refund again").click()
    await expect(page.get_by_role("status")).to_contain_text("on its way")
    await stage.drain()
    await stage.refund_state(ben, "SUCCEEDED")

    # When she rejects the third with an unreadable explanation, then her text is still there
    await edith.go(f"/admin/reviews/{cleo.id}")
    await page.locator("summary", has_text="Reject").click()
    await page.get_by_label("Explanation in your own words").fill("No\u202e.")
    await page.get_by_role("button", name="Reject and refund").click()
    await expect(page.get_by_role("alert")).to_contain_text("Give a reason")
    await expect(page.get_by_label("Explanation in your own words")).to_have_value("No\u202e.")
    await edith.check_in_all_sizes("editor-reject-refused", again=True)

    # When the paragraph has changed, then she reads which rule is broken
    edit = (await versions.get((await order_row(cleo))["version_id"])).backlink_metadata["edit"]
    await articles.publish_text(article_id, LONG[: edit["start"]] + "Other words." + LONG[edit["end"] :], actor="owner")
    await edith.go(f"/admin/reviews/{cleo.id}")
    await expect(page.get_by_text("stale_block")).to_be_visible()
    await edith.check_in_all_sizes("editor-again", again=True)
    await stage.drain()
    await stage.sound()


async def test_piccolo_admin_works_under_its_content_security_policy(stage: Stage, edith: Visitor) -> None:
    # Given a published order, and Edith's session in a browser
    await stage.approve(await stage.submitted(await stage.article()))
    await signed_in(stage, edith)
    page = edith.page

    # When she opens lists, a row and a form
    for name, path, words in (
        ("domains", "/admin/tables/#/domains/", "Green Bench"),
        ("articles", "/admin/tables/#/articles/", "soil-that-lasts"),
        ("form", "/admin/tables/#/forms/confirm-the-second-factor/", "enter a code"),
    ):
        await page.goto("about:blank")
        await edith.go(path)
        await expect(page.get_by_text(words, exact=False).first).to_be_visible()
        await edith.picture(f"admin-{name}-desktop")

    # Then nothing that the pages need was refused or failed
    assert [said for said in edith.complaints if HARMLESS not in said] == []


async def test_a_row_that_somebody_else_has_changed_since_is_opened_again_before_it_is_saved(
    stage: Stage, edith: Visitor
) -> None:
    # Given Edith's open page of an article, and an editor who has changed the article since
    article_id = await stage.article()
    await signed_in(stage, edith)
    page = edith.page
    await edith.go(f"/admin/tables/#/articles/{article_id}/")
    await expect(page.locator('input[name="niche"]')).to_have_value("gardening")
    async with transaction():
        change = await row_edits.prepare_change(Article, str(article_id), {"exclusive": True}, actor="erik")
        await Article.update({**change}).where(Article.id == article_id)

    # When she saves another niche, then she is told
    await page.fill('input[name="niche"]', "soil")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Somebody has changed this article")).to_be_visible()

    # When she opens it again, then she can save it, also twice
    await page.goto("about:blank")
    await edith.go(f"/admin/tables/#/articles/{article_id}/")
    await expect(page.locator('input[name="niche"]')).to_have_value("gardening")
    for niche in ("soil", "ground"):
        await page.fill('input[name="niche"]', niche)
        async with page.expect_response(lambda response: response.request.method == "PATCH") as saved:
            await page.get_by_role("button", name="Save").click()
        assert (await saved.value).status == 200
    row = (await Article.select(Article.exclusive, Article.niche))[0]
    assert row == {"exclusive": True, "niche": "ground"}


async def test_all_lists_of_the_desk_are_readable_in_every_size(stage: Stage, edith: Visitor) -> None:
    # Given a domain with a long name, an order, a held payment, a disputed payment and a failed email
    article_id = await stage.article(content=LONG, host=f"{'greenbench' * 6}.{'gardening' * 6}.example")
    opened = await stage.asked_and_opened(article_id, **BEN)
    await Purchase.update({Purchase.price: 9900}).where(Purchase.session_id == opened["sessionId"])
    await stage.pay(opened["checkoutUrl"])
    order = await stage.submitted(article_id)
    intent = (await order_row(order))["payment_data"]["paymentIntent"]
    await stage.sandbox.post("/disputes", json={"paymentIntent": intent})
    await Email.update({Email.state: "FAILED", Email.error: "550 no such mailbox"}).where(Email.kind == "submitted")
    await signed_in(stage, edith)

    for name in (
        "reviews",
        "orders",
        "domains",
        "articles",
        "articles/new",
        "held-payments",
        "disputes",
        "emails",
        "history",
    ):
        await edith.go(f"/admin/{name}")
        await edith.check_in_all_sizes(f"desk-{name.replace('/', '-')}")


async def test_an_editor_publishes_a_new_text_byte_for_byte(stage: Stage, edith: Visitor) -> None:
    # Given a published article with a paid link, and Edith in its text editor
    article_id = await stage.article(content=f"\n{LONG}\n")
    order = await stage.submitted(article_id)
    await stage.approve(order)
    live = (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["content"]
    await signed_in(stage, edith)
    page = edith.page
    await edith.go("/admin/articles")
    await page.get_by_role("link", name="Soil that lasts").click()
    box = page.get_by_label("Text (Markdown)")
    await edith.check_in_all_sizes("editor-text")

    # When she changes the heading, then nothing else changes
    await box.fill((await box.input_value()).replace("# A long article", "# A longer article"))
    await page.get_by_role("button", name="Preview and compare").click()
    await expect(page.locator(".diff ins")).to_contain_text("longer")
    await edith.check_in_all_sizes("editor-text-preview")
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_role("status")).to_contain_text("Published.")
    now = (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["content"]
    assert now == live.replace("# A long article", "# A longer article")

    # When her text drops the paid link, then the order is named, and her text is still there
    await box.fill((await box.input_value()).replace("[a guide to mulching]", "[a guide]"))
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text(str(order.id))
    assert "[a guide](" in await box.input_value()
    await edith.check_in_all_sizes("editor-text-refused", again=True)
    assert (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["content"] == now
    await stage.drain()
    await stage.sound()

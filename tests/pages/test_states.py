"""An order's page at every end and on every by-way, and the pages of refusal, each sound in a real browser."""

from itertools import pairwise

import pytest
from playwright.async_api import BrowserContext, Route, expect

from blogqueue.db.engine import DB
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Order
from blogqueue.settings import settings
from tests.payments import dispute
from tests.stage import GARDEN, Bought, Stage
from tests.test_failure import fault

pytest.register_assert_rewrite("tests.pages.visitor")
from tests.pages.visitor import Visitor  # noqa: E402 - its asserts are to be rewritten

REASON = "It reads like an advertisement. Please choose another article."


async def disputed(stage: Stage, order: Bought) -> None:
    await dispute(stage, order)
    await stage.alert("A payment is disputed")


async def test_a_rejected_order_says_why_apart_and_where_the_money_is(stage: Stage, ana: Visitor) -> None:
    # Given an order that an editor rejects, and a refund that is not asked for yet
    order = await stage.submitted(await stage.article())
    await ana.open_order(order)
    await stage.judge(order, "reject", reason=REASON)

    # Then the page says so in a word, the reason stands in its own block, and the money in its own note
    await ana.page.locator("h1:has-text('Not approved')").wait_for()
    assert await ana.page.inner_text("section:has(#reason) p") == REASON
    await expect(ana.page.get_by_text("Your refund of 49.00 EUR is on its way.")).to_be_visible()
    assert "notified" not in await ana.page.inner_text("main")
    await expect(ana.page.get_by_role("heading", name="The change (not published)")).to_be_visible()
    await ana.looks_well("order-rejected")

    # And when the money is back, the page says that too
    await stage.drain()
    await stage.refund_state(order, "SUCCEEDED")
    await ana.shows("Your payment of 49.00 EUR was refunded.")
    assert await ana.heading() == "Not approved"
    await ana.page.click("text=Articles with links available")
    await ana.shows("Soil that lasts")


async def test_a_failed_order_whose_money_moves_no_longer_hopes(stage: Stage, ana: Visitor) -> None:
    # Given an order that failed, with its page open
    order = await stage.buy(await stage.article())
    await fault(stage, {"kind": "status", "code": 401, "times": -1})
    await stage.drain()
    await ana.open_order(order)
    await ana.shows("may still be able to fix this")

    # When its grace is over and the money goes back
    await Order.update({Order.refund_due_at: Order.created_at}).where(Order.id == order.id)
    await stage.minute()
    await stage.refund_state(order, "SUCCEEDED")

    # Then nothing on the page speaks of fixing it, and the API does not either
    await ana.page.locator("h1:has-text('Refunded')").wait_for()
    assert "fix this" not in await ana.page.inner_text("main")
    assert (await stage.status(order))["statusMessage"] == "We could not complete your order; your payment was refunded"
    await ana.looks_well("order-refunded")


async def test_a_disputed_order_rests_and_offers_no_step(stage: Stage, ana: Visitor) -> None:
    order = await stage.delivered(await stage.article())
    await ana.open_order(order)
    await ana.shows("Submit it for review")

    await disputed(stage, order)

    await ana.page.locator("h1:has-text('On hold')").wait_for()
    assert "Submit it for review" not in await ana.page.inner_text("main")
    assert await ana.page.locator("#submit").count() == 0
    assert await ana.page.get_attribute("main a:has-text('contact us')", "href") == "mailto:help@blogqueue.example"
    await ana.looks_well("order-on-hold")


async def test_an_order_that_cannot_be_fulfilled_says_why(stage: Stage, ana: Visitor) -> None:
    # Given an article that is unpublished while its customer pays
    article_id = await stage.article()
    opened = await stage.asked_and_opened(article_id)
    await Article.update({Article.status: "UNPUBLISHED"}).where(Article.id == article_id)
    await stage.pay(opened["checkoutUrl"])

    # When Ana comes back from the payment page, and opens her order
    await ana.go(f"/purchase/return?session_id={opened['sessionId']}")
    assert await ana.heading() == "We cannot complete your order"
    await ana.looks_well("returned-unfulfillable")
    order = await stage.received()
    await stage.minute()
    await ana.open_order(order)

    # Then it says so, and links to nothing that is gone
    assert await ana.heading() in {"We cannot complete this order", "Refunded"}
    assert await ana.page.locator("a[href*='/articles/']").count() == 0
    await ana.looks_well("order-unfulfillable")


async def test_a_doubtful_version_says_so_and_earlier_ones_are_told_apart(stage: Stage, ana: Visitor) -> None:
    # Given an order regenerated twice, the last time with a second opinion that has doubts
    order = await stage.delivered(await stage.article())
    await stage.regenerate(order)
    await stage.drain()
    await stage.regenerate(order)
    await fault(stage, {"kind": "opinion", "natural": "no", "times": 3})
    await stage.drain()

    # When Ana opens it
    await ana.open_order(order)

    # Then each version has its number within the order
    await ana.shows("A second AI review was not sure")
    await ana.shows("3 of 3, created")
    summaries = await ana.page.locator("summary:has-text('Version')").all_inner_texts()
    assert [summary.partition(",")[0] for summary in summaries] == ["Version 2 of 3", "Version 1 of 3"]
    await ana.looks_well("order-human-review")


async def test_a_published_order_whose_article_is_off_the_site_links_nowhere(stage: Stage, ana: Visitor) -> None:
    article_id = await stage.article()
    order = await stage.submitted(article_id)
    await stage.approve(order)
    await Article.update({Article.status: "UNPUBLISHED"}).where(Article.id == article_id)

    await ana.open_order(order)

    await ana.shows("has been taken down since")
    assert await ana.page.locator("a[href*='/articles/']").count() == 0
    await ana.is_sound()


async def test_a_submit_that_never_arrives_leaves_no_dead_button(stage: Stage, ana: Visitor) -> None:
    # Given a network that swallows the first click
    order = await stage.delivered(await stage.article())
    await ana.open_order(order)
    cut: list[str] = []

    async def swallow(route: Route) -> None:
        if cut:
            await route.continue_()
        else:
            cut.append(route.request.url)
            await route.fulfill(status=204)

    await ana.page.route("**/submit", swallow)
    await ana.page.click("#ask-submit summary")
    await ana.page.click("#submit")

    # When Ana clicks again a while later
    await expect(ana.page.locator("form[data-sent]")).to_have_count(0)
    await ana.page.click("#submit")

    # Then it is submitted
    await ana.shows("Submitted, awaiting approval")


async def test_the_names_of_the_steps_are_there_on_a_phone_for_who_cannot_see(stage: Stage, ana: Visitor) -> None:
    order = await stage.delivered(await stage.article())
    await ana.page.set_viewport_size({"width": 320, "height": 640})

    await ana.open_order(order)

    tree = await ana.page.locator("ol.steps").aria_snapshot()
    for name in ("Received (done)", "AI at work (done)", "Your review", "Editor's review", "Published"):
        assert name in tree
    steps = [await step.bounding_box() for step in await ana.page.locator("ol.steps li").all()]
    assert all(one and two and one["x"] + one["width"] + 4 <= two["x"] for one, two in pairwise(steps))


async def test_the_pages_of_refusal_look_like_the_others(
    stage: Stage, ana: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    article_id = await stage.article(max_paid_links=1)

    # Sold out
    await stage.ask(article_id)
    await ana.go("/articles/soil-that-lasts/link")
    await ana.shows("Sold out for now.")
    await ana.looks_well("sold-out")

    # Nothing found
    await ana.go("/?q=bread&minWords=many")
    await ana.shows("No articles match your search.")
    await ana.looks_well("catalogue-empty")

    # Too often
    monkeypatch.setattr(settings, "max_purchases_per_hour_per_email", 1)
    await stage.article(slug="another", max_paid_links=3)
    await ana.go("/articles/another/link")
    for name, value in (
        ("targetUrl", "https://a.example/"),
        ("anchorText", "words"),
        ("email", "ana@customers.example"),
    ):
        await ana.page.fill(f"#{name}", value)
    await ana.page.click("text=Continue: confirm by email")
    await ana.shows("Too many purchases were started lately. Please try again in an hour.")
    await ana.is_sound()

    # Gone
    await Article.update({Article.status: "UNPUBLISHED"}).where(Article.id == article_id)
    await ana.go("/articles/soil-that-lasts")
    assert await ana.heading() == "No longer available"
    await ana.looks_well("gone")

    # The link mailed again
    await ana.go("/order-link")
    await ana.page.fill("#email", "ana@customers.example")
    await ana.page.click("text=Email me the link")
    await ana.shows("If there are orders for this address")
    await ana.looks_well("link-sent")

    # Our own fault
    await DB.run_ddl("ALTER TABLE articles RENAME TO articles_of_another_release")
    try:
        await ana.go("/")
    finally:
        await DB.run_ddl("ALTER TABLE articles_of_another_release RENAME TO articles")
    assert await ana.heading() == "Something went wrong on our side"
    await ana.looks_well("error")


async def test_more_articles_than_a_page_holds(stage: Stage, ana: Visitor) -> None:
    for number in range(25):
        await stage.article(slug=f"article-{number}")

    await ana.go("/?sort=longest")
    await expect(ana.page.locator(".offers li")).to_have_count(20)
    await ana.page.get_by_text("More articles").scroll_into_view_if_needed()
    await ana.is_sound()
    await ana.page.click("text=More articles")

    await expect(ana.page.locator(".offers li")).to_have_count(5)
    assert await ana.page.input_value("#sort") == "longest"
    await ana.looks_well("catalogue-last-page")
    await ana.page.click("text=First page")
    await expect(ana.page.locator(".offers li")).to_have_count(20)


async def test_the_filters_that_are_used_stand_open(stage: Stage, ana: Visitor) -> None:
    await stage.article()

    await ana.go("/")
    await ana.page.click("text=Price, length, date")
    await ana.page.fill("#maxPrice", "50")
    await ana.page.fill("#minWords", "1,000")
    await ana.page.select_option("#sort", "cheapest")
    await ana.page.click("button:has-text('Search')")

    await ana.shows("No articles match your search.")
    await ana.page.fill("#minWords", "100")
    await ana.page.keyboard.press("Enter")
    await ana.shows("Soil that lasts")
    assert await ana.page.input_value("#maxPrice") == "50"
    await expect(ana.page.locator("#minWords")).to_be_visible()
    await ana.looks_well("catalogue-filtered")


async def test_an_article_with_pictures_from_elsewhere_asks_nobody_else(
    stage: Stage, ana: Visitor, context: BrowserContext
) -> None:
    # Given an article with a picture of its own site, one from elsewhere, and its own title
    pictures = "![Worms](https://tracker.example/worms.png)\n\n![Beds](https://greenbench.example/beds.png)\n"
    asked: list[str] = []

    async def serve(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(status=200, content_type="image/png", body=b"")

    await context.route("https://*.example/**", serve)
    await context.route("https://greenbench.example/**", serve)
    article_id = await stage.article(content=GARDEN.replace("## In short", f"{pictures}\n## In short"))

    # When it is read, and in an order's preview
    await ana.go("/articles/soil-that-lasts")
    await ana.shows("[Picture: Worms]")
    order = await stage.delivered(article_id)
    await ana.open_order(order)
    await ana.shows("[Picture: Worms]")

    # Then only its own site was asked, and each page has one title
    assert asked and {url.split("/")[2] for url in asked} == {"greenbench.example"}
    assert await ana.page.locator("h1").count() == 1
    assert ana.complaints == []

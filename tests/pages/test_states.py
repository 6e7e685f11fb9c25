"""The order page in its less common states, and refusals and errors, in a real browser."""

from itertools import pairwise

import pytest
from playwright.async_api import BrowserContext, Route, expect

from blogqueue.db.engine import DB
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Order
from blogqueue.settings import settings
from tests.pages.visitor import Visitor
from tests.payments import dispute
from tests.stage import GARDEN, Bought, Stage

pytestmark = pytest.mark.thorough

REASON = "It reads like an advertisement. Please choose another article."


async def disputed(stage: Stage, order: Bought) -> None:
    await dispute(stage, order)
    await stage.alert("A payment is disputed")


async def test_a_rejected_order_shows_the_reason_and_the_refund(stage: Stage, ana: Visitor) -> None:
    # Given an order that an editor rejects, and a refund that has not been sent yet
    order = await stage.submitted(await stage.article())
    await ana.open_order(order)
    await stage.judge(order, "reject", reason=REASON)

    # Then the page says so in its heading, with the reason and the refund in blocks of their own
    await ana.page.locator("h1:has-text('Not approved')").wait_for()
    assert await ana.page.inner_text("section:has(#reason) p") == REASON
    await expect(ana.page.get_by_text("Your refund of 49.00 EUR is on its way.")).to_be_visible()
    assert "notified" not in await ana.page.inner_text("main")
    await expect(ana.page.get_by_role("heading", name="The change (not published)")).to_be_visible()
    await ana.check_in_all_sizes("order-rejected")

    # And when the refund has succeeded, the page says that too
    await stage.drain()
    await stage.refund_state(order, "SUCCEEDED")
    await ana.shows("Your payment of 49.00 EUR was refunded.")
    assert await ana.heading() == "Not approved"
    await ana.page.click("text=Choose another article")
    await ana.shows("Soil that lasts")


async def test_a_refunded_order_no_longer_promises_a_fix(stage: Stage, ana: Visitor) -> None:
    # Given the open page of an order that failed
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 400, "times": -1}])
    await stage.drain()
    await ana.open_order(order)
    await ana.shows("may still be able to fix this")

    # When the grace period is over and the order is refunded
    await Order.update({Order.refund_due_at: Order.created_at}).where(Order.id == order.id)
    await stage.minute()
    await stage.refund_state(order, "SUCCEEDED")

    # Then neither the page nor the API speaks of fixing it
    await ana.page.locator("h1:has-text('Refunded')").wait_for()
    assert "fix this" not in await ana.page.inner_text("main")
    assert (await stage.status(order))["statusMessage"] == "We could not complete your order; your payment was refunded"
    await ana.check_in_all_sizes("order-refunded", again=True)


async def test_an_order_on_hold_offers_no_actions(stage: Stage, ana: Visitor) -> None:
    order = await stage.delivered(await stage.article())
    await ana.open_order(order)
    await ana.shows("Submit it for review")

    await disputed(stage, order)

    await ana.page.locator("h1:has-text('On hold')").wait_for()
    assert "Submit it for review" not in await ana.page.inner_text("main")
    assert await ana.page.locator("#submit").count() == 0
    assert await ana.page.get_attribute("main a:has-text('contact us')", "href") == "mailto:help@blogqueue.example"
    await ana.check_in_all_sizes("order-on-hold")


async def test_an_unfulfillable_order_shows_the_reason(stage: Stage, ana: Visitor) -> None:
    # Given an article that is unpublished while its customer pays
    article_id = await stage.article()
    opened = await stage.asked_and_opened(article_id)
    await Article.update({Article.status: "UNPUBLISHED"}).where(Article.id == article_id)
    await stage.pay(opened["checkoutUrl"])

    # When Ana returns from the payment page and opens her order
    await ana.go(f"/purchase/return?session_id={opened['sessionId']}")
    assert await ana.heading() == "We cannot complete your order"
    await ana.check_in_all_sizes("returned-unfulfillable", again=True)
    order = await stage.received()
    await stage.minute()
    await ana.open_order(order)

    # Then the page says so, and does not link to the article
    assert await ana.heading() in {"We could not complete this order", "Refunded"}
    assert await ana.page.locator("a[href*='/articles/']").count() == 0
    await ana.check_in_all_sizes("order-unfulfillable", again=True)


async def test_a_doubtful_version_says_so_and_versions_are_numbered(stage: Stage, ana: Visitor) -> None:
    # Given an order that was regenerated twice, the last time with a doubtful second opinion
    order = await stage.delivered(await stage.article())
    await stage.regenerate(order)
    await stage.drain()
    await stage.regenerate(order)
    await stage.faults(model=[{"kind": "opinion", "natural": "no", "times": 3}])
    await stage.drain()

    # When Ana opens it
    await ana.open_order(order)

    # Then each version has its number within the order
    await ana.shows("The second opinion was not sure")
    await ana.shows("3 of 3, created")
    summaries = await ana.page.locator("summary:has-text('Version')").all_inner_texts()
    assert [summary.partition(",")[0] for summary in summaries] == ["Version 2 of 3", "Version 1 of 3"]
    await ana.check_in_all_sizes("order-human-review")


async def test_a_published_order_does_not_link_to_an_article_that_was_taken_down(stage: Stage, ana: Visitor) -> None:
    article_id = await stage.article()
    order = await stage.submitted(article_id)
    await stage.approve(order)
    await Article.update({Article.status: "UNPUBLISHED"}).where(Article.id == article_id)

    await ana.open_order(order)

    await ana.shows("has been taken down since")
    assert await ana.page.locator("a[href*='/articles/']").count() == 0
    await ana.check()


async def test_a_button_works_again_after_a_request_got_lost(stage: Stage, ana: Visitor) -> None:
    # Given a network that loses the first request
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


async def test_screen_readers_get_the_names_of_all_steps_on_a_phone(stage: Stage, ana: Visitor) -> None:
    order = await stage.delivered(await stage.article())
    await ana.page.set_viewport_size({"width": 320, "height": 640})

    await ana.open_order(order)

    tree = await ana.page.locator("ol.steps").aria_snapshot()
    for name in ("Received (done)", "AI at work (done)", "Your review", "Editor's review", "Published"):
        assert name in tree
    steps = [await step.bounding_box() for step in await ana.page.locator("ol.steps li").all()]
    assert all(one and two and one["x"] + one["width"] + 4 <= two["x"] for one, two in pairwise(steps))


async def test_refusals_and_errors_look_like_the_other_pages(
    stage: Stage, ana: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    article_id = await stage.article(max_paid_links=1)

    # Sold out
    await stage.ask(article_id)
    await stage.open_link()
    await ana.go("/articles/soil-that-lasts/link")
    await ana.shows("Sold out for now.")
    await ana.check_in_all_sizes("sold-out", again=True)

    # No results
    await ana.go("/?q=bread&minWords=many")
    await ana.shows("No articles match your search.")
    await ana.check_in_all_sizes("catalogue-empty")

    # Rate-limited
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
    await ana.shows("Too many purchases were started in the last hour. Please try again in an hour.")
    await ana.check()

    # Taken down
    await Article.update({Article.status: "UNPUBLISHED"}).where(Article.id == article_id)
    await ana.go("/articles/soil-that-lasts")
    assert await ana.heading() == "No longer available"
    await ana.check_in_all_sizes("gone")

    # The link emailed again
    await ana.go("/order-link")
    await ana.page.fill("#email", "ana@customers.example")
    await ana.page.click("text=Email me the link")
    await ana.shows("If there are orders for this address")
    await ana.check_in_all_sizes("link-sent")

    # An internal error
    await DB.run_ddl("ALTER TABLE articles RENAME TO articles_of_another_release")
    try:
        await ana.go("/")
    finally:
        await DB.run_ddl("ALTER TABLE articles_of_another_release RENAME TO articles")
    assert await ana.heading() == "Something went wrong on our side"
    await ana.check_in_all_sizes("error")


async def test_the_catalogue_has_several_pages(stage: Stage, ana: Visitor) -> None:
    for number in range(25):
        await stage.article(slug=f"article-{number}")

    await ana.go("/?sort=longest")
    await expect(ana.page.locator(".offers li")).to_have_count(20)
    await ana.check()
    await ana.page.click(".pages >> text=Next")

    await expect(ana.page.locator(".offers li")).to_have_count(5)
    assert await ana.page.input_value("#sort") == "longest"
    await ana.check_in_all_sizes("catalogue-last-page", again=True)
    await ana.page.click(".pages >> text=Previous")
    await expect(ana.page.locator(".offers li")).to_have_count(20)


async def test_filters_in_use_are_shown_and_can_be_changed_and_removed(stage: Stage, ana: Visitor) -> None:
    await stage.article()

    await ana.go("/")
    await ana.page.click("summary:has-text('Filters')")
    await ana.page.fill("#maxPrice", "50")
    await ana.page.fill("#minWords", "1,000")
    await ana.page.select_option("#sort", "cheapest")
    await ana.page.click("button:has-text('Apply')")

    await ana.shows("No articles match your search.")
    await ana.page.click("summary:has-text('Filters (2 active)')")
    await ana.page.fill("#minWords", "100")
    await ana.page.keyboard.press("Enter")
    await ana.shows("Soil that lasts")
    await ana.shows("up to 50 EUR")
    await ana.check_in_all_sizes("catalogue-filtered", again=True)
    await ana.page.click("text=from 100 words")
    await expect(ana.page.locator(".chips li")).to_have_count(2)


async def test_images_are_loaded_only_from_the_articles_own_site(
    stage: Stage, ana: Visitor, context: BrowserContext
) -> None:
    # Given an article with an image from its own site, one from elsewhere, and a title of its own
    pictures = "![Worms](https://tracker.example/worms.png)\n\n![Beds](https://greenbench.example/beds.png)\n"
    asked: list[str] = []

    async def serve(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(status=200, content_type="image/png", body=b"")

    await context.route("https://*.example/**", serve)
    await context.route("https://greenbench.example/**", serve)
    article_id = await stage.article(content=GARDEN.replace("## In short", f"{pictures}\n## In short"))

    # When the article is read, also in the preview of an order
    await ana.go("/articles/soil-that-lasts")
    await ana.shows("[Picture: Worms]")
    order = await stage.delivered(article_id)
    await ana.open_order(order)
    await ana.shows("[Picture: Worms]")

    # Then only its own site gets a request, and each page has one title
    assert asked and {url.split("/")[2] for url in asked} == {"greenbench.example"}
    assert await ana.page.locator("h1").count() == 1
    assert ana.complaints == []

"""The purchase of a link in a real browser: bought, followed live, regenerated, submitted, published."""

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route

from blogqueue.db.tables.orders import Purchase
from blogqueue.settings import settings
from tests.pages.visitor import Visitor
from tests.stage import Bought, Stage

pytestmark = pytest.mark.thorough

REQUEST = {
    "targetUrl": "https://www.anasgarden.example/mulch-guide",
    "anchorText": "a guide to mulching",
    "notes": "Somewhere near the part about mulch, please.",
    "email": "ana@customers.example",
}


async def fill_in(page: Page, **changes: str) -> None:
    for name, value in (REQUEST | changes).items():
        await page.fill(f"#{name}", value)
    await page.click("text=Continue: confirm by email")


async def test_a_customer_buys_follows_and_accepts_a_link(stage: Stage, ana: Visitor) -> None:
    article_id = await stage.article()
    order = await buys(stage, ana)
    await follows(stage, ana, order)
    await regenerates(stage, ana)
    await accepts(stage, ana, order)
    assert (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["linksFree"] == 1
    await stage.sound()


async def buys(stage: Stage, ana: Visitor) -> Bought:
    """Ana finds an article, asks for a link in it, corrects the anchor text that is refused, and pays."""
    page = ana.page
    await ana.go("/")
    await ana.check_in_all_sizes("catalogue")
    await page.click("text=Soil that lasts")
    await ana.check_in_all_sizes("article")
    await page.click("text=Buy a link")
    await ana.check_in_all_sizes("form")
    await fill_in(page, anchorText="a [guide]")
    await page.locator("#anchorText[aria-invalid=true]").wait_for()
    assert await page.evaluate("document.activeElement.id") == "anchorText"
    assert await page.input_value("#targetUrl") == REQUEST["targetUrl"]
    await ana.check_in_all_sizes("form-refused")
    await fill_in(page)
    await ana.shows(REQUEST["email"])
    assert await ana.heading() == "Check your email"
    await ana.check_in_all_sizes("check-email")

    await ana.go(f"/purchase/confirm?token={await stage.magic_token()}")
    await ana.check_in_all_sizes("confirm")
    await page.click("text=Continue to payment")
    await page.click("text=Pay 49.00 EUR")
    await ana.shows("waiting in the queue")
    ana.requests.clear()  # the payment page is its own
    ana.complaints.clear()
    order = await stage.received()
    assert page.url == f"{settings.public_url}/order-status/{order.id}"
    return order


async def follows(stage: Stage, ana: Visitor, order: Bought) -> None:
    """The emailed link opens the order, leaving no token in the address; the result appears without a reload."""
    page = ana.page
    await ana.open_order(order)
    assert page.url.endswith(f"/order-status/{order.id}")
    assert await ana.heading() == "Request received, waiting in the queue"
    await ana.check_in_all_sizes("order-waiting")

    await page.evaluate("window.same = true")
    await stage.drain()
    await ana.shows("Content ready for review")
    assert await page.evaluate("window.same") is True
    assert await page.inner_text("#announce") == "Content ready for review"
    assert (await stage.mails("ana@"))[-1]["subject"] == "Your Backlink is Ready for Review"
    assert await page.inner_text("ins.ours") == REQUEST["anchorText"]
    assert REQUEST["anchorText"] in await page.inner_text("#changed")
    # The change comes first, then the whole article with the change marked in it, which scrolls with the page; what
    # can be done stays in view.
    assert await page.evaluate(
        "(() => { const at = (one) => one.getBoundingClientRect();"
        " const first = at(document.querySelector('ins.ours')), bar = at(document.querySelector('.actions'));"
        " return first.top < at(article).top && at(changed).bottom <= at(article).bottom"
        " && article.scrollHeight <= article.clientHeight && bar.bottom <= innerHeight; })()"
    )
    await ana.check_in_all_sizes("order-review")


async def regenerates(stage: Stage, ana: Visitor) -> None:
    """Ana regenerates; the first version can still be read."""
    await ana.page.click("#ask-regenerate summary")
    await ana.shows("starts again from the published article")
    await ana.page.click("#regenerate")
    await ana.shows("Your link is being regenerated")
    await ana.check_in_all_sizes("order-regenerating", again=True)
    await stage.drain()
    await ana.shows("Content ready for review")
    assert await ana.page.locator("summary:has-text('Version 1 of 2')").count() == 1
    assert (await stage.mails("ana@"))[-1]["subject"] == "Your Regeneration is Ready"


async def accepts(stage: Stage, ana: Visitor, order: Bought) -> None:
    """Ana confirms that she submits; Edith approves, and the page updates itself."""
    await ana.page.click("#ask-submit summary")
    await ana.check_in_all_sizes("order-submit")
    await ana.page.click("#submit")
    await ana.shows("Submitted, awaiting approval")
    await ana.check_in_all_sizes("order-submitted", again=True)
    await stage.approve(order)
    await ana.shows("An editor approved your link")
    await ana.check_in_all_sizes("order-published")
    await ana.page.click("text=Open the live article")
    await ana.page.wait_for_url("**/articles/soil-that-lasts")
    assert await ana.page.get_attribute(f"a:has-text('{REQUEST['anchorText']}')", "rel") == "sponsored"
    await stage.drain()


async def test_everything_works_without_javascript_on_a_phone(stage: Stage, chromium: Browser) -> None:
    context = await chromium.new_context(java_script_enabled=False, viewport={"width": 375, "height": 812})
    ana = await Visitor.arrive(stage, context)
    page = ana.page
    await stage.article()

    # From the form to the order
    await ana.go("/articles/soil-that-lasts/link")
    await fill_in(page)
    await ana.go(f"/purchase/confirm?token={await stage.magic_token()}")
    await page.click("text=Continue to payment")
    await page.click("text=Pay 49.00 EUR")
    await page.get_by_text("waiting in the queue").wait_for()
    order = await stage.received()

    # The page reloads itself while the order is in processing
    await ana.shows("waiting in the queue")
    await stage.drain()
    await page.get_by_text("Content ready for review").wait_for(timeout=15_000)

    # Regenerate and submit are forms
    await page.click("#ask-regenerate summary")
    await page.click("#regenerate")
    await ana.shows("Your link is being regenerated")
    await stage.drain()
    await ana.open_order(order)
    await page.click("#ask-submit summary")
    await page.click("#submit")
    await ana.shows("Submitted, awaiting approval")
    assert (await stage.status(order))["status"] == "ADMIN_REVIEW"
    await context.close()


async def test_the_page_polls_every_5_seconds_where_events_are_blocked(stage: Stage, chromium: Browser) -> None:
    # Given a network that blocks event streams, and a clock that the test moves
    context = await chromium.new_context()
    ana = await Visitor.arrive(stage, context)

    async def cut(route: Route) -> None:
        await route.abort()

    await ana.page.route("**/events", cut)
    await ana.page.clock.install()
    order = await stage.buy(await stage.article())
    await ana.open_order(order)

    # When the version is ready
    await stage.drain()

    # Then the page shows it within one poll, without a reload
    await ana.page.evaluate("window.same = true")
    await ana.page.clock.run_for(5_000)
    await ana.page.locator("h1:has-text('Content ready for review')").wait_for(timeout=3_000)
    assert await ana.page.evaluate("window.same") is True
    await context.close()


async def test_an_outdated_tab_changes_nothing_and_says_why(
    stage: Stage, ana: Visitor, context: BrowserContext
) -> None:
    # Given the same order in two tabs, the second without updates
    order = await stage.delivered(await stage.article())
    await ana.open_order(order)
    other = await Visitor.arrive(stage, context)
    await other.page.route("**/events", lambda route: route.abort())
    await other.open_order(order)
    await other.page.route(f"**/order-status/{order.id}", lambda route: route.abort())

    # When Ana regenerates in the first, and then submits the old version in the second
    await ana.page.click("#ask-regenerate summary")
    await ana.page.click("#regenerate")
    await ana.shows("Your link is being regenerated")
    await stage.drain()
    version_id = (await stage.status(order))["version"]["versionId"]
    await other.page.click("#ask-submit summary")
    await other.page.click("#submit")

    # Then nothing is submitted, and the second tab shows the newer version and says why
    await other.shows("Nothing was changed, because there is a newer version")
    status = await stage.status(order)
    assert (status["status"], status["version"]["versionId"]) == ("QUALITY_CHECK", version_id)


async def test_the_open_page_of_an_order_that_fails_shows_when_it_is_refunded(stage: Stage, ana: Visitor) -> None:
    await stage.faults(model=[{"kind": "malformed_json", "times": 30}])
    order = await stage.buy(await stage.article())
    await ana.open_order(order)

    await stage.drain()
    await ana.shows("Attempt 1 of 3 failed.")
    for _ in range(2):
        await stage.time_passes()
        await stage.drain()

    await ana.shows("Order processing issue")
    await ana.shows("we will refund 49.00 EUR")
    await ana.check_in_all_sizes("order-failed")


async def test_error_pages_meet_the_same_standards(stage: Stage, ana: Visitor) -> None:
    await stage.article(max_paid_links=1)
    await stage.ask((await stage.http.get("/api/v1/articles")).json()["data"]["items"][0]["id"])
    token = await stage.magic_token()
    await Purchase.raw("UPDATE purchases SET token_expires_at = now() - interval '1 second'")

    for path, heading, name in (
        ("/articles/nowhere", "Page not found", "not-found"),
        ("/articles/soil-that-lasts/link", "Your link in this article", ""),
        (f"/purchase/confirm?token={token}", "This link has expired", "expired"),
        ("/purchase/confirm?token=made-up", "This link does not work", ""),
        ("/order-status/0f0e0f0e-0000-4000-8000-000000000000", "Open your order from our email", "order-link"),
        ("/purchase/cancelled", "You have not paid", ""),
        ("/terms", "Terms", ""),
        ("/privacy", "Privacy", ""),
    ):
        await ana.go(path)
        assert await ana.heading() == heading
        await ana.check_in_all_sizes(name)

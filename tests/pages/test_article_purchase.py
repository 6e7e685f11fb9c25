"""The purchase of a new article in a real browser: ordered, reviewed, regenerated, submitted, published."""

import pytest
from playwright.async_api import expect

from tests.pages.visitor import Visitor
from tests.stage import Stage

pytestmark = pytest.mark.thorough

REQUEST = {
    "topic": "Growing tomatoes on a balcony",
    "keyword": "balcony tomatoes",
    "targetUrl": "https://www.anasgarden.example/pots",
    "anchorText": "pots that hold water",
    "email": "ana@customers.example",
}


async def test_a_customer_buys_reads_and_accepts_a_new_article(stage: Stage, ana: Visitor) -> None:
    await stage.site(forbidden_words=["casino"])
    await buys(stage, ana)
    order = await stage.received()
    page = ana.page

    # The order page updates itself, and shows the whole article with its own title below the heading
    await ana.open_order(order)
    assert await ana.heading() == "Request received, waiting in the queue"
    await ana.check_in_all_sizes("article-waiting", again=True)
    await stage.drain()
    await ana.shows("Content ready for review")
    await expect(page.locator("#changed")).to_contain_text(REQUEST["anchorText"])
    assert await page.locator("h1").count() == 1
    await ana.check_in_all_sizes("article-review")

    # Regenerated; the first version can still be read
    await page.click("#ask-regenerate summary")
    await ana.shows("starts again from your order")
    await page.click("#regenerate")
    await ana.shows("Your article is being written again.")
    await stage.drain()
    await ana.shows("2 of 2, created")
    await page.click("summary:has-text('Version 1 of 2')")
    await ana.check()

    # Submitted, and published
    await page.click("#ask-submit summary")
    await page.click("#submit")
    await ana.shows("Submitted, awaiting approval")
    await ana.check_in_all_sizes("article-submitted", again=True)
    await stage.approve(order)
    await ana.shows("An editor approved your article")
    await ana.check_in_all_sizes("article-published", again=True)
    await page.click("text=Open the live article")
    await page.wait_for_url("**/articles/growing-tomatoes-on-a-balcony")
    assert await page.get_attribute(f"a:has-text('{REQUEST['anchorText']}')", "rel") == "sponsored"
    await ana.check()
    await stage.sound()


async def buys(stage: Stage, ana: Visitor) -> None:
    """Ana chooses a domain, orders an article there, corrects the values that are refused, and pays."""
    page = ana.page
    await ana.go("/")
    await page.click("text=order a new article")
    await ana.check_in_all_sizes("domains")
    await page.click("main >> text=Green Bench")
    await ana.check_in_all_sizes("article-form")
    for name, value in (REQUEST | {"topic": "The best casino", "anchorText": "C# pots"}).items():
        await page.fill(f"#{name}", value)
    await page.click("text=Continue: confirm by email")
    await ana.shows("please leave out “#”.")
    assert await page.evaluate("document.activeElement.id") == "anchorText"
    assert await page.input_value("#topic") == "The best casino"
    await page.fill("#anchorText", REQUEST["anchorText"])
    await page.click("text=Continue: confirm by email")
    await page.locator("#topic[aria-invalid=true]").wait_for()
    await ana.check_in_all_sizes("article-form-refused")
    await page.fill("#topic", REQUEST["topic"])
    await page.click("text=Continue: confirm by email")
    await ana.shows(REQUEST["email"])
    assert await page.get_attribute("main a.button", "href") == "/new-article/greenbench.example"
    await ana.go(f"/purchase/confirm?token={await stage.magic_token()}")
    await ana.check_in_all_sizes("article-confirm", again=True)
    await page.click("text=Continue to payment")
    await page.click("text=Pay 149.00 EUR")
    await ana.shows("waiting in the queue")
    ana.requests.clear()  # the payment page is its own
    ana.complaints.clear()


async def test_a_rejected_article_shows_the_reason_and_can_still_be_read(stage: Stage, ana: Visitor) -> None:
    order = await stage.commissioned(await stage.site())
    await stage.drain()
    await stage.submit(order, (await stage.status(order))["version"]["versionId"])
    await stage.judge(order, "reject", reason="It does not fit this site.")

    await ana.open_order(order)

    assert await ana.heading() == "Not approved"
    await ana.shows("It does not fit this site.")
    await ana.shows("(not published)")
    await ana.check_in_all_sizes("article-rejected", again=True)


async def test_the_list_of_domains_says_when_none_sells_articles(stage: Stage, ana: Visitor) -> None:
    await stage.site(max_paid_links=0)

    await ana.go("/new-article")

    await ana.shows("No domain sells new articles at the moment.")
    await ana.check()
    await ana.go("/new-article/greenbench.example")
    assert await ana.heading() == "Page not found"

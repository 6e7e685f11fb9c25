"""How many clicks the frequent ways take on a phone; docs/benchmarks.md has the same numbers."""

from dataclasses import dataclass

from playwright.async_api import Locator, expect

from blogqueue.db.tables.catalogue import Domain
from tests.pages.test_editor import signed_in
from tests.pages.test_link_purchase import REQUEST
from tests.pages.visitor import Visitor
from tests.people import BEN, CLEO, LONG
from tests.stage import Stage, order_row
from tests.test_docs import read_section


@dataclass
class Clicks:
    """The clicks of one way."""

    number: int = 0

    async def on(self, found: Locator, *, in_sight: bool = True) -> None:
        """Click; by default what is clicked must be in sight without scrolling."""
        if in_sight:
            await expect(found).to_be_in_viewport()
        await found.click()
        self.number += 1

    def are_documented_as(self, way: str) -> None:
        """Expect that the documentation says how many clicks the way took, and count anew."""
        assert f"| {way} | {self.number} |" in read_section("docs/benchmarks.md", "Clicks"), f"{way}: {self.number}"
        self.number = 0


async def test_a_buyer_with_a_phone_finds_each_button_in_few_clicks(stage: Stage, ana: Visitor) -> None:
    await stage.article(content=LONG)
    page, clicks = ana.page, Clicks()
    await page.set_viewport_size({"width": 390, "height": 844})

    # From the catalogue to the payment; opening the mailed link is a click, too
    await ana.go("/")
    await clicks.on(page.get_by_role("link", name="Soil that lasts"))
    await clicks.on(page.get_by_role("link", name="Buy a link").locator("visible=true"))
    for name, value in REQUEST.items():
        await page.fill(f"#{name}", value)
    await clicks.on(page.get_by_role("button", name="Continue: confirm by email"), in_sight=False)
    await ana.shows(REQUEST["email"])
    await ana.go(f"/purchase/confirm?token={await stage.magic_token()}")
    clicks.number += 1
    await clicks.on(page.get_by_role("button", name="Continue to payment"), in_sight=False)
    await clicks.on(page.get_by_role("button", name="Pay 49.00 EUR"), in_sight=False)
    await ana.shows("waiting in the queue")
    clicks.are_documented_as("Buy a link, from the catalogue to the order's page")

    # From the order's page, which shows the change as soon as it is there
    await stage.drain()
    await clicks.on(page.locator("#ask-submit summary"))
    await clicks.on(page.locator("#submit"))
    await ana.shows("Submitted, awaiting approval")
    clicks.are_documented_as("Submit a link for review")


async def test_an_editor_with_a_phone_decides_in_few_clicks(stage: Stage, edith: Visitor) -> None:
    # Given an order whose job failed, two in review, and Edith at the desk's first page
    article_id = await stage.article(content=LONG)
    await stage.faults(model=[{"kind": "status", "code": 400, "times": -1}])
    failed = await stage.delivered(article_id)
    await stage.faults(model=[])
    ben, cleo = await stage.submitted(article_id, **BEN), await stage.submitted(article_id, **CLEO)
    await signed_in(stage, edith)
    page, clicks = edith.page, Clicks()
    await page.set_viewport_size({"width": 390, "height": 844})

    # When she approves, then the next order is shown
    await edith.go("/admin/reviews")
    await clicks.on(page.locator("#waiting a[data-row]").first)
    await clicks.on(page.get_by_role("button", name="Approve"))
    await page.wait_for_url(f"**/admin/reviews/{cleo.id}?done={ben.id}")
    clicks.are_documented_as("Approve an order")

    # When she rejects
    await edith.go("/admin/reviews")
    await clicks.on(page.locator("#waiting a[data-row]").first)
    await clicks.on(page.locator("summary", has_text="Reject"))
    reasons = page.get_by_label("Reason shown to the customer")
    await clicks.on(reasons)
    await reasons.select_option(index=3)
    await clicks.on(page.get_by_role("button", name="Reject and refund"))
    await expect(page.get_by_role("status")).to_contain_text("reject, by edith")
    clicks.are_documented_as("Reject an order with a reason from the list")

    # When she refunds the failed one
    await edith.go("/admin/reviews")
    row = page.locator(f"#refund-{failed.id}")
    await clicks.on(row.locator("summary"), in_sight=False)
    await clicks.on(row.get_by_role("button", name="Refund 49.00 EUR"), in_sight=False)
    await expect(page.get_by_role("status")).to_contain_text("on its way")
    assert (await order_row(failed))["refund_state"] != "NONE"
    clicks.are_documented_as("Refund a failed order")

    # When she changes a price
    await edith.go("/admin/reviews")
    await clicks.on(page.get_by_role("link", name="Domains"))
    await clicks.on(page.get_by_label("Price of a link"))
    await page.get_by_label("Price of a link").fill("59.00")
    await clicks.on(page.get_by_role("button", name="Save prices"))
    await expect(page.get_by_role("status")).to_be_visible()
    assert await Domain.select(Domain.backlink_price).output(as_list=True) == [5900]
    clicks.are_documented_as("Change a price")

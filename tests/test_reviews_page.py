"""The editor's pages, as HTML and in a real browser: what waits, what would change, and the two words."""

import html
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from shutil import which
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from blogqueue import articles
from blogqueue.database import DB
from blogqueue.pages import changes
from blogqueue.settings import settings
from blogqueue.tables import ArticleVersion, OrderEvent
from blogqueue.writing.edits import AppliedEdit
from blogqueue.writing.links import Link
from tests.stage import PASSWORD, Bought, Stage, order_row
from tests.test_reviews import BEN, LONG

CHROMIUM = which("chromium") or ""
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = os.environ.get("BLOGQUEUE_TEST_PICTURES", "")
"""A folder for pictures of the pages, to look at."""


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    if not CHROMIUM:
        pytest.skip("there is no Chromium here")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        await chromium.close()


HARMLESS = (
    "401",  # Piccolo Admin asks who is signed in, before anybody is
    "'script-src' was not explicitly set",  # a library in it tries eval, is refused, and goes another way
    "favicon.ico",
)


def heard(page: Page) -> list[str]:
    """What the browser complains of from now on: errors of scripts, of the policy, and resources that failed."""
    complaints: list[str] = []

    def note(words: str) -> None:
        if not any(harmless in words for harmless in HARMLESS):
            complaints.append(words)

    page.on("console", lambda said: note(f"{said.text} {said.location}") if said.type == "error" else None)
    page.on("pageerror", lambda error: note(str(error)))
    return complaints


async def show(page: Page, name: str) -> None:
    """Take pictures at both widths; and no page is wider than its window."""
    for width in (375, 1280):
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, name
        if PICTURES:
            await page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)


async def post(stage: Stage, order: Bought, verb: str, form: str, **said: str) -> httpx.Response:
    """What a form of the order's page sends."""
    version = {"version": str((await order_row(order))["version_id"])}
    return await stage.http.post(f"/admin/reviews/{order.id}/{verb}", data={"form": form} | version | said)


async def form_token(stage: Stage, order: Bought) -> str:
    return (await stage.http.get(f"/admin/reviews/{order.id}")).text.partition('name="form" value="')[2][:43]


# ---- in a browser ----------------------------------------------------------------------------------------------------


async def rejects(page: Page) -> None:
    await page.locator("summary", has_text="Reject").click()
    await page.get_by_label("Reason, as the customer reads it").select_option(index=3)
    await show(page, "reject")
    await page.get_by_role("button", name="Reject and refund").click()
    await expect(page.get_by_text("Nothing waits.")).to_be_visible()
    await expect(page.get_by_role("status")).to_contain_text("refund initiated")
    await show(page, "nothing")


async def test_an_editor_signs_in_reads_the_change_and_approves_by_keyboard(stage: Stage, browser: Browser) -> None:
    # Given two orders in review, the first by a customer who left notes, and Edith before a browser
    article_id = await stage.article(content=LONG)
    ana, ben = await stage.submitted(article_id), await stage.submitted(article_id, **BEN)
    await stage.signed_in()
    page = await (await browser.new_context(base_url=settings.public_url)).new_page()
    complaints = heard(page)

    # When she signs in at Piccolo Admin
    await page.goto("/admin/")
    await page.fill('input[name="username"]', "edith")
    await page.fill('input[name="password"]', PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Reviews")).to_be_visible()
    await show(page, "admin")
    await page.get_by_role("link", name="Reviews").click()

    # Then both wait, the oldest first
    await expect(page.get_by_role("heading", name="Waiting for review")).to_be_visible()
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("ana@customers.example")
    await expect(rows.first).to_contain_text("49.00 EUR")
    await show(page, "reviews")

    # When she opens the first
    await rows.first.get_by_role("link").focus()
    await page.keyboard.press("Enter")

    # Then she sees the change in its place and in the source, and what else she needs
    await expect(page.locator(".changed ins a")).to_have_count(0)
    await expect(page.locator(".changed a ins").first).to_contain_text("a guide to mulching")
    await expect(page.locator(".diff ins").last).to_contain_text("https://www.anasgarden.example/mulch-guide")
    await expect(page.get_by_text("All else is byte for byte version 1.")).to_be_visible()
    await expect(page.get_by_text("Every check held.")).to_be_visible()
    await expect(page.locator("#others + ul")).to_contain_text("worm farming")
    await expect(page.locator(".history")).to_contain_text("customer: submit")
    await expect(page.get_by_role("button", name="Publish now")).to_be_hidden()
    await show(page, "review")

    # When she says so with the keyboard alone
    await page.locator("summary", has_text="Approve").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("This cannot be undone.").first).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    # Then it is published under her name, and the next one is before her, with what approving it will do now
    await page.wait_for_url(f"**/admin/reviews/{ben.id}?done={ana.id}")
    await expect(page.get_by_role("status")).to_contain_text("approve, by edith")
    await expect(page.get_by_text("makes the same change to the text that is live now")).to_be_visible()
    assert (await order_row(ana))["status"] == "COMPLETED"

    # When she rejects that one with a reason of the list, then nothing waits
    await rejects(page)
    assert (await order_row(ben))["failure_detail"] == "The link breaks this site's rules for paid links."
    assert complaints == []
    await page.context.close()
    await stage.drain()
    await stage.sound()


async def test_piccolo_admins_pages_open_in_a_browser_under_their_policy(stage: Stage, browser: Browser) -> None:
    # Given a published order, and Edith's session in a browser
    order = await stage.submitted(await stage.article())
    await stage.approve(order)
    session = await stage.signed_in()
    context = await browser.new_context(base_url=settings.public_url)
    await context.add_cookies([{"name": "id", "value": session, "url": settings.public_url}])
    page = await context.new_page()
    complaints = heard(page)

    # When she looks at lists, a row and a form
    for name, path, words in (
        ("orders", "/admin/#/orders/", "ana@customers.example"),
        ("order", f"/admin/#/orders/{order.id}/", "Edit"),
        ("articles", "/admin/#/articles/", "soil-that-lasts"),
        ("form", "/admin/#/forms/take-down-or-put-back/", "on the site and on sale"),
    ):
        await page.goto("about:blank")
        await page.goto(path)
        await expect(page.get_by_text(words, exact=False).first).to_be_visible()
        if PICTURES:
            await page.screenshot(path=Path(PICTURES) / f"admin-{name}.png", full_page=True)

    # Then nothing that she needs was refused or failed
    assert complaints == []
    await context.close()


async def test_an_owner_writes_a_new_text_in_a_browser_byte_for_byte(stage: Stage, browser: Browser) -> None:
    # Given a published article with a paid link, and Edith before its text
    article_id = await stage.article(content=f"\n{LONG}\n")
    order = await stage.submitted(article_id)
    await stage.approve(order)
    live = (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["content"]
    context = await browser.new_context(base_url=settings.public_url)
    await context.add_cookies([{"name": "id", "value": await stage.signed_in(), "url": settings.public_url}])
    page = await context.new_page()
    complaints = heard(page)
    await page.goto("/admin/texts")
    await page.get_by_role("link", name="Soil that lasts").click()
    box = page.get_by_label("Text (Markdown)")
    await show(page, "text")

    # When she changes the heading, then that alone is changed
    await box.fill((await box.input_value()).replace("# A long article", "# A longer article"))
    await page.get_by_role("button", name="Publish").click()
    await expect(page.get_by_role("status")).to_contain_text("Published.")
    now = (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["content"]
    assert now == live.replace("# A long article", "# A longer article")

    # When she loses the paid link, then the order is named, and what she wrote is still there
    await box.fill((await box.input_value()).replace("[a guide to mulching]", "[a guide]"))
    await page.get_by_role("button", name="Publish").click()
    await expect(page.get_by_role("alert")).to_contain_text(str(order.id))
    assert "[a guide](" in await box.input_value()
    await show(page, "text-refused")
    assert (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["content"] == now
    assert [said for said in complaints if "409" not in said] == []
    await context.close()
    await stage.drain()
    await stage.sound()


async def test_a_text_written_from_an_older_one_is_not_published_over_a_newer(stage: Stage) -> None:
    # Given Edith's open page of a text, and a newer one that went live meanwhile
    article_id = await stage.article(content=LONG)
    await stage.signed_in()
    seen = (await ArticleVersion.select(ArticleVersion.id))[0]["id"]
    form = (await stage.http.get(f"/admin/texts/{article_id}")).text.partition('name="form" value="')[2][:43]
    newer = LONG.replace("# A long", "# A newer")
    await articles.publish_text(article_id, newer, who="owner")

    # When she publishes hers
    said = {"form": form, "base": str(seen), "text": LONG.replace("# A long", "# Her")}
    answer = await stage.http.post(f"/admin/texts/{article_id}", data=said)

    # Then she is told, and the newer one stays; and without the form's token nothing is looked at
    assert answer.status_code == 409 and "Another text went live meanwhile" in answer.text
    assert (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["content"] == newer
    assert (await stage.http.post(f"/admin/texts/{article_id}", data=said | {"form": ""})).status_code == 403


# ---- refusals --------------------------------------------------------------------------------------------------------


async def test_forms_from_elsewhere_are_refused(stage: Stage) -> None:
    # Given an order in review and Edith signed in
    order = await stage.submitted(await stage.article())
    await stage.signed_in()
    form = await form_token(stage, order)

    # When her browser is made to send without the form's token, with a wrong one, from another site, or signed out
    path, data = f"/admin/reviews/{order.id}/approve", {"form": form, "version": str(UUID(int=0))}
    answers = [
        await stage.http.post(path, data=data | {"form": ""}),
        await stage.http.post(path, data=data | {"form": "x" * 43}),
        await stage.http.post(path, data=data, headers={"sec-fetch-site": "cross-site"}),
        await stage.http.post(f"/api/v1/admin/orders/{order.id}/approve"),
    ]
    stage.http.cookies.clear()
    answers.append(await stage.http.post(path, data=data))

    # Then nothing is done, and nothing said of what would be there
    assert [answer.status_code for answer in answers] == [403] * 5
    assert (await order_row(order))["status"] == "ADMIN_REVIEW"


async def test_the_json_api_takes_a_session_with_the_form_token(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await stage.signed_in()
    headers = {"x-csrftoken": await form_token(stage, order)}

    answer = await stage.http.post(f"/api/v1/admin/orders/{order.id}/approve", headers=headers)

    assert answer.json()["data"]["status"] == "COMPLETED"
    rows = await OrderEvent.select(OrderEvent.who).where(OrderEvent.what == "approve")
    assert rows == [{"who": "edith"}]


async def test_what_somebody_just_approved_is_shown_as_it_is_now(stage: Stage) -> None:
    # Given Edith's open page of an order
    order = await stage.submitted(await stage.article())
    await stage.signed_in()
    form = await form_token(stage, order)

    # When somebody else approves it before she rejects it
    await stage.approve(order)
    answer = await post(stage, order, "reject", form, reason="Too late.")

    # Then she is told what happened and sees the order as it is
    assert answer.status_code == 409
    assert "The order is not in review, it is COMPLETED: approve, by edith-" in html.unescape(answer.text)
    assert "Reject and refund" not in answer.text
    await stage.drain()
    await stage.sound()


async def test_a_version_that_she_did_not_see_is_not_approved(stage: Stage) -> None:
    # Given Edith's open page, while the customer's link is integrated again and submitted again
    article_id = await stage.article()
    order = await stage.submitted(article_id)
    await stage.signed_in()
    form, seen = await form_token(stage, order), (await order_row(order))["version_id"]
    await articles.publish_text(article_id, LONG, who="owner")
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

    answer = await post(stage, order, "reject", await form_token(stage, order), reason="", words="  ")

    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert (await order_row(order))["status"] == "ADMIN_REVIEW"


async def test_the_list_is_oldest_first_by_when_it_was_submitted(stage: Stage) -> None:
    # Given two orders, of which the later bought was submitted first
    article_id = await stage.article(content=LONG)
    ana = await stage.delivered(article_id)
    ben = await stage.submitted(article_id, **BEN)
    await stage.submit(ana, (await stage.status(ana))["version"]["versionId"])
    await stage.signed_in()

    page = (await stage.http.get("/admin/reviews")).text

    assert 0 < page.index(str(ben.id)) < page.index(str(ana.id))


async def test_a_version_that_is_not_what_it_says_is_shouted_about(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await DB.run_ddl(
        "UPDATE article_versions SET backlink_metadata = jsonb_set(backlink_metadata, '{edit,sha256}', '\"0\"') "
        "WHERE order_id IS NOT NULL"
    )
    await stage.signed_in()

    assert "Do not approve it" in (await stage.http.get(f"/admin/reviews/{order.id}")).text


# ---- the change itself -----------------------------------------------------------------------------------------------


def edit(before: str, after: str) -> AppliedEdit:
    return AppliedEdit("p01", "replace", after, 0, len(before), "", after)


@pytest.mark.parametrize(
    ("before", "after", "marked", "source"),
    [
        (
            "One two.",
            "One two. See [here](https://a.example/).",
            (
                '<p>One two.<ins> See </ins><a href="https://a.example/" rel="sponsored">'
                "<ins>here</ins></a><ins>.</ins></p>\n"
            ),
            "One two.<ins> See [here](https://a.example/).</ins>",
        ),
        ("A *b* c.", "A *d* c.", "<p>A <em><del>b</del><ins>d</ins></em> c.</p>\n", "A *<del>b</del><ins>d</ins>* c."),
        (
            "A <b>.",
            "A <i>.",
            "<p>A &lt;<del>b</del><ins>i</ins>&gt;.</p>\n",
            "A &lt;<del>b</del><ins>i</ins>&gt;.",
        ),
    ],
)
def test_what_came_and_what_went_is_marked_within_the_texts_own_tags(
    before: str, after: str, marked: str, source: str
) -> None:
    shown = changes.shown(before, after, edit(before, after), [(Link("https://a.example/", "here"), "sponsored")])

    assert (shown.marked, shown.source) == (marked, source)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script> and words", "[a](javascript:alert(1)) & <img src=x onerror=y>"]
)
def test_nothing_that_runs_comes_through_a_marked_change(text: str) -> None:
    shown: Any = changes.shown("Words.", text, edit("Words.", text), [])

    for piece in (shown.marked, shown.source):
        assert "<script" not in piece and "<img" not in piece and 'href="javascript' not in piece

"""The editor's pages: what waits, what would change, and the two words."""

import html
from typing import Any
from uuid import UUID

import httpx
import pytest

from blogqueue import articles
from blogqueue.database import DB
from blogqueue.pages import changes
from blogqueue.tables import ArticleVersion, OrderEvent
from blogqueue.writing.edits import AppliedEdit
from blogqueue.writing.links import Link
from tests.cast import BEN, LONG
from tests.stage import Bought, Stage, order_row


async def post(stage: Stage, order: Bought, verb: str, form: str, **said: str) -> httpx.Response:
    """What a form of the order's page sends."""
    version = {"version": str((await order_row(order))["version_id"])}
    return await stage.http.post(f"/admin/reviews/{order.id}/{verb}", data={"form": form} | version | said)


async def form_token(stage: Stage, order: Bought) -> str:
    return (await stage.http.get(f"/admin/reviews/{order.id}")).text.partition('name="form" value="')[2][:43]


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

"""A customer who regenerates a link gets something different: another paragraph, or at least other words."""

import json
import time
from typing import Any

from blogqueue.catalogue import articles
from blogqueue.db.tables.catalogue import ArticleVersion
from tests.people import LONG, ONE_ROOM
from tests.stage import Bought, Stage


async def edits_of(order: Bought) -> list[dict[str, Any]]:
    """Return the edits of an order's versions, oldest first."""
    rows = ArticleVersion.select(ArticleVersion.backlink_metadata).where(ArticleVersion.order_id == order.id)
    found = await rows.order_by(ArticleVersion.version_num).output(load_json=True)
    return [row["backlink_metadata"]["edit"] for row in found]


async def regenerated(stage: Stage, order: Bought, times: int) -> list[dict[str, Any]]:
    for _ in range(times):
        assert (await stage.regenerate(order)).status_code == 202
        await stage.drain()
    return await edits_of(order)


async def find_named(stage: Stage, *, since: float) -> list[list[dict[str, str]]]:
    """Return what each question for an edit has named as used since a time."""
    calls = (await stage.sandbox.get("/model/calls.json")).json()["calls"]
    asked = sorted(
        (call for call in calls if call["schema"] == "link_edit" and call["at"] > since), key=lambda call: call["at"]
    )
    return [json.loads(call["last"])["used"] for call in asked]


async def test_each_regeneration_names_what_was_used_and_takes_another_paragraph(stage: Stage) -> None:
    began = time.time()
    order = await stage.delivered(await stage.article(content=LONG))

    edits = await regenerated(stage, order, 3)

    assert len({edit["block"] for edit in edits}) == len(edits) == 4
    used = [{"block": edit["block"], "text": edit["text"]} for edit in edits]
    assert await find_named(stage, since=began) == [used[:number] for number in range(4)]


async def test_where_only_one_paragraph_is_left_the_words_differ(stage: Stage) -> None:
    order = await stage.delivered(await stage.article(content=ONE_ROOM))

    edits = await regenerated(stage, order, 4)

    assert {edit["block"] for edit in edits} == {"p01"}
    assert len({edit["text"] for edit in edits}) == len(edits) == 5


async def test_a_link_that_is_integrated_again_after_its_approval_may_keep_its_words(stage: Stage) -> None:
    # Given a link that was regenerated once and submitted, and whose only paragraph an editor has changed since
    began = time.time()
    article_id = await stage.article(content=ONE_ROOM)
    order = await stage.delivered(article_id)
    first, _ = await regenerated(stage, order, 1)
    await stage.submit(order, (await stage.status(order))["version"]["versionId"])
    await articles.publish_text(article_id, ONE_ROOM.replace("speaks", "tells"), actor="edith")

    # When it is approved, and integrated again
    assert (await stage.approve(order)).json()["data"]["status"] == "PROCESSING"
    await stage.drain()

    # Then only the version that the customer did not keep is named as used
    assert (await find_named(stage, since=began))[-1] == [{"block": "", "text": first["text"]}]

"""Nothing is changed without a line of history, and what is written there stays."""

import asyncpg
import pytest

from blogqueue.audit import audit
from blogqueue.db.engine import DB
from tests.stage import Stage


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE order_events SET actor = 'nobody'",
        "DELETE FROM order_events",
        "UPDATE article_versions SET content_md = 'another text'",
        "UPDATE article_versions SET backlink_metadata = NULL WHERE version_num = 2",
        "DELETE FROM article_versions",
        "TRUNCATE order_events",
        "TRUNCATE article_versions CASCADE",
    ],
)
async def test_the_database_refuses_to_change_history_and_texts(stage: Stage, statement: str) -> None:
    await stage.delivered(await stage.article())

    with pytest.raises(asyncpg.RestrictViolationError):
        await DB.run_ddl(statement)

    await stage.sound()


LIVE_IS = "UPDATE articles SET selected_version_id = (SELECT id FROM article_versions WHERE version_num = {})"
OTHER_EDIT = """UPDATE article_versions SET backlink_metadata =
    jsonb_set(backlink_metadata, '{edit,new_text}', '"x"') WHERE version_num = 2"""


@pytest.mark.parametrize(
    ("published", "statement", "rule"),
    [
        (False, "UPDATE orders SET status = 'QUALITY_CHECK'", 9),
        (False, LIVE_IS.format(2), 9),
        (False, "UPDATE article_versions SET backlink_metadata = NULL WHERE version_num = 2", 4),
        (False, OTHER_EDIT, 4),
        (True, LIVE_IS.format(1), 5),
        (True, "UPDATE orders SET rel = 'nofollow'", 5),
        (True, "UPDATE orders SET refund_state = 'SUCCEEDED'", 6),
    ],
)
async def test_the_audit_names_what_was_changed_behind_the_verbs_backs(
    stage: Stage, *, published: bool, statement: str, rule: int
) -> None:
    # Given a sound database with an order in review, or published
    order = await stage.submitted(await stage.article())
    if published:
        await stage.approve(order)
    await stage.drain()
    await stage.sound()

    # When somebody changes a row by hand
    await stage.by_force(statement)

    # Then the rule that this breaks says so
    assert rule in {finding.number for finding in await audit() if finding.offenders}

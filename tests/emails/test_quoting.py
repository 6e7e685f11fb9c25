"""The sentence that an email quotes: from the end of the one before it to its own end, with the link marked."""

import pytest

from blogqueue.writing.link_edit.comparison import ChangeKind, TextRun
from blogqueue.writing.link_edit.quoting import LONGEST, Quote, quote
from tests.stage import Stage

SAME, REMOVED, ADDED = ChangeKind.SAME, ChangeKind.REMOVED, ChangeKind.ADDED
LINK = TextRun(ADDED, "a guide", link=True)


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([TextRun(SAME, "One. Two "), LINK, TextRun(ADDED, ". Three.")], Quote("Two ", "a guide", ".")),
        ([TextRun(REMOVED, "Gone. "), LINK, TextRun(SAME, " helps! More.")], Quote("", "a guide", " helps!")),
        ([LINK], Quote("", "a guide", "")),
        ([TextRun(SAME, "x" * 999), LINK], Quote("…" + "x" * LONGEST, "a guide", "")),
        ([TextRun(SAME, "No link.")], None),
    ],
)
def test_the_sentence_around_the_link_is_quoted(runs: list[TextRun], expected: Quote | None) -> None:
    assert quote(runs) == expected


async def test_an_email_quotes_the_sentence_and_names_link_and_article_in_its_preheader(stage: Stage) -> None:
    await stage.delivered(await stage.article())

    mail = await stage.email("Your Backlink is Ready for Review")

    assert "[a guide to mulching]" in mail["text"]
    assert "<strong>a guide to mulching</strong>" in mail["html"]
    assert "“a guide to mulching” in Soil that lasts: Click to review your content." in mail["html"]

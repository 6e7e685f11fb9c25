"""The word diff of an edit, as customer and editor read it."""

import time

import pytest

from blogqueue.writing.link_edit.comparison import WORDS, ChangeKind, TextRun, compare, diff_words
from blogqueue.writing.link_edit.edits import Edit, apply
from blogqueue.writing.markdown.blocks import find_eligible_blocks, find_prose_blocks
from tests.writing.garden import GARDEN, LINK
from tests.writing.link_edit.scenes import LITERAL

SAME, REMOVED, ADDED = ChangeKind.SAME, ChangeKind.REMOVED, ChangeKind.ADDED


def diff(old: str, new: str) -> list[tuple[ChangeKind, str]]:
    return [(kind, "".join(run)) for kind, run in diff_words(WORDS.findall(old), WORDS.findall(new), str)]


@pytest.mark.parametrize(
    ("old", "new", "runs"),
    [
        ("", "", []),
        ("a b", "a b", [(SAME, "a b")]),
        ("a", "a b", [(SAME, "a"), (ADDED, " b")]),
        ("a b", "b", [(REMOVED, "a "), (SAME, "b")]),
        ("a b c", "a x c", [(SAME, "a "), (REMOVED, "b"), (ADDED, "x"), (SAME, " c")]),
        ("red rose.", "blue violet.", [(REMOVED, "red rose"), (ADDED, "blue violet"), (SAME, ".")]),
        ("red, rose", "blue, violet", [
            (REMOVED, "red"), (ADDED, "blue"), (SAME, ", "), (REMOVED, "rose"), (ADDED, "violet"),
        ]),
        ("a b ", "x b ", [(REMOVED, "a"), (ADDED, "x"), (SAME, " b ")]),
        ("a ", "x ", [(REMOVED, "a"), (ADDED, "x"), (SAME, " ")]),
        ("a b", "a x", [(SAME, "a "), (REMOVED, "b"), (ADDED, "x")]),
    ],
)  # fmt: skip
def test_runs_come_in_reading_order_and_a_blank_between_two_changes_belongs_to_both(
    old: str, new: str, runs: list[tuple[ChangeKind, str]]
) -> None:
    assert diff(old, new) == runs


def test_an_appended_sentence_is_added_with_the_paid_link_as_a_run_of_its_own() -> None:
    block = find_eligible_blocks(GARDEN)[1]
    after, applied = apply(GARDEN, Edit(block.id, "append", f"See {LITERAL} *now*."), [block])

    runs = compare(GARDEN, after, applied, LINK)

    assert runs == (
        TextRun(SAME, block.text),
        TextRun(ADDED, " See "),
        TextRun(ADDED, LINK.anchor_text, link=True),
        TextRun(ADDED, " now."),
    )


def test_a_phrase_that_became_the_link_is_removed_and_added() -> None:
    article = "Here is a practical guide.\n"
    block = find_prose_blocks(article)[0]
    after, applied = apply(article, Edit(block.id, "replace", f"Here is {LITERAL}."), [block])

    assert compare(article, after, applied, LINK) == (
        TextRun(SAME, "Here is "),
        TextRun(REMOVED, "a practical guide"),
        TextRun(ADDED, LINK.anchor_text, link=True),
        TextRun(SAME, "."),
    )


def test_an_edit_in_one_place_of_a_long_paragraph_takes_no_second() -> None:
    old = WORDS.findall("Worms draw the leaves down into the soil at night, and the rain does the rest. " * 500)

    started = time.process_time()
    appended = diff_words(old, [*old, "See", " ", "it"], str)
    inserted = diff_words(old, [*old[:5_000], "really", " ", *old[5_000:]], str)
    assert time.process_time() - started < 1

    assert [kind for kind, _ in appended] == [SAME, ADDED]
    assert [kind for kind, _ in inserted] == [SAME, ADDED, SAME]

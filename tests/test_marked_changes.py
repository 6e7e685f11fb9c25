"""A change as an editor sees it: added and removed words are marked."""

from typing import Any

import pytest

from blogqueue.admin import diff
from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.links import Link


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
def test_added_and_removed_words_are_marked_within_the_tags_of_the_text(
    before: str, after: str, marked: str, source: str
) -> None:
    shown = diff.show_change(before, after, edit(before, after), [(Link("https://a.example/", "here"), "sponsored")])

    assert (shown.marked, shown.source) == (marked, source)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script> and words", "[a](javascript:alert(1)) & <img src=x onerror=y>"]
)
def test_a_marked_change_contains_nothing_executable(text: str) -> None:
    shown: Any = diff.show_change("Words.", text, edit("Words.", text), [])

    for piece in (shown.marked, shown.source):
        assert "<script" not in piece and "<img" not in piece and 'href="javascript' not in piece

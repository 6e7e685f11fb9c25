"""A text that went through a browser's form gets its line ends back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogqueue.writing.markdown.front_matter import split_lines
from blogqueue.writing.markdown.line_ends import restore_line_ends

PARTS = st.lists(st.tuples(st.sampled_from(["", "a", "b", "c d", "- e"]), st.sampled_from(["\n", "\r\n", "\r"])))


def as_sent(text: str) -> str:
    """Return what a browser sends of a text in a form."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


@given(parts=PARTS, last=st.sampled_from(["", "a", "z"]))
def test_a_text_that_was_not_changed_comes_back_byte_for_byte(parts: list[tuple[str, str]], last: str) -> None:
    text = "".join(line + end for line, end in parts) + last

    assert restore_line_ends(as_sent(text), text) == text


MIXED = "# Heading\n\nOne.\r\nTwo.\r\n\nThree.\rFour.\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# Heading", "# Another"),
        ("One.", "One and a half."),
        ("Three.\r", ""),
        ("Two.\r\n", "Two.\r\nNew.\r\n"),
        ("Four.\n", "Four.\nFive.\n"),
        ("Four.\n", "Four."),
    ],
)
def test_a_change_leaves_every_other_lines_end_alone(old: str, new: str) -> None:
    changed = MIXED.replace(old, new)

    assert restore_line_ends(as_sent(changed), MIXED) == changed


def test_one_heading_of_a_text_with_few_crlfs_makes_no_more_of_them() -> None:
    text = "# A heading\n\n" + "".join(f"Line {n}\n" for n in range(40)) + "Line\r\n" * 6

    now = restore_line_ends(as_sent(text.replace("# A", "# The")), text)

    assert now == text.replace("# A", "# The")


@pytest.mark.parametrize(("base", "expected"), [("", "a\nb"), ("x\r\ny", "a\r\nb")])
def test_a_new_text_ends_its_lines_as_the_old_one_did(base: str, expected: str) -> None:
    assert restore_line_ends("a\r\nb", base) == expected


def test_ends_are_those_that_markdown_knows() -> None:
    assert split_lines(restore_line_ends("a\u2028b\r\nc", "a\u2028b\nc")) == ["a\u2028b\n", "c"]

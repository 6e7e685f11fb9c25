"""Characters that no reader sees."""

import pytest

from blogqueue.writing.markdown.invisible import USED_IN_WRITING, find_invisible


@pytest.mark.parametrize(
    "character",
    [
        "\0", "\t", "\x7f", "\u00ad", "\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u180b", "\u180c", "\u180d",
        "\u180f", "\u200b", "\u200c", "\u200d", "\u202e", "\u2028", "\u2029", "\u2800", "\u3164", "\ufe00", "\ufe0f",
        "\ufeff", "\uffa0", "\ud800", "\ue000", "\U000e0041", "\U000e0100", "\U000e01ef", "\U000e01f0",
    ],
)  # fmt: skip
def test_it_is_found(character: str) -> None:
    assert find_invisible(f"a{character}b{character}") == {character: 2}


@pytest.mark.parametrize("text", ["\r\n", "a b\u00a0c", "\u1810", "\ufe10", "\ufdff", "\u6f22", "\U0001f331", "\u0301"])
def test_what_a_reader_sees_is_not_found(text: str) -> None:
    assert not find_invisible(text)


def test_joiners_and_variation_selectors_are_used_in_writing_and_bidi_controls_are_not() -> None:
    assert {"\u200c", "\u200d", "\ufe0f", "\U000e0100"} <= USED_IN_WRITING
    assert not {"\u202e", "\u200b", "\u3164", "\u00ad"} & USED_IN_WRITING

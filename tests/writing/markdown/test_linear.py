"""What the checks search a text for takes linear time, whatever the text: 50,000 characters each."""

import time
from collections.abc import Callable

import pytest

from blogqueue.writing.markdown.disguises import find_all_hosts, find_all_prices, find_all_telephones
from blogqueue.writing.markdown.marks import find_changed_marks
from blogqueue.writing.markdown.markup import find_markup
from blogqueue.writing.markdown.scripts import find_mixed_words, find_scripts
from blogqueue.writing.markdown.words import (
    count_kept,
    count_sentences,
    find_missing,
    split_kept_words,
    split_marked_words,
    split_words,
)

SIZE = 50_000
UNITS = [
    "[", "`", "``a", "&a", ":a", "<", ".'", " .", "a .", "1 ", "O1", "one-", "a\u00b7", "\u0430a", "\u6f22", " ", "@",
    "x@x.", "-1", "!\"'",
]  # fmt: skip
SEARCHES: list[Callable[[str], object]] = [
    find_markup, find_all_hosts, find_all_prices, lambda text: find_all_telephones(text, 9), find_mixed_words,
    find_scripts, count_sentences, lambda text: find_missing(split_kept_words(text), split_kept_words(f"a {text}")),
    lambda text: find_changed_marks(split_marked_words(text), split_marked_words(f'"{text}"')),
    lambda text: count_kept(split_words(text), split_words(f"{text} a {text[:99]}")),
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_search_of_a_long_text_takes_no_second(unit: str) -> None:
    text = unit * (SIZE // len(unit))

    for search in SEARCHES:
        started = time.process_time()
        search(text)
        assert time.process_time() - started < 1, search

"""What the checks search a text for takes linear time, whatever the text: 50,000 characters each."""

import time
from collections.abc import Callable

import pytest

from blogqueue.catalogue.text_limits import find_text_problem
from blogqueue.writing.markdown.disguises import find_all_hosts, find_all_prices, find_all_telephones
from blogqueue.writing.markdown.inline_marks import is_enclosed
from blogqueue.writing.markdown.marks import find_changed_marks
from blogqueue.writing.markdown.markup import find_markup
from blogqueue.writing.markdown.scripts import find_mixed_words, find_scripts
from blogqueue.writing.markdown.template_syntax import hide_template_syntax
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
    "x@x.", "-1", "!\"'", "{% highlight a %}\n", "{{< code >}}\n", "{{", "{:", "{% comment %}", "{% raw %}", "$", "$a",
    "a$", " $a$", "==a", "[[",
]  # fmt: skip


def hide(text: str) -> None:
    """Hide the template syntax of a text that has some; of those that are refused, parsing takes long."""
    if not find_text_problem(text):
        hide_template_syntax(f"{{{{ a }}}}\n\n{text}")


SEARCHES: list[Callable[[str], object]] = [
    find_markup, find_all_hosts, find_all_prices, lambda text: find_all_telephones(text, 9), find_mixed_words,
    find_scripts, count_sentences, lambda text: find_missing(split_kept_words(text), split_kept_words(f"a {text}")),
    lambda text: find_changed_marks(split_marked_words(text), split_marked_words(f'"{text}"')),
    lambda text: count_kept(split_words(text), split_words(f"{text} a {text[:99]}")),
    hide,
    lambda text: is_enclosed(f"$a == [[ {text}", f"{text} $ =="),
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_search_of_a_long_text_takes_no_second(unit: str) -> None:
    text = unit * (SIZE // len(unit))

    for search in SEARCHES:
        started = time.process_time()
        search(text)
        assert time.process_time() - started < 1, search


@pytest.mark.parametrize("opening", ["{% highlight", "{{< highlight", "{% comment", "{% raw", "{:", "{{`"])
@pytest.mark.parametrize("filler", [" ", "\n", "`", "{", "%"])
def test_a_tag_without_an_end_before_a_long_run_takes_no_second(opening: str, filler: str) -> None:
    text = f"{{{{ a }}}}\n\n{opening}{filler * SIZE}"

    started = time.process_time()
    hide_template_syntax(text)
    assert time.process_time() - started < 1


def test_the_last_end_of_a_region_is_not_searched_for_from_each_opening() -> None:
    text = "{% highlight a %}\n" * (SIZE // 18) + "a" * SIZE + "\n{% endhighlight %}\n"

    started = time.process_time()
    hide_template_syntax(text)
    assert time.process_time() - started < 1

"""Texts that are made to be slow to read: they are refused, or take work that grows no faster than they do."""

import asyncio
import sys
import time
from pathlib import Path
from types import FrameType

import pytest

from blogqueue.catalogue import importer
from blogqueue.catalogue.text_limits import MAX_CHARACTERS, MAX_UNCLOSED, find_text_problem
from blogqueue.writing.link_edit.room import count_room
from blogqueue.writing.markdown.article_page import render_page
from blogqueue.writing.markdown.parsing import KEPT_CHARACTERS, parse
from tests.stage import Stage

UNITS = (
    "[", "![", "[^", "](", "[](", "[a](", "[a](<", "[a][b] ", "[a]: b\n", "[[a]] ", "[ ](", "]", "\\[",
    "*", "*a ", "**a ", "*a* ", "_", "_a ", "__a ", "*_*_", "~", "~~a ", "***a **b *c ",
    "<", "<a ", "<a href='", "<!-- ", "<?", "<![CDATA[", "</", "<b>", "<div>\n\n", "<https://a.example ",
    "`", "`` ` ", "`a", "```\na\n", "~~~\n", "    a\n",
    "&", "&amp;", "&#", "&#x41;", "&aaaaaa", "\\", "\\\n",
    ">", "> ", "> a\n", ">- ", "- ", "- a\n", "1. a\n", "* * *\n", "-\n",
    "|", "a|b\n", "|a|b|\n|-|-|\n", "# a\n", "#", "a\n=\n", "a\n-\n", "a\n", "\t", "\r\n", "\u200b", "(", '"',
    "{{ a }}", "{% a %}", "{{< a >}}", "$$", "$a$ ", "::: a\n",
    "import a from 'b'\n", "http://a.example ", "a@b.example ",
)  # fmt: skip
"""What each text repeats. Some of these were quadratic in other parsers, or nest as deep as a parser goes."""


def write(unit: str, characters: int) -> str:
    return "A word before.\n\n" + unit * (characters // len(unit))


def count_calls(text: str) -> int:
    """The number of Python functions that are called to check, parse and render a text: work without a clock."""
    calls = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        find_text_problem(text)
        count_room(text)
        render_page(text, (), title="A title", host="a.example", source=None)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("unit", UNITS)
def test_twice_the_text_is_at_most_twice_the_work(unit: str) -> None:
    few, many = count_calls(write(unit, 400)), count_calls(write(unit, 800))

    assert many <= 2.5 * few + 1000


def test_brackets_without_end_are_refused_and_those_of_links_are_not() -> None:
    assert "brackets" in find_text_problem("[" * (MAX_UNCLOSED + 1))
    assert "brackets" in find_text_problem("]" * 2000 + "[" * (MAX_UNCLOSED + 1))
    assert "brackets" in find_text_problem("![\n\n" * (MAX_UNCLOSED + 1))
    assert find_text_problem("[a](b) " * 20_000) == ""
    assert find_text_problem("a" * MAX_CHARACTERS) == ""
    assert "at most" in find_text_problem("a" * (MAX_CHARACTERS + 1))


async def test_others_are_answered_while_a_long_text_is_rendered(stage: Stage) -> None:
    # Given a published article that takes long to render
    await stage.article(content=write("# a\n", 40_000))
    parse("a" * KEPT_CHARACTERS)  # after this one, no other text is kept

    # When somebody opens its page
    opening = asyncio.create_task(stage.http.get("/articles/soil-that-lasts"))
    answered = 0
    while not opening.done():
        assert (await stage.http.get("/health/live")).status_code == 200
        answered += 1

    # Then others are answered meanwhile
    assert (await opening).status_code == 200
    assert answered >= 3


@pytest.mark.durability
@pytest.mark.timeout(900)
async def test_the_longest_pathological_texts_are_imported_and_shown_in_bounded_time(
    stage: Stage, tmp_path: Path
) -> None:
    (tmp_path / "domain.toml").write_text('host = "garden.example"\nname = "Garden"\nniche = "gardening"\n', "utf-8")
    slowest = 0.0
    for number, unit in enumerate(UNITS):
        (tmp_path / f"text-{number}.md").write_text(write(unit, MAX_CHARACTERS // 2), "utf-8")
    await importer.import_folder(tmp_path, domain="")
    for number, _ in enumerate(UNITS):
        started = time.monotonic()
        answer = await stage.http.get(f"/articles/text-{number}", timeout=60)
        slowest = max(slowest, time.monotonic() - started)
        assert answer.status_code in {200, 404}
    assert slowest < 60

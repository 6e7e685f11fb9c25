"""The room of a text is what really fits into it, one link after another."""

import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blogqueue.writing.link_edit.edits import Edit, apply
from blogqueue.writing.link_edit.room import MAX_OFFERED, count_room, find_blocks_leaving
from blogqueue.writing.markdown.blocks import Block, find_eligible_blocks
from blogqueue.writing.markdown.links import Link, format_link
from tests.corpora import SMALL_CORPUS, list_articles
from tests.thoroughness import examples

PROSE = "Paragraph {n} speaks of soil and leaves, " + "and of the rain that falls on all of it, " * 5 + "every year."
BLOCKS = {
    "prose": PROSE,
    "heading": "## Heading {n}",
    "short": "Only a few words, {n}.",
    "linked": PROSE + " See [elsewhere](https://elsewhere.example/{n}).",
    "list": "- an item\n- another one, {n}",
}
kinds = st.lists(st.sampled_from(["prose", "prose", *BLOCKS]), min_size=1, max_size=7).map(tuple)


def build(kinds: tuple[str, ...]) -> str:
    return "\n\n".join(BLOCKS[kind].format(n=n) for n, kind in enumerate(kinds)) + "\n"


def place(text: str, block: Block, links: tuple[Link, ...]) -> tuple[str, tuple[Link, ...]]:
    """Put one more paid link into a block; the new text and its paid links."""
    link = Link(f"https://site-{len(links)}.example/", f"site {len(links)}")
    after, _ = apply(text, Edit(block.id, "append", f"See {format_link(link)}."), [block])
    return after, (*links, link)


@cache
def try_all(text: str, links: tuple[Link, ...] = ()) -> int:
    """Return how many links fit, by trying every paragraph after every other."""
    return max((1 + try_all(*place(text, block, links)) for block in find_eligible_blocks(text, links)), default=0)


@settings(max_examples=examples(10, 25), deadline=None)
@given(kinds)
def test_the_room_is_the_most_links_that_fit(kinds: tuple[str, ...]) -> None:
    text = build(kinds)
    room = try_all(text)
    assert count_room(text) == room

    for leave in range(room + 1):
        offered = {block.id for block in find_blocks_leaving(text, leave=leave)}
        assert offered == {
            block.id for block in find_eligible_blocks(text) if try_all(*place(text, block, ())) >= min(leave, room - 1)
        }


def fill(text: str) -> Iterator[int]:
    """Sell all the room of a text, each link in the middle one of the paragraphs offered; the room after each."""
    links: tuple[Link, ...] = ()
    while offered := find_blocks_leaving(text, links, leave=99):
        text, links = place(text, offered[len(offered) // 2], links)
        yield count_room(text, links)


@pytest.mark.parametrize("path", list_articles(SMALL_CORPUS), ids=lambda path: path.stem)
def test_each_link_in_an_offered_paragraph_takes_one_of_the_room(path: Path) -> None:
    text = path.read_bytes().decode()
    room = count_room(text)
    assert list(fill(text)) == list(reversed(range(room)))


def test_the_middle_one_of_three_paragraphs_is_offered_only_if_one_link_is_to_go_in() -> None:
    text = build(("prose", "prose", "prose", "heading", "short"))

    assert count_room(text) == 2
    assert [block.id for block in find_blocks_leaving(text, leave=0)] == ["p01", "p02", "p03"]
    assert [block.id for block in find_blocks_leaving(text, leave=1)] == ["p01", "p03"]
    assert [block.id for block in find_blocks_leaving(text, leave=7)] == ["p01", "p03"]
    assert find_blocks_leaving(build(("short",)), leave=0) == []


def test_of_very_many_paragraphs_some_are_offered_from_the_beginning_to_the_end() -> None:
    text = build(("prose",) * 3 * MAX_OFFERED)

    offered = find_blocks_leaving(text, leave=0)

    assert len(offered) == MAX_OFFERED
    assert {number // 30 for number in range(3 * MAX_OFFERED)} == {(int(block.id[1:]) - 1) // 30 for block in offered}
    assert [block.start for block in offered] == sorted(block.start for block in offered)
    assert count_room(text) > MAX_OFFERED
    fewer = build(("prose",) * MAX_OFFERED)
    assert find_blocks_leaving(fewer, leave=0) == find_eligible_blocks(fewer)


def test_paragraphs_that_other_open_orders_have_chosen_are_offered_only_if_there_are_no_others() -> None:
    text = build(("prose", "prose", "prose", "heading", "short"))
    hashes = [block.sha256 for block in find_eligible_blocks(text)]

    assert [block.id for block in find_blocks_leaving(text, leave=1, pending=hashes[:1])] == ["p03"]
    assert [block.id for block in find_blocks_leaving(text, leave=1, pending=hashes)] == ["p01", "p03"]


def test_a_paragraph_beside_an_authors_own_link_to_a_sold_url_keeps_its_room() -> None:
    # Given an author's link to a page, and a paid link to the same page elsewhere
    own = build(("prose", "linked", "heading", "prose", "short"))
    paid = Link("https://elsewhere.example/1", "what was bought")
    assert count_room(own) == 2

    assert count_room(own.replace("Paragraph 3 speaks", f"Paragraph 3, {format_link(paid)}, speaks"), [paid]) == 1


def test_the_paragraphs_of_a_text_of_thousands_are_found_without_a_second_for_each_thousand() -> None:
    text = "\n\n".join("\u6c34" * 26 for _ in range(7_000)) + "\n"
    eligible = find_eligible_blocks(text)  # kept from here on

    started = time.process_time()
    find_blocks_leaving(text, leave=3, pending=[block.sha256 for block in eligible[:1]])
    assert time.process_time() - started < 1
    assert count_room(text) == 3_499

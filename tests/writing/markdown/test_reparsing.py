"""After an edit of one paragraph, reading that paragraph alone gives what parsing the whole text gives."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blogqueue.writing.markdown import parsing
from blogqueue.writing.markdown.parsing import Parsed, parse
from blogqueue.writing.markdown.rendering import render
from blogqueue.writing.markdown.reparsing import parse_edited
from tests.corpora import CORPORA, SMALL_CORPUS, list_articles
from tests.thoroughness import sample

EXAMPLES = int(os.environ.get("BLOGQUEUE_HOSTILE_EXAMPLES", "60"))

NEIGHBOURS = [
    "Words.", "# Title", "- item", "1. item\n2. item", "- item\n\n  more", "> quote", "```\ncode", "```\ncode\n```",
    "    code", "| a | b |\n|---|---|\n| 1 | 2 |", "<div>", "<div>\n\n</div>", "<!-- x", "<!-- x -->", "<pre>",
    "<b>x</b>", "[x]: /url", "[x]: /url\n  'title'", "***", "Title\n---", "title: x\ndate: y", "---\ntitle: x", "---",
    "+++", "{{ x }}", "[^1]: note", "\\", "a | b", "\ufeff", "x\0y",
]  # fmt: skip
PIECES = [
    *NEIGHBOURS, "word", " ", "  ", "\t", "\n", "\n\n", "\r\n", "\r", "[a link](https://a.example)", "[x]", "[x][]",
    "*em*", "`code`", "`", "&amp;", "<", "| - |", "=", "- ", "> ", "#", "1) ", "|---|", "&#0;", "\u2028", "\x0b",
]  # fmt: skip
BREAKS = st.sampled_from(["\n\n", "\n", "\r\n\r\n", "\r\r", "\n \t\n", "\n\n\n", "\n\n ", "\n\n   ", "\n\n\t"])


def compare(article: str, start: int, end: int, new_text: str) -> bool:
    """Compare both ways of parsing an edited article; return whether the paragraph alone was read."""
    after = article[:start] + new_text + article[end:]
    before = parsing.parse_afresh(article)  # rendering adds descriptions to images, so nothing that was rendered
    whole = parsing.parse_afresh(after)
    alone = parse_edited(before, after, start, end, new_text)
    assert as_values(alone) == as_values(whole), (article, new_text)
    assert parse(after) is alone
    links = [(parsed, [link.opening for link in parsed.links]) for parsed in (alone, whole)]
    assert [[any(opening is token for token in list_tokens(parsed)) for opening in found] for parsed, found in links]
    assert render(after) == render(whole.article)
    return any(token is kept for token in before.tokens for kept in alone.tokens)


def as_values(parsed: Parsed) -> tuple[object, ...]:
    return parsed.article, parsed.body, parsed.blocks, parsed.references, [token.as_dict() for token in parsed.tokens]


def list_tokens(parsed: Parsed) -> list[object]:
    return [child for token in parsed.tokens for child in token.children or []]


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    head=st.sampled_from(["", "\ufeff", "---\ntitle: x\n---\n", "\ufeff+++\ntitle = 'x'\n+++\n"]),
    above=st.lists(st.tuples(st.sampled_from(NEIGHBOURS), BREAKS), max_size=3),
    below=st.lists(st.tuples(BREAKS, st.sampled_from(NEIGHBOURS)), max_size=3),
    new_text=st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join),
)
@example(head="", above=[("- item", "\n\n")], below=[("\n\n", "- item")], new_text="- another")
@example(head="", above=[("[x]: /url", "\n\n")], below=[("\n\n", "[x]")], new_text="[x]: /other\nand [x]")
@example(head="", above=[("a | b", "\n")], below=[], new_text="| - | - |")
@example(head="", above=[("- item", "\n\n")], below=[], new_text="  words")
@example(head="", above=[], below=[("\n", "---")], new_text="words")
@example(head="\ufeff", above=[], below=[], new_text="words")
def test_an_edited_paragraph_is_read_as_in_its_whole_article(
    head: str, above: list[tuple[str, str]], below: list[tuple[str, str]], new_text: str
) -> None:
    article = head + "".join(f"{text}{gap}" for text, gap in above) + "Old words with [x]."
    start, end = article.index("Old words"), len(article)
    compare(article + "".join(f"{gap}{text}" for gap, text in below), start, end, new_text)


@pytest.mark.parametrize("corpus", CORPORA)
def test_a_link_in_a_paragraph_of_a_real_article_is_read_alone(corpus: Path | None) -> None:
    assert corpus
    alone = total = 0
    paths = list_articles(corpus)
    for path in paths if corpus == SMALL_CORPUS else sample(paths[:40], 8):
        article = path.read_bytes().decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode()
        for block in [block for block in parse(article).blocks if block.kind == "paragraph_open"][1::7]:
            old = article[block.start : block.end]
            for new in (f"{old} And [a guide](https://a.example/) helps.", "One line\nand another with *emphasis*."):
                alone += compare(article, block.start, block.end, new)
                total += 1
    assert alone > total * 0.8

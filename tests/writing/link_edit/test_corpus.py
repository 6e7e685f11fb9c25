"""Whole articles in many formats: no correct edit is refused, no wrong one passes.

Every wrong edit on every article takes long. Each of the few in this repository gets one in three, in turn, and some of
a larger corpus get one in twenty-four; `make thorough` makes it all of them, and one in four, on all articles.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from blogqueue.writing.markdown.blocks import find_eligible_blocks, find_prose_blocks
from blogqueue.writing.markdown.metadata import read_front_matter
from blogqueue.writing.markdown.parsing import parse
from tests.corpora import LARGE_CORPUS, SMALL_CORPUS, WITHOUT_LARGE_CORPUS, list_articles
from tests.thoroughness import THOROUGH, sample
from tests.writing.garden import turned, wrapped
from tests.writing.link_edit.mutants import MUTANTS
from tests.writing.link_edit.scenes import REQUIREMENTS, SENTENCE, Scene

OURS, MORE = list_articles(SMALL_CORPUS), list_articles(LARGE_CORPUS) if LARGE_CORPUS else []
each_article = pytest.mark.parametrize(
    "path", [*OURS, *(sample(MORE, 12) or [WITHOUT_LARGE_CORPUS])], ids=lambda path: path.stem
)


def read(path: Path) -> str:
    return path.read_bytes().decode()


@each_article
def test_a_correct_edit_of_any_eligible_paragraph_passes(path: Path) -> None:
    article = read(path)

    for block in find_eligible_blocks(article):
        scene = Scene(article, block)
        assert scene.append(SENTENCE).problems() == []
        found = wrapped(article, block.start, block.end)
        assert found is not None
        assert scene.replace(found[0])._replace(requirements=replace(REQUIREMENTS, link=found[1])).problems() == []


@pytest.mark.parametrize("path", [*OURS, *sample(MORE, 12)], ids=lambda path: path.stem)
def test_a_correct_edit_passes_whatever_the_line_ends(path: Path) -> None:
    for article in (turned(read(path), "\r\n"), "\ufeff" + turned(read(path), "\r")):
        for block in find_eligible_blocks(article)[:1]:
            scene = Scene(article, block)
            assert scene.append(SENTENCE).problems() == []
            assert scene.replace(f"{turned(block.text, chr(10))} {SENTENCE}").problems() == []


@each_article
def test_a_wrong_edit_is_refused_by_its_rule(path: Path) -> None:
    article = read(path)
    step, number = (24, MORE.index(path)) if path in MORE else (3, OURS.index(path))
    if THOROUGH:
        step = 4 if path in MORE else 1
    eligible = find_eligible_blocks(article)

    passed: list[str] = []
    for turn, mutant in enumerate(MUTANTS):
        if (turn + number) % step or not eligible:
            continue
        made = mutant.make(Scene(article, eligible[turn % len(eligible)]))
        if made and mutant.rule not in {problem.rule for problem in made.problems()}:
            passed.append(mutant.name)

    assert passed == []


@each_article
def test_every_paragraph_is_found_where_the_parser_read_it(path: Path) -> None:
    article = read(path)
    parsed = parse(article)
    contents = [
        parsed.tokens[i + 1].content
        for i, token in enumerate(parsed.tokens)
        if token.type == "paragraph_open" and token.level == 0
    ]

    # The parser's content has \n for every line break.
    assert [turned(block.text, "\n").replace("\r", "\n") for block in find_prose_blocks(article)] == contents
    assert read_front_matter(article)[1] == parsed.body
    assert (parsed.body > 0) == article.startswith(("---", "+++", "\ufeff---"))

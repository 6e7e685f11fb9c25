"""No renderer makes more of an edit that passes than the one link that was bought."""

from collections import Counter
from pathlib import Path

import pytest

from blogqueue.sandbox.writer import SENTENCES
from blogqueue.writing.markdown.blocks import find_eligible_blocks
from tests.corpora import LARGE_CORPUS, SMALL_CORPUS, list_articles
from tests.thoroughness import THOROUGH, sample
from tests.writing.garden import LINK
from tests.writing.hostile.heap import HEAP, RIGHT_EDITS, apply_to_heap
from tests.writing.link_edit.scenes import LITERAL, Scene
from tests.writing.renderers import find_added_tags

BOUGHT = {"a": 1, f"a href={LINK.target_url}": 1}
ARTICLES = [*list_articles(SMALL_CORPUS), *(sample(list_articles(LARGE_CORPUS), 20) if LARGE_CORPUS else [])]


def find_more_than_bought(before: str, after: str) -> dict[str, Counter[str]]:
    added = find_added_tags(before, after)
    return {name: more for name, tags in added.items() if (more := Counter(drop_code(tags)) - Counter(BOUGHT))}


def drop_code(tags: Counter[str]) -> dict[str, int]:
    """Leave out code, which an edit may add."""
    return {tag: count for tag, count in tags.items() if tag != "code"}


@pytest.mark.parametrize(("mode", "text"), RIGHT_EDITS)
def test_a_right_edit_is_one_link_to_every_renderer(mode: str, text: str) -> None:
    assert find_more_than_bought(HEAP, apply_to_heap(text, mode)) == {}


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_the_sandbox_writers_edits_are_one_link_to_every_renderer(path: Path) -> None:
    article = path.read_bytes().decode()
    tried = list(zip(find_eligible_blocks(article), list(SENTENCES) * 99, strict=False))[::3]
    for block, language in tried if THOROUGH else tried[:5]:
        sentence = SENTENCES[language][0].format(link=LITERAL)
        made = Scene(article, block).append(sentence)
        assert made.problems() == []
        assert find_more_than_bought(article, made.after) == {}

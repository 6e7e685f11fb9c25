"""No hostile article passes. One in five of each kind is tried; `make thorough` tries all."""

import pytest

from tests.thoroughness import sample
from tests.writing.article.right_article import broken_rules
from tests.writing.hostile.articles import HOSTILE_ARTICLES

KINDS = sorted({article.kind for article in HOSTILE_ARTICLES})


@pytest.mark.parametrize("kind", KINDS)
def test_no_hostile_article_of_a_kind_passes(kind: str) -> None:
    tried = sample([article for article in HOSTILE_ARTICLES if article.kind == kind], 5)

    assert [article for article in tried if not broken_rules(article.title, article.body)] == []

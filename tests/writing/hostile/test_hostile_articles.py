"""No hostile article passes. One in five of each kind is tried; EVERY_MUTANT=1 tries all, which takes a minute."""

import os

import pytest

from tests.writing.article.right_article import broken_rules
from tests.writing.hostile.articles import HOSTILE_ARTICLES

KINDS = sorted({article.kind for article in HOSTILE_ARTICLES})


@pytest.mark.parametrize("kind", KINDS)
def test_no_hostile_article_of_a_kind_passes(kind: str) -> None:
    tried = [article for article in HOSTILE_ARTICLES if article.kind == kind][
        :: 1 if os.environ.get("EVERY_MUTANT") else 5
    ]

    assert [article for article in tried if not broken_rules(article.title, article.body)] == []

"""The articles that several tests run on: a few in the repository, and a larger corpus where there is one."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SMALL_CORPUS = Path(__file__).parent / "corpus"


def find_large_corpus() -> Path | None:
    """Return the folder that BLOGQUEUE_TEST_CORPUS names, or a `corpus` with an INDEX.json in a folder beside ours."""
    if named := os.environ.get("BLOGQUEUE_TEST_CORPUS"):
        return Path(named) if Path(named).is_dir() else None
    return next((index.parent for index in sorted(ROOT.parent.glob("*/corpus/INDEX.json"))), None)


def list_articles(corpus: Path) -> list[Path]:
    return sorted(path for path in corpus.glob("*.md") if path.name != "README.md")


LARGE_CORPUS = find_large_corpus()
WITHOUT_LARGE_CORPUS = pytest.param(
    None, marks=pytest.mark.skip("no larger corpus of articles here (BLOGQUEUE_TEST_CORPUS)"), id="large corpus"
)
CORPORA = [SMALL_CORPUS, LARGE_CORPUS or WITHOUT_LARGE_CORPUS]

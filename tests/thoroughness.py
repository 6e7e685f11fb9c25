"""How much the tests try: a sample by default, and all of it with `make thorough`."""

import os
from collections.abc import Sequence
from typing import TypeVar

Case = TypeVar("Case")

THOROUGH = bool(os.environ.get("BLOGQUEUE_THOROUGH"))


def sample(cases: Sequence[Case], step: int) -> list[Case]:
    """Return every case, or by default one in `step`."""
    return list(cases[:: 1 if THOROUGH else step])


def examples(few: int, many: int) -> int:
    """Return how many examples Hypothesis makes up: few by default."""
    return many if THOROUGH else few

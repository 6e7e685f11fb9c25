"""No hostile edit passes, and right edits that come close to one do."""

import pytest

from tests.writing.garden import NOTES
from tests.writing.hostile.edits import HOSTILE_EDITS, REPLACED
from tests.writing.hostile.heap import PARAGRAPH, RIGHT_EDITS, find_problems

KINDS = sorted({edit.kind for edit in HOSTILE_EDITS})


@pytest.mark.parametrize("kind", KINDS)
def test_no_hostile_edit_of_a_kind_passes(kind: str) -> None:
    assert [e for e in HOSTILE_EDITS if e.kind == kind and not find_problems(e.text, e.mode, NOTES)] == []


def test_every_change_of_the_paragraph_changes_it() -> None:
    assert [change for changes in REPLACED.values() for change in changes if change(PARAGRAPH) == PARAGRAPH] == []


@pytest.mark.parametrize(("mode", "text"), RIGHT_EDITS)
def test_a_right_edit_passes(mode: str, text: str) -> None:
    assert find_problems(text, mode, NOTES) == []

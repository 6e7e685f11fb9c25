"""What a regeneration must differ from: the edits of the order's earlier versions, which its customer did not keep."""

from collections.abc import Sequence

from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.blocks import Block
from blogqueue.writing.questions import MAX_EXCERPT, Problem

NOT_NEW = "not_new"
"""The rule that an edit breaks if an earlier version of the order had the same words in the same paragraph."""


def describe_used(used: Sequence[AppliedEdit], blocks: Sequence[Block]) -> list[dict[str, str]]:
    """Return the block and the text of each earlier edit, as the model reads them.

    The block is "" where the paragraph is none of these blocks any more.
    """
    return [
        {"block": next((block.id for block in blocks if block.sha256 == edit.sha256), ""), "text": edit.text}
        for edit in used
    ]


def check_new(applied: AppliedEdit, used: Sequence[AppliedEdit]) -> list[Problem]:
    """Refuse an edit that an earlier version had: letters and digits count, marks, blanks and capitals do not."""
    if not any(_is_same(applied, edit) for edit in used):
        return []
    message = "An earlier version of this order had this edit. Choose another block, or clearly different words."
    return [Problem(NOT_NEW, message, applied.text[:MAX_EXCERPT])]


def _is_same(one: AppliedEdit, other: AppliedEdit) -> bool:
    same_words = _reduce(one.text) == _reduce(other.text) or _reduce(one.new_text) == _reduce(other.new_text)
    return same_words and (one.sha256 == other.sha256 or one.block == other.block)


def _reduce(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))

"""The word diff of an edit: which runs of words stayed, were removed or were added."""

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from typing import TypeVar

from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.links import Link, to_link
from blogqueue.writing.markdown.parsing import TopBlock, parse
from blogqueue.writing.markdown.words import count_common

WORDS = re.compile(r"\w+|\s+|[^\w\s]")
"""Splits a text into its words, runs of blanks, and single marks."""

_Token = TypeVar("_Token", bound=Hashable)


class ChangeKind(StrEnum):
    """Whether a run of words stayed, was removed or was added."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class TextRun:
    """A run of words as a reader sees them, without markup; `link` if they are the paid link's anchor text."""

    kind: ChangeKind
    text: str
    link: bool = False


def diff_words(
    old: Sequence[_Token], new: Sequence[_Token], get_text: Callable[[_Token], str]
) -> list[tuple[ChangeKind, list[_Token]]]:
    """Return the non-empty runs of tokens that stayed, were removed and were added, in reading order.

    A token is a word, a blank or a mark; `get_text` returns its text. A blank between two changes belongs to both:
    "red rose" against "blue violet" is one removed and one added run, not two of each.
    """
    runs: list[tuple[ChangeKind, list[_Token]]] = []
    removed: list[_Token] = []
    added: list[_Token] = []
    changes = _find_changes(old, new)
    for number, (kind, i, j, k, m) in enumerate(changes, start=1):
        is_blank = all(get_text(token).isspace() for token in old[i:j])
        if kind == "equal" and not (is_blank and removed and added and number < len(changes)):
            runs += [(ChangeKind.REMOVED, removed), (ChangeKind.ADDED, added), (ChangeKind.SAME, list(new[k:m]))]
            removed, added = [], []
        else:
            removed += old[i:j]
            added += new[k:m]
    runs += [(ChangeKind.REMOVED, removed), (ChangeKind.ADDED, added)]
    return [(kind, run) for kind, run in runs if run]


def _find_changes(old: Sequence[_Token], new: Sequence[_Token]) -> list[tuple[str, int, int, int, int]]:
    """Return what `SequenceMatcher.get_opcodes` does, sooner."""
    start, end = count_common(old, new)
    inside = SequenceMatcher(None, old[start : len(old) - end], new[start : len(new) - end], autojunk=False)
    changes = [("equal", 0, start, 0, start)] if start else []
    changes += [(kind, i + start, j + start, k + start, m + start) for kind, i, j, k, m in inside.get_opcodes()]
    return [*changes, ("equal", len(old) - end, len(old), len(new) - end, len(new))] if end else changes


@lru_cache(maxsize=256)
def compare(before: str, after: str, applied: AppliedEdit, link: Link) -> tuple[TextRun, ...]:
    """Return the runs of the paragraph that an edit changed, in reading order. The last results are cached."""
    old = _split_tokens(_find_paragraph(before, applied.start, applied.end), None)
    new = _split_tokens(_find_paragraph(after, applied.start, applied.start + len(applied.new_text)), link)
    tokens = [TextRun(kind, *token) for kind, run in diff_words(old, new, lambda token: token[0]) for token in run]
    return tuple(
        TextRun(kind, "".join(token.text for token in run), is_link)
        for (kind, is_link), run in groupby(tokens, key=lambda token: (token.kind, token.link))
    )


def _find_paragraph(article: str, start: int, end: int) -> TopBlock | None:
    return next(iter(parse(article).within(start, end)), None)


def _split_tokens(block: TopBlock | None, link: Link | None) -> list[tuple[str, bool]]:
    """Return a paragraph's words, blanks and marks, each with whether it is the paid link, which is one token."""
    tokens: list[tuple[str, bool]] = []
    for inline in block.inlines if block else ():
        for piece in inline.pieces:
            is_paid = link is not None and piece.link >= 0 and to_link(inline.links[piece.link]) == link
            words = [piece.text] if is_paid else WORDS.findall(piece.text)
            tokens += [(word, is_paid) for word in words]
    return tokens

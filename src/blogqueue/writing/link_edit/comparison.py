"""What an edit changed, in a reader's words: the paragraph before and after as runs that stayed, went and came."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache

from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.links import Link, as_link
from blogqueue.writing.markdown.parsing import TopBlock, parse

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


class Kind(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Run:
    """Some words as a reader sees them, without markup; `link` if they are the paid link's anchor."""

    kind: Kind
    text: str
    link: bool = False


@lru_cache(maxsize=256)
def compare(before: str, after: str, applied: AppliedEdit, link: Link) -> tuple[Run, ...]:
    """The runs of the paragraph that an edit changed, in reading order; the last are remembered."""
    old = _tokens(_paragraph(before, applied.start, applied.end), None)
    new = _tokens(_paragraph(after, applied.start, applied.start + len(applied.new_text)), link)
    stayed: list[Run] = []
    removed: list[Run] = []
    added: list[Run] = []
    changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for at, (what, i, j, k, m) in enumerate(changes):
        blank = all(text.isspace() for text, _ in old[i:j])
        if what == "equal" and not (blank and removed and added and at + 1 < len(changes)):
            stayed += removed + added + _runs(Kind.SAME, old[i:j])
            removed, added = [], []
        else:
            # A blank that stayed between two changes is part of both: nobody reads word by crossed-out word.
            removed += _runs(Kind.REMOVED, old[i:j])
            added += _runs(Kind.ADDED, new[k:m])
    return tuple(_merged(stayed + removed + added))


def _paragraph(article: str, start: int, end: int) -> TopBlock | None:
    return next(iter(parse(article).within(start, end)), None)


def _tokens(block: TopBlock | None, link: Link | None) -> list[tuple[str, bool]]:
    """A paragraph's words, blanks and marks one by one; the paid link's words stay together."""
    tokens: list[tuple[str, bool]] = []
    for inline in block.inlines if block else ():
        for piece in inline.pieces:
            is_ours = link is not None and piece.link >= 0 and as_link(inline.links[piece.link]) == link
            words = [piece.text] if is_ours else _WORDS.findall(piece.text)
            tokens += [(word, is_ours) for word in words]
    return tokens


def _runs(kind: Kind, tokens: list[tuple[str, bool]]) -> list[Run]:
    return [Run(kind, text, link) for text, link in tokens]


def _merged(runs: list[Run]) -> list[Run]:
    """Neighbours of one kind as one run."""
    merged: list[Run] = []
    for run in runs:
        if merged and (merged[-1].kind, merged[-1].link) == (run.kind, run.link):
            merged[-1] = Run(run.kind, merged[-1].text + run.text, run.link)
        else:
            merged.append(run)
    return merged

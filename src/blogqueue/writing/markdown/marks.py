"""The punctuation around the words that one text has from another one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from blogqueue.writing.markdown.words import MarkedWord, cut_equal_ends

_PAUSES = frozenset(
    ".,;:-\u2012\u2013\u2014\u2015\u3001\u3002\uff0c\uff1a\uff1b"
    "\u0589\u060c\u061b\u06d4\u0964\u0965\u104a\u104b\u1362\u17d4"  # of Armenian, Arabic, Hindi, Burmese, Khmer
)
"""Marks that may change where words are put in: a full stop becomes a comma, or a comma a dash."""

_MOST_COMPARED = 1_000_000
"""Pairs of words: a word that occurs a thousand times takes a second to align."""


def find_changed_marks(old: list[MarkedWord], new: list[MarkedWord]) -> tuple[list[str], list[str]]:
    """Return which old words, all of which the new ones have in their order, have other punctuation around them.

    First those whose marks may change, since words are put in beside them: a pause is gone, or one is before the new
    words, or marks are around these now. Then those that now mean something else: \u201cexperts\u201d, a question.
    """
    moved: list[str] = []
    changed: list[str] = []
    for was, now, in_front, behind in _pair(*cut_equal_ends(old, new)):
        if was != now:
            fits = _fits_in_front(was, now, in_front) and _fits_behind(was, now, behind)
            (moved if fits else changed).append(f"{now.before}{now.word}{now.behind}")
    return moved, changed


def _fits_in_front(was: MarkedWord, now: MarkedWord, put_in: Sequence[MarkedWord]) -> bool:
    lost, gained = Counter(was.before) - Counter(now.before), Counter(now.before) - Counter(was.before)
    return not gained and lost <= Counter("".join(word.before for word in put_in))


def _fits_behind(was: MarkedWord, now: MarkedWord, put_in: Sequence[MarkedWord]) -> bool:
    lost, gained = Counter(was.behind) - Counter(now.behind), Counter(now.behind) - Counter(was.behind)
    lost = Counter({mark: count for mark, count in lost.items() if mark not in _PAUSES})
    one_pause = len(put_in) > 0 and gained.total() == 1 and _PAUSES.issuperset(gained)
    return (not gained or one_pause) and lost <= Counter("".join(word.behind for word in put_in))


def _pair(
    old: Sequence[MarkedWord], new: Sequence[MarkedWord]
) -> Iterator[tuple[MarkedWord, MarkedWord, Sequence[MarkedWord], Sequence[MarkedWord]]]:
    """Yield each old word, what it became, and the words that were put in directly in front of it and behind it."""
    places = _align([marked.word for marked in old], [marked.word for marked in new])
    for was, last, at, following in zip(old, [-1, *places], places, [*places[1:], len(new)], strict=False):
        yield was, new[at], new[last + 1 : at], new[at + 1 : following]


def _align(old: list[str], new: list[str]) -> list[int]:
    """Return where the old words are among the new ones; those that stayed together in long runs count first."""
    if len(old) * len(new) <= _MOST_COMPARED:
        blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        places = [at for _, start, size in blocks for at in range(start, start + size)]
        if len(places) == len(old):
            return places
    rest = iter(enumerate(new))  # each where it occurs first
    return [next(at for at, word in rest if word == wanted) for wanted in old]

"""Words of rendered text: what counts as one, and how many of them one text keeps of another."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

_PAUSES = frozenset(".,;:!?\u2026\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f")

_SENTENCE_ENDS = re.compile(r"(?<=[.!?\u2026])\s+|(?<=[\u3002\uff01\uff1f])")


def words(text: str) -> list[str]:
    """The words of a text, casefolded, without the punctuation around them.

    Chinese and Japanese put no spaces between words: there every letter counts as one.
    """
    return spelled(text.casefold())


def spelled(text: str) -> list[str]:
    """The words of a text as they are written, small or in capitals."""
    found: list[str] = []
    for chunk in _spaced(text).split():
        word = strip_marks(chunk)
        if word:
            found.append(word)
    return found


def marks(text: str) -> tuple[list[str], list[str]]:
    """The punctuation of a text: the marks that part sentences and clauses, and the others, such as quotation marks."""
    found = [c for c in text if not c.isalnum() and unicodedata.category(c).startswith("P")]
    return [c for c in found if c in _PAUSES], [c for c in found if c not in _PAUSES]


def letters(text: str) -> str:
    """A text's letters and digits alone, casefolded and without accents: what is left when words are disguised."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text.casefold())))


def kept(old: Sequence[str], new: Sequence[str]) -> int:
    """How many of the old words stand, in their order, among the new ones.

    Texts far apart in length are only counted: aligning them could take seconds, and they fail by their length alone.
    """
    if len(new) > 2 * len(old) + 200 or len(old) > 2 * len(new) + 200:
        return (Counter(old) & Counter(new)).total()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return sum(run.size for run in matcher.get_matching_blocks())


def sentences(text: str) -> list[str]:
    """A text cut behind every mark that ends a sentence; in scripts that put spaces behind it, only before a space."""
    return [part for part in _SENTENCE_ENDS.split(text) if part.strip()]


def runs(said: Sequence[str], length: int) -> set[tuple[str, ...]]:
    """Every run of so many consecutive words."""
    return {tuple(said[at : at + length]) for at in range(len(said) - length + 1)}


def strip_marks(chunk: str) -> str:
    """Return a chunk of text without the punctuation around it."""
    word = chunk
    if word[0].isalnum() and word[-1].isalnum():
        return word  # most words; the rest is slow
    start, end = 0, len(word)
    while start < end and not word[start].isalnum():
        start += 1
    while end > start and not word[end - 1].isalnum():
        end -= 1
    return word[start:end]


def _spaced(text: str) -> str:
    if text.isascii():
        return text
    return "".join(f" {c} " if _is_wide(c) else c for c in text)


def _is_wide(character: str) -> bool:
    """A letter of a script without spaces; Hangul is as wide, but has them."""
    return (
        unicodedata.east_asian_width(character) in "WF"
        and character.isalpha()
        and not "\uac00" <= character <= "\ud7a3"
    )

"""The words of a rendered text: what counts as a word, and how many words of one text another one keeps."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from typing import NamedTuple, TypeVar

from blogqueue.writing.markdown.invisible import UNSPACED_SCRIPTS

Word = TypeVar("Word")

_PAUSES = frozenset(".,;:!?\u2026\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f")

_NEXT_SENTENCE = re.compile(
    r"[.!?\u2026][\"')\]\u2019\u201d\u00bb]*\s+(?=[^\W\d_])(?![a-z])|[\u3002\uff01\uff1f](?=\w)"
)

_DASHES = "\u2012\u2013\u2014\u2015"
_SPACED_DASHES = {ord(dash): f" {dash} " for dash in _DASHES}
_AROUND_WORDS = (
    _DASHES + "!\"'()*,-./:;?[]_"
    "\u00a1\u00ab\u00b7\u00bb\u00bf\u2010\u2011\u2018\u2019\u201a\u201c\u201d\u201e\u2026\u2039\u203a\u3001\u3002"
    "\u300c\u300d\u300e\u300f\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
    "\u0589\u060c\u061b\u061f\u06d4\u0964\u0965\u104a\u104b\u1362\u17d4"  # of Armenian, Arabic, Hindi, Burmese, Khmer
)
LETTERS_PER_WORD = 3
"""Of a script without spaces. ICU's dictionaries cut a site's Thai pages into words of 3.0 letters, and the first
article of the Universal Declaration of Human Rights into words of 3.2 (Thai), 3.0 (Khmer), 2.8 (Lao) and 2.0 (Burmese).
The bounds here are so coarse that no dictionary is worth its size (30 MB)."""

_UNSPACED_RUN = re.compile(f"[{UNSPACED_SCRIPTS}]+")
_STACKERS = "\u17d2\u1039"  # Khmer and Burmese: the next consonant is written below this one

# The marks of Urdu, Arabic, Hindi, Burmese and Khmer are among them.
_SENTENCE_ENDS = re.compile(r"(?<=[.!?\u2026\u06d4\u061f\u0964\u104b\u17d4])\s+|(?<=[\u3002\uff01\uff1f])")


def split_words(text: str) -> list[str]:
    """Return the words of a text, casefolded, without the punctuation around them.

    Chinese and Japanese do not put spaces between words; in these scripts every letter counts as a word. In Thai, Lao,
    Burmese and Khmer, three letters with their marks do (`LETTERS_PER_WORD`).
    """
    return split_cased_words(text.casefold())


def split_cased_words(text: str) -> list[str]:
    """Return the words of a text with their capital and small letters, as `split_words` does otherwise."""
    return [word for word in map(strip_punctuation, _space_letters(text, LETTERS_PER_WORD).split()) if word]


def find_marks(text: str) -> tuple[list[str], list[str]]:
    """Return a text's punctuation: marks that separate sentences and clauses, and the others, such as quotes."""
    found = [c for c in text if not c.isalnum() and unicodedata.category(c).startswith("P")]
    return [c for c in found if c in _PAUSES], [c for c in found if c not in _PAUSES]


def keep_letters(text: str) -> str:
    """Return only a text's letters and digits, casefolded and without accents, to compare disguised words."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text.casefold())))


def count_kept(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many of the old words are among the new ones in the same order.

    If the lengths differ a lot, ignore the order: aligning could take seconds, and the length checks fail anyway.
    """
    if len(new) > 2 * len(old) + 200 or len(old) > 2 * len(new) + 200:
        return (Counter(old) & Counter(new)).total()
    start, end = count_common(old, new)
    matcher = SequenceMatcher(None, old[start : len(old) - end], new[start : len(new) - end], autojunk=False)
    return start + sum(run.size for run in matcher.get_matching_blocks()) + end


def count_common(old: Sequence[object], new: Sequence[object]) -> tuple[int, int]:
    """Return how many items two sequences share at their start, and how many of the others at their end.

    SequenceMatcher compares equal items each with each. Of an edit in one place, little is left to it without these.
    """
    shorter = min(len(old), len(new))
    start = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    end = next((at for at in range(shorter - start) if old[-1 - at] != new[-1 - at]), shorter - start)
    return start, end


def cut_equal_ends(old: Sequence[Word], new: Sequence[Word]) -> tuple[Sequence[Word], Sequence[Word]]:
    """Return two texts' words without those that both begin with and end with: with one phrase put in, nearly all."""
    start, end = count_common(old, new)
    return old[start : len(old) - end], new[start : len(new) - end]


def split_sentences(text: str) -> list[str]:
    """Split a text after every mark that ends a sentence; in scripts with spaces, only where a space follows."""
    return [part for part in _SENTENCE_ENDS.split(text) if part.strip()]


def count_sentences(text: str) -> int:
    """Count the sentences of a text; one begins after a sentence's end, not with a small letter (as after "e.g.")."""
    return 1 + len(_NEXT_SENTENCE.findall(text))


class MarkedWord(NamedTuple):
    """A word, casefolded, with the punctuation that clings to it, or that is between it and the next one."""

    before: str
    word: str
    behind: str


def split_marked_words(text: str) -> list[MarkedWord]:
    """Return the words of a text, casefolded, with all that makes them other words: accents, hyphens, vowel signs.

    What is around a word does not belong to it ("can't" is not "can", "non-toxic" not "toxic"). Dashes separate words.
    """
    found: list[MarkedWord] = []
    before = ""
    for chunk in _space_letters(text.casefold(), 1).translate(_SPACED_DASHES).split():
        word = chunk.strip(_AROUND_WORDS)
        if word == chunk and not before:
            found.append(MarkedWord("", word, ""))
            continue
        front, _, end = chunk.partition(word) if word else (chunk, "", "")
        # Of marks between two blanks, all up to a bracket or quote that opens belong to the word before them.
        closing = "".join(takewhile(_closes if word else _does_not_open, front))
        if found and not before:
            found[-1] = found[-1]._replace(behind=found[-1].behind + closing)
            front = front.removeprefix(closing)
        before += front
        if word:
            opening = "".join(takewhile(_opens, reversed(end)))[::-1]
            found.append(MarkedWord(before, word, end.removesuffix(opening)))
            before = opening
    return found


def _opens(mark: str) -> bool:
    return unicodedata.category(mark) in {"Ps", "Pi"}


def _does_not_open(mark: str) -> bool:
    return not _opens(mark)


def _closes(mark: str) -> bool:
    """Return whether a mark belongs to the word before it even with no blank behind; wide marks have none."""
    wide = unicodedata.east_asian_width(mark) in "WF"
    return unicodedata.category(mark) in {"Pe", "Pf"} or (wide and not _opens(mark))


def split_kept_words(text: str) -> list[str]:
    """Return the words of a text as `split_marked_words` does, without the punctuation around them."""
    return [marked.word for marked in split_marked_words(text)]


def find_missing(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Return the first of the old words that the new ones do not have in the same order, or []."""
    others = iter(new)
    return next(([word] for word in old if word not in others), [])


def find_runs(words: Sequence[str], length: int) -> set[tuple[str, ...]]:
    """Return every run of `length` consecutive words."""
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def strip_punctuation(chunk: str) -> str:
    """Return a non-empty chunk of text without the punctuation around it."""
    if chunk[0].isalnum() and chunk[-1].isalnum():
        return chunk  # most words end here; the rest is slow
    start, end = 0, len(chunk)
    while start < end and not chunk[start].isalnum():
        start += 1
    while end > start and not chunk[end - 1].isalnum():
        end -= 1
    return chunk[start:end]


def _space_letters(text: str, size: int) -> str:
    """Put spaces around every Chinese or Japanese letter, and between groups of `size` letters of Thai and the like."""
    if text.isascii():
        return text
    grouped = _UNSPACED_RUN.sub(lambda run: f" {_group_letters(run[0], size)} ", text)
    return "".join(f" {c} " if is_wide(c) else c for c in grouped)


def _group_letters(run: str, size: int) -> str:
    letters: list[str] = []
    for character in run:
        if letters and (unicodedata.category(character)[0] == "M" or letters[-1][-1] in _STACKERS):
            letters[-1] += character
        else:
            letters.append(character)
    return " ".join("".join(letters[at : at + size]) for at in range(0, len(letters), size))


def is_wide(character: str) -> bool:
    """Return whether a letter counts as a word: Chinese and Japanese ones; Hangul is as wide, but uses spaces."""
    return (
        unicodedata.east_asian_width(character) in "WF"
        and character.isalpha()
        and not "\uac00" <= character <= "\ud7a3"
    )

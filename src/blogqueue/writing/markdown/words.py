"""The words of a rendered text: what counts as a word, and how many words of one text another one keeps."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from blogqueue.writing.markdown.invisible import UNSPACED_SCRIPTS

_PAUSES = frozenset(".,;:!?\u2026\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f")

_NEXT_SENTENCE = re.compile(
    r"[.!?\u2026][\"')\]\u2019\u201d\u00bb]*\s+(?=[^\W\d_])(?![a-z])|[\u3002\uff01\uff1f](?=\w)"
)

_AROUND_WORDS = (
    "!\"'()*,-./:;?[]_"
    "\u00a1\u00ab\u00b7\u00bb\u00bf\u2010\u2011\u2018\u2019\u201a\u201c\u201d\u201e\u2026\u2039\u203a\u3001\u3002"
    "\u300c\u300d\u300e\u300f\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
)
LETTERS_PER_WORD = 3
"""Of a script without spaces. ICU's dictionaries cut a site's Thai pages into words of 3.0 letters, and the first
article of the Universal Declaration of Human Rights into words of 3.2 (Thai), 3.0 (Khmer), 2.8 (Lao) and 2.0 (Burmese).
The bounds here are so coarse that no dictionary is worth its size (30 MB)."""

_UNSPACED_RUN = re.compile(f"[{UNSPACED_SCRIPTS}]+")
_STACKERS = "\u17d2\u1039"  # Khmer and Burmese: the next consonant is written below this one
_DASHES = dict.fromkeys(map(ord, "\u2012\u2013\u2014\u2015"), " ")

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
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return sum(run.size for run in matcher.get_matching_blocks())


def split_sentences(text: str) -> list[str]:
    """Split a text after every mark that ends a sentence; in scripts with spaces, only where a space follows."""
    return [part for part in _SENTENCE_ENDS.split(text) if part.strip()]


def count_sentences(text: str) -> int:
    """Count the sentences of a text; one begins after a sentence's end, not with a small letter (as after "e.g.")."""
    return 1 + len(_NEXT_SENTENCE.findall(text))


def split_kept_words(text: str) -> list[str]:
    """Return the words of a text, casefolded, with all that makes them other words: accents, hyphens, vowel signs.

    Only the punctuation around a word is dropped ("can't" is not "can", "non-toxic" not "toxic"). Dashes separate
    words.
    """
    spaced = _space_letters(text.casefold(), 1).translate(_DASHES)
    return [word for chunk in spaced.split() if (word := chunk.strip(_AROUND_WORDS))]


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
    return "".join(f" {c} " if _is_wide(c) else c for c in grouped)


def _group_letters(run: str, size: int) -> str:
    letters: list[str] = []
    for character in run:
        if letters and (unicodedata.category(character)[0] == "M" or letters[-1][-1] in _STACKERS):
            letters[-1] += character
        else:
            letters.append(character)
    return " ".join("".join(letters[at : at + size]) for at in range(0, len(letters), size))


def _is_wide(character: str) -> bool:
    """Return whether a letter belongs to a script without spaces; Hangul is as wide, but uses spaces."""
    return (
        unicodedata.east_asian_width(character) in "WF"
        and character.isalpha()
        and not "\uac00" <= character <= "\ud7a3"
    )

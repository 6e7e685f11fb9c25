"""Words of rendered text: what counts as one, and how many of them one text keeps of another."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

_SENTENCE_ENDS = re.compile(r"(?<=[.!?\u2026])\s+|(?<=[\u3002\uff01\uff1f])")


def words(text: str) -> list[str]:
    """The words of a text, casefolded, without the punctuation around them.

    Chinese and Japanese put no spaces between words: there every letter counts as one.
    """
    found: list[str] = []
    for chunk in _spaced(text).split():
        word = _bare(chunk)
        if word:
            found.append(word)
    return found


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


def addresses(text: str) -> list[str]:
    """The words of a text that a renderer or a reader would take for a URL or an e-mail address, casefolded.

    GFM links `http://`, `https://`, `www.` and e-mail addresses where they stand (GFM spec §6.9); any scheme counts.
    """
    return [word for word in (_bare(chunk) for chunk in text.split()) if _is_address(word)]


def hosts(text: str) -> list[str]:
    """The words that look like a host name with or without a path, casefolded, without scheme, `www.` and path."""
    found: list[str] = []
    for chunk in text.split():
        word = _bare(chunk).rpartition("://")[2].rpartition("@")[2].removeprefix("www.")
        host = word.partition("/")[0].partition("?")[0].partition("#")[0].partition(":")[0].rstrip(".")
        labels = host.split(".")
        if len(labels) > 1 and all(labels) and labels[-1].isalpha() and len(labels[-1]) > 1:
            found.append(host)
    return found


def numbers(text: str, digits: int) -> list[str]:
    """The digits of every run that has at least so many, as telephone numbers have; a leading + is kept."""
    found: list[str] = []
    run = ""
    for character in f"{text}\n":
        if character.isdecimal() or (character == "+" and not run):
            run += character
        elif not (run and character in " -./()\u00a0\u2009\u2011"):
            found.append(run)
            run = ""
    return [run for run in found if len(run.removeprefix("+")) >= digits]


def _is_address(word: str) -> bool:
    name, at, host = word.partition("@")
    return (
        "://" in word
        or "www." in word
        or word.startswith(("mailto:", "xmpp:", "tel:", "javascript:", "data:"))
        or bool(at and name and "." in host.strip("."))
    )


def _bare(chunk: str) -> str:
    word = chunk.casefold()
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

"""The scripts of a text's letters, and words that mix scripts to look like others.

The rules are those of Unicode's UTS 39, level "highly restrictive" (https://www.unicode.org/reports/tr39/#Restriction_Level_Detection):
a word has the letters of one script, or Latin ones with those of Chinese, Japanese or Korean.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import filterfalse

_LETTERS = re.compile(r"[^\W\d_]+")

LATIN = "LATIN"
_EAST_ASIAN = frozenset((
    "BOPOMOFO", "CJK", "HANGUL", "HIRAGANA", "IDEOGRAPHIC", "KATAKANA", "KATAKANA-HIRAGANA", "VERTICAL",
))  # fmt: skip
_JAPANESE = _EAST_ASIAN - {"BOPOMOFO", "HANGUL"}
_COMMON = frozenset(("", "MODIFIER"))

_SYMBOLS = frozenset(
    "\u03b2\u03b3\u03b4\u0394\u03b8\u03bb\u039b\u03bc\u03c0\u03c3\u03a3\u03c6\u03a6\u03a8\u03c8\u03a9\u03c9"
)
"""Greek letters that stand for units and quantities (μm, kΩ, Δt) and look like no Latin letter."""


@lru_cache(maxsize=4096)
def get_script(letter: str) -> str:
    """Return the script of a letter as the first word of its Unicode name: "LATIN", "CYRILLIC"; "" if it has none."""
    script = unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""
    return "" if script in _COMMON else script


def find_scripts(text: str) -> set[str]:
    """Return the scripts of a text's letters, without Greek symbols for units."""
    if text.isascii():
        return {LATIN} if any(map(str.isalpha, text)) else set()
    words = set(split_letters(text))
    return {get_script(letter) for letter in set("".join(filterfalse(_is_unit, words)))} - {""}


def find_usable_scripts(text: str) -> set[str]:
    """Return the scripts in which a text may go on: with kana, all of Japanese; with Chinese letters, \u3005 too."""
    found = find_scripts(text)
    if not found.isdisjoint(("HIRAGANA", "KATAKANA")):
        found |= _JAPANESE
    return found | {"IDEOGRAPHIC"} if "CJK" in found else found


def find_mixed_words(text: str) -> list[str]:
    """Return the words whose letters are of scripts that no language mixes: Latin and Cyrillic, Latin and Greek."""
    return [] if text.isascii() else [word for word in split_letters(text) if not word.isascii() and _is_mixed(word)]


def split_letters(text: str) -> list[str]:
    """Return the runs of letters in a text, in Unicode's form NFKC."""
    # NFKC first: full-width and mathematical letters are letters of their scripts.
    return _LETTERS.findall(unicodedata.normalize("NFKC", text))


def _is_unit(word: str) -> bool:
    """Return whether a word is a unit or a quantity: Greek symbols, alone or with ASCII letters."""
    return not word.isascii() and all(letter in _SYMBOLS or letter.isascii() for letter in word)


def _is_mixed(word: str) -> bool:
    scripts = set() if _is_unit(word) else set(map(get_script, word)) - {""}
    alphabets = scripts - _EAST_ASIAN
    return len(alphabets) > 1 or (alphabets != scripts and not alphabets <= {LATIN})

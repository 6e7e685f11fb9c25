"""Words that a domain forbids, found however they are spelled: percent-encoded, in look-alikes, split, with digits.

They are whole words, so that “Essex” is not taken for what it contains.
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote

import idna

# Small letters that look like Latin ones: Cyrillic, Greek, Armenian, and Latin letters with another code. From
# Unicode's confusables.txt (https://www.unicode.org/reports/tr39/).
_LOOK_ALIKE = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u04cf\u051b\u051d\u043f\u0438\u0433"
    "\u03b1\u03b2\u03b5\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03b3\u03c9\u03c3\u03c2"
    "\u0585\u057d\u0570\u0578\u0581\u0131\u0251\u0261\u026a\u1d0f\u0280",
    "abekmhopctyxijsdhlqwnurabenikvoptuxywocouhngiagior",
)
_DIGITS = (str.maketrans("0134578@$", "oieastbas"), str.maketrans("0134578@$|", "oleastbasl"))
"""Digits that are read as letters; a 1 is read as an i or as an l."""

_SPLITTERS = re.compile(r"(?<=[^\W_])[-_.*'\u00b7\u2010\u2011](?=[^\W_])")

LONG = 5
"""A forbidden word of so many letters is looked for inside the words of an address too, where there are no spaces."""


def find_forbidden(text: str, forbidden: list[str]) -> list[str]:
    """Return the forbidden words and phrases that a text contains; in an address, long ones also inside of words."""
    spellings = _spell(text)
    in_address = "://" in text
    return [word for word in forbidden if any(_pattern(word, in_address).search(spelling) for spelling in spellings)]


@lru_cache(maxsize=1024)
def _pattern(word: str, in_address: bool) -> re.Pattern[str]:  # noqa: FBT001 - a private function's second argument
    """Return what finds a word or phrase, in the plural too, with anything but letters between a phrase's words."""
    parts = [re.escape(part) for part in re.findall(r"[^\W_]+", _simplify(word))]
    if not parts:
        return re.compile(r"(?!)")
    wanted = r"[\W_]*".join(parts)
    if in_address and sum(map(len, parts)) >= LONG:
        return re.compile(wanted)
    return re.compile(rf"(?<![^\W\d_]){wanted}(?:e?s)?(?![^\W\d_])")


def _spell(text: str) -> set[str]:
    """Return the ways in which a text may be read."""
    plain = _simplify(_decode(text))
    joined = _SPLITTERS.sub("", plain)
    return {plain, joined} | {one.translate(digits) for one in (plain, joined) for digits in _DIGITS}


def _decode(text: str) -> str:
    """Return a text without percent-encoding, however often it is encoded, and with host names in their own letters."""
    for _ in range(3):
        text = unquote(text)
    return re.sub(r"xn--[a-z0-9-]+", lambda found: _decode_label(found[0]), text, flags=re.IGNORECASE)


def _decode_label(label: str) -> str:
    try:
        return idna.decode(label)
    except idna.IDNAError:
        return label


def _simplify(text: str) -> str:
    """Return a text in plain small letters: without accents, full-width forms and look-alikes of other scripts."""
    # The lunate sigma looks like a c; its normal form is another letter.
    folded = unicodedata.normalize("NFKC", text.replace("\u03f2", "c")).casefold().translate(_LOOK_ALIKE)
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if unicodedata.category(c) not in {"Mn", "Cf"})

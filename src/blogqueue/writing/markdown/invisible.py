"""Characters that no reader sees."""

import re
import unicodedata
from collections import Counter

# Invisible although Unicode classes them as letters, marks or symbols: grapheme joiner, Hangul and Khmer fillers,
# braille blank; and the variation selectors, which at most change the look of the character before (Unicode 15 §23.4).
_SELECTORS = frozenset(map(chr, (0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | _SELECTORS
USED_IN_WRITING = _SELECTORS | frozenset("\u200c\u200d")
"""Invisible characters that writing needs: emoji's variation selectors, the joiners of Persian and Indic scripts."""

# Cc control, Cf format (zero-width, bidi, soft hyphen), Co private, Cs surrogate, Cn unassigned, Zl and Zp separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


def find_invisible(text: str) -> Counter[str]:
    """Count the characters of a text that no reader sees, except line ends."""
    found = {c for c in set(text) - {"\r", "\n"} if unicodedata.category(c) in _INVISIBLE or c in _BLANK}
    return Counter(filter(found.__contains__, text)) if found else Counter()


_IN_WRITING = re.compile("[\u00a0\u202f\u200b-\u200d\u180b-\u180d\ufe0f]")
_JOINED_SCRIPTS = re.compile("[\u0600-\u077f\u0860-\u0dff\u1000-\u109f\u1780-\u18af]")
"""Scripts in whose spelling joiners count: Arabic, Syriac, N'Ko, those of India, Burmese, Khmer, Mongolian (Unicode 15,
chapter 23)."""

UNSPACED_SCRIPTS = "\u0e01-\u0e4e\u0e50-\u0e59\u0e81-\u0edf\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u17d7\u17dc-\u17e9"
"""Thai, Lao, Burmese and Khmer, without their punctuation, as in a regular expression's class."""

_UNSPACED = re.compile(f"[{UNSPACED_SCRIPTS}]")
_VIRAMA = 9  # the combining class of the signs that take a consonant's vowel away; a joiner may also end a word there


def drop_needed(text: str) -> str:
    """Return a text without the invisible characters that its writing needs, and with a space for its needed blanks.

    Needed are joiners between letters of scripts that use them, word breaks (U+200B) between letters of scripts without
    spaces, joiners and selectors of emoji, and the blanks that do not break: before French punctuation, and in numbers.
    """
    if text.isascii():
        return text
    return _IN_WRITING.sub(lambda found: _replace_needed(text, found), text)


def _replace_needed(text: str, found: re.Match[str]) -> str:
    character, before, after = found[0], text[: found.start()][-1:], text[found.end() :][:1]
    if character in "\u00a0\u202f":
        french = (before == "\u00ab" and after.isalnum()) or after in tuple("?!:;\u00bb%\u20ac")
        return " " if before and (french or (before.isdigit() and after.isdigit())) else character
    if character == "\u200b":
        needed = bool(_UNSPACED.match(before) and _UNSPACED.match(after))
    elif character == "\ufe0f":
        needed = _is_emoji(before)
    elif character in "\u180b\u180c\u180d":
        needed = "\u1820" <= before <= "\u18aa"
    else:
        needed = _joins_letters(before, after) or (
            character == "\u200d" and (_is_emoji(before) or before == "\ufe0f") and _is_emoji(after)
        )
    return "" if needed else character


def _joins_letters(before: str, after: str) -> bool:
    return _is_joined_letter(before) and (unicodedata.combining(before) == _VIRAMA or _is_joined_letter(after))


def _is_joined_letter(character: str) -> bool:
    return bool(_JOINED_SCRIPTS.match(character)) and unicodedata.category(character)[0] in "LM"


def _is_emoji(character: str) -> bool:
    return bool(character) and unicodedata.category(character) in {"So", "Sk", "Sm"}

"""Characters that no reader sees."""

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
    return Counter(c for c in text if c not in "\r\n" and (unicodedata.category(c) in _INVISIBLE or c in _BLANK))

"""Characters that no reader sees."""

import unicodedata
from collections import Counter

# Invisible, though Unicode calls them letters, marks or symbols: joiner, Hangul and Khmer fillers, braille blank; and
# the variation selectors, which change how the character before them looks, or nothing (Unicode 15 §23.4).
_SELECTORS = frozenset(map(chr, (0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | _SELECTORS
USED_BY_SCRIPTS = _SELECTORS | frozenset("\u200c\u200d")

# Cc control, Cf format (zero-width, bidi, soft hyphen), Co private, Cs surrogate, Cn unassigned, Zl and Zp separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


def invisible(text: str) -> Counter[str]:
    """The characters of a text that no reader sees; line ends are the business of line_ends."""
    return Counter(c for c in text if c not in "\r\n" and (unicodedata.category(c) in _INVISIBLE or c in _BLANK))

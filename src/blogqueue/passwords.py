"""Which passwords are too weak (NIST SP 800-63B, section 5.1.1.2: long, not common, no rules of composition)."""

import re
import unicodedata
from pathlib import Path

SHORTEST = 12
"""Characters. NIST asks for 8 at least, where another factor or a limit of tries protects the login as well."""

LONGEST = 128
"""Characters. Piccolo takes no more, as hashing a long one keeps a processor busy."""

MIN_VARIETY = 5
"""How many different characters a password must have."""

WORDS = frozenset(Path(__file__).with_name("common_password_words.txt").read_text(encoding="utf-8").split())
"""Words of which common passwords are made, as they are in published lists of leaked ones."""

RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
"""The alphabet, digits and keys in their order."""

LEET = str.maketrans("@4301$5!7", "aaeoissit")
"""Digits and signs that replace a character of a word."""


def find_weakness(password: str) -> str:
    """Return in a sentence why a password is too weak, or ""."""
    if len(password) < SHORTEST:
        return f"The password is too short: it needs at least {SHORTEST} characters."
    if len(password) > LONGEST:
        return f"The password is too long: it may have at most {LONGEST} characters."
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(set(plain)) < MIN_VARIETY or _is_repeated(plain) or _is_run(plain) or _is_of_common_words(plain):
        return "The password is one of the common ones that are tried first: choose another, such as four random words."
    return ""


def _is_repeated(plain: str) -> bool:
    """Return whether a short piece is written again and again."""
    return re.fullmatch(r"(.{1,6}?)\1+.{0,5}", plain, re.DOTALL) is not None


def _is_run(plain: str) -> bool:
    """Return whether most of it is a row of keys or of the alphabet, forwards or backwards."""
    return any(
        plain[at : at + SHORTEST - 2] in run
        for row in RUNS
        for run in (row, row[::-1])
        for at in range(len(plain) - SHORTEST + 3)
    )


def _is_of_common_words(plain: str) -> bool:
    """Return whether nothing is left without common words, years, digits and punctuation."""
    return any(_has_only_common_words(text) for text in (plain, plain.rstrip("0123456789!?.").translate(LEET)))


def _has_only_common_words(text: str) -> bool:
    parts = re.sub(r"[\W\d_]+", " ", text).split()
    return all(part in WORDS or _splits(part) for part in parts)


def _splits(part: str) -> bool:
    """Return whether a part is several common words without a space."""
    return any(part[:at] in WORDS and (part[at:] in WORDS or _splits(part[at:])) for at in range(3, len(part)))

"""How the writer treats the texts of customers and articles."""

import hashlib
import unicodedata

EVIDENCE_LENGTH = 200

# Invisible letters and marks: joiner, Hangul and Khmer fillers, variation selectors.
_SELECTORS = frozenset(map(chr, (0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | _SELECTORS


def derive_number(*words: str) -> int:
    """Return a number derived from some texts, the same on every machine."""
    return int.from_bytes(hashlib.sha256("|".join(words).encode()).digest()[:8], "big")


def find_sentence(phrase: str, text: str) -> str:
    """Return the sentence of a text that contains a phrase, or the end of the text if none does."""
    at = text.find(phrase)
    if not phrase or at < 0:
        return text[-EVIDENCE_LENGTH:]
    start = max(text.rfind(mark, 0, at) for mark in (". ", "! ", "? ", "\n")) + 1
    return text[start:].strip()[:EVIDENCE_LENGTH]


def strip_markup(text: str, host: str) -> str:
    """Return a text without the characters of Markdown, HTML and templates, and without addresses.

    Returns "" if no letter is left. A name with a dot keeps it ("Node.js"); names that contain `host` or "www." do not.
    """
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(c if _is_kept(composed, at) else " " for at, c in enumerate(composed))
    chunks = [chunk.replace(".", " ") if _is_address(chunk.casefold(), host) else chunk for chunk in kept.split()]
    words = unicodedata.normalize("NFC", " ".join(chunks)).strip(" ,:-\u2013&")
    return words if any(map(str.isalnum, words)) else ""


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters of a text, cut between words if possible."""
    if len(text) <= limit:
        return text
    return (text[:limit].rpartition(" ")[0] or text[:limit]).rstrip(" ,:-\u2013&.")


def _is_kept(text: str, at: int) -> bool:
    character = text[at]
    if character.isalnum() or unicodedata.category(character).startswith("M"):
        return character not in _BLANK
    around = text[at - 1 : at] + text[at + 1 : at + 2]
    if character in ",:":
        return around[:1].isalnum() and around[1:] == " "
    return (character in ".-'\u2019+/&" and len(around) == len("ab") and around.isalnum()) or (
        character in "-\u2013&" and around == "  "
    )


def _is_address(chunk: str, host: str) -> bool:
    return "www." in chunk or bool(host and host in chunk)

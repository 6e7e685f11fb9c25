"""What the writer makes of other people's words."""

import hashlib
import unicodedata

EVIDENCE_LENGTH = 200

# Letters and marks that no reader sees: joiner, Hangul and Khmer fillers, variation selectors.
_SELECTORS = frozenset(map(chr, (0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | _SELECTORS


def number(*words: str) -> int:
    """A number that follows from words, alike on every machine."""
    return int.from_bytes(hashlib.sha256("|".join(words).encode()).digest()[:8], "big")


def sentence_with(words: str, text: str) -> str:
    """The sentence of a text in which words stand; its end, if they stand nowhere."""
    at = text.find(words)
    if not words or at < 0:
        return text[-EVIDENCE_LENGTH:]
    start = max(text.rfind(mark, 0, at) for mark in (". ", "! ", "? ", "\n")) + 1
    return text[start:].strip()[:EVIDENCE_LENGTH]


def plain(text: str, host: str) -> str:
    """The words of a text without whatever Markdown, HTML or a template reads as more, and without an address in it.

    "" if no letter is left. A name with a dot stays one ("Node.js"), but the host's and a "www." name come apart.
    """
    composed = unicodedata.normalize("NFC", text)
    said = "".join(c if _stays(composed, at) else " " for at, c in enumerate(composed))
    chunks = [chunk.replace(".", " ") if _is_address(chunk.casefold(), host) else chunk for chunk in said.split()]
    words = unicodedata.normalize("NFC", " ".join(chunks)).strip(" ,:-\u2013&")
    return words if any(map(str.isalnum, words)) else ""


def cut(text: str, most: int) -> str:
    """A text of at most so many characters, cut between words where there are any."""
    if len(text) <= most:
        return text
    return (text[:most].rpartition(" ")[0] or text[:most]).rstrip(" ,:-\u2013&.")


def _stays(text: str, at: int) -> bool:
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

"""Words of rendered text: what counts as one, and how many of them one text keeps of another."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

# What looks like a host name or an IPv4 address; letters as in IDNs, but not marks.
_DOTTED = re.compile(r"(?<![\w-])[\w-]+(?:\.[\w-]+)+")
_DIGITS_DOTTED = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")

# Full stops of other scripts, which browsers take for a host name's dot (UTS 46 §2.3); the first ends sentences, too.
_FOREIGN_DOTS = re.compile(r"(?<=[a-z0-9])[\u3002\uff61](?=[a-z0-9])", re.IGNORECASE)

NO_DOMAINS = frozenset((
    "js", "mjs", "cjs", "jsx", "ts", "tsx", "vue", "json", "html", "htm", "css", "scss", "xml", "yaml", "yml",
    "toml", "csv", "txt", "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "jpg", "jpeg", "png", "gif", "svg",
    "webp", "exe", "dll", "php", "rb", "cpp", "ini", "cfg", "conf", "log", "lock", "sql", "env", "jar", "whl",
    "tar", "gz", "bat",
))  # fmt: skip
"""Endings of files and of names like Node.js that no top-level domain has (IANA's root zone, 1,438 of them)."""

# How subscriber numbers without their area are written where they are short: 555-1234, 12 34 56 78. Two years side by
# side look otherwise, as do thousands and dates.
_SHORT_NUMBER = re.compile(r"(?<![\d.,/-])(?:\d{3}[-.\u2010\u2011\u2013]\d{4}|\d\d(?:[ -]\d\d){3})(?![\d/-]|[.,]\d)")

_CALL = frozenset((
    "call", "dial", "phone", "telephone", "telefon", "tel", "fax", "mobile", "whatsapp", "rufnummer", "t\u00e9l",
    "tel\u00e9fono",
))  # fmt: skip
"""Words before a number that make it a telephone's, if it is longer than a year's."""

_CALLED_DIGITS = 5

_PAUSES = frozenset(".,;:!?\u2026\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f")

_SENTENCE_ENDS = re.compile(r"(?<=[.!?\u2026])\s+|(?<=[\u3002\uff01\uff1f])")


def words(text: str) -> list[str]:
    """The words of a text, casefolded, without the punctuation around them.

    Chinese and Japanese put no spaces between words: there every letter counts as one.
    """
    return spelled(text.casefold())


def spelled(text: str) -> list[str]:
    """The words of a text as they are written, small or in capitals."""
    found: list[str] = []
    for chunk in _spaced(text).split():
        word = _bare(chunk)
        if word:
            found.append(word)
    return found


def marks(text: str) -> tuple[list[str], list[str]]:
    """The punctuation of a text: the marks that part sentences and clauses, and the others, such as quotation marks."""
    found = [c for c in text if not c.isalnum() and unicodedata.category(c).startswith("P")]
    return [c for c in found if c in _PAUSES], [c for c in found if c not in _PAUSES]


def letters(text: str) -> str:
    """A text's letters and digits alone, casefolded and without accents: what is left when words are disguised."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text.casefold())))


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

    GFM links `http://`, `https://`, `www.` and e-mail addresses where they stand (GFM spec §6.9); any scheme counts,
    and a host name with a path needs none.
    """
    return [word for word in map(_bare, folded(text).split()) if _is_address(word)]


def hosts(text: str) -> list[str]:
    """The host names in a text, with or without a path, and IPv4 addresses; casefolded, without `www.`."""
    return [host for name in _DOTTED.findall(folded(text)) if (host := _host(name))]


def folded(text: str) -> str:
    """A text in which only what differs to a reader differs: casefolded, full-width letters and dots made plain."""
    return _FOREIGN_DOTS.sub(".", text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


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


def telephones(text: str, digits: int) -> set[str]:
    """The digits of all that reads as telephone numbers: of so many digits, shorter ones by how they are written."""
    found = set(numbers(text, digits)) | {
        "".join(filter(str.isdecimal, number)) for number in _SHORT_NUMBER.findall(text)
    }
    chunks = text.split()
    for at, chunk in enumerate(chunks):
        if _bare(chunk.casefold()) in _CALL:
            found |= set(numbers(" ".join(chunks[at + 1 : at + 4]), _CALLED_DIGITS))
    return found


def _is_address(word: str) -> bool:
    name, at, host = word.partition("@")
    return (
        "://" in word
        or "www." in word
        or word.startswith(("http:", "https:", "ftp:", "mailto:", "xmpp:", "tel:", "javascript:", "data:"))
        or bool(at and name and "." in host.strip("."))
        or _has_path(word)
    )


def _has_path(word: str) -> bool:
    """Whether a host name or an address in digits begins a word, and a path, query or port follows."""
    found = _DOTTED.match(word)
    return found is not None and found.end() < len(word) and word[found.end()] in "/?#:" and bool(_host(found[0]))


def _host(name: str) -> str:
    """A dotted name as the host that it names; "" if it names none."""
    if _DIGITS_DOTTED.fullmatch(name):
        return name
    *labels, last = name.lstrip("-_").removeprefix("www.").split(".")
    ending = last if last.startswith("xn--") else last.partition("-")[0]
    named = ending.startswith("xn--") or (ending.isalpha() and len(ending) > 1 and ending not in NO_DOMAINS)
    return ".".join([*labels, ending]) if labels and named else ""


def _bare(chunk: str) -> str:
    word = chunk
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

"""Addresses, host names, telephone numbers and prices in a text: what a customer may not advertise around the link."""

import re
import unicodedata
from itertools import pairwise

from blogqueue.writing.markdown.words import strip_marks

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

LONG_NUMBER_DIGITS = 9
"""A number of so many digits in a row is taken for a telephone's wherever it comes from; two years make only eight."""

CURRENCY_CODES = frozenset((
    "USD", "EUR", "GBP", "CHF", "JPY", "CNY", "RMB", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF",
    "BGN", "INR", "BRL", "MXN", "ZAR", "KRW", "SGD", "HKD", "TWD", "THB", "IDR", "MYR", "VND", "ILS", "AED", "SAR",
    "EGP", "NGN", "KES", "RUB", "UAH", "KZT", "ARS",
))  # fmt: skip
"""Those of ISO 4217 that are traded most, but those that beside a number mostly mean something else: PHP, COP, RON."""

_CODES_ANYHOW = "usd|eur|gbp|chf"
_CODE = f"(?:{'|'.join(sorted(CURRENCY_CODES))}|(?i:{_CODES_ANYHOW}))"
_IS_CODE = re.compile(_CODE)
_CODE_AND_DIGITS = re.compile(rf"{_CODE}\d[\d.,]*|\d[\d.,]*{_CODE}")
_CURRENCY_NAMES = frozenset(("euro", "euros", "dollar", "dollars", "bucks"))
_AROUND = ".,;:!?()'\""


def addresses(text: str) -> list[str]:
    """The words of a text that a renderer or a reader would take for a URL or an e-mail address, casefolded.

    GFM links `http://`, `https://`, `www.` and e-mail addresses where they stand (GFM spec §6.9); any scheme counts,
    and a host name with a path needs none.
    """
    return [word for word in map(strip_marks, folded(text).split()) if _is_address(word)]


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
        if strip_marks(chunk.casefold()) in _CALL:
            found |= set(numbers(" ".join(chunks[at + 1 : at + 4]), _CALLED_DIGITS))
    return found


def prices(text: str) -> set[str]:
    """The words that hold a currency's sign or code and a digit, or stand beside such a word of their own."""
    chunks = text.split()
    signed = {chunk for chunk in chunks if _has_sign(chunk) and any(map(str.isdecimal, chunk))}
    signed |= {chunk for chunk in chunks if _CODE_AND_DIGITS.fullmatch(chunk.strip(_AROUND))}
    for left, right in pairwise(chunks):
        if (_is_currency(left) and right[0].isdecimal()) or (left[-1].isdecimal() and _is_currency(right, name=True)):
            signed.add(f"{left} {right}")
    return {chunk.strip(_AROUND) for chunk in signed}


def _is_currency(chunk: str, *, name: bool = False) -> bool:
    """Whether a word has a currency's sign or is its code, or its name, which says so only behind a number."""
    word = chunk.strip(_AROUND)
    return _has_sign(chunk) or bool(_IS_CODE.fullmatch(word)) or (name and word.casefold() in _CURRENCY_NAMES)


def _has_sign(chunk: str) -> bool:
    return any(unicodedata.category(character) == "Sc" for character in chunk)


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

"""URLs, email addresses, host names, telephone numbers and prices: what may not be advertised beside a paid link."""

import re
import unicodedata
from itertools import pairwise

from blogqueue.writing.markdown.host_names import to_host
from blogqueue.writing.markdown.words import strip_punctuation

# Looks like a host name or an IPv4 address; with letters of any script, as in internationalised domain names.
_DOTTED = re.compile(r"(?<![\w-])[\w-]+(?:\.[\w-]+)+")

# Full stops of other scripts that browsers read as a dot in a host name (UTS 46 §2.3); the first also ends sentences.
_FOREIGN_DOTS = re.compile(r"(?<=[a-z0-9])[\u3002\uff61](?=[a-z0-9])", re.IGNORECASE)

# Short subscriber numbers without an area code: 555-1234, 12 34 56 78. Ranges of years, thousands and dates must not
# match.
_SHORT_NUMBER = re.compile(r"(?<![\d.,/-])(?:\d{3}[-.\u2010\u2011\u2013]\d{4}|\d\d(?:[ -]\d\d){3})(?![\d/-]|[.,]\d)")

_CALL = frozenset((
    "call", "dial", "phone", "telephone", "telefon", "tel", "fax", "mobile", "whatsapp", "rufnummer", "t\u00e9l",
    "tel\u00e9fono",
))  # fmt: skip
"""Words that mark the number after them as a telephone number."""

_CALLED_DIGITS = 5
"""The shortest number that such a word marks, in digits: longer than a year."""

LONG_NUMBER_DIGITS = 9
"""From this many digits on, any number counts as a telephone number; two years side by side have only eight."""

CURRENCY_CODES = frozenset((
    "USD", "EUR", "GBP", "CHF", "JPY", "CNY", "RMB", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF",
    "BGN", "INR", "BRL", "MXN", "ZAR", "KRW", "SGD", "HKD", "TWD", "THB", "IDR", "MYR", "VND", "ILS", "AED", "SAR",
    "EGP", "NGN", "KES", "RUB", "UAH", "KZT", "ARS",
))  # fmt: skip
"""The most traded currencies of ISO 4217, without codes that usually mean something else beside a number: PHP, COP,
RON."""

_CODES_IN_ANY_CASE = "usd|eur|gbp|chf"
_CODE = f"(?:{'|'.join(sorted(CURRENCY_CODES))}|(?i:{_CODES_IN_ANY_CASE}))"
_IS_CODE = re.compile(_CODE)
_CODE_AND_DIGITS = re.compile(rf"{_CODE}\d[\d.,]*|\d[\d.,]*{_CODE}")
_CURRENCY_NAMES = frozenset(("euro", "euros", "dollar", "dollars", "bucks"))
_AROUND = ".,;:!?()'\""


def find_addresses(text: str) -> list[str]:
    """Return the words that a renderer or a reader takes for a URL or an email address, casefolded.

    GFM turns bare `http://`, `https://`, `www.` and email addresses into links (GFM spec §6.9). Here any scheme counts,
    and a host name with a path counts without one.
    """
    return [word for word in map(strip_punctuation, fold(text).split()) if _is_address(word)]


def find_hosts(text: str) -> list[str]:
    """Return the host names in a text, with or without a path, and IPv4 addresses; casefolded, without `www.`."""
    return [host for name in _DOTTED.findall(fold(text)) if (host := to_host(name))]


def fold(text: str) -> str:
    """Normalise what looks the same to a reader: casefold, and replace full-width letters and foreign full stops."""
    return _FOREIGN_DOTS.sub(".", text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


def find_numbers(text: str, digits: int) -> list[str]:
    """Return the numbers with at least `digits` digits, as digits with an optional leading +.

    Blanks and the punctuation of telephone numbers may separate the digits.
    """
    found: list[str] = []
    run = ""
    for character in f"{text}\n":
        if character.isdecimal() or (character == "+" and not run):
            run += character
        elif not (run and character in " -./()\u00a0\u2009\u2011"):
            found.append(run)
            run = ""
    return [run for run in found if len(run.removeprefix("+")) >= digits]


def find_telephones(text: str, digits: int) -> set[str]:
    """Return the digits of every telephone number: `digits` or more digits, or shorter and written like one."""
    found = set(find_numbers(text, digits)) | {
        "".join(filter(str.isdecimal, number)) for number in _SHORT_NUMBER.findall(text)
    }
    chunks = text.split()
    for at, chunk in enumerate(chunks):
        if strip_punctuation(chunk.casefold()) in _CALL:
            found |= set(find_numbers(" ".join(chunks[at + 1 : at + 4]), _CALLED_DIGITS))
    return found


def find_prices(text: str) -> set[str]:
    """Return the words with a digit and a currency's sign or code, and the numbers beside a currency's sign or name."""
    chunks = text.split()
    signed = {chunk for chunk in chunks if any(map(str.isdecimal, chunk)) and _has_sign(chunk)}
    signed |= {chunk for chunk in chunks if _CODE_AND_DIGITS.fullmatch(chunk.strip(_AROUND))}
    for left, right in pairwise(chunks):
        if (right[0].isdecimal() and _is_currency(left)) or (left[-1].isdecimal() and _is_currency(right, name=True)):
            signed.add(f"{left} {right}")
    return {chunk.strip(_AROUND) for chunk in signed}


def _is_currency(chunk: str, *, name: bool = False) -> bool:
    """Return whether a word has a currency's sign or is its code; with `name`, for after a number, also its name."""
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
    """Return whether a word begins with a host name or IPv4 address that a path, query, fragment or port follows."""
    found = _DOTTED.match(word)
    return found is not None and found.end() < len(word) and word[found.end()] in "/?#:" and bool(to_host(found[0]))

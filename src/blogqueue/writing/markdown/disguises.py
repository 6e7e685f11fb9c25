"""Host names, telephone numbers and prices that are written so that a rule does not see them, and a reader does."""

import re
import unicodedata
from functools import lru_cache

from blogqueue.writing.markdown.contact_details import find_hosts, find_prices, find_telephones

# Dots of other scripts and bullets between the parts of a name. Catalan writes l·l within words.
_DOT_LIKE = re.compile(
    "(?<=[a-z0-9])(?:[\u3002\uff61\u06d4\u0701\u0589\u1362\u2022\u2027\u2219\u22c5\u30fb\uff65]|(?<!l)\u00b7|\u00b7(?!l))(?=[a-z0-9])",
    re.IGNORECASE,
)
_SPACED_DOT = re.compile(
    r"(?<=\w)(?:\s+\.(?=(?:com|net|org|info|biz|io|co|shop|store|online|site|xyz|de|uk|fr|es|ru|cn|app|dev|me|tv)\b)"
    r"|\s?\.\s+(?=(?:com|org|biz|xyz|shop)\b)"
    r"|\s?[\[(]?\b(?:dot|punkt|point|punto)[\])]?\s+(?=(?:com|net|org|info|biz|shop|xyz|de|co)\b)"
    r"|\s?[\[(](?:dot|\.)[\])]\s?(?=[a-z]))"
)
_DIGIT_LIKE = re.compile(r"\b(?=[Ool|I]*\d)[\dOolI|]{2,}\b")
_AS_DIGITS = str.maketrans("OolI|", "00111")

_DIGITS_AS_WORDS = re.compile(r"\b(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)[\s-]+){5}", re.IGNORECASE)
"""Six digits in words, one after the other: longer than anybody counts aloud."""

_UNBROKEN = re.compile(r"(?<![\d.,])\d{7,}(?![.,]?\d)")
"""Seven digits without a separator: people who write a quantity of millions group its digits."""

_OFFER = re.compile(
    r"""
    \d\s?%\s?(?i:off|discount|cheaper|rabatt|nachlass|billiger|g\u00fcnstiger|de\sdescuento|de\sr\u00e9duction|de\sremise|di\ssconto)\b
    | \b(?:SAVE|DEAL|PROMO|SALE|OFF|RABATT|CODE|COUPON)\d+\b
    | \b(?:Rs\.?|\u20b9)\s?\d
    | \d\s?(?:kr|z\u0142|Ft|quid)\b
    | \d\s?(?:pounds|pound\ssterling)(?=\s*(?:[.,;:!?)]|$|only|each|per|a\s(?:month|year|week|piece)))
    """,
    re.VERBOSE | re.MULTILINE,
)


@lru_cache(maxsize=16)  # several rules look at the same paragraph
def undisguise(text: str) -> str:
    """Return a text as a reader understands it: NFKC, dots between the parts of a name, digits as digits."""
    if not text.isascii():
        text = _DOT_LIKE.sub(".", unicodedata.normalize("NFKC", text))
    text = _SPACED_DOT.sub(".", text)
    return _DIGIT_LIKE.sub(lambda found: found[0].translate(_AS_DIGITS), text)


def find_all_hosts(text: str) -> set[str]:
    """Return the host names in a text, in disguise or not."""
    return set(find_hosts(text)) | set(find_hosts(undisguise(text)))


def find_all_telephones(text: str, digits: int) -> set[str]:
    """Return the digits of every telephone number, in disguise or not; see `find_telephones`."""
    plain = undisguise(text)
    words = {found[0].strip() for found in _DIGITS_AS_WORDS.finditer(text)}
    return find_telephones(plain, digits) | set(_UNBROKEN.findall(plain)) | words


def find_all_prices(text: str) -> set[str]:
    """Return the prices in a text, in disguise or not, and discounts and their codes."""
    plain = undisguise(text)
    return find_prices(plain) | {found[0] for found in _OFFER.finditer(plain)}

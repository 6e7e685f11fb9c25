"""Host names, telephone numbers and prices that are written so that a rule does not see them, and a reader does."""

import re
import unicodedata
from functools import lru_cache

from blogqueue.writing.markdown.contact_details import find_hosts, find_prices, find_telephones

# Dots of other scripts and bullets between the parts of a name. Catalan writes l·l within words, French étudiant·es,
# sportif·ve, citoyen·ne and chanteur·se, and German Schüler·in.
_DOT_LIKE = re.compile(
    "(?<=[a-z0-9])"
    "(?:[\u3002\uff61\u06d4\u0701\u0589\u1362\u2022\u2027\u2219\u22c5\u30fb\uff65]|(?<!l)\u00b7|\u00b7(?!l))"
    r"(?=[a-z0-9])(?!(?:es|in|ne|se|ve)\b)",
    re.IGNORECASE,
)
_SPACED_DOT = re.compile(
    r"""(?<=\w)(?:
    \s+\.(?=(?:com|net|org|info|biz|io|co|shop|store|online|site|xyz|de|uk|fr|es|ru|cn|app|dev|me|tv)\b)
    | \s?\.\s+(?=(?:com|org|biz|xyz|shop)\b)
    | \s+dot\s+(?=(?:com|net|org|info|biz|shop|xyz|de|co)\b)
      (?!com\s+(?:balon|boom|bubble|bust|compan|crash|craze|era|firm|mania|start|stock|years))
    | \s+(?:punkt|point|punto)\s+(?=(?:com|net|org|biz|shop|xyz)\b)     # not "point de vue", "un point info"
    | \s?[\[(](?:punkt|point|punto)[\])]\s?(?=(?:com|net|org|info|biz|shop|xyz|de|co)\b)
    | \s?[\[(](?:dot|\.)[\])]\s?(?=[a-z])
    )""",
    re.VERBOSE,
)
_WORD_IN_FRONT = re.compile(r"\w+$")
_NO_NAMES = frozenset((  # noqa: SIM905 - quoted one by one, they would fill a page
    # Little words: "the .com ending", "written in .net", "sa dot de mariage"
    "all an and any as each every for from in its like of on or our some that the their these this to under use with "
    "your als auf das dem den der des die ein eine einem einen einer mit oder und unter au avec ce cette comme du en "
    "et la le les leur ma ou sa sans ses son sur ta un une votre como con del el las los su una da das de do dos em "
    "na no os seu um uma che come gli il lo uno een het met van det eller ett med och og som jak lub "
    # Before the ending of a host as such: "un dominio .com"
    "alan dom\u00e4n dom\u00e4nen domain domaine domaines domains domein domena domene domen\u0119 domeny dom\u00e9na "
    "dominio dominios dom\u00ednio dom\u00ednios ending endings endung endungen estensione extens\u00e3o "
    "extensi\u00f3n extensiones extension extensions suffix tld tlds "
    # Abbreviations before Portuguese and Catalan "com", Turkish "biz" and English "shop"
    "aprox art av ave ca cap cf cm co corp dr dra etc ex fig inc jr kg km ltd ltda m\u00e1x min m\u00edn mm n\u00fam "
    "\u00f6rn p\u00e0g p\u00e1g prof s\u00e9c seg sr sra st vb vd vs "
    # The years of the "burbuja punto com"
    "bolha bolla boom burbuja crisis empresa empresas era gelembung"
).split())  # fmt: skip
"""Words before a dot with a blank that no reader takes for the name of a host."""

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
    text = _SPACED_DOT.sub(_close_up, text)
    return _DIGIT_LIKE.sub(lambda found: found[0].translate(_AS_DIGITS), text)


def _close_up(found: re.Match[str]) -> str:
    word = _WORD_IN_FRONT.search(found.string, max(0, found.start() - 20), found.start())
    return found[0] if word and word[0].casefold() in _NO_NAMES else "."


def mentions_host(text: str, host: str) -> bool:
    """Return whether a text has a host name, also within a longer one, in disguise or not, whatever its ending."""
    plain = f"{text}\n{undisguise(text)}".casefold()
    return bool(host) and host in plain and bool(re.search(rf"(?<![\w-]){re.escape(host)}(?!\w)", plain))


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

"""What an owner may say of a site and of an article: one place for Piccolo Admin, `domain.toml` and front matter."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from blogqueue.catalogue import link_rules
from blogqueue.catalogue.link_rules import RuleError
from blogqueue.db.tables.catalogue import Rel
from blogqueue.money import CURRENCIES

HIGHEST_PRICE = 99_999_999
"""Stripe takes amounts of up to eight digits (docs.stripe.com/api/payment_intents/object, "amount")."""

MOST_PAID_LINKS = 1000
"""More than any article has paragraphs for."""

SLUG_LENGTH = 200

_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""A language tag as most are (BCP 47 §2.1): language, then script, region or variant."""


class TermError(ValueError):
    """A value nobody can have meant; `name` is the column's."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


def domain(values: Mapping[str, Any]) -> dict[str, Any]:
    """A domain's columns, as many as are given, as they will be kept. Raises TermError for the first that is wrong."""
    return _kept(_DOMAIN, values)


def article(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same of an article."""
    return _kept(_ARTICLE, values)


def slug(words: str) -> str:
    """Lower-case ASCII words joined by hyphens, as an address carries them; "" if there are none."""
    plain = unicodedata.normalize("NFKD", words.rstrip("/").rpartition("/")[2]).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:SLUG_LENGTH].strip("-")


def _kept(rules: Mapping[str, Callable[[Any], Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in values.items():
        try:
            kept[name] = rules[name](value) if name in rules else value
        except RuleError as error:
            raise TermError(name, error.message) from error
    return kept


def _words(value: Any, *, longest: int, needed: bool = True) -> str:  # noqa: ANN401 - as it was written
    """One line of words."""
    if not isinstance(value, str):
        raise RuleError("type", "This is words.")
    text = value.strip()
    if needed and not text:
        raise RuleError("required", "This is needed.")
    if len(text) > longest:
        raise RuleError("length", f"This has at most {longest} characters.")
    # Line breaks, NUL and half characters: what PostgreSQL cannot keep, or a page's title not show.
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text):
        raise RuleError("plain_text", "This is one line of text, without control characters.")
    return text


def _number(value: Any, *, lowest: int, highest: int) -> int:  # noqa: ANN401 - as it was written
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise RuleError("range", f"This is a whole number from {lowest} to {highest:,}.")
    return value


def _host(value: Any) -> str:  # noqa: ANN401 - as it was written
    return link_rules.public_host(_words(value, longest=253).lower())


def _language(value: Any) -> str:  # noqa: ANN401 - as it was written
    tag = _words(value, longest=35)
    if not _LANGUAGE.fullmatch(tag):
        raise RuleError("language", "This is a language tag, such as en, de-AT or zh-Hant.")
    return tag


def _currency(value: Any) -> str:  # noqa: ANN401 - as it was written
    if value not in CURRENCIES:
        raise RuleError("currency", "This is a currency's code of three capital letters, such as EUR.")
    return str(value)


def _rel(value: Any) -> str:  # noqa: ANN401 - as it was written
    if value not in set(Rel):
        raise RuleError("rel", f"This is one of {', '.join(Rel)}.")
    return str(value)


def _list(value: Any) -> list[str]:  # noqa: ANN401 - as it was written
    if not isinstance(value, list):
        raise RuleError("type", "This is a list of words.")
    return [_words(one, longest=100) for one in value]


def _slug(value: Any) -> str:  # noqa: ANN401 - as it was written
    said = _words(value, longest=SLUG_LENGTH)
    if slug(said) != said:
        raise RuleError(
            "slug", f"This is lower-case letters, digits and single hyphens, such as {slug(said) or 'soil'}."
        )
    return said


_PRICE = partial(_number, lowest=1, highest=HIGHEST_PRICE)

_DOMAIN: Mapping[str, Callable[[Any], Any]] = {
    "host": _host,
    "name": partial(_words, longest=200),
    "niche": partial(_words, longest=100),
    "language": _language,
    "currency": _currency,
    "backlink_price": _PRICE,
    "article_price": _PRICE,
    "rel": _rel,
    "max_paid_links": partial(_number, lowest=0, highest=MOST_PAID_LINKS),
    "forbidden_niches": _list,
    "forbidden_words": _list,
}

_ARTICLE: Mapping[str, Callable[[Any], Any]] = {
    "slug": _slug,
    "title": partial(_words, longest=500),
    "topic": partial(_words, longest=500, needed=False),
    "niche": partial(_words, longest=100),
    "keyword": partial(_words, longest=200, needed=False),
}

DOMAIN_TERMS = tuple(_DOMAIN)
"""What a `domain.toml` may say: the domain's columns that an owner sets."""

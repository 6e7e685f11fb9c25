"""The values that a domain and an article may have, in Piccolo Admin, in `domain.toml` and in front matter."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from anyascii import anyascii

from blogqueue.catalogue import link_rules
from blogqueue.catalogue.countries import list_countries
from blogqueue.catalogue.link_rules import RuleError
from blogqueue.db.tables.catalogue import AfterSilence, Rel
from blogqueue.money import CURRENCIES, HIGHEST, AmountError, check_price, check_sum, parse_price

PRICES = ("backlink_price", "article_price")

OPTIONAL_PRICES = ("exclusive_price",)
"""Prices of what a domain may also sell; null where it does not."""

MEASURES = {
    "domain_rating": ("rating_source", "rating_date"),
    "monthly_visits": ("visits_source", "visits_date"),
}
"""What is measured of a domain, with who did and when: a figure is shown with both, or not at all."""

MOST_VISITS, MOST_MONTHS = 10**10, 1200
DEFAULT_CURRENCY, EXAMPLE_PRICE = "EUR", "49.00"

RELS = tuple(Rel)

MOST_PAID_LINKS = 1000
"""More than any article has paragraphs for."""

SLUG_LENGTH = 200

RESERVED_SLUG = "link"
"""The address of an article's form, `/articles/{slug}/link`, could also be that of an article `link`."""

_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""The usual form of a language tag (BCP 47 §2.1): language, then script, region or variant."""


class ColumnError(ValueError):
    """A value that a column does not accept; `name` is the column's."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


def validate_domain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given columns of a domain as they will be stored. Raises ColumnError for the first invalid one.

    Prices are in minor units. Whether Stripe takes them depends on the currency, so they are given together with it.
    """
    valid = _validate(_DOMAIN, values)
    for name in (*PRICES, *OPTIONAL_PRICES):
        if valid.get(name) is not None and "currency" in valid:
            try:
                check_price(valid[name], valid["currency"])
            except AmountError as error:
                raise ColumnError(name, str(error)) from error
    return valid


def check_together(domain: Mapping[str, Any]) -> None:
    """Raise ColumnError for columns of a domain that do not go together; those that are left out are empty.

    A figure needs its source and date, and an exclusive article must not cost more than Stripe takes.
    """
    if domain.get("exclusive_price") and domain.get("article_price"):
        try:
            check_sum(domain["article_price"], domain["exclusive_price"], domain["currency"])
        except AmountError as error:
            raise ColumnError("exclusive_price", str(error)) from error
    for figure, sources in MEASURES.items():
        if domain.get(figure) is not None:
            for name in sources:
                if not domain.get(name):
                    raise ColumnError(name, f"Required, because {figure} is given.")


def check_currency(known: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Raise ColumnError if a domain's currency changes, and not every price that it has is given in the new one."""
    missing = [name for name in sorted({*PRICES, *OPTIONAL_PRICES} - given.keys()) if known[name] is not None]
    if missing and given.get("currency", known["currency"]) != known["currency"]:
        raise ColumnError(missing[0], f"Required, because the currency was {known['currency']}.")


def read_prices(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a domain with the prices that a person wrote, "59.00", in minor units of the currency.

    Without a currency they are in DEFAULT_CURRENCY, which is then returned too. Another currency needs both prices,
    as the default ones are not meant in it. Raises ColumnError.
    """
    prices = {name: values[name] for name in (*PRICES, *OPTIONAL_PRICES) if name in values}
    currency = _validate(_DOMAIN, {"currency": values.get("currency", DEFAULT_CURRENCY)})["currency"]
    missing = sorted(set(PRICES) - set(prices))
    if currency != DEFAULT_CURRENCY and missing:
        raise ColumnError(missing[0], f"Required, because the currency is {currency}.")
    if not prices:
        return dict(values)
    read: dict[str, Any] = {}
    for name, price in prices.items():
        if name in OPTIONAL_PRICES and price == "":
            read[name] = None
            continue
        if not isinstance(price, str):
            raise ColumnError(name, f'Must be an amount in quotes, such as "{EXAMPLE_PRICE}".')
        try:
            read[name] = parse_price(price, currency)
        except AmountError as error:
            raise ColumnError(name, str(error)) from error
    return {**values, "currency": currency, **read}


def read_terms(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns of a domain, except its prices, that a person typed into a form, where lists have commas.

    What is not a number stays text, which `validate_domain` then refuses.
    """
    read: dict[str, Any] = {}
    for name in set(typed) & set(_DOMAIN) - {*PRICES, *OPTIONAL_PRICES, "currency"}:
        text = typed[name].strip()
        if name in FLAGS:
            read[name] = {"true": True, "false": False}.get(text, text)
        elif name in LISTS:
            read[name] = [one.strip() for one in text.split(",") if one.strip()]
        elif name in OPTIONAL_NUMBERS and not text:
            read[name] = None
        elif name in NUMBERS | OPTIONAL_NUMBERS:
            read[name] = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else text  # noqa: PLR2004 - more digits than any number here has
        else:
            read[name] = text
    return read


def validate_article(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given columns of an article as they will be stored. Raises ColumnError for the first invalid one."""
    return _validate(_ARTICLE, values)


def to_slug(words: str) -> str:
    """Return some words in lower-case ASCII, joined by hyphens, for use in a URL; "" if none are left.

    Other scripts are transliterated: 深圳 becomes shenzhen.
    """
    last = unicodedata.normalize("NFC", words.rstrip("/").rpartition("/")[2])
    plain = "".join(c if c.isascii() else anyascii(c).replace("'", "") for c in last)
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:SLUG_LENGTH].strip("-")


def _validate(rules: Mapping[str, Callable[[Any], Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    valid: dict[str, Any] = {}
    for name, value in values.items():
        try:
            valid[name] = rules[name](value) if name in rules else value
        except RuleError as error:
            raise ColumnError(name, error.message) from error
    return valid


def _validate_text(value: Any, *, longest: int, needed: bool = True) -> str:  # noqa: ANN401 - any JSON, TOML or YAML value
    """Return one line of text."""
    if not isinstance(value, str):
        raise RuleError("type", "Must be text.")
    text = value.strip()
    if needed and not text:
        raise RuleError("required", "Required.")
    if len(text) > longest:
        raise RuleError("length", f"Must have at most {longest} characters.")
    # Line breaks, NUL and lone surrogates: PostgreSQL cannot store them, or a page's title cannot show them.
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text):
        raise RuleError("plain_text", "Must be one line of text, without control characters.")
    return text


def _validate_number(value: Any, *, lowest: int, highest: int) -> int:  # noqa: ANN401 - any JSON, TOML or YAML value
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise RuleError("range", f"Must be a whole number from {lowest} to {highest:,}.")
    return value


def _validate_optional_number(value: Any, *, lowest: int, highest: int) -> int | None:  # noqa: ANN401 - as above
    return None if value is None else _validate_number(value, lowest=lowest, highest=highest)


def _validate_date(value: Any) -> date | None:  # noqa: ANN401 - any JSON, TOML or YAML value
    """Return the day on which something was measured."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError as error:
            raise RuleError("date", "Must be a day, such as 2026-11-12.") from error
    if isinstance(value, datetime) or not isinstance(value, date):
        raise RuleError("date", "Must be a day, such as 2026-11-12.")
    if value > datetime.now(UTC).date():
        raise RuleError("date", "Must not be in the future.")
    return value


def _validate_country(value: Any) -> str:  # noqa: ANN401 - any JSON, TOML or YAML value
    text = _validate_text(value, longest=2, needed=False).upper()
    if text and text not in list_countries():
        raise RuleError("country", "Must be a country code of two letters (ISO 3166-1), such as GB.")
    return text


def _validate_host(value: Any) -> str:  # noqa: ANN401 - any JSON, TOML or YAML value
    return link_rules.validate_public_host(_validate_text(value, longest=253).lower())


def _validate_language(value: Any) -> str:  # noqa: ANN401 - any JSON, TOML or YAML value
    tag = _validate_text(value, longest=35)
    if not _LANGUAGE.fullmatch(tag):
        raise RuleError("language", "Must be a language tag, such as en, de-AT or zh-Hant.")
    return tag


def _validate_currency(value: Any) -> str:  # noqa: ANN401 - any JSON, TOML or YAML value
    if value not in CURRENCIES:
        raise RuleError("currency", "Must be a currency code of three capital letters, such as EUR.")
    return str(value)


def _validate_rel(value: Any) -> str:  # noqa: ANN401 - any JSON, TOML or YAML value
    if value not in set(Rel):
        raise RuleError("rel", f"Must be one of {', '.join(Rel)}.")
    return str(value)


def _validate_flag(value: Any) -> bool:  # noqa: ANN401 - any JSON, TOML or YAML value
    if not isinstance(value, bool):
        raise RuleError("type", "Must be true or false.")
    return value


def _validate_after_silence(value: Any) -> str:  # noqa: ANN401 - any JSON, TOML or YAML value
    if value not in set(AfterSilence):
        raise RuleError("after_silence", f"Must be one of {', '.join(AfterSilence)}.")
    return str(value)


def _validate_list(value: Any) -> list[str]:  # noqa: ANN401 - any JSON, TOML or YAML value
    if not isinstance(value, list):
        raise RuleError("type", "Must be a list of texts.")
    return [_validate_text(one, longest=100) for one in value]


def _validate_slug(value: Any) -> str:  # noqa: ANN401 - any JSON, TOML or YAML value
    text = _validate_text(value, longest=SLUG_LENGTH)
    if to_slug(text) != text:
        message = f"Must be lower-case letters, digits and single hyphens, such as {to_slug(text) or 'soil'}."
        raise RuleError("slug", message)
    if text == RESERVED_SLUG:
        raise RuleError("slug", f"Must not be {RESERVED_SLUG!r}: the address of an article's form ends with it.")
    return text


_PRICE = partial(_validate_number, lowest=1, highest=HIGHEST)

_DOMAIN: Mapping[str, Callable[[Any], Any]] = {
    "host": _validate_host,
    "name": partial(_validate_text, longest=200),
    "niche": partial(_validate_text, longest=100),
    "language": _validate_language,
    "currency": _validate_currency,
    "backlink_price": _PRICE,
    "article_price": _PRICE,
    "rel": _validate_rel,
    "can_cancel": _validate_flag,
    "after_silence": _validate_after_silence,
    "max_paid_links": partial(_validate_number, lowest=0, highest=MOST_PAID_LINKS),
    "forbidden_niches": _validate_list,
    "forbidden_words": _validate_list,
    "country": _validate_country,
    "domain_rating": partial(_validate_optional_number, lowest=0, highest=100),
    "rating_source": partial(_validate_text, longest=100, needed=False),
    "rating_date": _validate_date,
    "monthly_visits": partial(_validate_optional_number, lowest=0, highest=MOST_VISITS),
    "visits_source": partial(_validate_text, longest=100, needed=False),
    "visits_date": _validate_date,
    "note": partial(_validate_text, longest=500, needed=False),
    "guaranteed_months": partial(_validate_optional_number, lowest=1, highest=MOST_MONTHS),
    "exclusive_price": partial(_validate_optional_number, lowest=1, highest=HIGHEST),
}

_ARTICLE: Mapping[str, Callable[[Any], Any]] = {
    "slug": _validate_slug,
    "title": partial(_validate_text, longest=500),
    "topic": partial(_validate_text, longest=500, needed=False),
    "niche": partial(_validate_text, longest=100),
    "keyword": partial(_validate_text, longest=200, needed=False),
}

LISTS = frozenset({"forbidden_niches", "forbidden_words"})
FLAGS = frozenset({"can_cancel"})
NUMBERS = frozenset({"max_paid_links"})
OPTIONAL_NUMBERS = frozenset({"domain_rating", "monthly_visits", "guaranteed_months"})

DOMAIN_COLUMNS = tuple(_DOMAIN)
"""The keys of a `domain.toml`: the columns of a domain that an editor sets."""

"""Dates, numbers, money and names of languages and countries as people read them, in the shop's locale (Babel)."""

from datetime import UTC, date, datetime
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal

from blogqueue.money import count_decimals, get_scale
from blogqueue.settings import settings


@cache
def get_locale() -> Locale:
    """Return the shop's locale."""
    return Locale.parse(settings.locale)


def format_price(minor_units: int, currency: str) -> str:
    """Return an amount with its currency: 4900, "EUR" → "49.00 EUR", in a German shop "49,00 EUR"."""
    decimals = count_decimals(currency)
    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    units = minor_units / get_scale(currency)  # exact enough: at most eight digits
    return f"{format_decimal(units, pattern, locale=get_locale())} {currency.upper()}"


def format_number(number: int) -> str:
    """Return a number with its thousands separated: 12,000."""
    return format_decimal(number, locale=get_locale())


def format_day(at: date) -> str:
    """Return a day: 23 Nov 2026."""
    return format_date(at, "medium", locale=get_locale())


def format_moment(at: datetime) -> str:
    """Return a moment in UTC: 23 Nov 2026, 19:03 UTC."""
    at = at.astimezone(UTC)
    return f"{format_day(at)}, {at:%H:%M} UTC"


def name_language(tag: str) -> str:
    """Return the English name of a language by its tag (de-AT: German), or the tag if Babel does not know it."""
    try:
        name = Locale.parse(tag.partition("-")[0].lower()).get_language_name("en")
    except (UnknownLocaleError, ValueError):
        return tag
    return name or tag


def name_country(code: str) -> str:
    """Return the English name of a country by its code (GB: United Kingdom), or the code."""
    return str(Locale("en").territories.get(code, code))

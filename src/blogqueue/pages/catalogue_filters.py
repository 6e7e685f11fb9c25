"""The catalogue's filters: how each is parsed, named and left out, and the shortest address for what is chosen."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec

from blogqueue.catalogue import searches
from blogqueue.catalogue.offers import Filters
from blogqueue.catalogue.searches import Search, Sort
from blogqueue.localized import format_day, format_number, name_country, name_language
from blogqueue.pages import labels


def parse_number(typed: str) -> int:
    """Parse a whole number as people type it: 1,200. Raises ValueError, also for one that is out of range."""
    number = int(typed.replace(",", ""))
    if not 0 <= number <= searches.MOST // 100:
        raise ValueError(typed)
    return number


def _parse_text(typed: str) -> str:
    if "\0" in typed:
        raise ValueError(typed)
    return typed[:200]


FILTERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "q": ("q", _parse_text),
    "domain": ("domain", _parse_text),
    "niche": ("niche", _parse_text),
    "language": ("language", _parse_text),
    "country": ("country", _parse_text),
    "rel": ("rel", _parse_text),
    "maxPrice": ("max_price", lambda typed: 100 * parse_number(typed)),
    "currency": ("currency", _parse_text),
    "minWords": ("min_words", parse_number),
    "publishedSince": ("published_since", date.fromisoformat),
    "free": ("only_free", bool),
    "sort": ("sort", Sort),
}
"""The filters by their names in the address, and how each is parsed; prices are in whole units of their currency."""


class Chip(msgspec.Struct, frozen=True):
    """A filter that is chosen: what it says, and the address without it."""

    text: str
    without: str


def choose(query: Mapping[str, str], filters: Filters) -> tuple[dict[str, str], Search, list[str]]:
    """Return what was typed, the search for it, and the names of the filters that cannot be parsed.

    A maximum price is in one currency, because currencies are not converted.
    """
    typed = {name: value for name in FILTERS if (value := query.get(name, "").strip())}
    if "maxPrice" in typed and "currency" not in typed and filters.currencies:
        typed["currency"] = filters.currencies[0]
    parsed: dict[str, Any] = {}
    unreadable: list[str] = []
    for name, value in typed.items():
        key, parse = FILTERS[name]
        try:
            parsed[key] = parse(value)
        except ValueError:
            unreadable.append(name)
    return {name: value for name, value in typed.items() if name not in unreadable}, Search(**parsed), unreadable


def _get_default_sort(query: Mapping[str, str]) -> Sort:
    """Return the order that an address need not name: the best match where there are words to match."""
    return Sort.BEST if query.get("q", "").strip() else Sort.NEWEST


def is_clean(query: Mapping[str, str]) -> bool:
    """Return whether an address has no empty or default parameter."""
    return all(query.values()) and query.get("sort") != _get_default_sort(query) and query.get("page") != "1"


def to_address(typed: Mapping[str, str], page: int = 1) -> str:
    """Return the address of a page of the catalogue with the filters that were typed, and no empty parameters."""
    chosen = {name: value for name in FILTERS if (value := typed.get(name, "").strip())}
    if chosen.get("sort") == _get_default_sort(chosen):
        del chosen["sort"]
    query = urlencode(chosen | ({"page": str(page)} if page > 1 else {}))
    return f"/?{query}" if query else "/"


def list_chips(typed: Mapping[str, str], filters: Filters) -> list[Chip]:
    """Return a chip for each filter that is chosen; the sort order has no chip. A maximum price has a currency."""
    names = dict(filters.domains)
    texts: dict[str, Callable[[str], str]] = {
        "q": lambda value: f"“{value}”",
        "domain": lambda value: names.get(value, value),
        "niche": str,
        "language": name_language,
        "country": name_country,
        "rel": lambda value: labels.REL_BADGES.get(value, value),
        "maxPrice": lambda value: f"up to {format_number(parse_number(value))} {typed.get('currency', '')}".strip(),
        "currency": lambda value: f"priced in {value}",
        "minWords": lambda value: f"from {format_number(parse_number(value))} words",
        "publishedSince": lambda value: f"since {format_day(date.fromisoformat(value))}",
        "free": lambda _: "with free link slots",
    }
    priced = {"maxPrice", "currency"} if "maxPrice" in typed else set[str]()
    return [
        Chip(
            text(typed[name]),
            to_address(
                {other: value for other, value in typed.items() if other not in (priced if name in priced else {name})}
            ),
        )
        for name, text in texts.items()
        if name in typed and not (name == "currency" and priced)
    ]


def list_sorts(typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the orders to choose from, as the value and the label of each: the first one needs no value."""
    default = _get_default_sort(typed)
    others = [name for name in labels.SORTS if name not in {default, Sort.BEST}]
    return [("", labels.SORTS[default]), *((name, labels.SORTS[name]) for name in others)]


def list_currencies(typed: Mapping[str, str], filters: Filters) -> list[tuple[str, str]]:
    """Return each currency whose prices are listed one after another, with the address of only those; [] for one.

    Amounts of different currencies do not compare, so the lowest price is first within each currency.
    """
    if typed.get("sort") != Sort.CHEAPEST or "currency" in typed or len(filters.currencies) == 1:
        return []
    return [(code, to_address({**typed, "currency": code})) for code in filters.currencies]


def list_pages(number: int, pages: int) -> list[int]:
    """Return the numbers of the pages to link to: the first, the last, and those around this one; 0 for a gap."""
    shown = sorted({1, pages, *range(max(1, number - 2), min(pages, number + 2) + 1)})
    listed: list[int] = []
    for one in shown:
        if listed and one > listed[-1] + 1:
            listed.append(0)
        listed.append(one)
    return listed

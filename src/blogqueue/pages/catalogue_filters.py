"""The catalogue's filters: how each is parsed, named and left out, and the shortest address for what is chosen."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec

from blogqueue.catalogue import offers
from blogqueue.catalogue.offers import Filters, Search
from blogqueue.localized import format_day, format_number, name_country, name_language
from blogqueue.pages import labels


def parse_number(typed: str) -> int:
    """Parse a whole number as people type it: 1,200. Raises ValueError, also for one that is out of range."""
    number = int(typed.replace(",", ""))
    if not 0 <= number <= offers.MOST // 100:
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
    "sort": ("sort", offers.Sort),
}
"""The filters by their names in the address, and how each is parsed; prices are in whole units of their currency."""


class Chip(msgspec.Struct, frozen=True):
    """A filter that is chosen: what it says, and the address without it."""

    text: str
    without: str


def choose(query: Mapping[str, str], filters: Filters) -> tuple[dict[str, str], Search, list[str]]:
    """Return what was typed, the search for it, and the names of the filters that cannot be parsed.

    A price is searched in one currency, because currencies are not converted.
    """
    typed = {name: value for name in FILTERS if (value := query.get(name, "").strip())}
    if "maxPrice" not in typed:
        typed.pop("currency", None)
    elif "currency" not in typed and filters.currencies:
        typed["currency"] = filters.currencies[0]
    parsed: dict[str, Any] = {}
    unread: list[str] = []
    for name, value in typed.items():
        key, parse = FILTERS[name]
        try:
            parsed[key] = parse(value)
        except ValueError:
            unread.append(name)
    return {name: value for name, value in typed.items() if name not in unread}, Search(**parsed), unread


def is_clean(query: Mapping[str, str]) -> bool:
    """Return whether an address has no parameter that says nothing."""
    return (
        all(query.values())
        and query.get("sort") != offers.Sort.NEWEST
        and query.get("page") != "1"
        and ("currency" not in query or "maxPrice" in query)
    )


def to_address(typed: Mapping[str, str], page: int = 1) -> str:
    """Return the address of a page of the catalogue with the filters that were typed, and no empty parameters."""
    chosen = {name: value for name in FILTERS if (value := typed.get(name, "").strip())}
    if chosen.get("sort") == offers.Sort.NEWEST:
        del chosen["sort"]
    if "maxPrice" not in chosen:
        chosen.pop("currency", None)
    query = urlencode(chosen | ({"page": str(page)} if page > 1 else {}))
    return f"/?{query}" if query else "/"


def list_chips(typed: Mapping[str, str], filters: Filters) -> list[Chip]:
    """Return a chip for each filter that is chosen; the order of the list is none."""
    names = dict(filters.domains)
    texts: dict[str, Callable[[str], str]] = {
        "q": lambda value: f"“{value}”",
        "domain": lambda value: names.get(value, value),
        "niche": str,
        "language": name_language,
        "country": name_country,
        "rel": lambda value: labels.REL_BADGES.get(value, value),
        "maxPrice": lambda value: f"up to {format_number(parse_number(value))} {typed.get('currency', '')}".strip(),
        "minWords": lambda value: f"from {format_number(parse_number(value))} words",
        "publishedSince": lambda value: f"since {format_day(date.fromisoformat(value))}",
        "free": lambda _: "with spots left",
    }
    return [
        Chip(text(typed[name]), to_address({other: value for other, value in typed.items() if other != name}))
        for name, text in texts.items()
        if name in typed
    ]


def list_pages(number: int, pages: int) -> list[int]:
    """Return the numbers of the pages to link to: the first, the last, and those around this one; 0 for a gap."""
    shown = sorted({1, pages, *range(max(1, number - 2), min(pages, number + 2) + 1)})
    listed: list[int] = []
    for one in shown:
        if listed and one > listed[-1] + 1:
            listed.append(0)
        listed.append(one)
    return listed

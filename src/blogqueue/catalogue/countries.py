"""The countries that a domain's readers may be in, by their codes (ISO 3166-1 alpha-2), as Babel lists them."""

import re
from functools import cache

from babel import Locale

_GROUPS = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
"""Codes of two letters for groups of countries, or for none."""


@cache
def list_countries() -> frozenset[str]:
    """Return the codes of all countries. Babel's names of them take 4 MB, which most processes never need."""
    return frozenset(code for code in map(str, Locale("en").territories) if re.fullmatch("[A-Z]{2}", code)) - _GROUPS

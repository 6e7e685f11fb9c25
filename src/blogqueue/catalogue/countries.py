"""The countries that a domain's readers may be in, by their codes (ISO 3166-1 alpha-2), as Babel lists them."""

import re

from babel import Locale

_GROUPS = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
"""Codes of two letters for groups of countries, or for none."""

COUNTRIES = frozenset(code for code in map(str, Locale("en").territories) if re.fullmatch("[A-Z]{2}", code)) - _GROUPS

"""The language of Stripe's payment page."""

from babel import Locale

_NAMES = """
bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl
sv th tr vi zh zh-HK zh-TW
"""

LOCALES = frozenset(_NAMES.split())
"""The locales that Checkout knows (docs.stripe.com/api/checkout/sessions/create, "locale")."""

CLOSEST = {"no": "nb", "nn": "nb", "hi": "hi-IN", "zh_Hant": "zh-TW"}
"""Locales that Checkout has under another name."""

ANY = "auto"
"""Checkout then chooses by the browser's languages."""


def find_locale(name: str) -> str:
    """Return the locale of Checkout that is closest to one of Babel's: de_AT is de; "auto" if Checkout has none."""
    locale = Locale.parse(name)
    parts = [part for part in (locale.language, locale.script) if part]
    names = [f"{locale.language}-{locale.territory}", CLOSEST.get("_".join(parts), ""), locale.language]
    return next((one for one in names if one in LOCALES), ANY)

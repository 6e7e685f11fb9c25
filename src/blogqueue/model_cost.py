"""What the model's tokens cost, at the prices in the settings; nothing is known of it while these are 0."""

from decimal import Decimal

from blogqueue.settings import settings

MILLION = 1_000_000
"""Providers give their prices per million tokens (platform.openai.com/docs/pricing)."""


def is_known() -> bool:
    """Return whether the settings have prices."""
    return bool(settings.model_price_input or settings.model_price_output)


def count(tokens_in: int, tokens_cached: int, tokens_out: int) -> Decimal:
    """Return what tokens cost, in units of the currency; `tokens_cached` are a part of `tokens_in`.

    While no price of cached tokens is set, they cost as much as the others.
    """
    cached_price = settings.model_price_cached or settings.model_price_input
    return (
        (tokens_in - tokens_cached) * settings.model_price_input
        + tokens_cached * cached_price
        + tokens_out * settings.model_price_output
    ) / MILLION


def describe(tokens_in: int, tokens_cached: int, tokens_out: int) -> str:
    """Return the cost for people to read, such as "0.0123 USD"; "" if no prices are set."""
    if not is_known():
        return ""
    amount = count(tokens_in, tokens_cached, tokens_out)
    return f"{amount:,.{2 if amount >= 1 else 4}f} {settings.model_price_currency}"

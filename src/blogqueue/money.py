"""Amounts in words: integer minor units with the currency beside them."""

# Currencies without minor units, as Stripe counts them (docs.stripe.com/currencies, "Zero-decimal currencies").
ZERO_DECIMAL = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)


def amount(minor_units: int, currency: str) -> str:
    """4900, "EUR" → "49.00 EUR"."""
    code = currency.upper()
    if code in ZERO_DECIMAL:
        return f"{minor_units} {code}"
    return f"{minor_units // 100}.{minor_units % 100:02d} {code}"

"""Amounts of money: integers in minor units (cents), with their currency beside them."""

# Currencies without minor units (docs.stripe.com/currencies, "Zero-decimal currencies").
ZERO_DECIMAL = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)

_ISO_4217 = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
IRR ISK JMD JPY KES KGS KHR KMF KPW KRW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS
SRD SSP STN SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR
ZMW ZWG
"""

CURRENCIES = frozenset(_ISO_4217.split())
"""The national currencies of ISO 4217, except those with three decimals (BHD, KWD, …), which are not supported."""


def format_amount(minor_units: int, currency: str) -> str:
    """Return an amount for people to read: 4900, "EUR" → "49.00 EUR"."""
    code = currency.upper()
    if code in ZERO_DECIMAL:
        return f"{minor_units} {code}"
    return f"{minor_units // 100}.{minor_units % 100:02d} {code}"

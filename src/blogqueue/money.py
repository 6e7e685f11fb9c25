"""Amounts of money: integers in minor units as Stripe counts them, with their currency beside them.

The rules are those of docs.stripe.com/currencies: "Zero-decimal currencies", "Three-decimal currencies", "Special
cases" and "Minimum and maximum charge amounts".
"""

import re

ZERO_DECIMAL = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
"""Currencies that Stripe counts in whole units."""

THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
"""Currencies with three decimals, of which Stripe takes amounts whose last digit is 0."""

WHOLE_ONLY = frozenset(["ISK", "UGX"])
"""Currencies without decimals that Stripe counts in hundredths nevertheless: 500 is 5 UGX."""

_ISO_4217 = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR
MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF
YER ZAR ZMW ZWG
"""

CURRENCIES = frozenset(_ISO_4217.split())
"""The national currencies of ISO 4217, except those with three decimals that Stripe does not know."""

_MINIMUMS = {
    "AED": 200, "CZK": 15_00, "DKK": 250, "GBP": 30, "HKD": 400, "HUF": 175_00, "MXN": 10_00, "MYR": 200, "NOK": 300,
    "PLN": 200, "RON": 200, "SEK": 300, "THB": 10_00,
}  # fmt: skip

HIGHEST = 99_999_999
"""Stripe accepts amounts of up to eight digits (docs.stripe.com/api/payment_intents/object, "amount")."""

_TYPED = re.compile(r"(\d{1,8})(?:\.(\d{1,3})|,(\d{1,2}))?", re.ASCII)
"""An amount as people write it. A comma before three digits could as well separate thousands, so it is refused."""


class AmountError(ValueError):
    """An amount that cannot be a price; the message says which rule it breaks."""


def count_decimals(currency: str) -> int:
    """Return how many decimals people write in amounts of a currency."""
    code = currency.upper()
    if code in ZERO_DECIMAL or code in WHOLE_ONLY:
        return 0
    return 3 if code in THREE_DECIMAL else 2


def get_scale(currency: str) -> int:
    """Return how many minor units make one unit of a currency at Stripe."""
    code = currency.upper()
    if code in ZERO_DECIMAL:
        return 1
    return 1000 if code in THREE_DECIMAL else 100


def get_minimum(currency: str) -> int:
    """Return the lowest price in minor units.

    It is 50 in most currencies of Stripe's table. In one that is not in the table Stripe takes what is worth as much as
    its minimum in the account's currency, which cannot be known here, so that this is only a lower bound.
    """
    code = currency.upper()
    return _MINIMUMS.get(code, 100 if code in WHOLE_ONLY or code in THREE_DECIMAL else 50)


def format_typed(minor_units: int, currency: str) -> str:
    """Return an amount as editors type it: 4900, "EUR" → "49.00 EUR". People read `localized.format_price`."""
    units, rest = divmod(minor_units, get_scale(currency))
    decimals = count_decimals(currency)
    return f"{units}{f'.{rest:0{decimals}d}' if decimals else ''} {currency.upper()}"


def parse_price(typed: str, currency: str) -> int:
    """Return a price that a person typed, "59.00", in minor units. Raises AmountError."""
    code = currency.upper()
    found = _TYPED.fullmatch(typed.strip().removesuffix(code).strip())
    decimals = count_decimals(code)
    example = format_typed(49 * get_scale(code), code).removesuffix(f" {code}")
    if found is None:
        raise AmountError(f"Must be an amount like {example}.")
    fraction = found[2] or found[3] or ""
    if len(fraction) > decimals:
        allowed = f"at most {decimals} decimals" if decimals else "no decimals"
        raise AmountError(f"{code} has {allowed}: write an amount like {example}.")
    amount = int(found[1]) * get_scale(code) + (int(fraction.ljust(decimals, "0")) if fraction else 0)
    check_price(amount, code)
    return amount


def check_price(minor_units: int, currency: str) -> None:
    """Raise AmountError unless Stripe takes a payment of this amount."""
    code = currency.upper()
    lowest = get_minimum(code)
    if not lowest <= minor_units <= HIGHEST:
        raise AmountError(f"Must be from {format_typed(lowest, code)} to {format_typed(HIGHEST, code)}.")
    if code in WHOLE_ONLY and minor_units % 100:
        raise AmountError(f"{code} has no decimals: Stripe takes whole amounts only.")
    if code in THREE_DECIMAL and minor_units % 10:
        raise AmountError(f"The last of the three decimals must be 0 in {code}: Stripe takes no other amounts.")


def check_sum(price: int, added: int, currency: str) -> None:
    """Raise AmountError for two amounts that are paid together and are more than Stripe takes in one payment."""
    if price + added > HIGHEST:
        shown, highest = format_typed(price + added, currency), format_typed(HIGHEST, currency)
        raise AmountError(f"Together with the price of an article this is {shown}; Stripe takes up to {highest}.")

"""What counts as an address, a host name, a telephone number or a price, and what only looks like one."""

import pytest

from blogqueue.writing.markdown.contact_details import (
    LONG_NUMBER_DIGITS,
    find_addresses,
    find_hosts,
    find_numbers,
    find_prices,
    find_telephones,
)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("See HTTPS://A.example/, now", ["https://a.example"]),
        ("(www.a.example)", ["www.a.example"]),
        ("http:a ftp:b mailto:c tel:1 data:d javascript:e xmpp:f", [
            "http:a", "ftp:b", "mailto:c", "tel:1", "data:d", "javascript:e", "xmpp:f",
        ]),
        ("me@a.example", ["me@a.example"]),
        ("a.example/b a.example?c a.example#d a.example:80 1.2.3.4/e", [
            "a.example/b", "a.example?c", "a.example#d", "a.example:80", "1.2.3.4/e",
        ]),
        ("me\uff20a\uff0eexample", ["me@a.example"]),
        ("me@a @a.example me@.a a@b. and/or a.example 10:30 main.rb/x app.js/y e.g./x note: x", []),
    ],
)  # fmt: skip
def test_addresses(text: str, addresses: list[str]) -> None:
    assert find_addresses(text) == addresses


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("At Www.A.Example, b.a.example/c and 10.0.0.1.", ["a.example", "b.a.example", "10.0.0.1"]),
        ("a.xn--p1ai a.example-offers a\u3002example a\uff61example", [
            "a.xn--p1ai", "a.example", "a.example", "a.example",
        ]),
        ("b\u00fccher.example", ["b\u00fccher.example"]),
        ("_dmarc.a.example -a.example", ["dmarc.a.example", "a.example"]),
        ("Node.js main.css 3.5 1.2.3 U.S. a.b e.g. config.json x.1a", []),
        ("\u4e00\u3002\u4e8c", []),
    ],
)  # fmt: skip
def test_hosts(text: str, hosts: list[str]) -> None:
    assert find_hosts(text) == hosts


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1234567", ["1234567"]),
        ("123456", []),
        ("+123456 and +1234567", ["+1234567"]),
        ("+1 (234) 5-6.7/8\u00a09", ["+123456789"]),
        ("1234+567 8901234", ["5678901234"]),
        ("123, 4567", []),
        ("\u0661\u0662\u0663\u0664\u0665\u0666\u0667", ["\u0661\u0662\u0663\u0664\u0665\u0666\u0667"]),
    ],
)
def test_numbers_of_seven_digits(text: str, numbers: list[str]) -> None:
    assert find_numbers(text, 7) == numbers


@pytest.mark.parametrize(
    ("text", "telephones"),
    [
        ("123456789", {"123456789"}),
        ("12345678", set[str]()),
        ("555-1234", {"5551234"}),
        ("555.1234", {"5551234"}),
        ("12 34 56 78", {"12345678"}),
        ("12-34-56-78", {"12345678"}),
        ("2010-2020, 1-555-1234, 1.555-1234, 555-12345, 555-1234.5, 12 34 56", set[str]()),
        ("Call 12345", {"12345"}),
        ("call: 1 23 45", {"12345"}),
        ("Phone us 12345", {"12345"}),
        ("call 1 2 3 45", set[str]()),
        ("Call 1234", set[str]()),
        ("fax me at 12345", {"12345"}),
        ("fax me right at 12345", set[str]()),
        ("12345", set[str]()),
    ],
)
def test_telephones(text: str, telephones: set[str]) -> None:
    assert find_telephones(text, LONG_NUMBER_DIGITS) == telephones


@pytest.mark.parametrize(
    ("text", "prices"),
    [
        ("$9.99, (\u20ac5) or 7\u20ac! or \u00a35", {"$9.99", "\u20ac5", "7\u20ac", "\u00a35"}),
        ("$ 9 and 9 $", {"$ 9", "9 $"}),
        ("20 USD or USD 20", {"20 USD", "USD 20"}),
        ("20EUR EUR20. 1,000CHF", {"20EUR", "EUR20", "1,000CHF"}),
        ("20 eur or 20eur", {"20 eur", "20eur"}),
        ("20 euros or 5 Dollars.", {"20 euros", "5 Dollars"}),
        ("euros 20 SEK20x PHP 8 20 sek $ and $x or 5 pounds", set[str]()),
        ("Euro 2024", set[str]()),
    ],
)
def test_prices(text: str, prices: set[str]) -> None:
    assert find_prices(text) == prices

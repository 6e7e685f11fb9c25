"""Forbidden words are found however they are spelled, and other words are left alone."""

import idna
import pytest

from blogqueue.catalogue.forbidden_words import find_forbidden
from blogqueue.catalogue.link_rules import explain_host

PUNYCODE = idna.encode("\u0441\u0430sin\u043e").decode()
FORBIDDEN = ["casino", "sex", "Online gambling", "\u043a\u0430\u0437\u0438\u043d\u043e", "caf\u00e9"]


@pytest.mark.parametrize(
    "text",
    [
        "the best Casino", "casinos", "CASINO24", "a ca-sino", "c.a.s.i.n.o", "c\u00e1sino",
        "c%61sino", "%2563asino", "\uff43\uff41\uff53\uff49\uff4e\uff4f", "\u0441\u0430s\u0456n\u043e", "\u03f2asino",
        "cas1no", "ca\u00adsino", "ca\u200bsino", "c@s1n0",
        "https://x.example/c%61sino", "https://casino.example/", "https://onlinecasino24.example/", "https://x.example/?q=casino",
        f"https://{PUNYCODE}.example/", "https://xn--n1agdj.example/casino",
        "https://x.example/Sex/", "sex-shop", "online-gambling", "Online  Gambling", "https://online-gambling.example/",
        "\u041a\u0430\u0437\u0438\u043d\u043e", "a cafe", "https://x.example/caf%C3%A9",
    ],
)  # fmt: skip
def test_a_forbidden_word_is_found_in_disguise(text: str) -> None:
    assert find_forbidden(text, FORBIDDEN), text


@pytest.mark.parametrize(
    "text",
    [
        "Essex and Sussex", "https://essex.example/sussex", "sextant and sextet", "a cast in oil", "gambling", "online",
        "cassino", "Casimir", "https://x.example/100%25", "%", "", "50 sixes", "caffeine", "casinoesque",
    ],
)  # fmt: skip
def test_other_words_pass(text: str) -> None:
    assert find_forbidden(text, FORBIDDEN) == []


def test_a_word_without_letters_forbids_nothing() -> None:
    assert find_forbidden("anything", ["", "--", "!"]) == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.example.com/", ""),
        ("https://xn--mnchen-3ya.example/", "reads as m\u00fcnchen.example (Latin letters)"),
        ("https://xn--80ak6aa92e.com/", "reads as \u0430\u0440\u0440\u04cf\u0435.com (Cyrillic letters)"),
        (
            "https://xn--pple-43d.com/",
            "reads as \u0430pple.com (Cyrillic and Latin letters; a word mixes scripts, as look-alikes do)",
        ),
    ],
)
def test_an_editor_reads_how_a_host_is_spelled(url: str, shown: str) -> None:
    assert explain_host(url) == shown

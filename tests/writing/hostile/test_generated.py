"""Right edits and articles that Hypothesis makes hostile: something is inserted, swapped or dropped at a random place.

Few examples by default; `make thorough` tries many.
"""

import re
from collections.abc import Callable

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.thoroughness import examples
from tests.writing.article.right_article import BODY, TITLE, broken_rules
from tests.writing.article.right_article import LITERAL as ARTICLE_LITERAL
from tests.writing.garden import NOTES
from tests.writing.hostile.edits import SCHEMES
from tests.writing.hostile.heap import HEAP, PARAGRAPH, RIGHT_EDITS, apply_to_heap, find_problems
from tests.writing.hostile.test_renderers import find_more_than_bought
from tests.writing.link_edit.scenes import LITERAL, SENTENCE

EXAMPLES = examples(30, 500)
hostile = settings(max_examples=EXAMPLES, deadline=None)

WORDS = st.text("abcdefgxyzäéß", min_size=1, max_size=8)
SPACED = st.sampled_from(["", " ", "\t", "\u00a0"])
LOOK_ALIKES = dict(zip("aceopxyiAEOPCTBHKMX", "асеорхуіАЕОРСТВНКМХ", strict=True))
CURRENCIES = ["$", "€", "£", "¥", "₹", "＄"]


@st.composite
def encoded(draw: st.DrawFn, text: str) -> str:
    """Write some characters of a text as character references or percent-encoded, or in another case."""
    ways: list[Callable[[str], str]] = [
        lambda c: c,
        lambda c: c,
        lambda c: f"&#{ord(c)};",
        lambda c: f"&#x{ord(c):x}",
        lambda c: f"%{ord(c):02x}",
        str.upper,
    ]
    return "".join(draw(st.sampled_from(ways))(c) for c in text)


@st.composite
def links(draw: st.DrawFn) -> str:
    """Make a link, an image, a tag or an autolink with any scheme, in any encoding."""
    url = draw(st.sampled_from(SCHEMES)) if draw(st.booleans()) else draw(encoded(draw(st.sampled_from(SCHEMES))))
    word, blank = draw(WORDS), draw(SPACED)
    shapes = ["[{w}]({b}{u})", "![{w}]({u})", "[{w}](<{u}>)", "[{w}]({u} '{w}')", "<{u}>", '<a href="{u}">{w}',
        "[[{u}|{w}]]",
              "[{w}][{u}]", "[{w}]: {u}", "<img src={u} {w}", "[{w}]({u}){{: .{w}}}", "%[{u}]",
              "@[{w}]({u})"]  # fmt: skip
    return draw(st.sampled_from(shapes)).format(w=word, u=url, b=blank)


@st.composite
def constructs(draw: st.DrawFn) -> str:
    """Make something that a renderer, extension or site generator reads."""
    word, blank = draw(WORDS), draw(SPACED)
    pairs = [("{{", "}}"), ("{%", "%}"), ("{#", "#}"), ("<%", "%>"), ("{{<", ">}}"), ("{", "}"), ("${", "}"), ("[[",
        "]]"),
             ("[", "]"), ("<", ">"), ("</", ">"), ("<!--", "-->"), ("**", "**"), ("*", "*"), ("_", "_"), ("__", "__"),
             ("~~", "~~"), ("==", "=="), ("^", "^"), ("$", "$"), ("%%", "%%"), ("||", "||"), ("((", "))"), ("[^", "]"),
             ("^[", "]"), ("{: .", "}"), ("@include(", ")"), ('--8<-- "', '"'), ("*[", "]: x"), ("\\(", "\\)"), ("::",
             "::"),
             ("#", ""), ("@", ""), ("[!", "]"), ("{", ""), ("<", ""), ("`{{", "}}`"), ("`<", ">`"), ("\\",
             "")]  # fmt: skip
    opening, closing = draw(st.sampled_from(pairs))
    tight = opening in {"<", "</", "*", "_", "__", "#", "@", "::", "\\"}
    return f"{opening}{'' if tight else blank}{word}{'' if tight else blank}{closing}"


@st.composite
def contacts(draw: st.DrawFn) -> str:
    """Make a host name, a telephone number, a price or a handle, in plain or other characters."""
    digits = draw(st.text("123456789", min_size=9, max_size=12))
    name = draw(st.text("bcdfgmn", min_size=3, max_size=8))
    dot = draw(
        st.sampled_from([".", "[.]", "(.)", " dot ", "\u3002", "\uff0e", "\u2024", "\u00b7", "\u06d4", "\u2022", " ."])
    )
    kinds = [
        f"{name}{dot}{draw(st.sampled_from(['com', 'org', 'shop']))}", digits,
        f"+{digits[:2]} {digits[2:5]} {digits[5:]}",
        f"{digits[:3]}-{digits[3:6]}-{digits[6:]}", f"{draw(st.sampled_from(CURRENCIES))}{digits[:2]}",
        f"{digits[:3]} EUR",
        f"{digits[:2]} % off", f"@{name}", f"www.{name}.com", f"{name}@{name}.com",
    ]  # fmt: skip
    text = draw(st.sampled_from(kinds))
    wide = {ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789@$+"}
    return text.translate(wide) if draw(st.booleans()) else text


def insert(text: str, at: int, thing: str) -> str:
    """Insert something between two words of a text."""
    words = text.split(" ")
    at %= len(words) + 1
    return " ".join([*words[:at], thing, *words[at:]])


PLACES = st.integers(0, 200)


@given(thing=links() | constructs() | contacts(), at=PLACES, replace=st.booleans())
@hostile
def test_an_edit_with_something_inserted_is_refused(thing: str, at: int, replace: bool) -> None:  # noqa: FBT001 - Hypothesis passes by name
    plain = SENTENCE.replace(LITERAL, "LINK")
    text = insert(plain, at, thing).replace("LINK", LITERAL)
    if replace:
        text = f"{insert(PARAGRAPH, at, thing)} {SENTENCE}"

    assert find_problems(text, "replace" if replace else "append", NOTES) != []


@given(at=st.integers(0, len(PARAGRAPH) - 1), letter=st.sampled_from("qzжοｅ7'`"), drop=st.booleans())
@hostile
def test_a_paragraph_with_a_letter_or_digit_changed_is_refused(at: int, letter: str, drop: bool) -> None:  # noqa: FBT001 - as above
    assume(PARAGRAPH[at].isalnum())
    new = "" if drop else LOOK_ALIKES.get(PARAGRAPH[at], letter)

    assert find_problems(f"{PARAGRAPH[:at]}{new}{PARAGRAPH[at + 1 :]} {SENTENCE}", "replace") != []


@given(
    at=PLACES,
    word=st.sampled_from(["not", "never", "no", "hardly", "15", "million", "-3", "nicht", "jamais", "nunca", "2.5 %"]),
)
@hostile
def test_a_negation_or_number_within_the_authors_words_is_refused(at: int, word: str) -> None:
    changed = insert(PARAGRAPH, at % len(PARAGRAPH.split(" ")), word)

    assert find_problems(f"{changed} {SENTENCE}", "replace") != []


@given(at=PLACES, count=st.integers(1, 3))
@hostile
def test_a_paragraph_without_some_words_is_refused(at: int, count: int) -> None:
    words = PARAGRAPH.split(" ")
    at %= len(words)
    assume(re.search(r"\w", " ".join(words[at : at + count])))

    assert find_problems(f"{' '.join([*words[:at], *words[at + count :]])} {SENTENCE}", "replace") != []


@given(thing=links() | constructs() | contacts(), at=st.integers(0, 2000))
@settings(max_examples=max(10, EXAMPLES // 4), deadline=None)
def test_an_article_with_something_inserted_is_refused(thing: str, at: int) -> None:
    assume(not re.match(r"[*_~]", thing))  # an article may emphasise
    body = insert(BODY.replace(ARTICLE_LITERAL, "LINK"), at, thing).replace("LINK", ARTICLE_LITERAL)

    assert broken_rules(body=body) | broken_rules(title=f"{TITLE[:30]} {thing}") != set()
    assert broken_rules(body=body) != set()


@given(
    data=st.data(),
    text=st.text("ab .,:;!?-()'\"/&%+=\u00e9\u2013\u201c1 2", max_size=80),
    edit=st.sampled_from(RIGHT_EDITS),
)
@hostile
def test_an_edit_that_passes_is_one_link_to_every_renderer(
    data: st.DataObject, text: str, edit: tuple[str, str]
) -> None:
    mode, right = edit
    made = insert(right, data.draw(PLACES), text.strip()) if mode == "append" else f"{right} {text}"
    assume(made.strip())
    if find_problems(made, mode) == []:
        assert find_more_than_bought(HEAP, apply_to_heap(made, mode)) == {}

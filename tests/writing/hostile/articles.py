"""Hostile whole articles by kind, made from a right one; each must be refused, by whichever rule."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.writing.article.right_article import BODY, LITERAL, RAIN, TITLE
from tests.writing.article.wrong_articles import added, inserted
from tests.writing.hostile.edits import APPENDED

_INLINE = [
    "[x](javascript:alert(1))", "[x](data:text/html,x)", "![x](javascript:alert(1))", "[x](//other.example)",
    "[x](/other)",
    "[gallery ids=1]", "[[x]]", "[x]", "<b>x</b>", "<img src=x onerror=alert(1) and more", "<x", "{{ x }}", "{x}",
    "&copy;", "&#91;x&#93;", "@evilshop", "evil[.]com", "evil\u00b7com", "evil dot com", "www.other.example",
    "12345678",
    "5 \u20ac", "50 % off", "S\u0336o", "p\u0430yp\u0430l", "So\u200bit", "#tag", "x^2^", "==x==", "$x$", ":x:",
    "\\[x]",
]  # fmt: skip
"""What may not be in any place: a paragraph, a heading, a list, a quote, a table or the title."""

_PLACES: dict[str, Callable[[str], str]] = {
    "a paragraph": added,
    "emphasis": lambda text: added(f"*{text}*"),
    "a heading": lambda text: inserted(f"### So it is {text} here\n\nSo be it."),
    "a list": lambda text: inserted(f"- So it is {text} here"),
    "a quote": lambda text: inserted(f"> So it is {text} here"),
    "a table": lambda text: inserted(f"| so | it is |\n| - | - |\n| here | {text} |"),
}  # fmt: skip

_BLOCKS = [
    'import x from "y"', "export const x = 1", "!!! note\n    x", "??? note", "::: note", ":::{note}", "*[HTML]: x",
    '--8<-- "x"', '=== "Tab"', "/// note", ": definition", "%% x", "{% x %}", "{{< x >}}", "<div>", "<!-- x -->",
    "$$\nx\n$$",
    "[x]: https://other.example", "[^1]: x", "```\nx\n```", "    code", "***", "# Title", "+++\nx\n+++", "[TOC]",
    "[toc]",
    ".. include:: x", "@include(x)", "| {{ x }} |\n| - |", "~~~\nx\n~~~", "![x](/x.png)", "Term\n: definition", ";;; x",
]  # fmt: skip


class HostileArticle(NamedTuple):
    """A title and a body as a hostile model proposes them."""

    kind: str
    title: str
    body: str


def list_hostile_articles() -> Iterator[HostileArticle]:
    for place, put in _PLACES.items():
        yield from (HostileArticle(place, TITLE, put(text)) for text in _INLINE)
    yield from (HostileArticle("the title", f"Mulching with {text} in summer", BODY) for text in _INLINE)
    yield from (HostileArticle("another block", TITLE, inserted(text)) for text in _BLOCKS)
    for kind in ("a host in disguise", "a handle", "a telephone number", "a price", "emphasis", "HTML", "a template",
                 "a shortcode or include", "another form of link", "talk to somebody else"):  # fmt: skip
        texts = [text for text in APPENDED[kind] if text not in _ALLOWED]
        yield from (HostileArticle(kind, TITLE, added(text)) for text in texts)
    yield HostileArticle("too much", TITLE, added("[" * 200_000))
    yield HostileArticle("too much", TITLE, added("word " * 40_000))
    yield HostileArticle("too much", f"{TITLE} " * 200, BODY)
    yield HostileArticle("the link itself", TITLE, BODY.replace(LITERAL, f"!{LITERAL}"))
    yield HostileArticle("the link itself", TITLE, BODY.replace(LITERAL, f"[{LITERAL}]({RAIN.url})"))


_ALLOWED = {
    "**BUY NOW**", "*now*", "_now_", "__now__", "***now***", "~~now~~", "`` now ``", "```now```", "n*o*w"}  # fmt: skip
"""An article may emphasise."""

HOSTILE_ARTICLES = list(list_hostile_articles())

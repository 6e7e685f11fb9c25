"""The title of an imported article, as plain text."""

import re
from collections.abc import Mapping, Sequence
from html import unescape
from itertools import pairwise

from markdown_it.token import Token

from blogqueue.catalogue.importer.dates import strip_date
from blogqueue.writing.markdown.parsing import MARKDOWN, parse

_MARKUP = frozenset(
    {"a", "abbr", "b", "br", "center", "cite", "code", "del", "em", "font", "h1", "i", "img", "ins", "kbd", "mark", "q",
     "s", "small", "span", "strong", "sub", "sup", "time", "u"}
)  # fmt: skip
"""The tags that a title may be marked up with; the T of `Vec<T>` is not one of them."""

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)\b[^>]*>")
_ATTRIBUTES = re.compile(r"\s*\{[#:.][^{}]*\}\s*$")
_TEMPLATE = re.compile(r"\{\{.*\}\}|\{%.*%\}|<%.*%>")
_HTML_HEADING = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL | re.IGNORECASE)


def find_title(front_matter: Mapping[str, object], article: str, name: str) -> str:
    """Return an article's title: of its front matter, else its first heading of level one, else its file's name."""
    written = front_matter.get("title")
    title = clean_title(written) if isinstance(written, str | int) and not isinstance(written, bool) else ""
    return title or _find_heading(article) or strip_date(name).replace("-", " ").replace("_", " ").strip().capitalize()


def clean_title(written: str | int) -> str:
    """Return a title without markup, entities and attributes; "" for one that a template would fill in."""
    if _TEMPLATE.search(str(written)):
        return ""
    if "\0" in str(written):
        return str(written)  # to be refused: the parser would replace it
    source = _ATTRIBUTES.sub("", " ".join(str(written).split()))
    inline = MARKDOWN.parseInline(source)
    return " ".join(_read_text(inline[0].children or []).split()) if inline else ""


def _find_heading(article: str) -> str:
    """Return the text of the first heading of level one, in Markdown of any form or in HTML, or ""."""
    tokens = parse(article).tokens
    for token, content in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h1" and token.level == 0:
            title = clean_title(content.content)
            if title:
                return title
        if token.type == "html_block":
            match = _HTML_HEADING.search(token.content)
            if match:
                return clean_title(unescape(match[1]))
    return ""


def _read_text(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token.type in {"text", "code_inline", "text_special"}:
            parts.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif token.type == "html_inline":
            match = _TAG.fullmatch(token.content)
            parts.append("" if match and match[1].lower() in _MARKUP else token.content)
    return "".join(parts)

"""An article's text as its page shows it: with its HTML, its own pictures and links, and without template syntax.

A paid link is there only if this page shows it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from html import unescape
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit

import nh3

from blogqueue.writing.markdown.links import Link, to_link
from blogqueue.writing.markdown.parsing import parse
from blogqueue.writing.markdown.rendering import (
    ATTRIBUTES,
    CHANGED,
    MARKED,
    URL_SCHEMES,
    HtmlLink,
    find_html_links,
    render,
    render_body,
)
from blogqueue.writing.markdown.template_syntax import PLACEHOLDER, QUOTED_PLACEHOLDER, hide_template_syntax

_DROPPED = {"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "canvas", "audio", "video",
            "form", "textarea", "select", "title"}  # fmt: skip
"""The tags whose content is not shown either; nh3 removes other unknown tags and keeps their content."""

_TAGS = nh3.ALLOWED_TAGS | _DROPPED

_ATTRIBUTES = ATTRIBUTES | {"*": {"dir", "hidden", "lang"}, "p": {"id"}}
_HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1>\s*", re.DOTALL)
_HEADING_TAG = re.compile(r"(</?h)([1-5])\b")
_EMPTY = re.compile(r"<p>\s*</p>\s*")
_ROOTS = frozenset({"content", "source", "src"})
"""Folders of generators that are not part of an address."""

SAMPLE = 5000
"""So many characters show in which direction a text is written."""


def render_page(
    article: str,
    paid: Sequence[tuple[Link, str]],
    *,
    title: str,
    host: str,
    source: str | None,
    changed: tuple[int, int] | None = None,
) -> str:
    """Render an article's body below a page's own heading, `title`, as sanitised HTML.

    The body's first heading is left out if it is the title, and if others are of the first level, all move one level
    down. `paid` and `changed` are as in `rendering.render`. Relative links and pictures are resolved against
    the folder of the file `source` at https://`host`, and pictures of other hosts are left out. A text without a file
    was written here, and links to other articles on these pages.
    """
    base = f"https://{host}/{_find_folder(source)}"
    cleaner = nh3.Cleaner(
        attributes=_ATTRIBUTES,
        clean_content_tags=_DROPPED,
        url_schemes=URL_SCHEMES,
        link_rel=None,
        attribute_filter=lambda tag, name, value: _filter_attribute(tag, name, value, base, here=source is None),
    )
    html = cleaner.clean(render_body(hide_template_syntax(article), paid, host, changed, _TAGS))
    return _place_below(_EMPTY.sub("", html.replace(PLACEHOLDER, "")), title)


def find_lost_links(article: str, paid: Sequence[tuple[Link, str]]) -> list[Link]:
    """Return the paid links that readers do not get exactly once, with target, anchor text and rel, in plain text.

    Plain: not struck through or otherwise emphasised, and not as code. A link in the article's own HTML does not count.
    """
    found = Counter[Link]()
    plain: set[Link] = set()
    for rendered in parse(article).links:
        link = to_link(rendered)
        found[link] += 1
        if rendered.plain:
            plain.add(link)
    # Of other articles, the page shows what `render` writes, which takes half as long.
    is_plain = not _has_html(article) and hide_template_syntax(article) == article
    html = render(article, paid) if is_plain else render_page(article, paid, title="", host="", source=None)
    shown = set(find_html_links(html))
    return [
        link
        for link, rel in paid
        if found[link] != 1
        or link not in plain
        or HtmlLink(link.anchor_text, (("href", link.target_url), *((("rel", rel),) if rel else ()))) not in shown
    ]


def _has_html(article: str) -> bool:
    return any(block.html or any(inline.html for inline in block.inlines) for block in parse(article).blocks)


def is_right_to_left(html: str) -> bool:
    """Return whether most letters of a rendered text belong to scripts that are written from right to left."""
    kinds = [unicodedata.bidirectional(c) for c in unescape(re.sub(r"<[^>]*>", "", html[: 4 * SAMPLE]))[:SAMPLE]]
    right = sum(kind in {"R", "AL"} for kind in kinds)
    return right > kinds.count("L")


def _find_folder(source: str | None) -> str:
    """Return the folder of a file as a path that ends with a slash; "" at the top."""
    parts = [part for part in PurePosixPath(source or "").parts[:-1] if not part.startswith("_")]
    if parts and parts[0] in _ROOTS:
        parts = parts[1:]
    return "".join(f"{part}/" for part in parts)


def _filter_attribute(tag: str, name: str, value: str, base: str, *, here: bool) -> str | None:
    """Return an attribute's value with URLs resolved; None to leave the attribute out."""
    if name == "id":
        # The one that the renderer gave; an id in the article's own HTML could be one of the page's.
        return CHANGED if value == MARKED else None
    if (tag, name) not in {("a", "href"), ("img", "src")}:
        return value
    url = _resolve(value.replace(QUOTED_PLACEHOLDER, "").replace(PLACEHOLDER, "").strip(), base, here=here)
    foreign = url is not None and not url.startswith(urljoin(base, "/"))
    return None if name == "src" and foreign else url


def _resolve(url: str, base: str, *, here: bool) -> str | None:
    """Return where a link leads on the article's site; None for a fragment: no heading of this page has an id."""
    if not url or url.startswith("#"):
        return None
    try:
        if urlsplit(url).scheme or (here and url.startswith("/articles/")):
            return url
        return urljoin(base, re.sub(r"(?:(?<![^/])_?index)?\.(?:md|markdown)(?=$|[?#])", "/", url))
    except ValueError:
        return None


def _place_below(html: str, title: str) -> str:
    """Return a body that goes below a heading with the title."""
    first = _HEADING.search(html)
    if first and _to_words(first[2]) == _to_words(title):
        html = html[: first.start()] + html[first.end() :]
    if "<h1" not in html:
        return html
    return _HEADING_TAG.sub(lambda match: f"{match[1]}{int(match[2]) + 1}", html)


def _to_words(html: str) -> str:
    """Return the letters and digits of a heading, to compare it with a title."""
    return "".join(filter(str.isalnum, unescape(re.sub(r"<[^>]*>", "", html)).casefold()))

"""Articles as safe HTML, and the links that a browser finds in it."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from blogqueue.writing.markdown.html_tags import tidy
from blogqueue.writing.markdown.links import Link, to_link
from blogqueue.writing.markdown.parsing import MARKDOWN, Parsed, TopBlock, parse

URL_SCHEMES = {"http", "https", "mailto"}
"""nh3's default (`nh3.ALLOWED_URL_SCHEMES`) also allows ftp, magnet, ssh and more."""

CHANGED = "changed"
"""The HTML id of the paragraph that an edit changed."""

MARKED = "\uf8f1changed"
"""The same before sanitising: no article's own HTML has this id."""

_ANCHOR = re.compile(r"<a\b.*?</a>", re.DOTALL)

ATTRIBUTES = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()} | {"a": {"href", "title", "rel"}}

# link_rel=None: nh3 would overwrite our rel. Links open in the same tab, so they do not need noopener.
# The only id comes from our own renderer: an article's raw HTML is text by then.
_CLEANER = nh3.Cleaner(
    attributes=ATTRIBUTES, tag_attribute_values={"p": {"id": {CHANGED}}}, url_schemes=URL_SCHEMES, link_rel=None
)


def render(
    article: str,
    paid: Sequence[tuple[Link, str]] = (),
    changed: tuple[int, int] | None = None,
    *,
    lower: bool = False,
    images_of: str | None = None,
) -> str:
    """Render an article's body as sanitised HTML, each paid link with its rel ("" for none) and other links without.

    Front matter is left out. Raw HTML is shown as text, except comments, which no reader sees on any site. The
    paragraph at `article[slice(*changed)]` gets the id "changed". `lower` moves headings one level down, for a page
    that has its own heading. With `images_of`, a host, images of other hosts are replaced by their descriptions, so
    that a reader's browser requests nothing from third parties.
    """
    parsed = parse(article)
    marked = id(_find_opening(parsed, *changed)) if changed else 0
    env = {"rels": _assign_rels(parsed, paid), "marked": marked, "lower": lower, "images_of": images_of, "tags": ()}
    return _CLEANER.clean(_RENDERER.render(parsed.tokens, MARKDOWN.options, env))


def render_body(
    article: str,
    paid: Sequence[tuple[Link, str]],
    images_of: str,
    changed: tuple[int, int] | None,
    tags: Collection[str],
) -> str:
    """Render an article's body as HTML with its raw HTML, which is not sanitised: the caller must do that.

    `paid`, `images_of` and `changed` are as in `render`, but the changed paragraph's id is MARKED. Of the raw HTML,
    only whole `tags` are left.
    """
    parsed = parse(article)
    marked = id(_find_opening(parsed, *changed)) if changed else 0
    env = {"rels": _assign_rels(parsed, paid), "marked": marked, "lower": False, "images_of": images_of, "tags": tags}
    return _RENDERER.render(parsed.tokens, MARKDOWN.options, env)


def _assign_rels(parsed: Parsed, paid: Sequence[tuple[Link, str]]) -> dict[int, str]:
    """Return the rel of every link, keyed by the identity of its opening token; "" for none."""
    rels = dict(paid)
    return {id(link.opening): rels.get(to_link(link), "") for link in parsed.links}


def _find_opening(parsed: Parsed, start: int, end: int) -> Token | None:
    """Return the token that opens the first top-level block in a range."""
    openings = [token for token in parsed.tokens if token.level == 0 and token.nesting >= 0]
    blocks = parsed.within(start, end)
    return next((token for token, block in zip(openings, parsed.blocks, strict=True) if block in blocks), None)


def render_blocks(article: str, paid: Sequence[tuple[Link, str]] = ()) -> list[tuple[TopBlock, str]]:
    """Render block by block, as `render` does: return each top-level block with its HTML."""
    parsed = parse(article)
    env = {"rels": _assign_rels(parsed, paid), "marked": 0, "lower": False, "images_of": None, "tags": ()}
    ends = [at + 1 for at, token in enumerate(parsed.tokens) if token.level == 0 and token.nesting <= 0]
    return [
        (block, _CLEANER.clean(_RENDERER.render(parsed.tokens[start:end], MARKDOWN.options, env)))
        for block, start, end in zip(parsed.blocks, [0, *ends], ends, strict=False)
    ]


@dataclass(frozen=True, slots=True)
class HtmlLink:
    """A link in HTML: its text, and all its attributes sorted by name."""

    text: str
    attributes: tuple[tuple[str, str], ...]


def find_html_links(html: str) -> list[HtmlLink]:
    """Return every `<a>` of a piece of sanitised HTML, in order.

    nh3 writes no `<` but that of a tag, also in attributes, and no link within a link, so nothing else needs reading.
    """
    reader = _LinkReader()
    for anchor in _ANCHOR.findall(html):
        reader.feed(anchor)
    reader.close()
    return reader.links


class _LinkReader(HTMLParser):
    """Collect links; line breaks in their text become spaces."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[HtmlLink] = []
        self._attributes: tuple[tuple[str, str], ...] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._attributes = tuple(sorted((name, value or "") for name, value in attrs))
            self._text = []

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._attributes is not None:
            self.links.append(HtmlLink("".join(self._text).replace("\n", " "), self._attributes))
            self._attributes = None


class _Renderer(RendererHTML):
    """Render as markdown-it does, but add rels to links, replace other hosts' images, and show raw HTML as text."""

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401, ARG002 - the base's
        token = tokens[idx]
        rel = env["rels"].get(id(token), "")
        title = token.attrs.get("title")
        attributes = {"href": token.attrs.get("href", "")} | ({"title": title} if title else {})
        if rel:
            attributes["rel"] = rel
        return "<a" + "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items()) + ">"

    def paragraph_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401 - the base's
        if id(tokens[idx]) == env["marked"]:
            return f'<p id="{MARKED if env["tags"] else CHANGED}">'
        return self.renderToken(tokens, idx, options, env)

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401, ARG002 - the base's
        return f"<{_choose_heading_tag(tokens[idx].tag, lower=env['lower'])}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401, ARG002 - as above
        return f"</{_choose_heading_tag(tokens[idx].tag, lower=env['lower'])}>\n"

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401 - the base's
        token = tokens[idx]
        alt = self.renderInlineAsText(token.children or [], options, env)
        if env["images_of"] is None or _is_from(str(token.attrs.get("src", "")), env["images_of"]):
            return super().image(tokens, idx, options, env)
        return f"<em>[Picture: {escape(alt)}]</em>" if alt else "<em>[Picture]</em>"

    def html_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401, ARG002 - as above
        content = tokens[idx].content
        return tidy(content, env["tags"]) if env["tags"] else "" if _is_comment(content) else escape(content)

    def html_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401, ARG002 - as above
        content = tokens[idx].content
        return (
            tidy(content, env["tags"]) if env["tags"] else "" if _is_comment(content) else f"<p>{escape(content)}</p>\n"
        )


def _choose_heading_tag(tag: str, *, lower: bool) -> str:
    """Return a heading's tag, one level down with `lower`; h6 is the lowest."""
    return f"h{min(6, int(tag[1:]) + 1)}" if lower else tag


def _is_from(url: str, host: str) -> bool:
    """Return whether a URL is on a host (by https) or on the page's own host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (not parts.scheme and not parts.netloc) or (parts.scheme == "https" and parts.netloc == host)


def _is_comment(html: str) -> bool:
    source = html.strip()
    return source.startswith("<!--") and source.find("-->") == len(source) - len("-->")


_RENDERER = _Renderer()

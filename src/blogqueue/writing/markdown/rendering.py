"""Articles as safe HTML, and the links that a browser would find in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from blogqueue.writing.markdown.links import Link, as_link
from blogqueue.writing.markdown.parsing import MARKDOWN, Parsed, TopBlock, parse

URL_SCHEMES = {"http", "https", "mailto"}
"""nh3's default lets ftp, magnet, ssh and more through (FACTS §3)."""

CHANGED = "changed"
"""The id of the paragraph that an edit changed."""

_ATTRIBUTES = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()} | {"a": {"href", "title", "rel"}}

# link_rel=None: nh3 would write its own rel over ours. The links open in place, so none needs noopener.
# The one id is our own renderer's: an article's raw HTML is text by then.
_CLEANER = nh3.Cleaner(
    attributes=_ATTRIBUTES, tag_attribute_values={"p": {"id": {CHANGED}}}, url_schemes=URL_SCHEMES, link_rel=None
)


def render(
    article: str,
    paid: Sequence[tuple[Link, str]] = (),
    changed: tuple[int, int] | None = None,
    *,
    lower: bool = False,
    images_of: str | None = None,
) -> str:
    """An article's body as sanitised HTML, each paid link with its rel ("" for none); no other link has one.

    Front matter is not rendered. Raw HTML is shown as text, except comments, which no reader sees anywhere. The
    paragraph that stands at `article[slice(*changed)]` has the id "changed". `lower` moves headings one level down, for
    a page that has its own. With `images_of`, a host, only its images are shown, and others as their descriptions:
    no reader's browser asks a third party for anything.
    """
    parsed = parse(article)
    wanted = dict(paid)
    rels = {id(link.opening): wanted.get(as_link(link), "") for link in parsed.links}
    marked = id(_paragraph(parsed, *changed)) if changed else 0
    env = {"rels": rels, "marked": marked, "lower": lower, "images_of": images_of}
    return _CLEANER.clean(_RENDERER.render(parsed.tokens, MARKDOWN.options, env))


def _paragraph(parsed: Parsed, start: int, end: int) -> Token | None:
    """The token that opens the first top-level paragraph in a range."""
    openings = [token for token in parsed.tokens if token.level == 0 and token.nesting >= 0]
    wanted = parsed.within(start, end)
    return next((token for token, block in zip(openings, parsed.blocks, strict=True) if block in wanted), None)


def render_blocks(article: str, paid: Sequence[tuple[Link, str]] = ()) -> list[tuple[TopBlock, str]]:
    """`render` block by block: each of an article's top-level blocks with its own HTML."""
    parsed = parse(article)
    wanted = dict(paid)
    rels = {id(link.opening): wanted.get(as_link(link), "") for link in parsed.links}
    env = {"rels": rels, "marked": 0, "lower": False, "images_of": None}
    ends = [at + 1 for at, token in enumerate(parsed.tokens) if token.level == 0 and token.nesting <= 0]
    return [
        (block, _CLEANER.clean(_RENDERER.render(parsed.tokens[start:end], MARKDOWN.options, env)))
        for block, start, end in zip(parsed.blocks, [0, *ends], ends, strict=False)
    ]


@dataclass(frozen=True, slots=True)
class HtmlLink:
    """A link as it stands in HTML, with all its attributes."""

    text: str
    attributes: tuple[tuple[str, str], ...]


def html_links(html: str) -> list[HtmlLink]:
    """Every `<a>` of a piece of HTML, in order."""
    reader = _LinkReader()
    reader.feed(html)
    reader.close()
    return reader.links


def lost_links(article: str, paid: Sequence[tuple[Link, str]]) -> list[Link]:
    """Those of the paid links that readers do not get exactly once, with target, words and rel, and nothing else.

    Nothing else: neither struck through nor otherwise emphasised, nor in words of code.
    """
    found = html_links(render(article, paid))
    plain = {as_link(link) for link in parse(article).links if link.plain}
    return [
        link
        for link, rel in paid
        if link not in plain
        or [f.attributes for f in found if f.text == link.anchor_text and ("href", link.target_url) in f.attributes]
        != [(("href", link.target_url), *((("rel", rel),) if rel else ()))]
    ]


class _LinkReader(HTMLParser):
    """Collects links; their line breaks become spaces."""

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
    """markdown-it's own, but it adds a rel to the links that have one, and shows raw HTML as text."""

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
            return f'<p id="{CHANGED}">'
        return self.renderToken(tokens, idx, options, env)

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401, ARG002 - the base's
        return f"<{_level(tokens[idx].tag, lower=env['lower'])}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401, ARG002 - as above
        return f"</{_level(tokens[idx].tag, lower=env['lower'])}>\n"

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401 - the base's
        token = tokens[idx]
        alt = self.renderInlineAsText(token.children or [], options, env)
        if env["images_of"] is None or _is_from(str(token.attrs.get("src", "")), env["images_of"]):
            return super().image(tokens, idx, options, env)
        return f"<em>[Picture: {escape(alt)}]</em>" if alt else "<em>[Picture]</em>"

    def html_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401, ARG002 - as above
        content = tokens[idx].content
        return "" if _is_comment(content) else escape(content)

    def html_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ANN401, ARG002 - as above
        content = tokens[idx].content
        return "" if _is_comment(content) else f"<p>{escape(content)}</p>\n"


def _level(tag: str, *, lower: bool) -> str:
    """A heading's tag, one level down if wanted; there is none below h6."""
    return f"h{min(6, int(tag[1:]) + 1)}" if lower else tag


def _is_from(url: str, host: str) -> bool:
    """Whether a URL leads to a host by https, or stays on the page's own."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (not parts.scheme and not parts.netloc) or (parts.scheme == "https" and parts.netloc == host)


def _is_comment(html: str) -> bool:
    source = html.strip()
    return source.startswith("<!--") and source.find("-->") == len(source) - len("-->")


_RENDERER = _Renderer()

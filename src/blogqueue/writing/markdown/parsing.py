"""An article as a Markdown parser reads it, tied to the exact characters it was read from.

One parser for everything: CommonMark with GFM's tables and strikethrough. Raw HTML is recognised, so that it can be
refused and, when rendered, shown as text. Bare addresses and footnotes are plain text here; the checks look for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from blogqueue.writing.markdown.front_matter import body_start, lines

_EMPHASIS = frozenset({"em_open", "strong_open", "s_open"})
_EMPHASIS_ENDS = frozenset({"em_close", "strong_close", "s_close"})


@dataclass(frozen=True, slots=True)
class RenderedLink:
    """A link as a reader gets it; `plain` if neither it nor its words are emphasised or code."""

    url: str
    text: str
    title: str
    plain: bool
    opening: Token = field(compare=False, repr=False)


class Piece(NamedTuple):
    """A run of rendered text: in emphasis or not, code or not, in which link of its Inline (-1: none)."""

    text: str
    emphasised: bool
    code: bool
    link: int


@dataclass(frozen=True, slots=True)
class Inline:
    """What stands in one run of prose; the lists in the order of the text."""

    pieces: tuple[Piece, ...]
    links: tuple[RenderedLink, ...]
    images: tuple[tuple[str, str, str], ...]
    html: tuple[str, ...]
    entities: tuple[str, ...]
    hard_breaks: int

    @property
    def text(self) -> str:
        """All of it as a reader sees it, line breaks as one newline each."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class TopBlock:
    """A block that stands in no other; `article[start:end]` is its source.

    A paragraph's source goes from its first character to its last: the indentation before, trailing spaces and the
    last line's end stay outside. Any other block's source is whole lines. `shape` is all of its structure and none of
    its words.
    """

    kind: str
    start: int
    end: int
    shape: tuple[object, ...]
    inlines: tuple[Inline, ...]
    html: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """An article, its top-level blocks in order, and its reference definitions (label to URL and title).

    Held in a cache: nothing in it may be changed.
    """

    article: str
    body: int
    blocks: tuple[TopBlock, ...]
    references: Mapping[str, tuple[str, str]]
    tokens: Sequence[Token]

    @property
    def inlines(self) -> list[Inline]:
        """Every run of prose, at any depth."""
        return [inline for block in self.blocks for inline in block.inlines]

    @property
    def links(self) -> list[RenderedLink]:
        """Every link, in order."""
        return [link for inline in self.inlines for link in inline.links]

    def source(self, block: TopBlock) -> str:
        """The characters a block was read from."""
        return self.article[block.start : block.end]

    def within(self, start: int, end: int) -> list[TopBlock]:
        """The blocks that share a character with a range, or stand at its start."""
        return [block for block in self.blocks if block.start < max(end, start + 1) and block.end > start]


def _note_entities(state: StateCore) -> None:
    """Keep the source of every character reference: once joined to the text, `&lt;` cannot be told from `<`."""
    for token in state.tokens:
        if token.type == "inline":
            token.meta["entities"] = _entities(token.children or [])


def _entities(tokens: Sequence[Token]) -> list[str]:
    found: list[str] = []
    for token in tokens:
        if token.type == "text_special" and token.info == "entity":
            found.append(token.markup)
        found += _entities(token.children or [])
    return found


def _markdown() -> MarkdownIt:
    # maxNesting: js-default's; the commonmark preset's 20 would leave what is nested deeper unread.
    markdown = MarkdownIt("commonmark", {"html": True, "linkify": False, "maxNesting": 100})
    markdown.enable(["table", "strikethrough"])
    markdown.core.ruler.before("text_join", "note_entities", _note_entities)
    return markdown


MARKDOWN = _markdown()


@lru_cache(maxsize=8)
def parse(article: str) -> Parsed:
    """Read an article; the last few are remembered, because one is checked and rendered several times over."""
    body = body_start(article)
    env: dict[str, dict[str, dict[str, str]]] = {}
    tokens = MARKDOWN.parse(article[body:], env)
    starts = list(accumulate(map(len, lines(article[body:])), initial=body))
    blocks: list[TopBlock] = []
    first = 0
    for at, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            blocks.append(_top_block(article, starts, tokens[first : at + 1]))
            first = at + 1
    references = {label: (said["href"], said.get("title", "")) for label, said in env.get("references", {}).items()}
    return Parsed(article, body, tuple(blocks), references, tuple(tokens))


def _top_block(article: str, starts: Sequence[int], tokens: Sequence[Token]) -> TopBlock:
    opening = tokens[0]
    first, last = opening.map or (0, 0)
    start, end = starts[first], starts[last]
    if opening.type == "paragraph_open":
        source = article[start:end]
        start = end - len(source.lstrip(" \t"))
        end = start + len(source.strip(" \t\r\n"))
    return TopBlock(
        kind=opening.type,
        start=start,
        end=end,
        shape=tuple(
            (token.type, token.tag, token.level, token.markup, token.info, token.hidden, *token.attrs.items())
            for token in tokens
        ),
        inlines=tuple(_inline(token) for token in tokens if token.type == "inline"),
        html=tuple(token.content for token in tokens if token.type == "html_block"),
    )


@dataclass(slots=True)
class _Reader:
    """What has been read of one inline token so far."""

    pieces: list[Piece] = field(default_factory=list[Piece])
    links: list[RenderedLink] = field(default_factory=list[RenderedLink])
    images: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    html: list[str] = field(default_factory=list[str])
    depth: int = 0
    opening: Token | None = None
    opened_at: int = 0

    def say(self, text: str, *, code: bool = False) -> None:
        link = -1 if self.opening is None else len(self.links)
        self.pieces.append(Piece(text, self.depth > 0, code, link))

    def close_link(self) -> None:
        opening = self.opening
        if opening is None:
            return
        self.links.append(
            RenderedLink(
                url=str(opening.attrs.get("href", "")),
                text="".join(piece.text for piece in self.pieces[self.opened_at :]).replace("\n", " "),
                title=str(opening.attrs.get("title", "")),
                plain=not any(p.emphasised or p.code for p in self.pieces[self.opened_at :]),
                opening=opening,
            ),
        )
        self.opening = None


def _inline(inline: Token) -> Inline:
    read = _Reader()
    breaks = 0
    for token in inline.children or []:
        if token.type in {"text", "code_inline"}:
            read.say(token.content, code=token.type == "code_inline")
        elif token.type in {"softbreak", "hardbreak"}:
            read.say("\n")
            breaks += token.type == "hardbreak"
        elif token.type in _EMPHASIS:
            read.depth += 1
        elif token.type in _EMPHASIS_ENDS:
            read.depth -= 1
        elif token.type == "link_open":
            read.opening, read.opened_at = token, len(read.pieces)
        elif token.type == "link_close":
            read.close_link()
        elif token.type == "image":
            read.images.append((str(token.attrs.get("src", "")), token.content, str(token.attrs.get("title", ""))))
        elif token.type == "html_inline":
            read.html.append(token.content)
    entities: list[str] = inline.meta.get("entities", [])
    return Inline(tuple(read.pieces), tuple(read.links), tuple(read.images), tuple(read.html), tuple(entities), breaks)

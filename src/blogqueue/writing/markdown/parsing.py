"""A parsed article whose blocks keep their exact position in the source.

One parser for everything: CommonMark with GFM's tables and strikethrough. Raw HTML is recognised so that the checks
can refuse it and the renderer can show it as text. Bare URLs and footnotes are plain text here; the checks find them.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from threading import Lock
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from typing_extensions import override

from blogqueue.writing.markdown.front_matter import find_body_start, split_lines

_EMPHASIS = frozenset({"em_open", "strong_open", "s_open"})
_EMPHASIS_ENDS = frozenset({"em_close", "strong_close", "s_close"})


@dataclass(frozen=True, slots=True)
class RenderedLink:
    """A link as a reader gets it; `plain` if no part of it is emphasised or code."""

    url: str
    text: str
    title: str
    plain: bool
    opening: Token = field(compare=False, repr=False)


class Piece(NamedTuple):
    """A run of rendered text; `link` is the index of its link in `Inline.links`, or -1 outside links."""

    text: str
    emphasised: bool
    code: bool
    link: int


@dataclass(frozen=True, slots=True)
class Inline:
    """One run of prose (a markdown-it inline token) in reading order; an image is (URL, alt text, title)."""

    pieces: tuple[Piece, ...]
    links: tuple[RenderedLink, ...]
    images: tuple[tuple[str, str, str], ...]
    html: tuple[str, ...]
    entities: tuple[str, ...]
    hard_breaks: int

    @property
    def text(self) -> str:
        """Return the text as a reader sees it, each line break as one newline."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class TopBlock:
    """A block that is not inside another block; `article[start:end]` is its source.

    A paragraph's source goes from its first to its last visible character, without indentation, trailing spaces and
    the last line end. The source of any other block is whole lines.
    """

    kind: str
    start: int
    end: int
    inlines: tuple[Inline, ...]
    html: tuple[str, ...]
    tokens: tuple[Token, ...] = field(compare=False, repr=False)

    @property
    def shape(self) -> tuple[tuple[object, ...], ...]:
        """Return the block's structure without its text."""
        return tuple(
            (token.type, token.tag, token.level, token.markup, token.info, token.hidden, *token.attrs.items())
            for token in self.tokens
        )


@dataclass(frozen=True, slots=True)
class Parsed:
    """An article, its top-level blocks in order, and its reference definitions (label to URL and title).

    `body` is the offset where the Markdown starts. Instances are cached and shared: never change one.
    """

    article: str
    body: int
    blocks: tuple[TopBlock, ...]
    references: Mapping[str, tuple[str, str]]
    tokens: Sequence[Token]

    @property
    def inlines(self) -> list[Inline]:
        """Return every run of prose, at any depth."""
        return [inline for block in self.blocks for inline in block.inlines]

    @property
    def links(self) -> list[RenderedLink]:
        """Return every link, in order."""
        return [link for inline in self.inlines for link in inline.links]

    def source(self, block: TopBlock) -> str:
        """Return a block's exact source."""
        return self.article[block.start : block.end]

    def within(self, start: int, end: int) -> list[TopBlock]:
        """Return the blocks that overlap a range, or start where an empty range is."""
        return [block for block in self.blocks if block.start < max(end, start + 1) and block.end > start]


def _note_entities(state: StateCore) -> None:
    """Record the source of every character reference: once joined to the text, `&lt;` looks like `<`."""
    for token in state.tokens:
        if token.type == "inline":
            token.meta["entities"] = _find_entities(token.children or [])


def _find_entities(tokens: Sequence[Token]) -> list[str]:
    found: list[str] = []
    for token in tokens:
        if token.type == "text_special" and token.info == "entity":
            found.append(token.markup)
        found += _find_entities(token.children or [])
    return found


_PLAIN_URL = re.compile(
    r"https?://[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,3}(?:/[A-Za-z0-9_.~/-]*)?(?:[?#][A-Za-z0-9_=&-]*)?"
)
"""What most links look like: nothing in it needs an escape, and its host is ASCII."""


class _Parser(MarkdownIt):
    """markdown-it, which leaves a plain URL as it is without taking it apart."""

    @override
    def normalizeLink(self, url: str) -> str:
        return url if _PLAIN_URL.fullmatch(url) else super().normalizeLink(url)


def _build_parser() -> MarkdownIt:
    # maxNesting: as in the js-default preset; the commonmark preset's 20 would skip content that is nested deeper.
    markdown = _Parser("commonmark", {"html": True, "linkify": False, "maxNesting": 100})
    markdown.enable(["table", "strikethrough"])
    markdown.core.ruler.before("text_join", "note_entities", _note_entities)
    return markdown


MARKDOWN = _build_parser()


KEPT_CHARACTERS = 500_000
"""How much text is kept parsed, some 60 articles; each character takes 60 to 100 bytes. The newest text always is."""

_kept: OrderedDict[str, Parsed] = OrderedDict()
_lock = Lock()


def parse(article: str) -> Parsed:
    """Parse an article. The last ones are kept, because a text never changes, and is checked and rendered often."""
    with _lock:
        if found := _kept.get(article):
            _kept.move_to_end(article)
            return found
    return keep(parse_afresh(article))


def keep(parsed: Parsed) -> Parsed:
    """Keep a parsed article for `parse`, in place of those that were used least recently; return it."""
    with _lock:
        _kept[parsed.article] = parsed
        characters = sum(map(len, _kept))
        while characters > KEPT_CHARACTERS and len(_kept) > 1:
            characters -= len(_kept.popitem(last=False)[0])
    return parsed


def parse_afresh(article: str) -> Parsed:
    """Parse an article that is not kept, and do not keep it."""
    body = find_body_start(article)
    env: dict[str, dict[str, dict[str, str]]] = {}
    tokens = MARKDOWN.parse(article[body:], env)
    starts = list(accumulate(map(len, split_lines(article[body:])), initial=body))
    blocks: list[TopBlock] = []
    first = 0
    for at, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            blocks.append(read_top_block(article, starts, tokens[first : at + 1]))
            first = at + 1
    references = {label: (it["href"], it.get("title", "")) for label, it in env.get("references", {}).items()}
    return Parsed(article, body, tuple(blocks), references, tuple(tokens))


def read_top_block(article: str, starts: Sequence[int] | Mapping[int, int], tokens: Sequence[Token]) -> TopBlock:
    """Return the block that its tokens describe; `starts` has the offset of each line that their map names."""
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
        inlines=tuple(_read_inline(token) for token in tokens if token.type == "inline"),
        html=tuple(token.content for token in tokens if token.type == "html_block"),
        tokens=tuple(tokens),
    )


@dataclass(slots=True)
class _Reader:
    """The parts of one inline token that have been read so far."""

    pieces: list[Piece] = field(default_factory=list[Piece])
    links: list[RenderedLink] = field(default_factory=list[RenderedLink])
    images: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    html: list[str] = field(default_factory=list[str])
    depth: int = 0
    opening: Token | None = None
    opened_at: int = 0

    def add_text(self, text: str, *, code: bool = False) -> None:
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


def _read_inline(inline: Token) -> Inline:
    reader = _Reader()
    breaks = 0
    for token in inline.children or []:
        if token.type in {"text", "code_inline"}:
            reader.add_text(token.content, code=token.type == "code_inline")
        elif token.type in {"softbreak", "hardbreak"}:
            reader.add_text("\n")
            breaks += token.type == "hardbreak"
        elif token.type in _EMPHASIS:
            reader.depth += 1
        elif token.type in _EMPHASIS_ENDS:
            reader.depth -= 1
        elif token.type == "link_open":
            reader.opening, reader.opened_at = token, len(reader.pieces)
        elif token.type == "link_close":
            reader.close_link()
        elif token.type == "image":
            reader.images.append((str(token.attrs.get("src", "")), token.content, str(token.attrs.get("title", ""))))
        elif token.type == "html_inline":
            reader.html.append(token.content)
    entities: list[str] = inline.meta.get("entities", [])
    return Inline(
        pieces=tuple(reader.pieces),
        links=tuple(reader.links),
        images=tuple(reader.images),
        html=tuple(reader.html),
        entities=tuple(entities),
        hard_breaks=breaks,
    )

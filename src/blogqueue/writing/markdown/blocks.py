"""The paragraphs of an article, and which of them may take a paid link."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from blogqueue.writing.markdown.links import Link, to_link
from blogqueue.writing.markdown.parsing import Inline, Parsed, RenderedLink, TopBlock, parse
from blogqueue.writing.markdown.prose_lines import is_metadata, read_as_prose
from blogqueue.writing.markdown.regions import cut_regions
from blogqueue.writing.markdown.words import split_words

MIN_WORDS = 25
"""Our choice: in a shorter paragraph the sentence with the link would be most of it."""

LONG_ARTICLE = 5
"""From this many paragraphs on, the first one is a lead, which feeds and search results quote: it takes no link."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph outside lists, quotes and tables; `text` is `article[start:end]`, `sha256` the hex hash of its UTF-8.

    `id` numbers all such paragraphs of the article from "p01", eligible or not, so that it stays the same when a
    paragraph becomes ineligible. Indentation, trailing spaces and the last line end are not part of the block.
    """

    id: str
    start: int
    end: int
    text: str
    sha256: str


def find_prose_blocks(article: str) -> list[Block]:
    """Return every top-level paragraph of an article, in order."""
    return [block for block, _ in _find_paragraphs(parse(article))]


def find_eligible_blocks(article: str, paid_links: Sequence[Link] = ()) -> list[Block]:
    """Return the paragraphs that may take a paid link, in order.

    Not eligible are paragraphs
    - with fewer than 25 words outside emphasis,
    - that lead an article of five paragraphs or more, or are the last of several, where readers are asked to act,
    - that end with a colon, since a sentence after it would separate it from what it introduces,
    - with an external link, an image, HTML, a footnote or a template tag,
    - in a region that tags or marks enclose (`regions`), or not prose to every renderer (`prose_lines`),
    - with a paid link in them or in the block directly before or after.
    """
    parsed = parse(article)
    paid = frozenset(paid_links)
    return [block for block, at in _find_plain(article) if not is_beside(parsed, at, paid)]


def is_external(link: RenderedLink) -> bool:
    """Return whether a link may lead to another site: its URL has a scheme or names a host."""
    scheme, colon, _ = link.url.partition(":")
    return link.url.startswith("//") or bool(colon and "/" not in scheme and "#" not in scheme and "?" not in scheme)


def is_beside(parsed: Parsed, at: int, paid_links: Collection[Link]) -> bool:
    """Return whether the top-level block at an index, or one directly before or after it, has one of the paid links.

    Links are compared with their anchor text: an author's own link to the same URL is not a paid one, and the room of
    an article must not depend on which URL is sold next.
    """
    near = parsed.blocks[max(0, at - 1) : at + 2]
    return any(to_link(link) in paid_links for block in near for inline in block.inlines for link in inline.links)


def count_footnotes(inline: Inline) -> int:
    """Count the footnotes `[^1]`, `^[...]` that a run of prose uses or defines: a common extension of CommonMark."""
    text = get_prose(inline)
    return text.count("[^") + text.count("^[")


def count_template_tags(source: str, inline: Inline) -> int:
    """Count the tags that a site generator may read in a block.

    `{%` and `{{` count anywhere (Liquid and Jinja look into code too), any other `{` in prose (attribute lists, MDX),
    and lines that begin with `:::` (directives).
    """
    text = get_prose(inline)
    directives = sum(line.startswith(":::") for line in text.split("\n"))
    return source.count("{%") + source.count("{{") + text.count("{") + directives


def get_prose(inline: Inline) -> str:
    """Return a run of prose as a reader sees it, with a space in place of each code span."""
    return "".join(" " if piece.code else piece.text for piece in inline.pieces)


def _find_paragraphs(parsed: Parsed) -> list[tuple[Block, int]]:
    """Return every top-level paragraph with its index among the top-level blocks."""
    found: list[tuple[Block, int]] = []
    for at, block in enumerate(parsed.blocks):
        if block.kind == "paragraph_open":
            text = parsed.source(block)
            # surrogatepass: a text with a lone surrogate cannot be stored, but reading it must not fail.
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            found.append((Block(f"p{len(found) + 1:02d}", block.start, block.end, text, digest), at))
    return found


@lru_cache(maxsize=64)
def _find_plain(article: str) -> tuple[tuple[Block, int], ...]:
    """Return the paragraphs that may take a link wherever the paid links are. The last answers are kept."""
    parsed = parse(article)
    paragraphs = _find_paragraphs(parsed)
    last = len(paragraphs) - 1
    return tuple(
        (block, at)
        for number, (block, at) in enumerate(paragraphs)
        if not (number == 0 and len(paragraphs) >= LONG_ARTICLE)
        and not (number == last and last > 0)
        and _is_plain_prose(parsed, at)
    )


def _is_plain_prose(parsed: Parsed, at: int) -> bool:
    block = parsed.blocks[at]
    source = parsed.source(block)
    return (
        _reads_as_plain_prose(source, block.inlines[0])
        and not (at == 0 and is_metadata(source))
        and not _belongs_to_block_above(parsed, at)
        and _has_words_outside_regions(parsed.article, block)
    )


@lru_cache(maxsize=1_000)  # an edit changes one paragraph, and the others are looked at again
def _reads_as_plain_prose(source: str, inline: Inline) -> bool:
    plain = "".join(piece.text for piece in inline.pieces if not piece.emphasised)
    return (
        len(split_words(plain)) >= MIN_WORDS
        and not inline.text.rstrip().endswith((":", "\uff1a"))
        and not inline.images
        and not inline.html
        and not any(is_external(link) for link in inline.links)
        and not count_footnotes(inline)
        and not count_template_tags(source, inline)
        and read_as_prose(source)
    )


def _belongs_to_block_above(parsed: Parsed, at: int) -> bool:
    """Return whether a paragraph is indented as a part of a footnote, definition, directive or list item would be.

    Below a heading or an end tag, an indentation means nothing.
    """
    start = parsed.blocks[at].start
    line = max(parsed.article.rfind("\n", 0, start), parsed.article.rfind("\r", 0, start)) + 1
    if len(parsed.article[line:start].expandtabs(4)) <= 1 or at == 0:
        return False
    above = parsed.blocks[at - 1]
    ends_element = above.kind == "html_block" and "</" in parsed.source(above).rstrip().rpartition("\n")[2]
    return above.kind != "heading_open" and not ends_element


def _has_words_outside_regions(article: str, block: TopBlock) -> bool:
    """Return whether no region goes beyond a block, and enough of its words are outside those within it."""
    kept = cut_regions(article, block.start, block.end)
    if kept is None:
        return False
    return len(kept) == block.end - block.start or len(split_words(kept)) >= MIN_WORDS

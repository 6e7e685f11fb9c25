"""The paragraphs of an article, and which of them may take a link."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from blogqueue.writing.markdown.links import Link
from blogqueue.writing.markdown.parsing import Inline, Parsed, RenderedLink, TopBlock, parse
from blogqueue.writing.markdown.words import words

MIN_WORDS = 25
"""FACTS §2.1: a shorter paragraph is a remark, and a link would be most of it."""

LONG_ARTICLE = 5
"""From so many paragraphs on, the first is the article's lead, which feeds and search results quote: not for sale."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph that stands in no list, quote or table; `text` is `article[start:end]`, `sha256` hex of its UTF-8.

    `id` counts all such paragraphs of the article from "p01", for sale or not, so that it stays when eligibility
    changes. Indentation, trailing spaces and the last line's end are outside.
    """

    id: str
    start: int
    end: int
    text: str
    sha256: str


def prose_blocks(article: str) -> list[Block]:
    """Every top-level paragraph of an article, in order."""
    return [block for block, _ in _paragraphs(parse(article))]


def eligible_blocks(article: str, paid_links: Sequence[Link] = ()) -> list[Block]:
    """The paragraphs that may take a link (FACTS §2.1), in order.

    Not for sale: fewer than 25 words outside emphasis; the lead of an article of five paragraphs or more; the last
    paragraph, where readers are asked to act, unless it is the only one; one that ends with a colon, since a sentence
    behind it would part it from what it introduces; one with an external link, an image, HTML, a footnote or a
    template's tag; one with a paid link in it or in the block before or behind.
    """
    parsed = parse(article)
    paragraphs = _paragraphs(parsed)
    last = len(paragraphs) - 1
    urls = {link.target_url for link in paid_links}
    closed = _template_regions(article, parsed.body)
    return [
        block
        for number, (block, at) in enumerate(paragraphs)
        if not (number == 0 and len(paragraphs) >= LONG_ARTICLE)
        and not (number == last and last > 0)
        and _is_plain_prose(block.text, parsed.blocks[at])
        and not is_beside(parsed, at, urls)
        and not any(start < block.end and block.start < end for start, end in closed)
    ]


def is_external(link: RenderedLink) -> bool:
    """Whether a link may lead off the site: its URL has a scheme or names a host."""
    scheme, colon, _ = link.url.partition(":")
    return link.url.startswith("//") or bool(colon and "/" not in scheme and "#" not in scheme and "?" not in scheme)


def is_beside(parsed: Parsed, at: int, urls: set[str]) -> bool:
    """Whether a top-level block, or one directly before or behind it, links to one of some URLs."""
    near = parsed.blocks[max(0, at - 1) : at + 2]
    return any(link.url in urls for block in near for inline in block.inlines for link in inline.links)


def footnotes(inline: Inline) -> int:
    """How many footnotes `[^1]`, `^[...]` a run of prose uses or defines; not CommonMark, but widely read so."""
    said = prose(inline)
    return said.count("[^") + said.count("^[")


def template_tags(source: str, inline: Inline) -> int:
    """How many tags a site generator may read in a block.

    `{%` and `{{` anywhere (Liquid and Jinja look into code too), any other `{` in prose (attribute lists, MDX), and a
    line that begins with `:::` (directives).
    """
    said = prose(inline)
    directives = sum(line.startswith(":::") for line in said.split("\n"))
    return source.count("{%") + source.count("{{") + said.count("{") + directives


def prose(inline: Inline) -> str:
    """A run of prose as a reader sees it, without its code."""
    return "".join(" " if piece.code else piece.text for piece in inline.pieces)


def _paragraphs(parsed: Parsed) -> list[tuple[Block, int]]:
    """Every top-level paragraph, and which of the top-level blocks it is."""
    found: list[tuple[Block, int]] = []
    for at, block in enumerate(parsed.blocks):
        if block.kind == "paragraph_open":
            text = parsed.source(block)
            # surrogatepass: a lone surrogate cannot be stored, but asking about such a text must not fail.
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            found.append((Block(f"p{len(found) + 1:02d}", block.start, block.end, text, digest), at))
    return found


def _is_plain_prose(source: str, block: TopBlock) -> bool:
    inline = block.inlines[0]
    plain = "".join(piece.text for piece in inline.pieces if not piece.emphasised)
    return (
        len(words(plain)) >= MIN_WORDS
        and not inline.text.rstrip().endswith((":", "\uff1a"))
        and not inline.images
        and not inline.html
        and not any(is_external(link) for link in inline.links)
        and not footnotes(inline)
        and not template_tags(source, inline)
    )


def _template_regions(article: str, body: int) -> list[tuple[int, int]]:
    """The ranges between a template's opening tag and its end: `{% highlight %}` ... `{% endhighlight %}`.

    What stands in them may be code or a comment, whatever Markdown makes of it. An end closes the nearest opening of
    its name; a bare `end` (Zola) the nearest of any.
    """
    regions: list[tuple[int, int]] = []
    opened: list[tuple[str, int]] = []
    for start, end, name in _tags(article, body):
        if not name.startswith("end"):
            opened.append((name, start))
            continue
        closes = name.removeprefix("end")
        match = next((i for i in reversed(range(len(opened))) if closes in {"", opened[i][0]}), None)
        if match is not None:
            regions.append((opened[match][1], end))
            del opened[match:]
    return regions


def _tags(article: str, body: int) -> Iterator[tuple[int, int, str]]:
    """Where each `{% name ... %}` starts and ends, and its name."""
    start = article.find("{%", body)
    while start >= 0:
        end = article.find("%}", start + 2)
        if end < 0:
            return
        inside = article[start + 2 : end].strip("-").split()
        yield start, end + 2, inside[0].partition("(")[0] if inside else ""
        start = article.find("{%", end + 2)

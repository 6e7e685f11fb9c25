"""A link that is bought: how it is written, and how it is found again."""

from dataclasses import dataclass

from blogqueue.writing.markdown.parsing import RenderedLink, parse


@dataclass(frozen=True, slots=True)
class Link:
    """A target and the words that lead to it."""

    target_url: str
    anchor_text: str


def markdown_link(link: Link) -> str:
    """The one way a link is written: `[anchor](url)`, without a title."""
    return f"[{link.anchor_text}]({link.target_url})"


def links_in(article: str) -> list[Link]:
    """Every link that a reader of the rendered article could follow, in order; images and raw HTML are none.

    URLs are as a renderer writes them (percent-encoded, host in punycode), line breaks in the words are spaces.
    """
    return [as_link(found) for found in parse(article).links]


def as_link(found: RenderedLink) -> Link:
    """A rendered link's target and words."""
    return Link(found.url, found.text)

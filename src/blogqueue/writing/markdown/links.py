"""A link that a customer buys: how it is written in Markdown, and how it is found again."""

from dataclasses import dataclass

from blogqueue.writing.markdown.parsing import RenderedLink, parse


@dataclass(frozen=True, slots=True)
class Link:
    """A target URL and its anchor text."""

    target_url: str
    anchor_text: str


def format_link(link: Link) -> str:
    """Write a link in the only form in use: `[anchor](url)`, without a title."""
    return f"[{link.anchor_text}]({link.target_url})"


def find_links(article: str) -> list[Link]:
    """Return every link that a reader of the rendered article can follow, in order; not images, not raw HTML.

    URLs are as a renderer writes them (percent-encoded, host in punycode); line breaks in anchor texts become spaces.
    """
    return [to_link(found) for found in parse(article).links]


def to_link(found: RenderedLink) -> Link:
    """Return a rendered link's target and anchor text."""
    return Link(found.url, found.text)

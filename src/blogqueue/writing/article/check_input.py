"""What a check of a whole article looks at: the article, what was ordered, and what stands where in it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from blogqueue.writing.article.brief import Commission
from blogqueue.writing.link_edit.check_input import Case, Wanted, case
from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.parsing import RenderedLink, TopBlock


@dataclass(frozen=True, slots=True)
class ArticleCase:
    """All that a check may ask of; `whole` is the article looked at as an edit that wrote everything, title and all."""

    title: str
    commission: Commission
    whole: Case

    @property
    def body(self) -> tuple[TopBlock, ...]:
        """The top-level blocks below the title."""
        return self.whole.after.blocks[1:]

    @property
    def paragraphs(self) -> list[TopBlock]:
        """The body's paragraphs that stand in no list, quote or table."""
        return [block for block in self.body if block.kind == "paragraph_open"]

    @property
    def ordered(self) -> tuple[str, ...]:
        """The words that came with the order: accepted with it, so that the article may repeat them."""
        return self.whole.wanted.ordered

    def other_links(self) -> list[RenderedLink]:
        """Every link but the one that was bought."""
        return [link for link in self.whole.after.links if not self.whole.is_wanted(link)]


def article_case(title: str, body: str, commission: Commission) -> ArticleCase:
    """Read an article once for all checks."""
    text = article_text(title, body)
    everything = AppliedEdit("", "replace", text, 0, 0, hashlib.sha256(b"").hexdigest(), text)
    wanted = Wanted(commission.link, rel=commission.rel, ordered=_ordered(commission))
    return ArticleCase(title, commission, case("", text, everything, wanted))


def _ordered(said: Commission) -> tuple[str, ...]:
    titles = (candidate.title for candidate in said.candidates)
    return (said.site, said.niche, said.topic, said.keyword, said.link.anchor_text, *titles)


def article_text(title: str, body: str) -> str:
    """An article's Markdown as it is stored."""
    return f"# {title}\n\n{body}\n"


def shown(block: TopBlock) -> str:
    """A block as a reader sees it."""
    return "\n".join(inline.text for inline in block.inlines)


def heading_level(block: TopBlock) -> int:
    """1 to 6, or 0 for a block that is no heading."""
    return min(heading_levels(block), default=0) if block.kind == "heading_open" else 0


def heading_levels(block: TopBlock) -> Iterator[int]:
    """The levels of every heading in a block, at any depth."""
    return (int(tag.removeprefix("h")) for kind, tag in tags(block) if kind == "heading_open")


def tags(block: TopBlock) -> Iterator[tuple[str, str]]:
    """The kind and HTML tag of everything that a block is made of."""
    for token in block.shape:
        if isinstance(token, tuple):
            kind, tag, *_ = token  # pyright: ignore[reportUnknownVariableType] - a shape is only meant to be compared
            yield str(kind), str(tag)

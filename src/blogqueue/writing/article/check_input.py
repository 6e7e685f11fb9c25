"""What the checks of a whole article look at: the article, its parts, and what was ordered."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from blogqueue.writing.article.brief import ArticleBrief
from blogqueue.writing.link_edit.check_input import CheckInput, LinkRequirements, build_check_input
from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.parsing import RenderedLink, TopBlock


@dataclass(frozen=True, slots=True)
class ArticleCheckInput:
    """Everything that a check may look at; `whole` is the article as an edit that wrote all of it, title included."""

    title: str
    brief: ArticleBrief
    whole: CheckInput

    @property
    def body(self) -> tuple[TopBlock, ...]:
        """Return the top-level blocks below the title."""
        return self.whole.after.blocks[1:]

    @property
    def paragraphs(self) -> list[TopBlock]:
        """Return the body's paragraphs outside lists, quotes and tables."""
        return [block for block in self.body if block.kind == "paragraph_open"]

    @property
    def brief_phrases(self) -> tuple[str, ...]:
        """Return the phrases of the order; they were accepted with it, so that the article may repeat them."""
        return self.whole.requirements.brief_phrases

    def other_links(self) -> list[RenderedLink]:
        """Return every link but the bought one."""
        return [link for link in self.whole.after.links if not self.whole.is_bought(link)]


def build_article_check_input(title: str, body: str, brief: ArticleBrief) -> ArticleCheckInput:
    """Parse an article once for all checks."""
    text = compose_article(title, body)
    everything = AppliedEdit("", "replace", text, 0, 0, hashlib.sha256(b"").hexdigest(), text)
    requirements = LinkRequirements(brief.link, rel=brief.rel, brief_phrases=_list_brief_phrases(brief))
    return ArticleCheckInput(title, brief, build_check_input("", text, everything, requirements))


def _list_brief_phrases(brief: ArticleBrief) -> tuple[str, ...]:
    titles = (candidate.title for candidate in brief.candidates)
    return (brief.site, brief.niche, brief.topic, brief.keyword, brief.link.anchor_text, *titles)


def compose_article(title: str, body: str) -> str:
    """Return an article's Markdown as it is stored."""
    return f"# {title}\n\n{body}\n"


def get_text(block: TopBlock) -> str:
    """Return a block as a reader sees it."""
    return "\n".join(inline.text for inline in block.inlines)


def get_heading_level(block: TopBlock) -> int:
    """Return 1 to 6, or 0 for a block that is not a heading."""
    return min(get_heading_levels(block), default=0) if block.kind == "heading_open" else 0


def get_heading_levels(block: TopBlock) -> Iterator[int]:
    """Yield the level of every heading in a block, at any depth."""
    return (int(tag.removeprefix("h")) for kind, tag in list_tags(block) if kind == "heading_open")


def list_tags(block: TopBlock) -> Iterator[tuple[str, str]]:
    """Yield the kind and HTML tag of each part of a block."""
    return ((token.type, token.tag) for token in block.tokens)

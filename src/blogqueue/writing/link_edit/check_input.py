"""What the checks of a link edit look at: both texts, the edit between them, and what was bought."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.links import Link, format_link, to_link
from blogqueue.writing.markdown.parsing import Parsed, RenderedLink, TopBlock, parse
from blogqueue.writing.markdown.reparsing import parse_edited
from blogqueue.writing.questions import MAX_EXCERPT, Problem


@dataclass(frozen=True, slots=True)
class LinkRequirements:
    """What was bought: the link, its rel ("" for none), the customer's notes; and the article's other paid links.

    `brief_phrases` are phrases from the order of a whole article, which that article may repeat.
    """

    link: Link
    notes: str = ""
    rel: str = "sponsored"
    paid_links: tuple[Link, ...] = ()
    max_paid_links: int = 3
    brief_phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckInput:
    """Everything that a check may look at; built once for all checks, so that each text is parsed once.

    `old_blocks` and `new_blocks` are the top-level blocks at the edited place, before and after the edit.
    """

    before: Parsed
    after: Parsed
    applied: AppliedEdit
    requirements: LinkRequirements
    old_blocks: tuple[TopBlock, ...]
    new_blocks: tuple[TopBlock, ...]

    @property
    def old_source(self) -> str:
        """Return the paragraph's source before the edit."""
        return self.before.article[self.applied.start : self.applied.end]

    @property
    def literal(self) -> str:
        """Return the bought link exactly as it must be written."""
        return format_link(self.requirements.link)

    @property
    def other_paid_links(self) -> tuple[Link, ...]:
        """Return the article's other paid links, each once."""
        return tuple(dict.fromkeys(link for link in self.requirements.paid_links if link != self.requirements.link))

    def is_bought(self, link: RenderedLink) -> bool:
        """Return whether a rendered link is the one that was bought."""
        return to_link(link) == self.requirements.link

    def old_text(self) -> str:
        """Return the edited block as a reader saw it before the edit."""
        return "\n".join(inline.text for block in self.old_blocks for inline in block.inlines)

    def new_text(self) -> str:
        """Return the edited block as a reader sees it after the edit."""
        return "\n".join(inline.text for block in self.new_blocks for inline in block.inlines)

    def drop_published(self, found: set[str], search: Callable[[str], Iterable[str]]) -> set[str]:
        """Return what a search found in the new text and finds neither in the article's source nor as a reader sees it.

        With marks or references in it, as in "The **system** prompt", only one of them has it. Nothing is searched if
        nothing was found: a whole article takes long.
        """
        if found:
            found = found.difference(search(self.before.article))
        if found:
            found = found.difference(search("\n".join(inline.text for inline in self.before.inlines)))
        return found

    def new_segments(self, *, code: bool = True) -> list[str]:
        """Return the new text of the edited block, cut at the bought link's anchor text, with or without code.

        The anchor text is the customer's and was accepted with the order, so the word checks leave it out.
        """
        segments = [""]
        for block in self.new_blocks:
            for inline in block.inlines:
                for piece in inline.pieces:
                    if piece.link >= 0 and self.is_bought(inline.links[piece.link]):
                        segments.append("")
                    elif code or not piece.code:
                        segments[-1] += piece.text
                segments.append("")
        return segments


def build_check_input(before: str, after: str, applied: AppliedEdit, requirements: LinkRequirements) -> CheckInput:
    """Parse both texts and find the edited block in each by the position that the edit declares."""
    old = parse(before)
    new = parse_edited(old, after, applied.start, applied.end, applied.new_text)
    return CheckInput(
        before=old,
        after=new,
        applied=applied,
        requirements=requirements,
        old_blocks=tuple(old.within(applied.start, applied.end)),
        new_blocks=tuple(new.within(applied.start, applied.start + len(applied.new_text))),
    )


def report(rule: str, message: str, excerpt: str) -> list[Problem]:
    """Return one problem, its excerpt cut to 200 characters, as the list that a check returns."""
    return [Problem(rule, message, excerpt[:MAX_EXCERPT])]

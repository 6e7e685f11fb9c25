"""What a check looks at: two texts, the edit between them, and what was wanted; and what it says."""

from dataclasses import dataclass

from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.links import Link, as_link, markdown_link
from blogqueue.writing.markdown.parsing import Parsed, RenderedLink, TopBlock, parse
from blogqueue.writing.questions import Problem

WORDS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was bought: the link and its rel ("" for none), the customer's notes, and the article's other paid links.

    `ordered` are the words of an order for a whole article, which the article may repeat.
    """

    link: Link
    notes: str = ""
    rel: str = "sponsored"
    paid_links: tuple[Link, ...] = ()
    max_paid_links: int = 3
    ordered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """All that a check may ask of; made once for all checks, so that each text is parsed once."""

    before: Parsed
    after: Parsed
    applied: AppliedEdit
    wanted: Wanted
    old: tuple[TopBlock, ...]
    new: tuple[TopBlock, ...]

    @property
    def old_source(self) -> str:
        """The paragraph's characters before the edit."""
        return self.before.article[self.applied.start : self.applied.end]

    @property
    def literal(self) -> str:
        """The wanted link as it must be written."""
        return markdown_link(self.wanted.link)

    @property
    def paid(self) -> tuple[Link, ...]:
        """The article's other paid links."""
        return tuple(dict.fromkeys(link for link in self.wanted.paid_links if link != self.wanted.link))

    def is_wanted(self, link: RenderedLink) -> bool:
        """Whether a rendered link is the one that was bought."""
        return as_link(link) == self.wanted.link

    def old_text(self) -> str:
        """The edited block as a reader saw it."""
        return "\n".join(inline.text for block in self.old for inline in block.inlines)

    def new_text(self) -> str:
        """The edited block as a reader sees it now."""
        return "\n".join(inline.text for block in self.new for inline in block.inlines)

    def new_segments(self, *, code: bool = True) -> list[str]:
        """The edited block as a reader sees it now, cut where the wanted link's words stand, with or without code.

        Those words are the customer's and were accepted with the order, so rules about words do not look at them.
        """
        segments = [""]
        for block in self.new:
            for inline in block.inlines:
                for piece in inline.pieces:
                    if piece.link >= 0 and self.is_wanted(inline.links[piece.link]):
                        segments.append("")
                    elif code or not piece.code:
                        segments[-1] += piece.text
                segments.append("")
        return segments


def case(before: str, after: str, applied: AppliedEdit, wanted: Wanted) -> Case:
    """Read both texts, and find the edited block in each by where the edit says it stands."""
    old, new = parse(before), parse(after)
    return Case(
        before=old,
        after=new,
        applied=applied,
        wanted=wanted,
        old=tuple(old.within(applied.start, applied.end)),
        new=tuple(new.within(applied.start, applied.start + len(applied.new_text))),
    )


def problem(rule: str, message: str, words: str) -> list[Problem]:
    """One problem, its words cut to what a model needs to see."""
    return [Problem(rule, message, words[:WORDS_SHOWN])]

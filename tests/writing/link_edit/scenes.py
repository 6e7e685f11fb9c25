"""Edits to be checked: a scene is an article and an eligible paragraph, a try is an edit of it, right or wrong."""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from blogqueue.writing.link_edit.check_input import LinkRequirements
from blogqueue.writing.link_edit.checks import check_link_edit
from blogqueue.writing.link_edit.edits import AppliedEdit, Edit, apply
from blogqueue.writing.markdown.blocks import Block
from blogqueue.writing.markdown.links import format_link
from blogqueue.writing.questions import Problem
from tests.writing.garden import LINK, NOTES

LITERAL = format_link(LINK)
SENTENCE = f"Readers who want to go further may like {LITERAL} as well."
REQUIREMENTS = LinkRequirements(LINK, notes=NOTES)


@dataclass(frozen=True)
class Scene:
    """An article and one of its eligible paragraphs."""

    article: str
    block: Block

    def append(self, text: str) -> "Try":
        return self.edit(Edit(self.block.id, "append", text))

    def replace(self, text: str) -> "Try":
        return self.edit(Edit(self.block.id, "replace", text))

    def edit(self, edit: Edit) -> "Try":
        after, applied = apply(self.article, edit, [self.block])
        return Try(self.article, after, applied, REQUIREMENTS)


class Try(NamedTuple):
    """An edit to be checked, right or wrong."""

    before: str
    after: str
    applied: AppliedEdit
    requirements: LinkRequirements

    def problems(self) -> list[Problem]:
        return check_link_edit(*self)

    def altered(self, old: str, new: str) -> "Try | None":
        """Return the same edit with the first occurrence of a text outside the edited paragraph changed."""
        end = self.applied.start + len(self.applied.new_text)
        for start, stop in ((0, self.applied.start), (end, len(self.after))):
            at = self.after.find(old, start, stop)
            if at >= 0:
                return self._replace(after=self.after[:at] + new + self.after[at + len(old) :])
        return None


def forged(before: str, start: int, end: int, new_text: str, *, mode: str = "replace") -> Try:
    """Make an edit of any range, as if it had been proposed and applied."""
    applied = AppliedEdit(
        block="p01",
        mode="append" if mode == "append" else "replace",
        text=new_text,
        start=start,
        end=end,
        sha256=hashlib.sha256(before[start:end].encode()).hexdigest(),
        new_text=new_text,
    )
    return Try(before, before[:start] + new_text + before[end:], applied, REQUIREMENTS)

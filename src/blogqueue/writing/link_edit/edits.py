"""An edit of one paragraph: as the model proposed it, as it was applied, and applied again to a newer text."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from blogqueue.writing.markdown.blocks import Block, eligible_blocks, prose_blocks
from blogqueue.writing.markdown.front_matter import lines
from blogqueue.writing.markdown.links import Link

MAX_CHARACTERS = 10_000
"""Above any paragraph worth selling; a longer answer is a runaway and not worth a check."""


class EditRefused(ValueError):  # noqa: N818 - the name that the other modules were promised
    """A proposal that cannot be applied at all; `rule` is the name of what it breaks."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


@dataclass(frozen=True, slots=True)
class Edit:
    """A proposal: the paragraph's id, and its new text ("replace") or a sentence to stand behind it ("append")."""

    block: str
    mode: Literal["replace", "append"]
    text: str


@dataclass(frozen=True, slots=True)
class AppliedEdit:
    """What an edit did: `before[start:end]`, whose UTF-8 has the hash `sha256`, became `new_text`.

    `text` is the proposal's own. All fields are plain values: it is kept as JSON, and made again by `AppliedEdit(**d)`.
    """

    block: str
    mode: Literal["replace", "append"]
    text: str
    start: int
    end: int
    sha256: str
    new_text: str


def apply(article: str, edit: Edit, eligible: Sequence[Block]) -> tuple[str, AppliedEdit]:
    """The article with an edit spliced in, and what was done.

    Line breaks in the proposal become the paragraph's own; blanks around it are dropped; "append" joins with one space.
    Raises EditRefused: unknown_block, stale_block, unknown_mode, empty_text, too_long, not_text.
    """
    block = next((block for block in eligible if block.id == edit.block), None)
    if block is None:
        ids = ", ".join(block.id for block in eligible)
        raise EditRefused("unknown_block", f"There is no block {edit.block[:20]!r} to edit; choose one of: {ids}.")
    if article[block.start : block.end] != block.text:
        raise EditRefused("stale_block", f"The block {block.id} is not what stands in the article.")
    if edit.mode not in {"replace", "append"}:
        raise EditRefused("unknown_mode", 'The mode is "replace" or "append".')
    if not edit.text.strip():
        raise EditRefused("empty_text", "The text is empty; give the new sentence or the whole new paragraph.")
    if len(edit.text) > MAX_CHARACTERS:
        raise EditRefused("too_long", f"The text has more than {MAX_CHARACTERS} characters.")
    if any("\ud800" <= character <= "\udfff" for character in edit.text):
        raise EditRefused("not_text", "The text holds half a character (a lone surrogate).")
    return _splice(article, edit, block)


def reapply(
    article: str, applied: AppliedEdit, *, base: str, paid_links: Sequence[Link] = ()
) -> tuple[str, AppliedEdit]:
    """The same edit on a newer text of the same article, which carries other paid links by now.

    Exactly one paragraph of the text that it was made to (`base`), and exactly one of the newer text, must be the
    edited one: of twins nobody can say which is which. Raises EditRefused: stale_block, twin_block, and unfit_block
    where no link may stand there (any more).
    """
    same = _alike(article, applied)
    if not same:
        raise EditRefused("stale_block", "Its paragraph was changed or is gone.")
    if len(same) > 1 or len(_alike(base, applied)) != 1:
        raise EditRefused("twin_block", "Its paragraph stands or stood in the article more than once.")
    if same[0] not in eligible_blocks(article, paid_links):
        raise EditRefused(
            "unfit_block",
            "No link may stand in its paragraph as it is now: it is the first or the last one, within a template's "
            "tags, or beside another paid link.",
        )
    return _splice(article, Edit(same[0].id, applied.mode, applied.text), same[0])


def declared_only(before: str, after: str, applied: AppliedEdit) -> bool:
    """Whether a text differs from its base by a declared edit and nothing else, character for character."""
    old = before[applied.start : applied.end]
    return (
        0 <= applied.start <= applied.end <= len(before)
        and hashlib.sha256(old.encode("utf-8", "surrogatepass")).hexdigest() == applied.sha256
        and after == before[: applied.start] + applied.new_text + before[applied.end :]
        and (applied.mode == "replace" or applied.new_text.startswith(old))
    )


def line_breaks(text: str) -> list[str]:
    r"""Every line's end in a text, in order: \n, \r\n or \r."""
    return [line[len(line.rstrip("\r\n")) :] for line in lines(text) if line.endswith(("\r", "\n"))]


def own_line_break(article: str, start: int, end: int) -> str:
    r"""The line end that a paragraph is written with: its own first one, else the next, else the article's."""
    found = line_breaks(article[start:end]) or line_breaks(article[end:]) or line_breaks(article)
    return found[0] if found else "\n"


def _alike(article: str, applied: AppliedEdit) -> list[Block]:
    """The paragraphs of a text that are what the edited one was."""
    return [block for block in prose_blocks(article) if block.sha256 == applied.sha256]


def _splice(article: str, edit: Edit, block: Block) -> tuple[str, AppliedEdit]:
    own = own_line_break(article, block.start, block.end)
    said = edit.text.strip().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    breaks = line_breaks(block.text)
    if edit.mode == "append" or len(breaks) != len(said) - 1:
        breaks = [own] * (len(said) - 1)
    # As many line ends as before: each as it was, even in a paragraph that mixes them.
    text = "".join(line + end for line, end in zip(said, [*breaks, ""], strict=True))
    new_text = f"{block.text} {text}" if edit.mode == "append" else text
    content = article[: block.start] + new_text + article[block.end :]
    return content, AppliedEdit(edit.block, edit.mode, edit.text, block.start, block.end, block.sha256, new_text)

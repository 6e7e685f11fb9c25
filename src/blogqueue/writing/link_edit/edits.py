"""An edit of one paragraph: proposed by the model, applied to a text, and applied again to a newer version of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from blogqueue.writing.markdown.blocks import Block, find_eligible_blocks, find_prose_blocks
from blogqueue.writing.markdown.front_matter import split_lines
from blogqueue.writing.markdown.links import Link

MAX_CHARACTERS = 10_000
"""Our choice: longer than any paragraph that can take a link, so that a runaway answer is refused without checks."""


class EditRefused(ValueError):  # noqa: N818 - a refusal is an expected outcome here, not a fault in the program
    """A proposal that cannot be applied; `rule` is the name of the rule that it breaks."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


@dataclass(frozen=True, slots=True)
class Edit:
    """A proposal: the paragraph's id, and its new text ("replace") or a sentence to add at its end ("append")."""

    block: str
    mode: Literal["replace", "append"]
    text: str


@dataclass(frozen=True, slots=True)
class AppliedEdit:
    """An applied edit: `before[start:end]`, whose UTF-8 has the hex hash `sha256`, became `new_text`.

    `text` is the proposal's. All fields are plain values: the edit is stored as JSON and restored by
    `AppliedEdit(**fields)`.
    """

    block: str
    mode: Literal["replace", "append"]
    text: str
    start: int
    end: int
    sha256: str
    new_text: str


def apply(article: str, edit: Edit, eligible: Sequence[Block]) -> tuple[str, AppliedEdit]:
    """Return the article with the edit applied, and the applied edit.

    Line breaks in the proposal, and blanks around it, become the paragraph's, and "append" adds one space.
    Raises EditRefused: unknown_block, stale_block, unknown_mode, empty_text, too_long, not_text.
    """
    block = next((block for block in eligible if block.id == edit.block), None)
    if block is None:
        ids = ", ".join(block.id for block in eligible)
        raise EditRefused("unknown_block", f"There is no block {edit.block[:20]!r} to edit; choose one of: {ids}.")
    if article[block.start : block.end] != block.text:
        raise EditRefused("stale_block", f"The article has another text where block {block.id} was.")
    if edit.mode not in {"replace", "append"}:
        raise EditRefused("unknown_mode", 'The mode is "replace" or "append".')
    if not edit.text.strip():
        raise EditRefused("empty_text", "The text is empty; give the new sentence or the whole new paragraph.")
    if len(edit.text) > MAX_CHARACTERS:
        raise EditRefused("too_long", f"The text has more than {MAX_CHARACTERS} characters.")
    if any("\ud800" <= character <= "\udfff" for character in edit.text):
        raise EditRefused("not_text", "The text contains half a character (a lone surrogate).")
    return _splice(article, edit, block)


def reapply(
    article: str, applied: AppliedEdit, *, base: str, paid_links: Sequence[Link] = ()
) -> tuple[str, AppliedEdit]:
    """Apply an edit again, to a newer text of the same article, which may carry other paid links by now.

    The edited paragraph must occur exactly once in the text that the edit was made for (`base`) and exactly once in the
    newer text: of two identical paragraphs, nobody can tell which one was edited. Raises EditRefused: stale_block,
    twin_block, or unfit_block if the paragraph may not take a link (any more).
    """
    copies = _find_copies(article, applied)
    if not copies:
        raise EditRefused("stale_block", "The edited paragraph was changed or removed.")
    if len(copies) > 1 or len(_find_copies(base, applied)) != 1:
        raise EditRefused("twin_block", "The edited paragraph is, or was, in the article more than once.")
    if copies[0] not in find_eligible_blocks(article, paid_links):
        raise EditRefused(
            "unfit_block",
            "The edited paragraph may not take a link now: it is the first or the last one, in a quotation or "
            "another region, or beside another paid link.",
        )
    return _splice(article, Edit(copies[0].id, applied.mode, applied.text), copies[0])


def differs_only_by_edit(before: str, after: str, applied: AppliedEdit) -> bool:
    """Return whether a text differs from its base by the declared edit and nothing else, character for character."""
    old = before[applied.start : applied.end]
    return (
        0 <= applied.start <= applied.end <= len(before)
        and hashlib.sha256(old.encode("utf-8", "surrogatepass")).hexdigest() == applied.sha256
        and after == before[: applied.start] + applied.new_text + before[applied.end :]
        and (applied.mode == "replace" or applied.new_text.startswith(old))
    )


def find_line_breaks(text: str) -> list[str]:
    r"""Return every line break of a text, in order: \n, \r\n or \r."""
    return [line[len(line.rstrip("\r\n")) :] for line in split_lines(text) if line.endswith(("\r", "\n"))]


def choose_line_break(article: str, start: int, end: int) -> str:
    r"""Return the line break for a paragraph's new lines: its first, else the next after it, else the article's first.

    \n if there are none.
    """
    found = find_line_breaks(article[start:end]) or find_line_breaks(article[end:]) or find_line_breaks(article)
    return found[0] if found else "\n"


def _find_copies(article: str, applied: AppliedEdit) -> list[Block]:
    """Return the paragraphs of a text that are identical to the paragraph before the edit."""
    return [block for block in find_prose_blocks(article) if block.sha256 == applied.sha256]


def _splice(article: str, edit: Edit, block: Block) -> tuple[str, AppliedEdit]:
    lines = edit.text.strip().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    breaks = find_line_breaks(block.text)
    # A replacement with as many lines as before keeps every line break, even in a paragraph that mixes them.
    if edit.mode == "append" or len(breaks) != len(lines) - 1:
        breaks = [choose_line_break(article, block.start, block.end)] * (len(lines) - 1)
    text = "".join(line + end for line, end in zip(lines, [*breaks, ""], strict=True))
    new_text = f"{block.text} {text}" if edit.mode == "append" else _put_between_blanks(text, block.text)
    content = article[: block.start] + new_text + article[block.end :]
    return content, AppliedEdit(edit.block, edit.mode, edit.text, block.start, block.end, block.sha256, new_text)


def _put_between_blanks(text: str, old: str) -> str:
    """Return a text with the blanks around another one, unless it has that one whole.

    A Japanese paragraph, for example, is indented by an ideographic space.
    """
    if old in text:
        return text
    behind = old.lstrip()
    return old[: len(old) - len(behind)] + text + behind[len(behind.rstrip()) :]

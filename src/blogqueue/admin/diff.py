"""A change as a reader will see it and as it stands in the source: what came is marked, what went is struck out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape

from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.links import Link
from blogqueue.writing.markdown.rendering import render_blocks

_SOURCE = re.compile(r"\s+|\w+|[^\w\s]")
_HTML = re.compile(r"<[^>]*>|&[^;\s]+;|\s+|\w+|[^\w\s]")
"""Tags and character references are one piece each; the HTML is our own sanitised rendering."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change in its place, all of it safe HTML: the article's blocks in front, the changed one, those behind."""

    before: list[str]
    marked: str
    behind: list[str]
    source: str


def shown(base: str, version: str, edit: AppliedEdit, paid: Sequence[tuple[Link, str]]) -> Change:
    """An edit, rendered in its place in the version and as a diff of the paragraph's source."""
    old = "".join(html for block, html in render_blocks(base, paid) if edit.start <= block.start < edit.end)
    new = render_blocks(version, paid)
    end = edit.start + len(edit.new_text)
    return Change(
        before=[html for block, html in new if block.start < edit.start],
        marked=_marked(old, "".join(html for block, html in new if edit.start <= block.start < end), _HTML, str),
        behind=[html for block, html in new if block.start >= end],
        source=_marked(base[edit.start : edit.end], edit.new_text, _SOURCE, escape),
    )


def _marked(old: str, new: str, pieces: re.Pattern[str], safe: Callable[[str], str]) -> str:
    """The new text with what came in `<ins>` and what went in `<del>`; its own tags stay as they are."""
    was, now = pieces.findall(old), pieces.findall(new)
    out: list[str] = []
    for what, i, j, k, m in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what == "equal":
            out.append(safe("".join(now[k:m])))
            continue
        out += _wrapped("del", [piece for piece in was[i:j] if not _is_tag(piece, pieces)], pieces, safe)
        out += _wrapped("ins", now[k:m], pieces, safe)
    return "".join(out)


def _wrapped(tag: str, run: list[str], pieces: re.Pattern[str], safe: Callable[[str], str]) -> list[str]:
    """A run of pieces inside a tag, which is closed and opened again around the run's own tags."""
    out: list[str] = []
    words = ""
    for piece in [*run, ""]:
        if piece and not _is_tag(piece, pieces):
            words += piece
            continue
        if words:
            out.append(f"<{tag}>{safe(words)}</{tag}>")
        out.append(piece)
        words = ""
    return out


def _is_tag(piece: str, pieces: re.Pattern[str]) -> bool:
    return pieces is _HTML and piece.startswith("<")

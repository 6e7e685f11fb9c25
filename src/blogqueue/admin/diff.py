"""A link edit as the editor sees it: rendered in its place and in the source, with added and removed words marked."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape

from blogqueue.writing.link_edit.comparison import WORDS, ChangeKind, diff_words
from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.links import Link
from blogqueue.writing.markdown.rendering import render_blocks

LONGEST_MARKED = 20_000
"""The most characters whose words are compared one by one, which takes time that grows with their square."""

_HTML = re.compile(rf"<[^>]*>|&[^;\s]+;|{WORDS.pattern}")
"""Splits our own sanitised rendering; a tag or a character reference is one token."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change in its place, as safe HTML: the blocks before it, the changed block, its source, the blocks after it."""

    before: list[str]
    marked: str
    behind: list[str]
    source: str


def show_change(base: str, version: str, edit: AppliedEdit, paid: Sequence[tuple[Link, str]]) -> Change:
    """Render an edit in its place in the version, and as a diff of the paragraph's source."""
    old = "".join(html for block, html in render_blocks(base, paid) if edit.start <= block.start < edit.end)
    new = render_blocks(version, paid)
    end = edit.start + len(edit.new_text)
    return Change(
        before=[html for block, html in new if block.start < edit.start],
        marked=_mark(old, "".join(html for block, html in new if edit.start <= block.start < end), _HTML, str),
        behind=[html for block, html in new if block.start >= end],
        source=_mark(base[edit.start : edit.end], edit.new_text, WORDS, escape),
    )


def list_changes(old: str, new: str) -> list[str]:
    """Return what differs between two sources, as safe HTML: a piece for each run of changed lines, words marked."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces: list[str] = []
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        removed, added = "".join(before[i:j]), "".join(after[k:m])
        if len(removed) + len(added) > LONGEST_MARKED:
            pieces.append(f"<del>{escape(removed)}</del><ins>{escape(added)}</ins>")
        else:
            pieces.append(_mark(removed, added, WORDS, escape))
    return pieces


def _mark(old: str, new: str, pattern: re.Pattern[str], to_html: Callable[[str], str]) -> str:
    """Return the new text with added words in `<ins>` and removed ones in `<del>`; the new text's own tags stay."""
    out: list[str] = []
    for kind, tokens in diff_words(pattern.findall(old), pattern.findall(new), str):
        if kind == ChangeKind.SAME:
            out.append(to_html("".join(tokens)))
        elif kind == ChangeKind.REMOVED:
            out += _wrap("del", [token for token in tokens if not _is_tag(token, pattern)], pattern, to_html)
        else:
            out += _wrap("ins", tokens, pattern, to_html)
    return "".join(out)


def _wrap(element: str, tokens: list[str], pattern: re.Pattern[str], to_html: Callable[[str], str]) -> list[str]:
    """Wrap a run of tokens in an element, which is closed and opened again around the run's own tags."""
    out: list[str] = []
    words = ""
    for token in [*tokens, ""]:
        if token and not _is_tag(token, pattern):
            words += token
            continue
        if words:
            out.append(f"<{element}>{to_html(words)}</{element}>")
        out.append(token)
        words = ""
    return out


def _is_tag(token: str, pattern: re.Pattern[str]) -> bool:
    return pattern is _HTML and token.startswith("<")

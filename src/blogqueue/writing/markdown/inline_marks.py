"""Signs and brackets in a paragraph that enclose more than prose to some renderers: a formula, hidden text, a note."""

import re


def _write_pair(sign: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return how a sign opens and how it closes: at the outer side of words, so that `$5 or $6` and `C++` open nothing.

    Pandoc (tex_math_dollars) and the plugins of markdown-it have the same rule, but for what is next to a word.
    """
    one, escaped = re.escape(sign[0]), re.escape(sign)
    return (
        re.compile(rf"(?<![\w\\{one}]){escaped}(?![\s{one}])"),
        re.compile(rf"(?<![\s\\{one}]){escaped}(?![\w{one}])"),
    )


_SIGNS = {sign: _write_pair(sign) for sign in ("$", "==", "++", "~", "||")}
"""Formulas (Pandoc, GitHub), and marked, inserted, deleted (GFM) and hidden text."""

_BRACKETS = (("[[", "]]"), ("((", "))"), (r"\(", r"\)"), (r"\[", r"\]"), ("/*", "*/"))
"""Links and notes of wikis, formulas, comments."""


def is_enclosed(before: str, behind: str) -> bool:
    """Return whether a link between two texts, which have no code, is also between signs or brackets of one kind."""
    return any(
        _is_open(before, *pair) and bool(pair[1].search(f"){behind}"))  # as behind a link
        for sign, pair in _SIGNS.items()
        if sign in before and sign in behind
    ) or any(
        before.rfind(opening) > before.rfind(closing) and closing in behind
        for opening, closing in _BRACKETS
        if opening in before
    )


def _is_open(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> bool:
    """Return whether an opening sign of a text has no closing one in it."""
    at = 0
    while found := opening.search(text, at):
        end = closing.search(text, found.end())
        if end is None:
            return True
        at = end.end()
    return False

"""Template syntax in an article, which only its site's own generator can fill in: readers must not see it as prose.

It is replaced by as many placeholder characters, so that offsets stay the same; rendering then drops these. Syntax in
code is what the article is about, and stays.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from blogqueue.writing.markdown.code_mask import find_code
from blogqueue.writing.markdown.front_matter import find_body_start
from blogqueue.writing.markdown.parsing import parse
from blogqueue.writing.markdown.prose_lines import EXPORT_LINE, IMPORT_LINE

PLACEHOLDER = "\uf8f0"
"""A private-use character: no font and no text uses it."""

QUOTED_PLACEHOLDER = "%EF%A3%B0"
"""The placeholder as markdown-it writes it in a URL."""

# That each begins with a character, and none with a place or a set, makes this three times as fast.
_HINT = re.compile(r"\{[{%#:/.]|<%|:::|%%|\[!|\[_?[Tt][Oo][Cc]|\n(?:import|export)[ \t]|\r(?:import|export)[ \t]")
"""What every pattern below contains: most articles have none of it."""


class _Pairs(NamedTuple):
    """Tags that open something, and what ends it: a pattern for each group of `opening`, and how far away it may be.

    What matches `opening` without a group is whole.
    """

    opening: re.Pattern[str]
    ends: Mapping[str, tuple[re.Pattern[str], int]]


_TAGS = _Pairs(
    re.compile(r"(?P<braces>\{\{)|(?P<liquid>\{%)|(?P<erb><%)|(?P<jinja>\{#)|(?P<mdx>\{/\*)"),
    {
        "braces": (re.compile(r"\}\}\}?"), 2000),
        "liquid": (re.compile(r"%\}"), 2000),
        "erb": (re.compile(r"%>"), 2000),
        "jinja": (re.compile(r"#\}"), 2000),
        "mdx": (re.compile(r"\*/\}"), 2000),
    },
)
_COMMENTS = _Pairs(
    re.compile(
        r"(?P<liquid>\{%-?\s*comment\b[^%]{0,200}%\})|(?P<hugo>\{\{[<%]\s*comment\s*[%>]\}\})"
        r"|(?P<kramdown>\{::comment\s*/?\})|(?P<obsidian>%%(?=\s|\w))"
    ),
    {
        "liquid": (re.compile(r"\{%-?\s*endcomment\s*-?%\}"), 9000),
        "hugo": (re.compile(r"\{\{[<%]\s*/\s*comment\s*[%>]\}\}"), 9000),
        "kramdown": (re.compile(r"\{:/(?:comment)?\}"), 9000),
        "obsidian": (re.compile("%%"), 2000),
    },
)
_RAW = _Pairs(
    re.compile(r"(?P<liquid>\{%-?\s*(?:raw|verbatim)\s*-?%\})"),
    {"liquid": (re.compile(r"\{%-?\s*end(?:raw|verbatim)\s*-?%\}"), 9000)},
)
# The possessive quantifiers keep the time linear.
_CODE = _Pairs(
    re.compile(
        r"(?m)^(?P<tag>\{%-?\s*(?:highlight|codeblock|code)\b\s*+(?P<one>[\w+-]*+)[^%\n]*%\}"
        r"|\{\{[<%]\s*(?:highlight|code)\b\s*+\"?(?P<two>[\w+-]*+)[^}\n]*[%>]\}\})(?=[ \t]*$)"
    ),
    {
        "tag": (
            re.compile(
                r"(?m)^(?:\{%-?\s*end(?:highlight|codeblock|code)\s*-?%\}"
                r"|\{\{[<%]\s*/\s*(?:highlight|code)\s*[%>]\}\})"
            ),
            50_000,
        )
    },
)
_MARKS = _Pairs(
    re.compile(
        r"(?m)^ {0,3}:{3,}[ \t]*(?:\{[^}\n]*\}|[\w-]*)(?:\{[^}\n]*\})?"  # directives
        r"|(?<=> )\[!\w+\][-+]?"  # GitHub's and Obsidian's callouts
        r"|^[*-] [^\n]*\n\{:\s*toc[^}\n]*\}|^\[\[?_?toc_?\]?\][ \t]*$"  # tables of contents
        r"|\{:[^{}\n]*\}|\{[#.][^{}\n]*\}[ \t]*$"  # kramdown's and Pandoc's attributes
        rf"""|(?-i:^{IMPORT_LINE}[^'"\n]+['"];?[ \t]*$|^{EXPORT_LINE}[^\n]*$)""",  # MDX
        re.IGNORECASE,
    ),
    {},
)
_NO_LINE_END = re.compile(r"[^\r\n]")

_HIDDEN = re.compile(f"{PLACEHOLDER}+")

_NAME = re.compile(r"(\{\{[<%]|\{%|\{\{|<%)[-\s=]*([/#]?[\w./-]*)")
_SILENT = re.compile(r"(?:/|end|else|elsif|raw|verbatim|comment|highlight|code)", re.IGNORECASE)
_CLOSERS = {"{{<": ">}}", "{{%": "%}}", "{%": "%}", "{{": "}}", "<%": "%>"}


@lru_cache(maxsize=8)
def hide_template_syntax(article: str) -> str:
    """Return an article with a placeholder for each character of template syntax; its length stays the same.

    The last few answers are cached: regions, checks and page ask for the same text.
    """
    if not _has_syntax(article):
        return article
    fenced = _fence_code(article)
    hidden = _hide(fenced, _find_code(fenced), _COMMENTS)
    raw = _find_raw(hidden)
    hidden = _hide(hidden, [*_find_code(hidden), *raw], _TAGS)
    return _hide(hidden, [*_find_code(hidden), *raw], _MARKS)


def find_hidden(article: str) -> list[tuple[int, int]]:
    """Return the ranges that `hide_template_syntax` hides, line by line."""
    hidden = hide_template_syntax(article)
    return [match.span() for match in _HIDDEN.finditer(hidden)] if hidden != article else []


def list_unshown(article: str) -> tuple[str, ...]:
    """Return the kinds of tags in an article that a page leaves out, such as `{% include %}`, each once."""
    if not _has_syntax(article):
        return ()
    fenced = _fence_code(article)
    kept = [*_find_code(fenced), *_find_raw(fenced)]
    kept += [(opening.start(), end.end()) for opening, end in _find_pairs(fenced, (), _COMMENTS)]
    found: dict[str, None] = {}
    for opening, end in _find_pairs(fenced, kept, _TAGS):
        name = _NAME.match(fenced, opening.start(), end.end())
        if name and not _SILENT.match(name[2]):
            words = "" if name[1] == "{{" and not name[2].startswith("#") else f" {name[2]}"
            found[f"{name[1]}{words} {_CLOSERS[name[1]]}"] = None
    return tuple(found)


def _has_syntax(article: str) -> bool:
    return bool(_HINT.search(f"\n{article[find_body_start(article) :]}"))


def _find_raw(article: str) -> list[tuple[int, int]]:
    """Return the ranges in which Liquid and Nunjucks show tags as they are."""
    return [(opening.end(), end.start()) for opening, end in _find_pairs(article, (), _RAW)]


def _find_code(article: str) -> list[tuple[int, int]]:
    """Return the ranges of front matter, fenced and indented code, and code spans."""
    parsed = parse(article)
    return [(0, parsed.body), *find_code(parsed)]


def _find_pairs(
    article: str, kept: Sequence[tuple[int, int]], pairs: _Pairs
) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Yield each opening that begins outside the ranges, and its end. The time is linear: no text is searched twice."""
    ordered = sorted(kept)
    following: dict[str | None, re.Match[str] | None] = {}
    at = number = 0
    while opening := pairs.opening.search(article, at):
        start, kind = opening.start(), opening.lastgroup
        at = start + 1
        while number < len(ordered) and ordered[number][1] <= start:
            number += 1
        if number < len(ordered) and ordered[number][0] <= start:
            at = max(at, ordered[number][1])
            continue
        if kind is None:
            end = opening
        else:
            pattern, most = pairs.ends[kind]
            end = following.get(kind, opening)
            if end and end.start() < opening.end():
                end = following[kind] = pattern.search(article, opening.end())
            if end is None or end.start() - opening.end() > most:
                continue
        yield opening, end
        at = end.end()


def _hide(article: str, kept: Sequence[tuple[int, int]], pairs: _Pairs) -> str:
    """Return an article with placeholders in place of all pairs; line ends stay, so that lines begin where they did."""
    parts: list[str] = []
    at = 0
    for opening, end in _find_pairs(article, kept, pairs):
        parts += [article[at : opening.start()], _NO_LINE_END.sub(PLACEHOLDER, article[opening.start() : end.end()])]
        at = end.end()
    return "".join([*parts, article[at:]])


def _fence_code(article: str) -> str:
    """Return an article with the code between two tags as fenced blocks of the same length."""
    parts: list[str] = []
    at = 0
    for opening, end in _find_pairs(article, _find_code(article), _CODE):
        fence = f"```{opening['one'] or opening['two'] or ''}"
        width = len(opening[0])
        parts += [
            article[at : opening.start()],
            (fence if len(fence) <= width else "```").ljust(width),
            article[opening.end() : end.start()],
            "```".ljust(len(end[0])),
        ]
        at = end.end()
    return "".join([*parts, article[at:]])

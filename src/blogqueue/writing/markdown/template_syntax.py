"""Template syntax in an article, which only its site's own generator can fill in: readers must not see it as prose.

It is replaced by as many placeholder characters, so that offsets stay the same; rendering then drops these. Syntax in
code is what the article is about, and stays.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from blogqueue.writing.markdown.front_matter import find_body_start, split_lines
from blogqueue.writing.markdown.parsing import parse

PLACEHOLDER = "\uf8f0"
"""A private-use character: no font and no text uses it."""

QUOTED_PLACEHOLDER = "%EF%A3%B0"
"""The placeholder as markdown-it writes it in a URL."""

_HINT = re.compile(r"\{[{%#:/.]|<%|:::|%%|\[!|(?m:^(?:import|export)\s)|\[_?toc", re.IGNORECASE)
"""What every pattern below contains: most articles have none of it."""

# Each is bounded, so that openings without an end cost little.
_TAG = re.compile(
    r"\{\{(?:(?!\}\}).){0,2000}\}\}\}?|\{%(?:(?!%\}).){0,2000}%\}|<%(?:(?!%>).){0,2000}%>"
    r"|\{#(?:(?!#\}).){0,2000}#\}|\{/\*(?:(?!\*/\}).){0,2000}\*/\}",
    re.DOTALL,
)
_COMMENT = re.compile(
    r"\{%-?\s*comment\b[^%]{0,200}%\}.{0,9000}?\{%-?\s*endcomment\s*-?%\}"
    r"|\{\{[<%]\s*comment\s*[%>]\}\}.{0,9000}?\{\{[<%]\s*/\s*comment\s*[%>]\}\}"
    r"|\{::comment\s*/?\}.{0,9000}?\{:/(?:comment)?\}|%%(?=\s|\w).{1,2000}?%%",
    re.DOTALL,
)
_RAW = re.compile(r"(\{%-?\s*(?:raw|verbatim)\s*-?%\})(.{0,9000}?)(\{%-?\s*end(?:raw|verbatim)\s*-?%\})", re.DOTALL)
_CODE = re.compile(
    r"(?m)^(?P<open>\{%-?\s*(?:highlight|codeblock|code)\b\s*(?P<one>[\w+-]*)[^%\n]*%\}"
    r"|\{\{[<%]\s*(?:highlight|code)\b\s*\"?(?P<two>[\w+-]*)[^}\n]*[%>]\}\})[ \t]*$"
    r"(?P<inside>(?s:.{0,50000}?))"
    r"^(?P<close>\{%-?\s*end(?:highlight|codeblock|code)\s*-?%\}|\{\{[<%]\s*/\s*(?:highlight|code)\s*[%>]\}\})"
)
_MARKS = re.compile(
    r"(?m)^ {0,3}:{3,}[ \t]*(?:\{[^}\n]*\}|[\w-]*)(?:\{[^}\n]*\})?"  # directives
    r"|(?<=> )\[!\w+\][-+]?"  # GitHub's and Obsidian's callouts
    r"|^[*-] [^\n]*\n\{:\s*toc[^}\n]*\}|^\[\[?_?toc_?\]?\][ \t]*$"  # tables of contents
    r"|\{:[^}\n]*\}|\{[#.][^{}\n]*\}[ \t]*$"  # kramdown's and Pandoc's attributes
    r"""|^import\s[^\n]*['"][^'"\n]+['"];?[ \t]*$|^export\s+(?:const|default|function|let)\b[^\n]*$""",  # MDX
    re.IGNORECASE,
)
_SPAN = re.compile(r"(`+)(?!`)(?:(?!\n[ \t]*\n).){1,2000}?(?<!`)\1(?!`)", re.DOTALL)

_NAME = re.compile(r"(\{\{[<%]|\{%|\{\{|<%)[-\s=]*([/#]?[\w./-]*)")
_SILENT = re.compile(r"(?:/|end|else|elsif|raw|verbatim|comment|highlight|code)", re.IGNORECASE)
_CLOSERS = {"{{<": ">}}", "{{%": "%}}", "{%": "%}", "{{": "}}", "<%": "%>"}


def hide_template_syntax(article: str) -> str:
    """Return an article with a placeholder for each character of template syntax; its length stays the same."""
    if not _HINT.search(article, find_body_start(article)):
        return article
    fenced = _replace(article, _find_code(article), _CODE, _to_fence)
    hidden = _replace(fenced, _find_code(fenced), _COMMENT, _hide)
    raw = _find_raw(hidden)
    hidden = _replace(hidden, [*_find_code(hidden), *raw], _TAG, _hide)
    return _replace(hidden, [*_find_code(hidden), *raw], _MARKS, _hide)


def list_unshown(article: str) -> tuple[str, ...]:
    """Return the kinds of tags in an article that a page leaves out, such as `{% include %}`, each once."""
    if not _HINT.search(article, find_body_start(article)):
        return ()
    fenced = _replace(article, _find_code(article), _CODE, _to_fence)
    kept = [*_find_code(fenced), *_find_raw(fenced)]
    kept += [match.span() for match in _COMMENT.finditer(fenced)]
    found: dict[str, None] = {}
    for match in _find_outside(fenced, kept, _TAG):
        name = _NAME.match(match[0])
        if name and not _SILENT.match(name[2]):
            words = "" if name[1] == "{{" and not name[2].startswith("#") else f" {name[2]}"
            found[f"{name[1]}{words} {_CLOSERS[name[1]]}"] = None
    return tuple(found)


def _find_raw(article: str) -> list[tuple[int, int]]:
    """Return the ranges in which Liquid and Nunjucks show tags as they are."""
    has_end = "endraw" in article or "endverbatim" in article
    return [match.span(2) for match in _RAW.finditer(article)] if has_end else []


def _find_code(article: str) -> list[tuple[int, int]]:
    """Return the ranges of front matter, fenced and indented code, and code spans."""
    parsed = parse(article)
    starts = list(accumulate(map(len, split_lines(article[parsed.body :])), initial=parsed.body))
    blocks = [
        (starts[one.map[0]], starts[one.map[1]])
        for one in parsed.tokens
        if one.type in {"fence", "code_block"} and one.map
    ]
    spans = [match.span() for match in _find_outside(article, [(0, parsed.body), *blocks], _SPAN)]
    return [(0, parsed.body), *blocks, *spans]


def _find_outside(article: str, kept: Sequence[tuple[int, int]], pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern that begin outside the ranges."""
    ordered = sorted(kept)
    at = number = 0
    while match := pattern.search(article, at):
        while number < len(ordered) and ordered[number][1] <= match.start():
            number += 1
        if number < len(ordered) and ordered[number][0] <= match.start():
            at = max(ordered[number][1], match.start() + 1)
            continue
        yield match
        at = max(match.end(), match.start() + 1)


def _replace(
    article: str, kept: Sequence[tuple[int, int]], pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]
) -> str:
    parts: list[str] = []
    at = 0
    for match in _find_outside(article, kept, pattern):
        parts += [article[at : match.start()], new(match)]
        at = match.end()
    return "".join([*parts, article[at:]])


def _hide(match: re.Match[str]) -> str:
    """Return placeholders for a match; its line ends stay, so that what follows is still at the start of its line."""
    return re.sub(r"[^\r\n]", PLACEHOLDER, match[0])


def _to_fence(match: re.Match[str]) -> str:
    """Return the code between two tags as a fenced block of the same length."""
    opening = f"```{match['one'] or match['two'] or ''}"
    return "".join(
        [
            opening.ljust(len(match["open"]))
            if len(opening) <= len(match["open"])
            else "```".ljust(len(match["open"])),
            match[0][len(match["open"]) : match.start("close") - match.start()],
            "```".ljust(len(match["close"])),
        ]
    )

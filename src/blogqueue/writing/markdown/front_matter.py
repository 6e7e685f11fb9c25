"""Front matter: the metadata that site generators keep at the top of a file. This module finds where it ends.

Front matter is not Markdown (its closing `---` would turn the line above into a heading), so parsing starts below it.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from itertools import takewhile

BOM = "\ufeff"

_CLOSERS = {"---": ("---", "..."), "+++": ("+++",), ";;;": (";;;",)}
_KEY = re.compile(r"([A-Za-z_][\w.-]{0,40})[ \t]*:(?:[ \t]|$)")
_JSON_KEY = re.compile(r'"[\w.-]+"\s*:')
_YAML_KEY = re.compile(r"""["']?[\w.-]+["']?\s*[:=]""")
_LINE_KEYS = frozenset({"title", "date"})
"""Without a fence, only lines of which one has such a key are metadata: `Note: …` may begin an article's prose."""


class Format(StrEnum):
    """The ways in which front matter is written."""

    YAML = "YAML"
    TOML = "TOML"
    JSON = "JSON"
    JSON_LINES = "JSON without braces"  # Hexo
    LINES = "lines of “name: value”"  # Pelican, MultiMarkdown
    PERCENT = "lines that begin with %"  # Pandoc


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Where front matter is: its source is `article[start:end]`, and the Markdown begins at `body`."""

    format: Format
    start: int
    end: int
    body: int


_FORMATS = {"---": Format.YAML, "+++": Format.TOML, ";;;": Format.JSON_LINES}
_NAMED = {"---json": Format.JSON, "---toml": Format.TOML, "---yaml": Format.YAML, "---yml": Format.YAML}
"""Eleventy's way to name the format on the opening line."""


def split_lines(text: str) -> list[str]:
    r"""Return the lines of a text, each with its line end: \r\n, \n or a lone \r (CommonMark 0.31 §2.1).

    `str.splitlines` would also split on \x0b, \x0c, \x1c, \u2028 and more, where markdown-it does not.
    """
    return list(StringIO(text, newline=""))


def find_body_start(article: str) -> int:
    """Return the offset where the Markdown begins, after byte order mark and front matter, even if that is broken.

    Never raises.
    """
    found = find_front_matter(article)
    return found.body if found else _count_marks(article)


def find_front_matter(article: str) -> FrontMatter | None:
    """Return where an article's front matter is, without reading it; None if there is none, or it never closes."""
    top = article[_count_marks(article) :].lstrip(" \t\r\n")
    at = len(article) - len(top)
    first = top.partition("\n")[0].partition("\r")[0].rstrip()
    if first[:1] not in {"-", "+", ";", "{", '"', "%"} and not _KEY.match(first):
        return None
    lines = split_lines(top)
    if first[:3] in _CLOSERS:
        return _find_fenced(article, at, first, lines)
    if first.startswith("{"):
        return _find_json(top, at)
    if _JSON_KEY.match(first):
        return _find_end(lines, at, Format.JSON_LINES)
    if first.startswith("% "):
        return _find_percent(lines, at)
    return _find_lines(lines, at)


def find_opening_fence(article: str) -> str:
    """Return the first line if it can only be the opening of front matter, else ""."""
    first = article[_count_marks(article) :].partition("\n")[0].partition("\r")[0].rstrip()
    return first if first in {"---", "+++"} or first in _NAMED else ""


def _count_marks(article: str) -> int:
    """Return how many byte order marks an article begins with; some editors have added a second one."""
    return len(article) - len(article.lstrip(BOM))


def _find_fenced(article: str, at: int, first: str, lines: Sequence[str]) -> FrontMatter | None:
    form = _NAMED.get(first) or _FORMATS.get(first)
    if form is None:
        return None
    # Below blank lines, which Zola allows, `---` may also be a rule.
    inside = "".join(lines[1:3]).lstrip()
    if article[:at].strip(BOM) and not (_YAML_KEY.match(inside) or inside.startswith("[")):
        return None
    start = end = at + len(lines[0])
    for line in lines[1:]:
        if line.rstrip() in _CLOSERS[first[:3]]:
            return FrontMatter(form, start, end, end + len(line))
        end += len(line)
    return None


def _find_json(top: str, at: int) -> FrontMatter | None:
    """Find Hugo's JSON, an object at the very top."""
    try:
        value, length = json.JSONDecoder(strict=False).raw_decode(top)
    except (ValueError, RecursionError):
        return None
    rest = top[length:]
    after = len(rest) - len(rest.lstrip(" \t\r\n"))
    if not isinstance(value, dict) or (rest and not after):
        return None
    return FrontMatter(Format.JSON, at, at + length, at + length + after)


def _find_end(lines: Sequence[str], at: int, form: Format) -> FrontMatter | None:
    """Find Hexo's closing line, whose front matter may lack the opening one."""
    end = at
    for line in lines:
        if line.rstrip() == ";;;":
            return FrontMatter(form, at, end, end + len(line))
        end += len(line)
    return None


def _find_percent(lines: Sequence[str], at: int) -> FrontMatter | None:
    """Find Pandoc's title block: up to three lines that begin with a percent sign, and the lines that continue them."""
    block = list(takewhile(lambda line: line.startswith(("%", "  ")), lines))
    below = lines[len(block)] if len(lines) > len(block) else ""
    if sum(line.startswith("%") for line in block) > len(("title", "authors", "date")) or below.strip():
        return None
    end = at + sum(map(len, block))
    return FrontMatter(Format.PERCENT, at, end, end + len(below))


def _find_lines(lines: Sequence[str], at: int) -> FrontMatter | None:
    """Find lines of `name: value` that a blank line ends (Pelican), or a fence that was never opened (Hexo)."""
    end = at
    keys: set[str] = set()
    for line in lines:
        bare = line.rstrip()
        key = _KEY.match(bare)
        closes = bare in {"---", ";;;", "..."}
        if closes or not bare:
            if not keys & _LINE_KEYS:
                return None
            form = Format.YAML if closes else Format.LINES
            return FrontMatter(form, at, end, end + len(line))
        if key:
            keys.add(key[1].lower())
        elif not line.startswith((" ", "\t", "- ")):
            return None
        end += len(line)
    return FrontMatter(Format.LINES, at, end, end) if keys & _LINE_KEYS else None

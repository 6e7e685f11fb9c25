"""Front matter: the metadata that site generators keep at the top of a file, YAML between `---` or TOML between `+++`.

Front matter is not Markdown (its closing `---` would turn the line above into a heading), so parsing starts below it.
"""

import tomllib
from io import StringIO

import yaml

BOM = "\ufeff"

_CLOSERS = {"---": ("---", "..."), "+++": ("+++",)}


class FrontMatterError(ValueError):
    """The front matter is broken; the message says how."""


def split_lines(text: str) -> list[str]:
    r"""Return the lines of a text, each with its line end: \r\n, \n or a lone \r (CommonMark 0.31 §2.1).

    `str.splitlines` would also split on \x0b, \x0c, \x1c, \u2028 and more, where markdown-it does not.
    """
    return list(StringIO(text, newline=""))


def find_body_start(article: str) -> int:
    """Return the offset where the Markdown begins, after byte order mark and front matter, even if the YAML is broken.

    Never raises.
    """
    bounds = _find_bounds(article)
    return bounds[2] if bounds else _bom_length(article)


def read_front_matter(article: str) -> tuple[dict[str, object], int]:
    """Return the front matter's values and the offset where the body starts; ({}, 0) if there is none.

    Raises FrontMatterError if it has no closing line, cannot be parsed, or is not a mapping.
    """
    opener = _find_opening_fence(article)
    if not opener:
        return {}, 0
    bounds = _find_bounds(article)
    if bounds is None:
        raise FrontMatterError(f"it opens with {opener} and has no line that closes it")
    start, end, body = bounds
    inside = article[start:end].replace("\r\n", "\n").replace("\r", "\n")
    try:
        values: object = tomllib.loads(inside) if opener == "+++" else yaml.safe_load(inside)
    # PyYAML lets ValueErrors through (an impossible date, a number of too many digits) and recurses into nested lists.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FrontMatterError(" ".join(str(error).split())) from error
    if values is None:
        return {}, body
    if not isinstance(values, dict):
        raise FrontMatterError(f"it is a {type(values).__name__}, not a mapping of names to values")
    return {str(name): value for name, value in values.items()}, body


def _bom_length(article: str) -> int:
    return len(BOM) if article.startswith(BOM) else 0


def _find_opening_fence(article: str) -> str:
    """Return the first line if it is `---` or `+++`, else ""."""
    first = article[_bom_length(article) :].partition("\n")[0].partition("\r")[0].rstrip()
    return first if first in _CLOSERS else ""


def _find_bounds(article: str) -> tuple[int, int, int] | None:
    """Return the offsets where the front matter's content starts and ends and where the body starts, or None."""
    opener = _find_opening_fence(article)
    if not opener:
        return None
    opening, *others = split_lines(article)
    inside = at = len(opening)
    for line in others:
        if line.rstrip() in _CLOSERS[opener]:
            return inside, at, at + len(line)
        at += len(line)
    return None

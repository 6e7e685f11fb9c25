"""The block of metadata that site generators keep at the top of a file: YAML between `---`, TOML between `+++`.

It is not Markdown (a closing `---` would turn its last line into a heading), so everything else here begins below it.
"""

import tomllib
from io import StringIO

import yaml

BOM = "\ufeff"

_CLOSERS = {"---": ("---", "..."), "+++": ("+++",)}


class FrontMatterError(ValueError):
    """The front matter is broken; the message says how."""


def lines(text: str) -> list[str]:
    r"""The lines of a text with their ends, which are \r\n, \n and a lone \r, and nothing else (CommonMark 0.31 §2.1).

    `str.splitlines` is no use here: it also splits on \x0b, \x0c, \x1c, \u2028 and more, and markdown-it does not.
    """
    return list(StringIO(text, newline=""))


def body_start(article: str) -> int:
    """The offset where the Markdown begins: behind front matter and byte order mark, broken or not. Never raises."""
    found = _fenced(article)
    return found[2] if found else _marked(article)


def front_matter(article: str) -> tuple[dict[str, object], int]:
    """What the front matter says, and the offset where the body starts; ({}, 0) if there is none.

    Raises FrontMatterError when it never ends, cannot be read, or is no mapping.
    """
    opener = _opener(article)
    if not opener:
        return {}, 0
    found = _fenced(article)
    if found is None:
        raise FrontMatterError(f"it opens with {opener} and has no line that closes it")
    inside = article[found[0] : found[1]].replace("\r\n", "\n").replace("\r", "\n")
    try:
        said: object = tomllib.loads(inside) if opener == "+++" else yaml.safe_load(inside)
    # PyYAML lets plain ValueErrors through (an impossible date, a number of too many digits) and recurses when nested.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FrontMatterError(" ".join(str(error).split())) from error
    if said is None:
        return {}, found[2]
    if not isinstance(said, dict):
        raise FrontMatterError(f"it is a {type(said).__name__}, not a mapping of names to values")
    return {str(name): value for name, value in said.items()}, found[2]


def _marked(article: str) -> int:
    return len(BOM) if article.startswith(BOM) else 0


def _opener(article: str) -> str:
    """The first line's `---` or `+++`, or "" if it is anything else."""
    first = article[_marked(article) :].partition("\n")[0].partition("\r")[0].rstrip()
    return first if first in _CLOSERS else ""


def _fenced(article: str) -> tuple[int, int, int] | None:
    """Where the front matter's inside starts and ends, and where the body starts; None if there is none."""
    opener = _opener(article)
    if not opener:
        return None
    opening, *others = lines(article)
    inside = at = len(opening)
    for line in others:
        if line.rstrip() in _CLOSERS[opener]:
            return inside, at, at + len(line)
        at += len(line)
    return None

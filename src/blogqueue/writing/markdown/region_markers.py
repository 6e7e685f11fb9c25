"""Marks and lines, other than templates' and HTML's tags, that open and close a region of a text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from blogqueue.writing.markdown.region_pairs import Tag, TagKind


class _Syntax(NamedTuple):
    """A way to mark a region: what an article with its end tag contains, and the tags.

    A tag closes if it has the group `close`; else it opens, or toggles if it has no `options` and `toggles` is set.
    """

    family: str
    contained: tuple[str, ...]
    tag: re.Pattern[str]
    toggles: bool = False


_SYNTAXES = (
    _Syntax("$$", ("$$",), re.compile(r"(?<!\\)\$\$"), toggles=True),  # formulas
    _Syntax("%%", ("%%",), re.compile(r"%%"), toggles=True),  # comments of Obsidian
    _Syntax(r"\[", (r"\]",), re.compile(r"^[ \t]*\\\[|(?<!\\)(?P<close>\\\])", re.MULTILINE)),  # formulas
    _Syntax("/*", ("*/",), re.compile(r"^[ \t]*/\*|(?P<close>\*/)", re.MULTILINE)),
    _Syntax(  # WordPress, BBCode
        "[", ("[/",), re.compile(r"\[(?P<close>/?)(?P<name>[A-Za-z][\w:-]*)(?:[ =|][^\[\]\n]*)?\](?![(\[:])")
    ),
    _Syntax("begin", (r"\end{",), re.compile(r"\\(?:begin|(?P<close>end))\{(?P<name>[\w*]+)\}")),  # LaTeX
    _Syntax(  # Org
        "#+",
        ("#+",),
        re.compile(r"^[ \t]*#\+(?:begin|(?P<close>end))[_:](?P<name>\w+)", re.MULTILINE | re.IGNORECASE),
    ),
    _Syntax(  # Blade, Doxygen
        "@", ("@end", r"\end"), re.compile(r"^[ \t]*[@\\](?P<close>end)?(?P<name>[A-Za-z]\w*)\b", re.MULTILINE)
    ),
    _Syntax(  # Confluence
        "{",
        ("{",),
        re.compile(r"^[ \t]*\{(?P<name>\w+)(?P<options>:[^{}\n]*)?\}[ \t]*$", re.MULTILINE),
        toggles=True,
    ),
)
_FENCE = re.compile(r"^[ \t]*+(?P<mark>:{3,}|(?P<m>[%+=\"'/;^@~&|])(?P=m){2,}|\.{4,})(?P<info>[^\n]*)", re.MULTILINE)
_DIRECTIVE_ENDS = re.compile(r"([\w-]+)-end\b")
_DOTTED_NAME = re.compile(r"\w+(?:\.\w+)+")  # `::: package.module` has no end (mkdocstrings)
_BRACES = re.compile(r"[{}]")


def find_markers(text: str) -> Iterator[Tag]:
    """Yield the tags of a text that are neither a template's nor HTML's."""
    yield from _find_fences(text)
    for syntax in _SYNTAXES:
        if not any(part in text for part in syntax.contained):
            continue
        for match in syntax.tag.finditer(text):
            groups = match.groupdict("")
            toggles = syntax.toggles and not groups.get("options")
            kind = TagKind.CLOSE if groups.get("close") else TagKind.TOGGLE if toggles else TagKind.OPEN
            yield Tag(*match.span(), kind, syntax.family, groups.get("name", "").lower())


def find_braces(text: str) -> Iterator[Tag]:
    """Yield every curly bracket: what is between two of them is an expression, if it goes over several lines."""
    for match in _BRACES.finditer(text) if "{" in text else ():
        if not text.endswith("\\", 0, match.start()):
            yield Tag(*match.span(), TagKind.OPEN if match[0] == "{" else TagKind.CLOSE, "{}", "")


def _find_fences(text: str) -> Iterator[Tag]:
    """Yield lines that begin with three equal marks or more: alone they open or close, before a name they open."""
    ended = set(_DIRECTIVE_ENDS.findall(text)) if ":::" in text else set[str]()
    for match in _FENCE.finditer(text):
        mark, info = match["mark"], match["info"].strip()
        family = mark[0] * 3
        if (
            not info
            and mark[0] == "="
            and text[text.rfind("\n", 0, max(0, match.start() - 1)) + 1 : match.start()].strip()
        ):
            continue  # the underline of a heading
        if not info:
            yield Tag(*match.span(), TagKind.TOGGLE, family, "")
        elif mark[0] == ":":
            yield from _read_directive(match, family, info, ended)
        elif mark[0] in '/@+;^%"':
            yield Tag(*match.span(), TagKind.OPEN, family, info.split()[0])


def _read_directive(match: re.Match[str], family: str, info: str, ended: set[str]) -> Iterator[Tag]:
    """Yield the tag of a directive: `:::note` opens, `:::row-end:::` closes, `:::image ... :::` has no end."""
    name = re.split(r"[\s:\[{]", info, maxsplit=1)[0] or info[:20]
    if name.endswith("-end") or re.search(r"[-\s]end\b", info):
        yield Tag(*match.span(), TagKind.CLOSE, family, name.removesuffix("-end"))
    elif name in ended or not (info.endswith(":::") or _DOTTED_NAME.fullmatch(info)):
        yield Tag(*match.span(), TagKind.OPEN, family, name)

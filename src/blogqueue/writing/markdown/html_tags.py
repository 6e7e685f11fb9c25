"""The tags of HTML and JSX elements, and comments, in an article's source."""

import re
from collections.abc import Collection, Iterator

from blogqueue.writing.markdown.region_pairs import Tag, TagKind
from blogqueue.writing.markdown.template_tags import read_name

FAMILY = "<"

VOID = frozenset(
    "area base br col embed hr img input keygen link meta param source track wbr".split()  # noqa: SIM905 - easier to read
)
"""Elements without an end tag (HTML §13.1.2)."""

CONTAINERS = frozenset((
    "article", "aside", "audio", "blockquote", "button", "canvas", "center", "details", "dialog", "div", "dl",
    "fieldset", "figure", "footer", "form", "frameset", "header", "iframe", "main", "map", "math", "menu", "nav",
    "noembed", "noframes", "noscript", "object", "ol", "plaintext", "pre", "script", "section", "select", "style",
    "svg", "table", "template", "textarea", "title", "ul", "video", "xmp",
))  # fmt: skip
"""Elements that hold all that follows if their end tag is missing; others, such as `<T>` in prose, hold nothing
then."""

_RAW_ENDS = {
    name: re.compile(f"</{name}", re.IGNORECASE)
    for name in ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")
}

# Attributes are quoted, or in braces (JSX), at most three deep; no quote spans a blank line. The possessive quantifiers
# keep the time linear.
_STRING = r""""(?:[^"\n]|\n(?![ \t]*\n))*+"|'(?:[^'\n]|\n(?![ \t]*\n))*+'"""
_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*+\})*+\})*+\}"
_TAG = re.compile(
    rf"<(?P<close>/?)(?P<name>(?:[A-Za-z][\w.:-]*+)?+)(?P<attributes>(?:\s(?:[^<>\"'{{}}]++|{_STRING}|{_BRACES})*+)?+)"
    r"(?P<single>(?:(?<=/)|/)?)>"
)
_TAG_OR_NOT = re.compile(
    rf"<!--(?:-?>|(?s:.*?)(?:-->|\Z))|<\?(?s:.*?)(?:\?>|\Z)|<![^>]*+>?|{_TAG.pattern}|<(?=[A-Za-z/])"
)
_COMMENT_WORD = re.compile(r"[\w.:/\[#-]+")
_BEGIN = re.compile(r"(.*?)[-_:]?(?:start|begin)", re.IGNORECASE)
_PROSE_COMMENTS = frozenset({"wp:paragraph"})
"""WordPress puts comments around its blocks; this one is around plain prose."""


def find_comments(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the start, the end and the inside of each `<!-- ... -->`; one that is not closed ends with the text."""
    start = text.find("<!--")
    while start >= 0:
        end = text.find("-->", start + 2)  # "<!-->" is whole
        if end < 0:
            yield start, len(text), ""
            return
        yield start, end + 3, text[start + 4 : max(start + 4, end)]
        start = text.find("<!--", end + 3)


def read_comment(start: int, end: int, inside: str) -> Tag | None:
    """Return the tag that a comment is used as: `<!-- wp:code -->`, `<!-- /wp:code -->`, `<!-- START toc -->`."""
    words = [word.strip("[]#") for word in _COMMENT_WORD.findall(inside[:200])[:2]]
    if not words or words[0] in _PROSE_COMMENTS:
        return None
    if len(words) > 1 and words[0].casefold() in {"start", "begin", "end"}:
        kind = TagKind.CLOSE if words[0].casefold() == "end" else TagKind.OPEN
        return Tag(start, end, kind, "<!--", words[1])
    if len(words) > 1 and words[1].casefold() in {"start", "begin", "end"}:
        kind = TagKind.CLOSE if words[1].casefold() == "end" else TagKind.OPEN
        return Tag(start, end, kind, "<!--", words[0])
    begins = _BEGIN.fullmatch(words[0])
    kind, name = read_name(re.sub(r"[-_:]?stop$", "-end", words[0], flags=re.IGNORECASE))
    return Tag(start, end, kind, "<!--", begins[1] if begins else name)


def find_element_tags(text: str) -> Iterator[Tag]:
    """Yield each start tag and end tag of an element that can hold something."""
    at = 0
    while match := _TAG.search(text, at):
        at = match.end()
        name = match["name"].lower()
        if name in VOID or match["single"] or match["attributes"].endswith("/") or not _is_tag(match):
            continue
        if match["close"] and text.endswith("\\", 0, match.start()):
            continue  # escaped, it closes nothing
        kind = TagKind.CLOSE if match["close"] else TagKind.OPEN
        harmless = _only_sets_language(name, match["attributes"])
        yield Tag(match.start(), at, kind, FAMILY, name or "<>", harmless=harmless)
        if kind is TagKind.OPEN and name in _RAW_ENDS:
            end = _RAW_ENDS[name].search(text, at)
            at = end.start() if end else len(text)


def tidy(html: str, known: Collection[str]) -> str:
    """Return HTML without what makes a browser read more than Markdown does: its known tags are left, each as a whole.

    Where a quotation mark is missing, all up to the next one belongs to the tag. Elements that close themselves, as in
    JSX, are open to browsers. Of those that belong into drawings and formulas, nh3 drops the content. Comments and
    declarations are left out.
    """
    return _TAG_OR_NOT.sub(lambda match: _tidy(match, known), html)


def _tidy(match: re.Match[str], known: Collection[str]) -> str:
    name: str | None = match["name"]
    if name is None:
        return "&lt;" if match[0] == "<" else ""
    if name.lower() not in known:
        return ""
    closes_itself = match[0].endswith("/>") and not match["close"] and name.lower() not in VOID
    return f"{match[0][:-2]}></{name}>" if closes_itself else match[0]


def holds_the_rest(text: str, tag: Tag) -> bool:
    """Return whether an element without an end tag holds all that follows, as browsers read it."""
    source = text[tag.start : tag.end].lower()
    return (
        "\\" not in source and not tag.harmless and (tag.name in CONTAINERS or (tag.name == "a" and "href" in source))
    )


def _only_sets_language(name: str, attributes: str) -> bool:
    """Return whether an element does nothing but set the language or direction of what it holds."""
    names = {attribute.partition("=")[0].lower() for attribute in attributes.split()}
    return name in {"div", "section"} and bool(names & {"dir", "lang"}) and names <= {"dir", "lang", "markdown"}


def _is_tag(match: re.Match[str]) -> bool:
    return bool(match["name"]) or not match["attributes"].strip()

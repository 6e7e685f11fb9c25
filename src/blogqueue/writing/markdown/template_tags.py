"""The tags of template languages: Liquid, Jinja, Nunjucks, Markdoc, Hugo, Go, Handlebars, ERB, Svelte, kramdown."""

import re
from collections.abc import Callable, Iterator

from blogqueue.writing.markdown.region_pairs import Tag, TagKind

_Reading = tuple[TagKind, str, str]

_TAG_STARTS = re.compile(r"\{%|\{\{|<%|\{/\*|\{[#/:@](?! )|\{#")
_TAG_ENDS = {"{%": "%}", "{{": "}}", "<%": "%>", "{/*": "*/}", "{# ": "#}", "{#": "}", "{/": "}", "{:": "}", "{@": "}"}

_GO_BLOCKS = frozenset({"if", "range", "with", "define", "block"})
_ERB_BLOCK = re.compile(
    r"^(?:if|unless|for|while|until|case|begin|switch|foreach|try)\b|\bdo\b(?:\s*\|[^|]*\|)?$|[{:]$"
)
_ERB_END = re.compile(r"^(?:end\w*\b|\})")

_CLOSER = re.compile(r"(?:/|end[-_:]?)(.*)|(.+)[-_:]end", re.IGNORECASE | re.DOTALL)


def find_template_tags(text: str) -> tuple[list[Tag], list[tuple[int, int]]]:
    """Return the tags that open or close a region, and the ranges of all tags, of comments too."""
    tags: list[Tag] = []
    ranges: list[tuple[int, int]] = []
    for start, end, opener, inside in _find_delimited(text):
        ranges.append((start, end))
        found = _read_tag(opener, inside)
        if found:
            tags.append(Tag(start, end, *found))
    return tags, ranges


def read_name(word: str) -> tuple[TagKind, str]:
    """Return whether a tag's first word (`raw`, `endraw`, `/raw`, `row-end`) opens or closes a region, and its name."""
    closer = _CLOSER.fullmatch(word)
    return (TagKind.CLOSE, closer[1] or closer[2] or "") if closer else (TagKind.OPEN, word)


def _find_delimited(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield the start, the end, the opening delimiter and the inside of each tag, in linear time."""
    absent: set[str] = set()  # the ends that do not occur any more
    at = 0
    while match := _TAG_STARTS.search(text, at):
        start = match.start()
        opener = "{# " if text.startswith(("{# ", "{#-", "{#\n"), start) else match[0]
        closer = _TAG_ENDS[opener]
        inside = start + len(match[0])
        end = -1 if closer in absent else text.find(closer, inside)
        if end < 0:
            absent.add(closer)
            at = inside
            continue
        at = end + len(closer)
        yield start, at, opener, text[inside:end]


def _read_tag(opener: str, inside: str) -> _Reading | None:
    """Return a tag's kind, family and name, or None if it neither opens nor closes anything."""
    plain = inside.strip("-~+ \t\n")
    closes_itself = plain.endswith("/") and plain != "/" and opener != "<%"
    reader = _READERS.get(opener)
    return reader(plain) if reader and plain and not closes_itself else None


def _read_liquid(plain: str) -> _Reading:
    kind, name = read_name(_first_word(plain))
    return kind, "{%", name


def _read_erb(plain: str) -> _Reading | None:
    if _ERB_END.search(plain):
        return TagKind.CLOSE, "<%", ""
    return (TagKind.OPEN, "<%", "") if _ERB_BLOCK.search(plain) else None


def _read_kramdown(plain: str) -> _Reading | None:
    if plain[0] not in ":/":
        return None  # `{:.note}` are the attributes of a block
    kind, name = read_name(_first_word(plain.removeprefix(":")))
    return kind, "{:", name


def _read_double_brace(plain: str) -> _Reading | None:
    """Read a tag of Hugo's shortcodes, of Handlebars or Mustache, or of Go's templates."""
    if plain.startswith(("/*", "//", "</*", "%/*")):
        return None
    if plain[0] in "<%":
        kind, name = read_name(_first_word(plain.strip("<>% \t\n")))
        return kind, "{{<", name
    if plain[0] in "#^/":
        return (TagKind.CLOSE if plain[0] == "/" else TagKind.OPEN), "{{#", _first_word(plain[1:].strip("># "))
    word = _first_word(plain)
    if word == "end":
        return TagKind.CLOSE, "{{", ""
    return (TagKind.OPEN, "{{", word) if word in _GO_BLOCKS else None


def _first_word(text: str) -> str:
    return re.split(r"[\s(]", text, maxsplit=1)[0]


_READERS: dict[str, Callable[[str], _Reading | None]] = {
    "{%": _read_liquid,
    "<%": _read_erb,
    "{:": _read_kramdown,
    "{{": _read_double_brace,
    "{#": lambda plain: (TagKind.OPEN, "{#", _first_word(plain)),  # Svelte
    "{/": lambda plain: (TagKind.CLOSE, "{#", _first_word(plain)),
}

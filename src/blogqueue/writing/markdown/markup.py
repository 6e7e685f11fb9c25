"""Words that some renderer or site generator may read as more than words, whatever CommonMark says of them."""

import html
import re
from collections import Counter

# Brackets, tags, braces, code, escapes, emphasis, superscripts, tables, hashtags, mentions and formulas. The last two
# are other forms of @, which a site may fold into it.
_MARKS = frozenset("[]<>{}`\\*_~^|#@$\uff20\ufe6b")

# Overlays that cross a letter out or circle it; the object replacement and replacement characters.
_OVERLAYS = "\u0334-\u0338\u20d0-\u20ff\ufffc\ufffd"

_SIGN = re.compile(
    rf"""
    :[A-Za-z/\\%&;]     # a scheme (javascript:x), a text directive (:name), an emoji's name (:name:)
    | [A-Za-z]:\d       # a port (localhost:8080)
    | ::                # a role or a field
    | %%                # a comment (Obsidian)
    | == | \+\+\w       # marked and inserted text
    | \(\(              # a reference to a block
    | [{_OVERLAYS}]
    """,
    re.VERBOSE,
)
_REFERENCE = re.compile(r"&#?\w+;?")

_CHUNK = re.compile(r"[^\s\u2013\u2014]+")  # words and what clings to them; dashes need no blanks
_AROUND = ".,;:!?()\"'\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"

_CODE_SPAN = re.compile(r"(?<![`\\])`([^`\r\n]+)`(?!`)")
_NOT_PLAIN_CODE = re.compile(r"[\[\]<>{}\\*~^|#@$%&]|://")

_MODULE_LINE = re.compile(r"^(?:import|export)(?=[\s{*]|$)", re.MULTILINE)


def find_markup(source: str) -> Counter[str]:
    """Count the words of a source that have a sign which some renderer reads, without the punctuation around them.

    Such signs are brackets, braces, `<`, `*`, `@` and other marks, a colon directly before a letter, character
    references, and letters that are crossed out. A line that begins with `import` or `export` counts too (MDX).
    Code spans of plain words do not, if every backtick of the source has a partner.
    """
    if source.count("`") % 2 == 0:
        source = _CODE_SPAN.sub(lambda span: "code" if is_plain_code(span[1]) else span[0], source)
    found = Counter(chunk.strip(_AROUND) for chunk in _CHUNK.findall(source) if _is_marked(chunk))
    found.update(f"{word} …" for word in _MODULE_LINE.findall(source))
    return found


def is_plain_code(code: str) -> bool:
    """Return whether the content of a code span is nothing that a template, include or tag could be made of."""
    return not _NOT_PLAIN_CODE.search(code)


def _is_marked(chunk: str) -> bool:
    if chunk.isalnum():
        return False  # most chunks end here
    if not _MARKS.isdisjoint(chunk):
        return True
    return bool(_SIGN.search(chunk)) or ("&" in chunk and _has_reference(chunk))


def _has_reference(chunk: str) -> bool:
    """Return whether a chunk has a character reference: "&copy" is one even without a semicolon, "R&D" is none."""
    return any(html.unescape(found) != found for found in _REFERENCE.findall(chunk))

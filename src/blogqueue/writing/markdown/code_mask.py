"""Code in an article's source, blanked out, so that tags which an article only shows are not taken for its own."""

import re
from collections.abc import Sequence
from itertools import accumulate

from blogqueue.writing.markdown.front_matter import split_lines
from blogqueue.writing.markdown.parsing import Parsed

_BACKTICKS = re.compile(r"`+")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_NO_LINE_END = re.compile(r"[^\n]")


def find_code(parsed: Parsed) -> list[tuple[int, int]]:
    """Return the ranges of the article's fenced code, indented code and code spans."""
    blocks = _find_tokens(parsed, {"fence", "code_block"})
    spans = _find_spans(_blank_out_html(parsed, blank_out(_read_lines(parsed), blocks)))
    return [(start + parsed.body, end + parsed.body) for start, end in [*blocks, *spans]]


def mask_fences(parsed: Parsed) -> str:
    r"""Return the body with fenced code and code spans blanked out, every line end as \n; offsets stay the same."""
    masked = blank_out(_read_lines(parsed), _find_tokens(parsed, {"fence"}))
    return blank_out(masked, _find_spans(_blank_out_html(parsed, masked)))


def mask_spans(paragraph: str) -> str:
    """Return a paragraph with its code spans blanked out; offsets stay the same."""
    return blank_out(paragraph, _find_spans(paragraph)) if "`" in paragraph else paragraph


def mask_indented(parsed: Parsed, body: str) -> str:
    """Return a masked body with indented code blanked out as well."""
    return blank_out(body, _find_tokens(parsed, {"code_block"}))


def _read_lines(parsed: Parsed) -> str:
    r"""Return the body with every line end as \n and the same length."""
    return parsed.article[parsed.body :].replace("\r\n", " \n").replace("\r", "\n")


def _find_tokens(parsed: Parsed, kinds: set[str]) -> list[tuple[int, int]]:
    """Return the ranges of the body that tokens of some kinds have."""
    lines = [token.map for token in parsed.tokens if token.type in kinds and token.map]
    if not lines:
        return []
    starts = list(accumulate(map(len, split_lines(parsed.article[parsed.body :])), initial=0))
    return [(starts[first], starts[last]) for first, last in lines]


def _blank_out_html(parsed: Parsed, text: str) -> str:
    """Return a body without HTML, in which a backtick is a character like others."""
    return blank_out(text, _find_tokens(parsed, {"html_block"})) if "`" in text else text


def _find_spans(text: str) -> list[tuple[int, int]]:
    """Return the ranges of code spans: a run of backticks up to the next run of the same length in the paragraph."""
    runs = [match.span() for match in _BACKTICKS.finditer(text) if not text.endswith("\\", 0, match.start())]
    closers: dict[int, int] = {}
    following: dict[int, int] = {}
    for number in reversed(range(len(runs))):
        width = runs[number][1] - runs[number][0]
        if width in following:
            closers[number] = following[width]
        following[width] = number
    spans: list[tuple[int, int]] = []
    number = 0
    while number < len(runs):
        closer = closers.get(number)
        if closer is None or _BLANK_LINE.search(text, runs[number][1], runs[closer][0]):
            number += 1
            continue
        spans.append((runs[number][0], runs[closer][1]))
        number = closer + 1
    return spans


def blank_out(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    """Return a text with the ranges, which are in order, blanked out, except for line ends."""
    if not ranges:
        return text
    parts: list[str] = []
    at = 0
    for start, end in ranges:
        if start < at:
            continue
        parts += [text[at:start], _NO_LINE_END.sub(" ", text[start:end])]
        at = end
    return "".join([*parts, text[at:]])

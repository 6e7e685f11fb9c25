"""Parse an article again after an edit of one paragraph, by reading that paragraph alone.

CommonMark decides line by line to which block a line belongs. A top-level paragraph between blank lines has no effect
on the blocks above and below it, so these stay as they are if its new text, read alone, is again one paragraph and
defines no reference (CommonMark 0.31, §4.7 f. and "Appendix: A parsing strategy"). In any other case, the whole text is
parsed.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from markdown_it.token import Token

from blogqueue.writing.markdown.front_matter import find_body_start, split_lines
from blogqueue.writing.markdown.parsing import MARKDOWN, Parsed, TopBlock, keep, parse, read_top_block

_LINE_ENDS = "\r\n"


def parse_edited(before: Parsed, after: str, start: int, end: int, new_text: str) -> Parsed:
    """Return what `parse(after)` returns, if `after` is the article `before` with a new text in a range, or if not."""
    at = next((at for at, block in enumerate(before.blocks) if (block.start, block.end) == (start, end)), -1)
    if (
        at < 0
        or before.blocks[at].kind != "paragraph_open"
        or new_text.startswith((" ", "\t"))  # an indented paragraph may belong to the list above it
        or after != before.article[:start] + new_text + before.article[end:]
        or find_body_start(after) != before.body
    ):
        return parse(after)
    # The first line of the body may begin behind a byte order mark, which no parser must see.
    first, last = max(before.body, _find_line(after, start)), _find_line_end(after, start + len(new_text))
    if not (_is_blank_above(after, first, before.body) and _is_blank_below(after, last)):
        return parse(after)
    tokens = _read_paragraph(after[first:last], before)
    return keep(_replace_block(before, after, at, tokens, range(first, last))) if tokens else parse(after)


def _read_paragraph(lines: str, before: Parsed) -> list[Token]:
    """Return the tokens of some lines that are one paragraph and nothing else, or []."""
    known = {label: {"href": url, "title": title} for label, (url, title) in before.references.items()}
    env: dict[str, Any] = {"references": dict(known)}
    tokens = MARKDOWN.parse(lines, env)
    whole = [0, len(split_lines(lines))]
    types = [token.type for token in tokens]
    if types != ["paragraph_open", "inline", "paragraph_close"] or tokens[0].map != whole or env["references"] != known:
        return []
    return tokens


def _replace_block(before: Parsed, after: str, at: int, tokens: list[Token], lines: range) -> Parsed:
    """Return the article with other tokens for one of its blocks, whose lines are now in a range of offsets."""
    openings = [number for number, token in enumerate(before.tokens) if token.level == 0 and token.nesting >= 0]
    from_token, to_token = openings[at], openings[at] + len(tokens)
    line, old_last = before.tokens[from_token].map or (0, 0)
    new_last = line + (tokens[0].map or (0, 0))[1]
    for token in tokens[:2]:
        token.map = [line, new_last]
    block = read_top_block(after, {line: lines.start, new_last: lines.stop}, tokens)
    moved = len(after) - len(before.article)
    return Parsed(
        after,
        before.body,
        (*before.blocks[:at], block, *_move(before.blocks[at + 1 :], moved)),
        before.references,
        (*before.tokens[:from_token], *tokens, *_move_lines(before.tokens[to_token:], new_last - old_last)),
    )


def _move(blocks: Sequence[TopBlock], characters: int) -> Sequence[TopBlock]:
    if not characters:
        return blocks
    return [replace(block, start=block.start + characters, end=block.end + characters) for block in blocks]


def _move_lines(tokens: Sequence[Token], lines: int) -> Sequence[Token]:
    """Return tokens that are so many lines further down. The links inside them stay the same objects."""
    if not lines:
        return tokens
    return [token.copy(map=[one + lines for one in token.map]) if token.map else token for token in tokens]


def _find_line(text: str, at: int) -> int:
    """Return where the line at an offset begins."""
    return max(text.rfind(end, 0, at) for end in _LINE_ENDS) + 1


def _find_line_end(text: str, at: int) -> int:
    """Return where the line after the one at an offset begins, or the end of the text."""
    while at < len(text) and text[at] not in _LINE_ENDS:
        at += 1
    return at + (2 if text.startswith("\r\n", at) else 1) if at < len(text) else at


def _is_blank_above(text: str, line: int, body: int) -> bool:
    """Return whether nothing or a blank line is above a line."""
    above = text[body:line]
    if not above:
        return True
    return not split_lines(above)[-1].strip(" \t\r\n")


def _is_blank_below(text: str, line: int) -> bool:
    """Return whether nothing or a blank line is at an offset where a line begins."""
    return not text[line : _find_line_end(text, line)].strip(" \t\r\n")

"""The regions of an article in which no paragraph is plain prose, whatever CommonMark reads in it.

A paragraph may be enclosed by tags far above and below it: those of an HTML element or of a component, of a template
language, of a comment, of a formula, of a directive. CommonMark reads each of them as a separate block, and what
is between them as prose; to the site that publishes the article it may be a quotation, hidden, code or nothing at all.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from blogqueue.writing.markdown.code_mask import blank_out, mask_fences, mask_indented
from blogqueue.writing.markdown.html_tags import (
    FAMILY,
    find_comments,
    find_element_tags,
    holds_the_rest,
    read_comment,
)
from blogqueue.writing.markdown.parsing import parse
from blogqueue.writing.markdown.region_markers import find_braces, find_markers
from blogqueue.writing.markdown.region_pairs import Tag, merge_ranges, pair_tags
from blogqueue.writing.markdown.template_syntax import find_hidden
from blogqueue.writing.markdown.template_tags import find_template_tags


@lru_cache(maxsize=8)
def find_regions(article: str) -> tuple[tuple[int, int], ...]:
    """Return the ranges of the article's regions with their tags, in order and without overlaps.

    Recognised are pairs of tags, marks or lines that open and close, of any name. A tag in code counts for nothing.
    The last few answers are cached, as the parser's are.
    """
    parsed = parse(article)
    shown = mask_fences(parsed)
    prose = mask_indented(parsed, shown)
    tags, ranges = find_template_tags(shown)
    comments = list(find_comments(prose))
    ranges += [(start, end) for start, end, _ in comments]
    tags += [tag for tag in (read_comment(*comment) for comment in comments) if tag]
    bare = blank_out(prose, [(start, end) for start, end, _ in comments])
    tags += find_element_tags(bare)
    tags += find_markers(bare)
    tags += find_braces(bare)
    paired, unclosed = pair_tags(tags)
    ranges += paired
    ranges += [(tag.start, len(bare)) for tag in unclosed if _holds_the_rest(bare, tag)]
    found = [(start + parsed.body, end + parsed.body) for start, end in ranges]
    return tuple(merge_ranges([*found, *find_hidden(article)]))


def cut_regions(article: str, start: int, end: int) -> str | None:
    """Return `article[start:end]` without the regions in it, or None if one goes beyond it."""
    regions = find_regions(article)
    kept: list[str] = []
    at = start
    for region in _list_overlaps(regions, start, end):
        if region[0] < start or region[1] > end:
            return None
        kept.append(article[at : region[0]])
        at = region[1]
    return "".join([*kept, article[at:end]])


def list_regions(article: str, start: int, end: int) -> list[str]:
    """Return the source of each region that overlaps `article[start:end]`, each run of blanks as one."""
    return [" ".join(article[slice(*region)].split()) for region in _list_overlaps(find_regions(article), start, end)]


def _list_overlaps(regions: Sequence[tuple[int, int]], start: int, end: int) -> Sequence[tuple[int, int]]:
    first = max(0, bisect_right(regions, (start,)) - 1)
    if first < len(regions) and regions[first][1] <= start:
        first += 1
    last = bisect_right(regions, (end,))
    return regions[first:last]


def _holds_the_rest(text: str, tag: Tag) -> bool:
    if tag.family == FAMILY:
        return holds_the_rest(text, tag)
    return tag.family == ":::" and bool(tag.name)

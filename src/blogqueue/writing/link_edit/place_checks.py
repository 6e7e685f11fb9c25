"""Checks of an edit's place: the text around it, the article's structure, and the other paid links."""

import re
from collections import Counter
from itertools import takewhile

from blogqueue.writing.link_edit.check_input import CheckInput, report
from blogqueue.writing.link_edit.edits import choose_line_break, differs_only_by_edit, find_line_breaks
from blogqueue.writing.markdown.article_page import find_lost_links
from blogqueue.writing.markdown.blocks import count_footnotes, count_template_tags, get_prose, is_beside
from blogqueue.writing.markdown.code_mask import mask_spans
from blogqueue.writing.markdown.inline_marks import is_enclosed
from blogqueue.writing.markdown.links import to_link
from blogqueue.writing.markdown.parsing import TopBlock
from blogqueue.writing.markdown.regions import list_regions
from blogqueue.writing.markdown.rendering import find_html_links, render
from blogqueue.writing.questions import Problem

_SPECIAL_BLANK = re.compile(r"[^\S \n]")
_PROSE_STARTS = ("(", '"', "'", "\u201c", "\u2018", "\u201e", "\u00ab", "\u300c", "\u00bf", "\u00a1")


def outside_unchanged(given: CheckInput) -> list[Problem]:
    """Require that everything outside the declared paragraph is unchanged, character for character."""
    before, after, applied = given.before.article, given.after.article, given.applied
    if differs_only_by_edit(before, after, applied):
        return []
    expected = before[: applied.start] + applied.new_text + before[applied.end :]
    shorter = min(len(expected), len(after))
    at = next((i for i in range(shorter) if expected[i] != after[i]), shorter)
    return report(
        "outside_unchanged",
        "Only the declared paragraph may change; keep every other character of the article.",
        repr(after[at : at + 80]),
    )


def plain_paragraph(given: CheckInput) -> list[Problem]:
    """Require one whole paragraph before and after the edit, not in a heading, list, quote, table or code."""
    for blocks, end in (
        (given.old_blocks, given.applied.end),
        (given.new_blocks, given.applied.start + len(given.applied.new_text)),
    ):
        whole = [(block.kind, block.start, block.end) for block in blocks]
        if whole != [("paragraph_open", given.applied.start, end)]:
            return report(
                "plain_paragraph",
                "The link must be in one plain paragraph, not in a heading, list, quote, table or code.",
                given.applied.new_text,
            )
    return []


def structure(given: CheckInput) -> list[Problem]:
    """Require the same blocks before and after, in number and kind; only the edited one may have other words."""
    old, new = given.before.blocks, given.after.blocks
    for before, after in zip(old, new, strict=False):
        if before.tokens is after.tokens:
            continue  # it has not been read again (`markdown.reparsing`)
        same = given.before.source(before) == given.after.source(after)
        if before.shape != after.shape or (not same and before not in given.old_blocks):
            return _report_structure(given.after.source(after))
    return _report_structure(given.applied.new_text) if len(old) != len(new) else []


def _report_structure(excerpt: str) -> list[Problem]:
    message = "The text must stay one paragraph, and every other block must stay as it was. Do not add any block."
    return report("structure", message, excerpt)


def no_html(given: CheckInput) -> list[Problem]:
    """Refuse new raw HTML, comments and character references."""
    added = _count_html(given.after.blocks) - _count_html(given.before.blocks)
    if not added:
        return []
    message = "Do not add any HTML, comment or character reference (&...;)."
    return report("no_html", message, " ".join(added))


def _count_html(blocks: tuple[TopBlock, ...]) -> Counter[str]:
    found = Counter(html for block in blocks for html in block.html)
    for block in blocks:
        for inline in block.inlines:
            found.update(inline.html + inline.entities)
    return found


def no_image(given: CheckInput) -> list[Problem]:
    """Require that no image is added, changed or lost."""
    old = Counter(image for inline in given.before.inlines for image in inline.images)
    new = Counter(image for inline in given.after.inlines for image in inline.images)
    if old == new:
        return []
    shown = " ".join(f"![{alt}]({url})" for url, alt, _ in (new - old) + (old - new))
    return report("no_image", "Keep the article's images as they are, and do not add any.", shown)


def no_reference(given: CheckInput) -> list[Problem]:
    """Require that no reference definition is added, changed or lost, and no footnote added."""
    old, new = given.before.references, given.after.references
    changed = dict(set(new.items()) ^ set(old.items()))
    more = sum(map(count_footnotes, given.after.inlines)) - sum(map(count_footnotes, given.before.inlines))
    if not changed and more <= 0:
        return []
    message = "Do not add any footnote or reference definition; write the link as [anchor](url)."
    return report("no_reference", message, " ".join(changed) or given.applied.new_text)


def no_template(given: CheckInput) -> list[Problem]:
    """Refuse new template tags, and formulas `$$` and wiki links `[[`, which some renderers read."""
    old = sum(
        count_template_tags(given.before.source(block), inline)
        for block in given.old_blocks
        for inline in block.inlines
    )
    new = sum(
        count_template_tags(given.after.source(block), inline) for block in given.new_blocks for inline in block.inlines
    )
    old_prose = "\n".join(get_prose(inline) for block in given.old_blocks for inline in block.inlines)
    new_prose = "\n".join(given.new_segments(code=False))
    if new <= old and all(new_prose.count(sign) <= old_prose.count(sign) for sign in ("$$", "[[")):
        return []
    message = "Do not add any template tag, curly bracket, $$ or [[."
    return report("no_template", message, given.applied.new_text)


def not_enclosed(given: CheckInput) -> list[Problem]:
    """Require the regions within the paragraph unchanged, and the link outside signs and brackets that enclose more.

    Readers may not see it there, or not as prose, and a formula with other words in it is another one.
    """
    applied = given.applied
    before, found, behind = mask_spans(applied.new_text).partition(given.literal)
    regions = list_regions(given.before.article, applied.start, applied.end)
    # Where there was none, the signs of another one are new, which `no_markup` refuses.
    kept = not regions or regions == list_regions(
        given.after.article, applied.start, applied.start + len(applied.new_text)
    )
    if kept and not (found and is_enclosed(before, behind)):
        return []
    message = (
        "Put the link outside everything that tags, brackets or signs such as $ and == enclose, and keep that as it "
        "is: a formula, a comment, marked or hidden text."
    )
    return report("not_enclosed", message, applied.new_text)


def line_ends(given: CheckInput) -> list[Problem]:
    """Require the paragraph's kinds of line breaks, not more of them, and its hard breaks and blanks at line ends.

    No line may begin with a mark or a list number unless one did before: what is prose to CommonMark may be a note, a
    definition, an abbreviation or code to another renderer.
    """
    applied = given.applied
    old = given.old_source
    allowed = set(find_line_breaks(old)) or {choose_line_break(given.before.article, applied.start, applied.end)}
    if (
        set(find_line_breaks(applied.new_text)) <= allowed
        and len(find_line_breaks(applied.new_text)) <= len(find_line_breaks(old))
        and _count_odd_starts(applied.new_text) <= _count_odd_starts(old)
        and _count_trailing_blanks(applied.new_text) == _count_trailing_blanks(old)
        and _count_hard_breaks(given.new_blocks) == _count_hard_breaks(given.old_blocks)
    ):
        return []
    message = (
        "Keep the paragraph's line breaks, its hard line breaks and the blanks at its line ends. Do not add any, and "
        "do not begin a line with a blank, a mark or a list number."
    )
    return report("line_ends", message, repr(applied.new_text))


def blanks_kept(given: CheckInput) -> list[Problem]:
    """Require every special blank of the paragraph, such as a no-break space, and every character reference."""
    lost = _count_special_blanks(given.old_blocks) - _count_special_blanks(given.new_blocks)
    if not lost:
        return []
    message = (
        "Keep the paragraph's no-break spaces, its other special blanks and its character references (&...;), or use "
        '"append".'
    )
    shown = [found if found.startswith("&") else f"U+{ord(found):04X}" for found in lost]
    return report("blanks_kept", message, " ".join(shown))


def _count_special_blanks(blocks: tuple[TopBlock, ...]) -> Counter[str]:
    """Count the blanks that are neither spaces nor line breaks, and the sources of the character references."""
    inlines = [inline for block in blocks for inline in block.inlines]
    return Counter(found for inline in inlines for found in [*_SPECIAL_BLANK.findall(inline.text), *inline.entities])


def _count_trailing_blanks(source: str) -> Counter[str]:
    """Count the runs of blanks before line ends."""
    return Counter(line[len(line.rstrip(" \t")) :] for line in _split_lines(source) if line != line.rstrip(" \t"))


def _count_odd_starts(source: str) -> Counter[str]:
    """Count the starts of lines that do not begin as prose does: with a letter, a quotation mark or a link."""
    return Counter(filter(None, map(get_odd_start, _split_lines(source))))


def get_odd_start(line: str) -> str:
    """Return the start of a line that does not begin as prose does, or ""."""
    if line.startswith(_PROSE_STARTS) or (line.startswith("[") and "](" in line):
        return ""
    behind = line.lstrip("0123456789")
    number, mark = line[: len(line) - len(behind)], behind[:1]
    if number:
        return number + mark if mark in {".", ")"} else ""
    start = "".join(takewhile(lambda character: not character.isalnum(), line))
    return start.rstrip() or start


def _split_lines(source: str) -> list[str]:
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _count_hard_breaks(blocks: tuple[TopBlock, ...]) -> int:
    return sum(inline.hard_breaks for block in blocks for inline in block.inlines)


def paid_links_kept(given: CheckInput) -> list[Problem]:
    """Require that every other paid link is rendered as often as before."""
    old, new = Counter(map(to_link, given.before.links)), Counter(map(to_link, given.after.links))
    lost = [link for link in given.other_paid_links if old[link] != new[link]]
    if not lost:
        return []
    shown = " ".join(f"[{link.anchor_text}]({link.target_url})" for link in lost)
    return report("paid_links_kept", "Keep the links that other customers paid for exactly as they are.", shown)


def not_beside_paid_link(given: CheckInput) -> list[Problem]:
    """Refuse a block that has a paid link in it or in the block directly before or after."""
    paid = given.other_paid_links
    if not any(is_beside(given.before, given.before.blocks.index(block), paid) for block in given.old_blocks):
        return []
    message = "Choose another block: this one, or one directly beside it, already has a paid link."
    return report("not_beside_paid_link", message, given.old_source)


def paid_links_bound(given: CheckInput) -> list[Problem]:
    """Require that the article has no more paid links than its domain allows."""
    bound = given.requirements.max_paid_links
    paid = len(given.other_paid_links)
    if paid + 1 <= bound:
        return []
    message = f"The article may carry at most {bound} paid links and already has {paid}; no edit can add one."
    return report("paid_links_bound", message, "")


def rel_rendered(given: CheckInput) -> list[Problem]:
    """Require the link exactly once in the HTML that readers get, with its rel and no other attribute."""
    link, rel = given.requirements.link, given.requirements.rel
    if link not in find_lost_links(given.after.article, [(link, rel)]):
        return []
    found = [one for one in find_html_links(render(given.after.article, [(link, rel)])) if one.text == link.anchor_text]
    message = f"The rendered article must contain the link exactly once, with rel={rel!r} and no other attribute."
    return report("rel_rendered", message, " ".join(map(repr, found)) or "no such link")

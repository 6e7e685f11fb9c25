"""Checks of where and how an edit stands: the bytes around it, the article's structure, the paid links."""

from collections import Counter
from itertools import takewhile

from blogqueue.writing.link_edit.check_input import Case, problem
from blogqueue.writing.link_edit.edits import declared_only, line_breaks, own_line_break
from blogqueue.writing.markdown.blocks import footnotes, is_beside, prose, template_tags
from blogqueue.writing.markdown.links import as_link
from blogqueue.writing.markdown.parsing import TopBlock
from blogqueue.writing.markdown.rendering import html_links, render
from blogqueue.writing.questions import Problem

_PROSE_STARTS = ("(", '"', "'", "\u201c", "\u2018", "\u201e", "\u00ab", "\u300c", "\u00bf", "\u00a1")


def outside_unchanged(case: Case) -> list[Problem]:
    """Everything outside the declared paragraph is what it was, character for character."""
    before, after, applied = case.before.article, case.after.article, case.applied
    if declared_only(before, after, applied):
        return []
    expected = before[: applied.start] + applied.new_text + before[applied.end :]
    shorter = min(len(expected), len(after))
    at = next((i for i in range(shorter) if expected[i] != after[i]), shorter)
    return problem(
        "outside_unchanged",
        "Only the declared paragraph may change; every other character of the article must stay.",
        repr(after[at : at + 80]),
    )


def plain_paragraph(case: Case) -> list[Problem]:
    """The edit is of one whole paragraph that stands in no heading, list, quote, table or code, and still does."""
    for blocks, end in ((case.old, case.applied.end), (case.new, case.applied.start + len(case.applied.new_text))):
        whole = [(block.kind, block.start, block.end) for block in blocks]
        if whole != [("paragraph_open", case.applied.start, end)]:
            return problem(
                "plain_paragraph",
                "The link must stand in one plain paragraph, not in a heading, list, quote, table or code.",
                case.applied.new_text,
            )
    return []


def structure(case: Case) -> list[Problem]:
    """The blocks of both texts are alike in number and kind, and only the edited one has other words."""
    old, new = case.before.blocks, case.after.blocks
    for before, after in zip(old, new, strict=False):
        same = case.before.source(before) == case.after.source(after)
        if before.shape != after.shape or (not same and before not in case.old):
            return _restructured(case.after.source(after))
    return _restructured(case.applied.new_text) if len(old) != len(new) else []


def _restructured(words: str) -> list[Problem]:
    message = (
        "The text must stay one paragraph, and every other block what it was: no new block and no line of its own."
    )
    return problem("structure", message, words)


def no_html(case: Case) -> list[Problem]:
    """No raw HTML, comment or character reference is added."""
    added = _html(case.after.blocks) - _html(case.before.blocks)
    if not added:
        return []
    message = "The text must hold no HTML, comment or character reference (&...;) that was not there."
    return problem("no_html", message, " ".join(added))


def _html(blocks: tuple[TopBlock, ...]) -> Counter[str]:
    found = Counter(html for block in blocks for html in block.html)
    for block in blocks:
        for inline in block.inlines:
            found.update(inline.html + inline.entities)
    return found


def no_image(case: Case) -> list[Problem]:
    """No image is added, changed or lost."""
    old = Counter(image for inline in case.before.inlines for image in inline.images)
    new = Counter(image for inline in case.after.inlines for image in inline.images)
    if old == new:
        return []
    shown = " ".join(f"![{alt}]({url})" for url, alt, _ in (new - old) + (old - new))
    return problem("no_image", "The article's images must stay as they are, and none may be added.", shown)


def no_reference(case: Case) -> list[Problem]:
    """No footnote and no reference definition is added, changed or lost."""
    old, new = case.before.references, case.after.references
    changed = dict(set(new.items()) ^ set(old.items()))
    more = sum(map(footnotes, case.after.inlines)) - sum(map(footnotes, case.before.inlines))
    if not changed and more <= 0:
        return []
    message = "The text must hold no footnote and no reference definition; write the link as [anchor](url)."
    return problem("no_reference", message, " ".join(changed) or case.applied.new_text)


def no_template(case: Case) -> list[Problem]:
    """No tag of a template language is added, nor a formula `$$` or a wiki link `[[`, which some renderers know."""
    old = sum(template_tags(case.before.source(block), inline) for block in case.old for inline in block.inlines)
    new = sum(template_tags(case.after.source(block), inline) for block in case.new for inline in block.inlines)
    was = "\n".join(prose(inline) for block in case.old for inline in block.inlines)
    now = "\n".join(case.new_segments(code=False))
    if new <= old and all(now.count(sign) <= was.count(sign) for sign in ("$$", "[[")):
        return []
    message = "The text must hold no template tag, curly bracket, $$ or [[."
    return problem("no_template", message, case.applied.new_text)


def line_ends(case: Case) -> list[Problem]:
    """Line ends are the article's own and no more than were there, hard breaks and blanks at line ends the same ones.

    No line begins with a mark or a list's number unless one did: what is prose to CommonMark may be a note, a
    definition, an abbreviation or code to another renderer.
    """
    applied = case.applied
    old = case.old_source
    own = set(line_breaks(old)) or {own_line_break(case.before.article, applied.start, applied.end)}
    if (
        set(line_breaks(applied.new_text)) <= own
        and len(line_breaks(applied.new_text)) <= len(line_breaks(old))
        and (applied.mode == "append" or _odd_starts(applied.new_text) <= _odd_starts(old))
        and _blanks(applied.new_text) == _blanks(old)
        and _hard_breaks(case.new) == _hard_breaks(case.old)
    ):
        return []
    message = (
        "Keep the paragraph's line ends, its hard line breaks and the blanks at its lines' ends; add none, and begin "
        "no line with a blank, a mark or a list's number."
    )
    return problem("line_ends", message, repr(applied.new_text))


def _blanks(source: str) -> Counter[str]:
    """The runs of blanks in front of line ends."""
    return Counter(line[len(line.rstrip(" \t")) :] for line in _lines(source) if line != line.rstrip(" \t"))


def _odd_starts(source: str) -> Counter[str]:
    """The marks that those lines begin with that do not as prose does: with a letter, a quotation mark or a link."""
    return Counter(filter(None, map(_odd_start, _lines(source))))


def _odd_start(line: str) -> str:
    if line.startswith(_PROSE_STARTS) or (line.startswith("[") and "](" in line):
        return ""
    behind = line.lstrip("0123456789")
    number, mark = line[: len(line) - len(behind)], behind[:1]
    if number:
        return number + mark if mark in {".", ")"} else ""
    start = "".join(takewhile(lambda character: not character.isalnum(), line))
    return start.rstrip() or start


def _lines(source: str) -> list[str]:
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _hard_breaks(blocks: tuple[TopBlock, ...]) -> int:
    return sum(inline.hard_breaks for block in blocks for inline in block.inlines)


def paid_links_kept(case: Case) -> list[Problem]:
    """Each paid link is rendered as often as it was."""
    old, new = Counter(map(as_link, case.before.links)), Counter(map(as_link, case.after.links))
    lost = [link for link in case.paid if old[link] != new[link]]
    if not lost:
        return []
    shown = " ".join(f"[{link.anchor_text}]({link.target_url})" for link in lost)
    return problem("paid_links_kept", "Links that other customers paid for must stay exactly as they are.", shown)


def not_beside_paid_link(case: Case) -> list[Problem]:
    """No paid link stands in the edited block, the one before or the one behind."""
    urls = {link.target_url for link in case.paid}
    if not any(is_beside(case.before, case.before.blocks.index(block), urls) for block in case.old):
        return []
    message = "Choose another block: a paid link already stands in this one or directly beside it."
    return problem("not_beside_paid_link", message, case.old_source)


def paid_links_bound(case: Case) -> list[Problem]:
    """The article carries no more paid links than its domain allows."""
    bound = case.wanted.max_paid_links
    if len(case.paid) + 1 <= bound:
        return []
    message = f"The article may carry at most {bound} paid links, and has {len(case.paid)}; no edit can add one."
    return problem("paid_links_bound", message, "")


def rel_rendered(case: Case) -> list[Problem]:
    """In the HTML that readers get the link stands once, with its rel and no other attribute."""
    link, rel = case.wanted.link, case.wanted.rel
    expected = {"href": link.target_url} | ({"rel": rel} if rel else {})
    found = [
        found
        for found in html_links(render(case.after.article, [(link, rel)]))
        if found.text == link.anchor_text and dict(found.attributes).get("href") == link.target_url
    ]
    if len(found) == 1 and dict(found[0].attributes) == expected:
        return []
    message = f"The rendered article must hold the link exactly once, with rel={rel!r} and no other attribute."
    return problem("rel_rendered", message, " ".join(map(repr, found)) or "no such link")

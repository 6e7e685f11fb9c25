"""Checks of a whole article's structure: its title, sections and paragraphs, and which links are where."""

from collections import Counter

from blogqueue.writing.article.check_input import (
    ArticleCheckInput,
    get_heading_level,
    get_heading_levels,
    get_text,
    list_tags,
)
from blogqueue.writing.link_edit.check_input import report
from blogqueue.writing.markdown.blocks import MIN_WORDS
from blogqueue.writing.markdown.contact_details import find_addresses
from blogqueue.writing.markdown.invisible import drop_needed
from blogqueue.writing.markdown.parsing import MARKDOWN, TopBlock, parse
from blogqueue.writing.markdown.words import split_words
from blogqueue.writing.questions import Problem

# All bounds are our own choices.

TITLE_LENGTH = (10, 120)
"""In characters: a shorter title says nothing, and search results cut a longer one."""

MAX_PARAGRAPH_WORDS = 220
"""Well above the 150 words that the model is asked for; longer paragraphs are walls of text."""

MIN_SECTIONS = 3

MAX_CANDIDATES = 3
"""More links within the site would bury the one that was bought."""

# Code is refused because the word checks do not read it.
_NOT_PROSE = {"fence": "a code block", "code_block": "a code block", "hr": "a horizontal rule"}


def title(article: ArticleCheckInput) -> list[Problem]:
    """Require a title of one line and 10 to 120 characters that reads the same as Markdown and as text."""
    text, (least, most) = article.title, TITLE_LENGTH
    seen = drop_needed(text)
    # Any markup in the title, even an escape or an entity, would make its text shorter than its source.
    rendered = [inline.text for inline in article.whole.after.blocks[0].inlines]
    if (
        least <= len(text) <= most
        and seen.isprintable()
        and seen == " ".join(seen.split())
        and rendered == [text]
        and [block.kind for block in parse(text).blocks] == ["paragraph_open"]
        and not find_addresses(text)
    ):
        return []
    message = f"The title must be one line of plain words, {least} to {most} characters, without markup or URL."
    return report("title", message, text)


def links(article: ArticleCheckInput) -> list[Problem]:
    """Require that all other links lead to candidates, as given, and that none has the bought link's anchor text."""
    offered = {MARKDOWN.normalizeLink(candidate.url) for candidate in article.brief.candidates}
    found, anchor = article.other_links(), article.brief.link.anchor_text.casefold()
    counts = Counter(link.url for link in found)
    wrong = [
        f"{link.url} ({link.text})"
        for link in found
        if link.url not in offered
        or link.title
        or counts[link.url] > 1
        or not link.text.strip()
        or link.text.casefold() == anchor
    ]
    if not wrong and len(found) <= MAX_CANDIDATES:
        return []
    message = (
        f"Beside the bought link the article may contain at most {MAX_CANDIDATES} links: to candidates, each once and "
        f"exactly with its url, without a title, and with another anchor text than the bought link's."
    )
    return report("links", message, "; ".join(wrong or (link.url for link in found)))


def link_place(article: ArticleCheckInput) -> list[Problem]:
    """Require the bought link in a plain paragraph of 25 words or more, neither the first nor the last."""
    places = [block for block in article.whole.after.blocks if _has_bought_link(article, block)]
    if all(block in article.paragraphs[1:-1] and len(split_words(get_text(block))) >= MIN_WORDS for block in places):
        return []
    message = (
        f"The bought link must be in a paragraph of at least {MIN_WORDS} words, neither the first nor the last, "
        "and not in a heading, list, quote, table or code."
    )
    return report("link_place", message, " ".join(map(article.whole.after.source, places)))


def structure(article: ArticleCheckInput) -> list[Problem]:
    """Require a body that begins with a paragraph and has no code block, horizontal rule or front matter."""
    first = article.body[0] if article.body else None
    if first is None or first.kind != "paragraph_open":
        message = "The body must begin with a paragraph of plain text, with nothing before it."
        return report("structure", message, article.whole.after.source(first) if first else "")
    for block in article.body:
        for kind, _ in list_tags(block):
            if kind in _NOT_PROSE:
                message = f"Use no code block and no horizontal rule in the body; it contains {_NOT_PROSE[kind]}."
                return report("structure", message, article.whole.after.source(block))
    return []


def headings(article: ArticleCheckInput) -> list[Problem]:
    """Require three sections or more, each with text, under headings of level 2 or lower made of plain words."""
    levels = [get_heading_level(block) for block in article.body]
    empty = [
        block
        for block, level, following in zip(article.body, levels, [*levels, 1][1:], strict=True)
        if 0 < following <= level
    ]
    linked = [block for block in article.body if get_heading_level(block) and any(i.links for i in block.inlines)]
    high = [block for block in article.body if 1 in get_heading_levels(block)]
    wordless = [block for block in article.body if get_heading_level(block) and not split_words(get_text(block))]
    wrong = [*high, *empty, *linked, *wordless]
    if not wrong and levels.count(2) >= MIN_SECTIONS:
        return []
    message = (
        f"The body must have at least {MIN_SECTIONS} level-2 headings (##) and none of level 1, each of words without "
        f"a link and with text below it; it has {levels.count(2)} of level 2."
    )
    return report("headings", message, "; ".join(article.whole.after.source(block).strip() for block in wrong))


def paragraph_length(article: ArticleCheckInput) -> list[Problem]:
    """Refuse paragraphs that are walls of text."""
    counts = [(len(split_words(inline.text)), inline.text) for block in article.body for inline in block.inlines]
    count, text = max(counts, default=(0, ""))
    if count <= MAX_PARAGRAPH_WORDS:
        return []
    message = f"Split every paragraph of more than {MAX_PARAGRAPH_WORDS} words; the longest has {count}."
    return report("paragraph_length", message, text)


def line_ends(article: ArticleCheckInput) -> list[Problem]:
    r"""Require \n as the only line break, without blanks before it, and no hard line break."""
    text = article.whole.after.article
    wrong = [line for line in text.split("\n") if line != line.rstrip(" \t") or "\r" in line]
    broken = [inline.text for inline in article.whole.after.inlines if inline.hard_breaks]
    if not wrong and not broken:
        return []
    message = "End lines with a line feed only, without blanks or a backslash before it."
    return report("line_ends", message, repr((wrong or broken)[0]))


def _has_bought_link(article: ArticleCheckInput, block: TopBlock) -> bool:
    return any(article.whole.is_bought(link) for inline in block.inlines for link in inline.links)

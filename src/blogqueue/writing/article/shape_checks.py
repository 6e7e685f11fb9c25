"""Checks of a whole article's make-up: its title, its sections and paragraphs, and which links stand where."""

from collections import Counter

from blogqueue.writing.article.check_input import ArticleCase, heading_level, heading_levels, shown, tags
from blogqueue.writing.link_edit.check_input import problem
from blogqueue.writing.markdown.blocks import MIN_WORDS
from blogqueue.writing.markdown.contact_details import addresses
from blogqueue.writing.markdown.parsing import MARKDOWN, TopBlock, parse
from blogqueue.writing.markdown.words import words
from blogqueue.writing.questions import Problem

TITLE_LENGTH = (10, 120)
"""Ours, in characters: shorter says nothing, longer is a sentence that search results cut."""

MAX_PARAGRAPH_WORDS = 220
"""Ours: well above what is asked of the model, and below what nobody reads on."""

MIN_SECTIONS = 3

MAX_CANDIDATES = 3
"""Ours: more links of the site would bury the one that was bought."""

# Code is among it because what stands in it is read by no rule about words.
_NOT_PROSE = {"fence": "a code block", "code_block": "a code block", "hr": "a horizontal rule"}


def title(article: ArticleCase) -> list[Problem]:
    """The title is one line of 10 to 120 characters, and the same as Markdown and as text."""
    said, (least, most) = article.title, TITLE_LENGTH
    heading = article.whole.after.blocks[0]
    plain = heading.inlines and not any(piece.emphasised or piece.code for piece in heading.inlines[0].pieces)
    if (
        least <= len(said) <= most
        and said.isprintable()
        and said == " ".join(said.split())
        and heading_level(heading) == 1
        and plain
        and heading.inlines[0].text == said
        and [block.kind for block in parse(said).blocks] == ["paragraph_open"]
        and not heading.inlines[0].entities
        and not heading.inlines[0].links
        and not addresses(said)
    ):
        return []
    message = f"The title must be one line of plain words, {least} to {most} characters, without markup or URL."
    return problem("title", message, said)


def links(article: ArticleCase) -> list[Problem]:
    """Beside the bought link there are only some of the candidates', as given, and none stands in its place."""
    offered = {MARKDOWN.normalizeLink(candidate.url) for candidate in article.commission.candidates}
    found, anchor = article.other_links(), article.commission.link.anchor_text.casefold()
    times = Counter(link.url for link in found)
    wrong = [
        f"{link.url} ({link.text})"
        for link in found
        if link.url not in offered
        or link.title
        or times[link.url] > 1
        or not link.text.strip()
        or link.text.casefold() == anchor
    ]
    if not wrong and len(found) <= MAX_CANDIDATES:
        return []
    message = (
        f"Beside the bought link the article may hold at most {MAX_CANDIDATES} links: to candidates, each once and "
        f"exactly with its url, without a title, and with other words than the bought link's."
    )
    return problem("links", message, "; ".join(wrong or (link.url for link in found)))


def link_place(article: ArticleCase) -> list[Problem]:
    """The bought link stands in a plain paragraph that is long enough for it, neither the first nor the last."""
    places = [block for block in article.whole.after.blocks if _holds_bought_link(article, block)]
    if all(block in article.paragraphs[1:-1] and len(words(shown(block))) >= MIN_WORDS for block in places):
        return []
    message = (
        f"The bought link must stand in a paragraph of at least {MIN_WORDS} words, neither the first nor the last, "
        "and not in a heading, list, quote, table or code."
    )
    return problem("link_place", message, " ".join(map(article.whole.after.source, places)))


def structure(article: ArticleCase) -> list[Problem]:
    """The body begins with a paragraph and is prose: no code block, no horizontal rule, no front matter."""
    first = article.body[0] if article.body else None
    if first is None or first.kind != "paragraph_open":
        message = "The body must begin with a paragraph of plain text, with nothing before it."
        return problem("structure", message, article.whole.after.source(first) if first else "")
    for block in article.body:
        for kind, _ in tags(block):
            if kind in _NOT_PROSE:
                message = f"The body must hold no code block and no horizontal rule; it holds {_NOT_PROSE[kind]}."
                return problem("structure", message, article.whole.after.source(block))
    return []


def headings(article: ArticleCase) -> list[Problem]:
    """Three sections or more, each with text of its own, under headings of level two or less and of plain words."""
    levels = [heading_level(block) for block in article.body]
    empty = [
        block
        for block, level, following in zip(article.body, levels, [*levels, 1][1:], strict=True)
        if level and 0 < following <= level
    ]
    linked = [block for block in article.body if heading_level(block) and any(i.links for i in block.inlines)]
    high = [block for block in article.body if 1 in heading_levels(block)]
    wordless = [block for block in article.body if heading_level(block) and not words(shown(block))]
    wrong = [*high, *empty, *linked, *wordless]
    if not wrong and levels.count(2) >= MIN_SECTIONS:
        return []
    message = (
        f"The body must have at least {MIN_SECTIONS} level-2 headings (##) and none of level 1, each of words without "
        f"a link and with text below it; it has {levels.count(2)} of level 2."
    )
    return problem("headings", message, "; ".join(article.whole.after.source(block).strip() for block in wrong))


def paragraph_length(article: ArticleCase) -> list[Problem]:
    """No paragraph is a wall of text."""
    counts = [(len(words(inline.text)), inline.text) for block in article.body for inline in block.inlines]
    count, text = max(counts, default=(0, ""))
    if count <= MAX_PARAGRAPH_WORDS:
        return []
    message = f"Split every paragraph of more than {MAX_PARAGRAPH_WORDS} words; the longest has {count}."
    return problem("paragraph_length", message, text)


def line_ends(article: ArticleCase) -> list[Problem]:
    r"""Lines end in \n alone: no other line end, no blanks before it, no hard line break."""
    text = article.whole.after.article
    wrong = [line for line in text.split("\n") if line != line.rstrip(" \t") or "\r" in line]
    broken = [inline.text for inline in article.whole.after.inlines if inline.hard_breaks]
    if not wrong and not broken:
        return []
    message = "Lines must end in a line feed alone, without blanks or a backslash before it."
    return problem("line_ends", message, repr((wrong or broken)[0]))


def _holds_bought_link(article: ArticleCase, block: TopBlock) -> bool:
    return any(article.whole.is_wanted(link) for inline in block.inlines for link in inline.links)
